"""What a learning rate did: cuts, restarts, and what is neither."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.diagnosis.rate_course import RateCourse, rate_course


def course(*rates: float) -> RateCourse:
    return RateCourse(np.array(rates))


@pytest.mark.parametrize(("rates", "cuts"), [
    ([1, 1, 0.1, 0.1, 0.01, 0.01], [2, 4]),
    ([1, 1, 1, 0.5], [3]),
    ([1, 1, 0.1, 0.01, 0.001], [2]),
    ([1, 1, 1, 0.66, 0.33, 0.0], []),
    ([1, 0.9, 0.8, 0.7, 0.6], []),
    ([1, 0.5, 0.25, 0.125], []),
    ([1, 1], []),
])  # fmt: skip
def test_cuts(rates: list[float], cuts: list[int]) -> None:
    assert course(*rates).cuts.tolist() == cuts


@pytest.mark.parametrize(("rates", "restarts"), [
    ([1, 0.5, 0.1, 1, 0.5, 0.1, 1], [3, 6]),
    ([0.1, 0.5, 1, 0.9, 0.5], []),
    ([0.1, 1, 0.5, 0.1, 0.12, 0.1], []),
    ([1, 1, 1], []),
])  # fmt: skip
def test_restarts(rates: list[float], restarts: list[int]) -> None:
    assert course(*rates).restarts.tolist() == restarts


def test_what_is_constant() -> None:
    assert course(0.001, 0.0010000001).is_constant
    assert not course(1.0, 0.9).is_constant


@pytest.mark.parametrize("rates", [[np.nan, np.nan], [0.0, 0.0], [0.1, -0.1]])
def test_no_course_without_a_rate(rates: list[float]) -> None:
    assert rate_course(np.array(rates)) is None
    assert rate_course(None) is None


@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=30))
def test_cuts_and_restarts_lie_inside(rates: list[float]) -> None:
    one = rate_course(np.array(rates))
    if one is not None:
        for index in (*one.cuts, *one.restarts):
            assert 0 < index < len(rates)
        assert not set(one.cuts) & set(one.restarts)
