"""A small drawing of the losses in characters: dots of Braille, or plain ASCII where a terminal has nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from rightrate.curves.training import Training
from rightrate.report.axes import Axis
from rightrate.report.diagnosed.series import Series, axis_of, ends, losses

#: Rows of characters: the course can be read, and the findings are still on the first screen of 24 rows.
HEIGHT = 9
#: Of the column with the values.
_LABEL = 9
#: Dots of a Braille character across and down.
_ACROSS, _DOWN = 2, 4
_BRAILLE = 0x2800
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
#: The training loss is drawn with one dot of so many left out, so that the two can be told apart without colour.
_DOTTED = 3

#: Spans of one line: a text, and what it is: `"val_loss"`, `"loss"`, `"axis"`, `"mark"` or nothing.
Line = list[tuple[str, str]]


@dataclass(frozen=True)
class Mark:
    """A stretch of the steps with the code of the finding that it belongs to."""

    code: str
    first: float
    last: float


@dataclass(frozen=True)
class _Plane:
    """Where a step and a value lie, in dots."""

    axis: Axis
    first: float
    last: float
    width: int
    height: int

    def x(self, step: float) -> int:
        share = (step - self.first) / (self.last - self.first) if self.last > self.first else 0.5
        return min(self.width - 1, max(0, round(share * (self.width - 1))))

    def y(self, value: float) -> int:
        share = min(1.0, max(0.0, self.axis.place(value)))
        return round((1.0 - share) * (self.height - 1))


def draw(training: Training, mark: Mark | None, width: int, *, ascii_only: bool = False) -> list[Line]:
    """The losses of a training, in `HEIGHT` rows and an axis below; nothing where no loss is finite.

    Args:
        mark: the stretch that is marked below the axis.
        width: of all lines, in characters; at least 30 are taken.
        ascii_only: whether Braille cannot be shown.

    Edge cases: NaN and infinity are a gap in the line and a cross in the top row; one point is one dot.
    """
    across = max(width, 30) - _LABEL - 1
    drawn = losses(training, across * _ACROSS)
    axis = axis_of(drawn, headroom=0.06)
    if axis is None:
        return []
    plane = _Plane(axis, *ends(drawn), across * _ACROSS, HEIGHT * _DOWN)
    cells: list[list[tuple[str, str]]] = [[(" ", "")] * across for _ in range(HEIGHT)]
    for one in drawn:  # validation comes last, and is seen where both are
        _paint(cells, one, plane, ascii_only)
    bar, corner, dash = ("|", "+", "-") if ascii_only else ("┤", "└", "─")
    lines: list[Line] = [
        [(f"{_label(axis, row):>{_LABEL}}{bar}", "axis"), *_spans(cells[row])] for row in range(HEIGHT)
    ]
    lines.append([(f"{'':>{_LABEL}}{corner}{dash * across}", "axis")])
    if mark is not None:
        lines.append(_marked(mark, plane, across, ascii_only))
    lines.append([("".rjust(_LABEL + 1), ""), *_scale(training.unit, plane, across)])
    indent = ("".rjust(_LABEL + 1), "")
    legend, notes = _legend(drawn, ascii_only), _notes(drawn, axis)
    # Side by side they are wider than a terminal of 80 columns where there is more than one note.
    together = sum(len(words) for words, _ in legend) + len(notes) <= across
    rows = [[*legend, (notes, "axis")]] if together or not notes else [legend, [(notes, "axis")]]
    return [*lines, *([indent, *row] for row in rows)]


def _paint(cells: list[list[tuple[str, str]]], one: Series, plane: _Plane, ascii_only: bool) -> None:
    dots = np.zeros((plane.height, plane.width), dtype=bool)
    before: tuple[int, int] | None = None
    for step, value in zip(one.steps, one.values, strict=True):
        x = plane.x(float(step))
        if not math.isfinite(value):
            cells[0][x // _ACROSS] = ("x", one.name)
            before = None
            continue
        here = (x, plane.y(float(value)))
        for across, down in _between(before or here, here):
            dots[down, across] |= one.name == "val_loss" or across % _DOTTED != 0 or before is None
        before = here
    for row in range(len(cells)):
        for column in range(len(cells[0])):
            block = dots[row * _DOWN : (row + 1) * _DOWN, column * _ACROSS : (column + 1) * _ACROSS]
            if block.any() and cells[row][column][0] != "x":
                cells[row][column] = (_character(block, one.name, ascii_only), one.name)


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots of a straight line."""
    count = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for i in range(count + 1):
        yield (
            round(start[0] + (end[0] - start[0]) * i / count),
            round(start[1] + (end[1] - start[1]) * i / count),
        )


def _character(block: np.ndarray, name: str, ascii_only: bool) -> str:
    if ascii_only:
        return "*" if name == "val_loss" else "."
    bits = sum(_BITS[x][y] for y in range(_DOWN) for x in range(_ACROSS) if block[y, x])
    return chr(_BRAILLE + bits)


def _spans(cells: list[tuple[str, str]]) -> Line:
    return [("".join(text for text, _ in group), kind) for kind, group in groupby(cells, key=lambda cell: cell[1])]


def _label(axis: Axis, row: int) -> str:
    """The value at a row: the first, the middle and the last have one."""
    if row not in (0, HEIGHT // 2, HEIGHT - 1):
        return ""
    wanted = 1.0 - row / (HEIGHT - 1)
    low, high = axis.low, axis.high
    for _ in range(60):  # the axis tells where a value lies, not which value lies somewhere: halve until it fits
        middle = low + (high - low) / 2
        low, high = (middle, high) if axis.place(middle) < wanted else (low, middle)
    return f"{high:.3g}"


def _marked(mark: Mark, plane: _Plane, across: int, ascii_only: bool) -> Line:
    start, end = plane.x(mark.first) // _ACROSS, plane.x(mark.last) // _ACROSS
    tip, dash = ("^", "-") if ascii_only else ("▲", "─")
    bar = tip if end <= start else tip + dash * (end - start - 1) + tip
    room = across - start - len(bar)
    if room > len(mark.code):
        text = " " * start + bar + " " + mark.code
    elif start > len(mark.code):
        text = " " * (start - len(mark.code) - 1) + mark.code + " " + bar
    else:
        inside = (end - start + 1 - len(mark.code) - 2) // 2
        text = " " * start + tip + dash * max(inside - 1, 0) + f" {mark.code} " + dash * max(inside - 1, 0) + tip
    return [("".rjust(_LABEL + 1), ""), (text[:across], "mark")]


def _scale(unit: str, plane: _Plane, across: int) -> Line:
    first, last = f"{unit} {plane.first:g}", f"{plane.last:g}"
    if plane.last <= plane.first:
        return [(first.center(across), "axis")]
    return [(first + last.rjust(max(across - len(first), len(last) + 1)), "axis")]


def _legend(drawn: tuple[Series, ...], ascii_only: bool) -> Line:
    looks = {"val_loss": ("***" if ascii_only else "⠒⠒⠒", "validation loss"),
             "loss": ("..." if ascii_only else "⠂⠒⠐", "training loss")}  # fmt: skip
    spans: Line = []
    for one in reversed(drawn):
        look, words = looks[one.name]
        spans += [(f"{look} {words}", one.name), ("   ", "")]
    return spans


def _notes(drawn: tuple[Series, ...], axis: Axis) -> str:
    notes = ["log scale"] if axis.kind == "log" else []
    notes += ["x: no number"] if any(not np.isfinite(one.values).all() for one in drawn) else []
    notes += ["cut at the top"] if axis.cut else []
    notes += ["means of steps"] if any(one.has_means for one in drawn) else []
    return ", ".join(notes)
