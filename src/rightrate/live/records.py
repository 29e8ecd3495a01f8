"""Lines of a log -> records, whatever stands in them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from rightrate.importers.logs.numbers import LARGEST_STEP, json_number

#: Names and sentences of a log are cut to this length: they are shown, and a log may hold anything.
LONGEST_TEXT = 600


def parse(lines: Sequence[bytes]) -> tuple[list[dict[str, Any]], int]:
    """The records of some lines, and how many lines were none.

    Example:
        >>> parse([b'{"step": 1}', b'{"st', b"7"])
        ([{'step': 1}], 2)
    """
    if not lines:
        return [], 0
    try:
        found = json.loads(b"[" + b",".join(lines) + b"]")  # at once: four times as fast as one by one
    except (ValueError, RecursionError):
        found = []
    if len(found) != len(lines):
        found = [_one(line) for line in lines]
    records = found if set(map(type, found)) == {dict} else [one for one in found if isinstance(one, dict)]
    return records, len(lines) - len(records)


def _one(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        return None


def number(value: Any) -> float | None:
    """A number, also one written as the word NaN or Infinity; None for anything else."""
    return value if type(value) is float else json_number(value)


def finite(value: Any) -> float | None:
    """A number that is one; None for anything else."""
    found = number(value)
    return found if found is not None and math.isfinite(found) else None


def whole(value: Any) -> int | None:
    """A count or a step: a whole number from 0 that is not absurd; None for anything else."""
    if type(value) is int:
        return value if 0 <= value <= LARGEST_STEP else None
    found = json_number(value)
    if found is None or not 0 <= found <= LARGEST_STEP or found != int(found):
        return None
    return int(found)


def text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """A text, cut; empty for anything else.

    Example:
        >>> text("abcdef", 4), text(7)
        ('abc…', '')
    """
    if not isinstance(value, str):
        return ""
    return value if len(value) <= longest else value[: longest - 1] + "…"
