"""JSON as training logs hold it: NaN and Infinity, huge numbers, any nesting; damage is a `DataError`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rightrate.errors import DataError
from rightrate.importers.logs.numbers import json_number
from rightrate.importers.logs.text import whole


def parse(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is no JSON, or nested too deeply.

    Example:
        >>> parse('{"loss": NaN}')
        {'loss': nan}
    """
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _whole(digits: str) -> int | float:
    # Python refuses to turn thousands of digits into an int; as a float they are infinite.
    return int(digits) if len(digits) < 300 else math.copysign(math.inf, -1.0 if digits.startswith("-") else 1.0)


_DECODER = json.JSONDecoder(parse_int=_whole)
"""Made once: `json.loads` would make one for each line."""


def document(path: Path) -> Any:
    """The value of a file that is one JSON document.

    Raises:
        DataError: no JSON, cut off, or too large.
        OSError: the file cannot be read.
    """
    try:
        return parse(whole(path))
    except DataError:
        raise
    except ValueError as error:
        raise DataError(
            f"The log '{path}' is no whole JSON document: {error}. Expected one that its writer has closed; "
            "write it again, or write one record a line, which can be read while it grows."
        ) from error


def flat(record: Mapping[str, Any], prefix: str = "", depth: int = 8) -> dict[str, Any]:
    """Nested records with one level; keys are joined by `/`.

    Edge cases: what is nested deeper than `depth` is left out: no logger nests so, and damaged files may.

    Example:
        >>> flat({"step": 1, "train": {"loss": 0.5}})
        {'step': 1, 'train/loss': 0.5}
    """
    if not prefix and not any(isinstance(value, dict) for value in record.values()):
        return dict(record)
    found: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            if depth:
                found.update(flat(value, f"{prefix}{key}/", depth - 1))
        else:
            found[f"{prefix}{key}"] = value
    return found


def count(value: Any) -> int | None:
    """A positive whole number of a JSON value, else None."""
    number = json_number(value)
    return int(number) if number is not None and 1 <= number < 2**53 and number == int(number) else None
