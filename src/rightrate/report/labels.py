"""Names as labels in a chart: cut by their width before the chart is drawn, and each one once.

Vega cuts too long labels between the halves of an emoji, and then nothing at all can be drawn.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable


def labels(names: Iterable[str], width: int) -> list[str]:
    """Return a label for each name.

    Args:
        width: in ordinary letters; those of East Asia and emoji count twice.

    Example:
        >>> labels(["accuracy", "a very long name", "a very long nest", "", "\\U0001f600" * 9], 11)
        ['accuracy', 'a very lon…', 'a very lon… 2', '(no name)', '😀😀😀😀😀…']
    """
    made: list[str] = []
    for name in names:
        label = _cut(name, width) or "(no name)"
        number, unique = 2, label
        while unique in made:
            unique, number = f"{label} {number}", number + 1
        made.append(unique)
    return made


def _cut(text: str, width: int) -> str:
    used = 0
    for place, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width:
            return _without_last(text[:place], width) + "…"
    return text


def _without_last(text: str, width: int) -> str:
    """Room for the sign that something was cut."""
    used = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    return text[:-1].rstrip() if used >= width else text.rstrip()
