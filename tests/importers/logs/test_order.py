"""Points of a curve in order: later values win, late points are sorted in, nothing is made up."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rightrate.importers.logs.order import in_order

STEPS = st.lists(st.integers(-5, 15), max_size=25)


@given(STEPS)
def test_steps_rise_and_every_value_is_the_last_one_logged_at_its_step(steps: list[int]) -> None:
    ordered = in_order(np.array(steps, dtype=np.int64), np.arange(len(steps), dtype=np.float64))
    assert np.all(np.diff(ordered.steps) > 0)
    last = {step: place for place, step in enumerate(steps)}
    assert [last[step] for step in ordered.steps.tolist()] == ordered.values.astype(int).tolist()
    assert len(ordered.steps) + ordered.overwritten + ordered.repeated == len(steps)


def test_of_points_at_one_step_the_last_counts_and_an_equal_one_is_no_loss() -> None:
    ordered = in_order(np.array([1, 2, 2, 2, 3, 3]), np.array([0.9, 0.8, 0.8, 0.7, np.nan, np.nan]))
    np.testing.assert_equal(ordered.values, [0.9, 0.7, np.nan])
    assert (ordered.overwritten, ordered.late, ordered.repeated) == (0, 0, 1)


@given(STEPS)
def test_a_restart_ends_what_was_logged_beyond_it(steps: list[int]) -> None:
    first = sorted(set(steps))
    again = [*first, *first[: len(first) // 2]]
    ordered = in_order(np.array(again, dtype=np.int64), np.arange(len(again), dtype=np.float64))
    expected = first[: len(first) // 2] or first
    assert ordered.steps.tolist() == expected


@given(st.permutations(range(12)))
def test_a_log_in_any_order_is_only_sorted(steps: list[int]) -> None:
    ordered = in_order(np.array(steps), np.array(steps, dtype=np.float64))
    assert ordered.steps.tolist() == list(range(12)) == ordered.values.tolist()
    assert ordered.overwritten == 0 and (ordered.late > 0) == (list(steps) != sorted(steps))
