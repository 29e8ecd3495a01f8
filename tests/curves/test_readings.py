"""Trend, noise, best point, change point and resampling: held to SciPy and NumPy, and to what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, theilslopes

from rightrate.curves.best import best
from rightrate.curves.change import change_point
from rightrate.curves.curve import Curve
from rightrate.curves.noise import noise_floor, roughness
from rightrate.curves.resample import grid, latest_at, means_before
from rightrate.curves.trend import trend

NAN = float("nan")
# Whole thousandths: a slope between values that differ by less than a float can hold is 0, and no order.
VALUES = st.lists(st.integers(-(10**9), 10**9).map(lambda value: value / 1000), min_size=3, max_size=30, unique=True)


@given(VALUES)
def test_the_slope_is_scipys_and_the_agreement_follows_from_kendalls_tau(values: list[float]) -> None:
    y = np.array(values)
    x = np.arange(y.size, dtype=float)
    found = trend(x, y)
    assert found is not None
    assert found.slope == pytest.approx(theilslopes(y, x)[0])
    falling = (1 - kendalltau(x, y)[0]) / 2
    assert found.agreement == pytest.approx(falling if found.slope < 0 else 1 - falling)


def test_a_wild_point_does_not_turn_a_slope_and_gaps_are_left_out() -> None:
    found = trend(np.arange(7.0), np.array([7.0, 6.0, 5.0, NAN, 900.0, 2.0, 1.0]))
    assert found is not None and found.slope == pytest.approx(-1.0) and found.points == 6 and not found.falls
    assert trend(np.arange(3.0), np.array([1.0, NAN, 2.0])) is None


@given(st.integers(0, 1000), st.floats(0.01, 10.0), st.floats(-5.0, 5.0))
def test_noise_is_found_on_a_straight_descent_of_any_slope(seed: int, sigma: float, slope: float) -> None:
    x = np.arange(400.0)
    values = slope * x + np.random.default_rng(seed).normal(0.0, sigma, 400)
    assert noise_floor(values) == pytest.approx(sigma, rel=0.35)


def test_noise_needs_four_points_and_roughness_two_that_move() -> None:
    assert noise_floor(np.array([1.0, 2.0, 1.0])) is None
    assert roughness(np.array([1.0, 1.0])) is None
    assert roughness(np.array([3.0, 2.0, 1.0])) == 0.0 and roughness(np.array([1.0, 2.0])) == 1.0


def test_the_best_point_says_from_when_on_nothing_was_gained() -> None:
    found = best(np.array([NAN, 2.0, 1.05, 1.0, 1.5]), tolerance=0.1)
    assert found is not None and (found.index, found.value, found.first) == (3, 1.0, 2)
    assert found.rise == pytest.approx(0.5)
    assert best(np.array([NAN])) is None


@given(st.integers(3, 20), st.integers(3, 20), st.floats(1.0, 100.0))
def test_a_step_is_found_where_it_is(before: int, after: int, height: float) -> None:
    found = change_point(np.array([height] * before + [0.0] * after))
    assert found is not None and found.index == before and found.explained == pytest.approx(1.0)
    assert change_point(np.ones(10)) is None


@given(st.integers(1, 500), st.integers(1, 60))
def test_points_lie_in_equal_stretches_and_end_at_the_last_step(steps: int, most: int) -> None:
    points = grid(Curve("loss", np.arange(1, steps + 1), np.ones(steps)), most)
    assert points.size == min(steps, most) and points[-1] == steps
    widths = np.diff(np.concatenate([[0], points]))
    assert widths.max() - widths.min() <= 1


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40), st.integers(1, 10))
def test_means_between_points_are_means_and_keep_the_whole(values: list[float], most: int) -> None:
    curve = Curve("loss", np.arange(1, len(values) + 1), np.array(values))
    points = grid(curve, most)
    means = means_before(curve, points)
    counts = np.diff(np.concatenate([[0], points]))
    assert float((means * counts).sum()) == pytest.approx(sum(values), abs=1e-6)
    assert latest_at(curve, points)[-1] == values[-1]


def test_a_value_that_is_no_number_is_kept_in_its_stretch_only() -> None:
    curve = Curve("loss", np.arange(1, 5), np.array([1.0, NAN, 2.0, 4.0]))
    assert np.array_equal(means_before(curve, np.array([2.0, 4.0])), [NAN, 3.0], equal_nan=True)
