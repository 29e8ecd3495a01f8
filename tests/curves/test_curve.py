"""Curves keep what was measured, NaN included."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rightrate.curves import Curve
from rightrate.errors import DataError


def test_no_points_is_a_curve_without_values() -> None:
    curve = Curve("val_loss", np.array([]), np.array([]))
    assert len(curve) == 0 and curve.last is None and curve.best_step is None


def test_nan_is_kept_and_never_the_best() -> None:
    curve = Curve("val_loss", np.array([1, 2, 3]), np.array([0.5, math.nan, math.inf]))
    assert curve.best_step == 1 and curve.last == math.inf
    assert Curve("val_loss", np.array([1]), np.array([math.nan])).best_step is None


def test_curves_cannot_be_changed() -> None:
    curve = Curve("val_loss", np.array([1]), np.array([0.5]))
    with pytest.raises(ValueError, match="read-only"):
        curve.values[0] = 1.0


@pytest.mark.parametrize(("steps", "values"), [([1, 1], [1.0, 2.0]), ([2, 1], [1.0, 2.0]), ([1], [1.0, 2.0])])
def test_steps_must_rise_and_match(steps: list[int], values: list[float]) -> None:
    with pytest.raises(DataError):
        Curve("val_loss", np.array(steps), np.array(values))


def test_what_no_sum_of_squares_can_hold_is_infinite() -> None:
    curve = Curve("val_loss", np.array([1, 2, 3, 4]), np.array([1.0, -1e200, 1e308, 1e150]))
    assert curve.values.tolist() == [1.0, -np.inf, np.inf, 1e150]
