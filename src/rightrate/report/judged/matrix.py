"""The confusion matrix as pages show it: counts, shares of each row, and a shade."""

from __future__ import annotations

from dataclasses import dataclass

from rightrate.report import words
from rightrate.report.judged import words as say
from rightrate.verdict import Judgement

# Okabe and Ito's blue and vermillion, as in the charts: right answers and wrong ones.
_RIGHT, _WRONG = "0, 114, 178", "213, 94, 0"
# The deepest cell still lets black and white text be read on it.
_DEEPEST = 0.45


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix: its count, its share of the row, whether the answer is right, and its shade."""

    count: str
    share: str
    right: bool
    colour: str


@dataclass(frozen=True)
class Matrix:
    """The confusion matrix: headings, and each row's label with its cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def matrix(judgement: Judgement, *, numbered: bool) -> Matrix:
    """Return the matrix with counts and shares of each row, shaded by share.

    Args:
        numbered: columns are called by the number of their class, where names would not fit.
    """
    names = [say.class_name(name) for name in judgement.class_names]
    numbers = tuple(str(number) for number in range(1, len(names) + 1))
    labels = [f"{number} {name}" for number, name in zip(numbers, names, strict=True)] if numbered else names
    rows = tuple(
        (label, tuple(_cell(count, sum(counts), true == answered) for answered, count in enumerate(counts)))
        for true, (label, counts) in enumerate(zip(labels, judgement.confusion, strict=True))
    )
    return Matrix(numbers if numbered else tuple(names), rows)


def _cell(count: int, total: int, right: bool) -> Cell:
    share = count / total if total else 0.0
    colour = f"rgba({_RIGHT if right else _WRONG}, {_DEEPEST * share:.3f})"
    return Cell(words.count(count), words.percent(share) if count else "", right, colour)
