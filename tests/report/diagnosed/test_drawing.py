"""The drawing of the losses in characters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightrate.curves.curve import Curve
from rightrate.curves.training import Training
from rightrate.report.diagnosed.drawing import HEIGHT, Mark, draw
from tests.diagnosis.trainings import trainings

from . import samples


def text(training, mark=None, width=80, **options) -> list[str]:
    return ["".join(part for part, _ in line) for line in draw(training, mark, width, **options)]


def of(name: str, values: list[float]) -> Training:
    curve = Curve(name, np.arange(1, len(values) + 1), np.array(values))
    return Training("t", {name: curve}, "epoch", None, "")


def heights(lines: list[str], mark: str) -> list[int]:
    """The row of the first mark in each column that has one, from the left."""
    body = [line[10:] for line in lines[:HEIGHT]]
    columns = max(map(len, body))
    rows = [next((r for r, line in enumerate(body) if c < len(line) and line[c] == mark), None) for c in range(columns)]
    return [row for row in rows if row is not None]


def test_a_falling_loss_falls_from_the_upper_left_to_the_lower_right():
    rows = heights(text(of("val_loss", [4.0, 3.0, 2.0, 1.0]), ascii_only=True), "*")
    assert rows == sorted(rows) and rows[0] <= 1 and rows[-1] >= HEIGHT - 2


def test_decades_are_drawn_on_a_log_scale_and_it_says_so():
    lines = text(of("val_loss", [100.0, 10.0, 1.0, 0.1]), ascii_only=True)
    assert "log scale" in lines[-1]
    rows = heights(lines, "*")
    assert abs(rows[len(rows) // 2] - HEIGHT // 2) <= 1, "three equal decades are a straight line"
    assert "log scale" not in text(of("val_loss", [1.0, 0.9, 0.8]))[-1]


def test_the_stretch_of_the_leading_finding_is_marked_below_its_steps():
    lines = text(samples.overfits().training, Mark("RR121", 3.0, 8.0))
    marked = next(line for line in lines if "RR121" in line)
    assert marked.rstrip().endswith("▲") and marked.count("▲") == 2
    width = len(lines[0]) - 10
    start = marked.index("▲") - 10
    assert abs(start - (3 - 1) / (8 - 1) * (width - 1)) <= 1


@pytest.mark.parametrize(("first", "last"), [(1.0, 8.0), (1.0, 1.0), (8.0, 8.0), (4.0, 5.0)])
def test_a_mark_names_its_code_wherever_it_lies(first, last):
    assert any("RR121" in line for line in text(samples.overfits().training, Mark("RR121", first, last), width=40))


def test_what_is_no_number_is_a_cross_and_the_legend_says_so():
    lines = text(samples.diverged().training)
    assert "x" in lines[0] and "x: no number" in lines[-1] and "cut at the top" in lines[-1]


def test_without_a_finite_loss_nothing_is_drawn():
    assert draw(samples.nothing_finite().training, None, 80) == []
    assert draw(samples.no_loss().training, None, 80) == []


def test_ascii_is_all_that_a_poor_terminal_gets():
    for sample in samples.ALL:
        assert all(line.isascii() for line in text(sample().training, Mark("RR101", 1.0, 2.0), ascii_only=True))


def test_a_million_steps_are_drawn_in_the_same_rows():
    steps = np.arange(1, 1_000_001)
    loss = Curve("loss", steps, 1.0 / steps)
    assert len(text(Training("t", {"loss": loss}, "step", None, ""))) == HEIGHT + 3


@settings(max_examples=100)
@given(trainings(), st.integers(1, 200), st.booleans())
def test_any_training_is_drawn_within_the_width(training, width, ascii_only):
    for line in text(training, Mark("RR101", 0.0, 1e9), width, ascii_only=ascii_only):
        assert len(line) <= max(width, 30) + 40 and "\n" not in line
