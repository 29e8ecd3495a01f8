"""Schedules: tables of rates, against Keras's own where Keras has them."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate import schedules
from rightrate.errors import UsageError

NAMES = [name for name, _ in schedules.SCHEDULES]


@given(name=st.sampled_from(NAMES), peak=st.floats(1e-8, 10), steps=st.integers(1, 3000))
def test_every_schedule_stays_between_nothing_and_its_peak(name: str, peak: float, steps: int) -> None:
    schedule = schedules.make(name, peak, steps)
    assert schedule.rates.shape == (steps,)
    assert np.all(schedule.rates >= 0) and np.all(schedule.rates <= peak * (1 + 1e-9))
    assert schedule.describe().endswith(".") and "{" not in schedule.describe()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("steps", [10, 97, 1000])
def test_every_schedule_reaches_its_peak_and_most_end_low(name: str, steps: int) -> None:
    schedule = schedules.make(name, 0.1, steps)
    assert schedule.rates.max() == pytest.approx(0.1)
    assert bool(schedule.rates[-1] < 0.1 * 0.6) is (name != "constant")


def test_cosine_equals_keras() -> None:
    ours = schedules.cosine(peak=0.3, steps=50)
    theirs = keras.optimizers.schedules.CosineDecay(0.3, 50)
    assert ours.rates == pytest.approx([float(theirs(i)) for i in range(50)], abs=1e-7)


def test_linear_equals_keras() -> None:
    ours = schedules.linear(peak=0.3, steps=50)
    theirs = keras.optimizers.schedules.PolynomialDecay(0.3, 50, end_learning_rate=0.0, power=1.0)
    assert ours.rates == pytest.approx([float(theirs(i)) for i in range(50)], abs=1e-7)


def test_trainings_of_different_length_share_the_part_before_the_cool_down() -> None:
    short = schedules.warmup_stable_decay(peak=1.0, steps=100, warmup=10, cooldown=20)
    long = schedules.warmup_stable_decay(peak=1.0, steps=200, warmup=10, cooldown=20)
    assert np.array_equal(short.rates[:80], long.rates[:80])


def test_another_peak_keeps_the_shape() -> None:
    schedule = schedules.cosine(peak=1.0, steps=20, warmup=4)
    assert schedule.with_peak(0.25).rates == pytest.approx(schedule.rates / 4)


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda: schedules.make("cosin", 0.1, 10), "Did you mean cosine"),
        (lambda: schedules.constant(peak=0.0, steps=10), "above 0. Received: peak=0.0"),
        (lambda: schedules.constant(peak=float("nan"), steps=10), "finite number above 0"),
        (lambda: schedules.constant(peak=0.1, steps=0), "at least one step"),
        (lambda: schedules.cosine(peak=0.1, steps=10, warmup=11), "between 0 and steps=10. Received: warmup=11"),
        (lambda: schedules.from_rates([]), "one-dimensional, finite"),
        (lambda: schedules.from_rates([0.1, float("nan")]), "one-dimensional, finite"),
        (lambda: schedules.from_rates([0.0, 0.0]), "not all 0"),
    ],
)
def test_impossible_schedules_are_refused(ask: object, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        ask()
