"""When a training is lost."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.curves.divergence import Watcher


def see(losses: list[float], ignorant: float | None = None) -> Watcher:
    watcher = Watcher(ignorant)
    for loss in losses:
        watcher = watcher.see(loss)
    return watcher


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_one_loss_that_is_no_number_is_enough(bad: float) -> None:
    assert see([0.5, bad]).reason is not None


def test_a_single_spike_is_forgiven() -> None:
    assert see([0.5] * 5 + [500.0] + [0.5] * 20).reason is None


def test_a_lasting_climb_is_not() -> None:
    assert "rose from 0.5" in see([0.5] * 5 + [50.0] * 20).reason


def test_a_good_start_may_climb_to_what_ignorance_scores() -> None:
    assert see([0.01] * 3 + [1.0] * 30, ignorant=math.log(10)).reason is None
    assert see([0.01] * 3 + [9.0] * 30, ignorant=math.log(10)).reason is not None


@given(st.lists(st.floats(0.5, 1.9), max_size=60))
def test_ordinary_noise_never_counts(losses: list[float]) -> None:
    assert see(losses).reason is None


@given(st.lists(st.floats(), max_size=40))
def test_once_lost_always_lost(losses: list[float]) -> None:
    watcher = see(losses)
    if watcher.reason is not None:
        assert watcher.see(0.1).reason == watcher.reason
