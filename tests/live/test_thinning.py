"""A curve of any length in a few hundred points: nothing that stands out is lost, and portions do not matter."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rightrate.live import thinning
from rightrate.live.thinning import MOST, Thinned

numbers = st.floats(allow_nan=True, allow_infinity=True, width=32)
curves = st.lists(st.tuples(st.integers(0, 3000), numbers), max_size=1500)
cuts = st.lists(st.integers(0, 1500), max_size=6)


def added(curve: Thinned, points: list[tuple[int, float]]) -> Thinned:
    steps, values = np.array([s for s, _ in points], dtype=np.int64), np.array([v for _, v in points], dtype=float)
    return thinning.add(curve, steps, values)


def plain(curve: Thinned) -> tuple:
    return curve.width, curve.steps.tolist(), curve.values.tolist(), curve.last, curve.lost_at


@given(curves, cuts)
def test_portions_do_not_matter(points: list[tuple[int, float]], at: list[int]) -> None:
    places = [0, *sorted(at), len(points)]
    curve = Thinned()
    for begin, end in pairwise(places):
        curve = added(curve, points[begin:end])
    assert plain(curve) == plain(added(Thinned(), points))


@given(curves)
def test_the_extremes_and_the_newest_point_are_kept(points: list[tuple[int, float]]) -> None:
    curve = added(Thinned(), points)
    finite = [(step, value) for step, value in points if np.isfinite(value)]
    assert len(curve.steps) <= 2 * MOST
    assert curve.lost_at == min((step for step, value in points if not np.isfinite(value)), default=None)
    if finite:
        values = [value for _, value in finite]
        assert (curve.values.min(), curve.values.max()) == (min(values), max(values))
        assert curve.last is not None and curve.last[0] == max(step for step, _ in finite)
        assert thinning.best(curve) == (min(s for s, v in finite if v == min(values)), min(values))
        assert set(zip(*(part.tolist() for part in thinning.points(curve)), strict=True)) <= set(finite)


@given(st.integers(1, 400_000), st.integers(2, 300))
def test_a_spike_stays_however_few_points_are_drawn(length: int, most: int) -> None:
    steps = np.arange(length)
    spike = length // 3
    curve = thinning.add(Thinned(), steps, np.where(steps == spike, 50.0, 1.0))
    few, values = thinning.points(thinning.fewer(curve, most))
    assert len(few) <= most + 2
    assert few[values == 50.0].tolist() == [spike]


@given(curves, st.integers(0, 3000))
def test_what_was_given_up_is_gone(points: list[tuple[int, float]], step: int) -> None:
    curve = thinning.back_to(added(Thinned(), points), step)
    drawn, _ = thinning.points(curve)
    assert all(drawn <= step)
    assert curve.lost_at is None or curve.lost_at <= step


def test_a_million_points_take_the_place_of_five_hundred() -> None:
    curve = Thinned()
    for begin in range(0, 1_000_000, 50_000):
        steps = np.arange(begin, begin + 50_000)
        curve = thinning.add(curve, steps, np.sin(steps / 1e4))
    assert curve.steps.nbytes + curve.values.nbytes <= 2 * MOST * 16
