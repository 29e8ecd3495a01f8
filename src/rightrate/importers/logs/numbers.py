"""Words of a log -> numbers: every spelling of NaN and infinity is a value, an empty cell is a gap."""

from __future__ import annotations

import math
import re
from typing import Any

GAPS = frozenset({"", "null", "none", "na", "n/a", "-", "<na>"})
"""Words, in lower case, that stand for "nothing was measured here" (pandas, R, JSON and hand-made tables)."""

LARGEST_STEP = 2**53
"""The largest step that a float64 holds exactly; larger ones cannot be told apart and are refused."""

_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")


class NoNumberError(ValueError):
    """The word is neither a number nor a gap. Caught by the readers, never seen by a user."""


def number(word: str) -> float | None:
    """The number that `word` spells; None for a gap.

    Edge cases: `nan`, `NaN`, `inf`, `-Infinity` are values; `1e999` is infinity; a decimal comma is understood.

    Raises:
        NoNumberError: anything else.

    Example:
        >>> number(" 0.5 "), number("NaN"), number("-Infinity"), number("null")
        (0.5, nan, -inf, None)
    """
    word = word.strip()
    if word.lower() in GAPS:
        return None
    try:
        return float(word)
    except ValueError:
        if _DECIMAL_COMMA.fullmatch(word):
            return float(word.replace(",", "."))
        raise NoNumberError(word) from None


def json_number(value: Any) -> float | None:
    """The number in a JSON value; None for a gap (`null`), and for what is no number.

    Numbers written as text, such as `"NaN"`, count; booleans do not.

    Example:
        >>> json_number(3), json_number("Infinity"), json_number(True), json_number([1])
        (3.0, inf, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return value
    if isinstance(value, int):
        try:
            return float(value)
        except OverflowError:
            return math.copysign(math.inf, value)
    if isinstance(value, str):
        try:
            return number(value)
        except NoNumberError:
            return None
    return None
