"""When a training is lost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.curves.divergence import Watcher, batch_noise, rise_limit


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


def test_hard_first_batches_are_no_low_beginning() -> None:
    assert see([0.1, 1.0, 1.2, 0.9, *[1.1, 0.9] * 10]).reason is None


def test_the_limit_of_a_rise_grows_with_what_batches_differ_by() -> None:
    assert rise_limit([1.0], None) == rise_limit([1.0], 0.0) == 1.5
    assert 1.5 < rise_limit([1.0], 0.5) < rise_limit([1.0], 1.0) < rise_limit([1.0], 9.0) == 30.0
    assert rise_limit([0.0], 0.5) == math.inf == rise_limit([-1.0], 0.5)


def test_the_noise_of_batches_is_a_share_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    losses = np.exp(0.5 * rng.normal(size=400))
    assert batch_noise(losses) == pytest.approx(0.5, rel=0.2)
    assert batch_noise(losses * np.logspace(0, 6, 400)) == pytest.approx(0.5, rel=0.2)
    assert batch_noise([1.0, math.nan, -1.0, 2.0]) is None
