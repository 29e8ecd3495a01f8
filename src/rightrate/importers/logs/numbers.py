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
# 1,234.5 and 1.234,5 can be read in one way only; 1,234 cannot, and is a decimal comma.
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:,\d{3}){2,}")
_THOUSANDS_POINT = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d{1,3}(?:\.\d{3}){2,}")
_LIKE_A_NUMBER = re.compile(r"\W{0,2}\d[\d.,'\s]*\s?[^\W\d]{0,4}\W?")


class NoNumberError(ValueError):
    """The word is neither a number nor a gap. Caught by the readers, never seen by a user."""


def number(word: str) -> float | None:
    """The number that `word` spells; None for a gap.

    Edge cases: `nan`, `NaN`, `inf`, `-Infinity` are values; `1e999` is infinity; a decimal comma is understood, and so
    are marks between thousands where they cannot be meant otherwise; `70%` is 0.7.

    Raises:
        NoNumberError: anything else.

    Example:
        >>> number(" 0.5 "), number("NaN"), number("-Infinity"), number("null")
        (0.5, nan, -inf, None)
        >>> number("70%"), number("0,5"), number("1,234.5"), number("1.234,5")
        (0.7, 0.5, 1234.5, 1234.5)
    """
    word = word.strip()
    if word.lower() in GAPS:
        return None
    try:
        return float(word)
    except ValueError:
        if _DECIMAL_COMMA.fullmatch(word):
            return float(word.replace(",", "."))
        if _THOUSANDS.fullmatch(word):
            return float(word.replace(",", ""))
        if _THOUSANDS_POINT.fullmatch(word):
            return float(word.replace(".", "").replace(",", "."))
        if word.endswith("%"):
            share = number(word[:-1])
            return None if share is None else share / 100.0
        raise NoNumberError(word) from None


def is_like_a_number(word: str) -> bool:
    """Whether a word that `number` refuses was meant as one: with a unit, or with marks that may mean two things.

    Example:
        >>> [is_like_a_number(word) for word in ("0.5 s", "1'234", "$3", "train", "00:12", "12 epochs left")]
        [True, True, True, False, False, False]
    """
    return _LIKE_A_NUMBER.fullmatch(word.strip()) is not None


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
