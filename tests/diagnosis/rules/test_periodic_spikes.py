"""The order of the data shows in the loss of single steps."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from rightrate.curves.curve import Curve
from rightrate.curves.training import Training
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.periodic_spikes import RULE
from tests.diagnosis.recorded.load import recorded


def check(values: np.ndarray, per_epoch: int | None = None, every: int = 1) -> Check:
    loss = Curve("loss", np.arange(1, len(values) + 1) * every, values)
    return RULE.check(Reading(Training("t", {"loss": loss}, "step", per_epoch, "test")))


def noisy(size: int = 200, seed: int = 0) -> np.ndarray:
    return 1.0 + 0.1 * np.random.default_rng(seed).standard_normal(size)


def spiked(place: int = 7, period: int = 20) -> np.ndarray:
    values = noisy()
    values[place::period] += 3.0
    return values


def test_a_recorded_broken_batch_is_found_with_its_period_and_place() -> None:
    answer = RULE.check(Reading(recorded("broken_batch")))
    assert answer.severity is Severity.HINT
    assert "spikes every 25 steps" in answer.why
    assert "at step 4 and each period after it" in answer.advice


@pytest.mark.parametrize("per_epoch", [20, 40, None])
def test_the_period_is_found_whether_the_epoch_is_known_or_not(per_epoch: int | None) -> None:
    values = spiked(period=per_epoch or 20)
    answer = check(values, per_epoch)
    assert f"every {per_epoch or 20} steps" in answer.why
    assert ("one epoch" in answer.why) is (per_epoch is not None)
    assert "at step 8 and" in answer.advice


def test_a_log_of_every_tenth_step_counts_in_steps() -> None:
    answer = check(spiked(), per_epoch=200, every=10)
    assert "every 200 steps, one epoch" in answer.why
    assert "at step 80 and" in answer.advice


def test_spikes_at_random_are_clear() -> None:
    values = noisy()
    values[np.random.default_rng(1).choice(200, 10, replace=False)] += 3.0
    assert check(values, 20).outcome is Outcome.CLEAR
    assert check(values).outcome is Outcome.CLEAR


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("per_epoch", [None, 8, 20, 50])
def test_shuffled_data_is_clear(seed: int, per_epoch: int | None) -> None:
    heavy = np.random.default_rng(seed).exponential(1.0, 240)
    assert check(heavy, per_epoch).outcome is Outcome.CLEAR


@pytest.mark.parametrize("seed", range(60))
def test_four_short_periods_of_shuffled_data_are_clear(seed: int) -> None:
    assert check(np.random.default_rng(seed).lognormal(0.0, 2.0, 32), 8).outcome is Outcome.CLEAR


def test_a_loss_that_steps_down_at_each_epoch_is_clear() -> None:
    values = np.repeat(2.0 / np.arange(1, 11), 20) + 0.02 * np.random.default_rng(0).standard_normal(200)
    assert check(values, 20).outcome is Outcome.CLEAR


def test_the_hardest_of_ordinary_batches_in_a_fixed_order_is_clear() -> None:
    order = np.array([*[0.3] * 12, 0.4, 0.5, 0.7, 0.9, 1.6, 2.0, 2.2, 2.5])[np.random.default_rng(0).permutation(20)]
    assert check(np.tile(order, 10) + 0.02 * noisy(), 20).outcome is Outcome.CLEAR


def test_the_last_batch_of_an_epoch_is_left_out() -> None:
    assert check(spiked(place=19), 20).outcome is Outcome.CLEAR


def test_what_is_missing_is_said() -> None:
    epochs = Training("t", {"loss": Curve("loss", np.arange(1, 101), spiked()[:100])}, "epoch", None, "test")
    assert RULE.check(Reading(epochs)).outcome is Outcome.NOT_APPLICABLE
    assert check(spiked(), 3).outcome is Outcome.NOT_APPLICABLE
    assert check(spiked()[:60], 20).why == "60 values of the loss; it takes 4 periods of them."
    steps = np.cumsum(np.arange(1, 101))
    uneven = Training("t", {"loss": Curve("loss", steps, noisy(100))}, "step", None, "test")
    assert RULE.check(Reading(uneven)).outcome is Outcome.NOT_APPLICABLE


def test_nan_is_left_out() -> None:
    values = spiked()
    values[[3, 47, 110]] = nan
    assert check(values, 20).is_fired
    assert check(np.full(200, nan), 20).outcome is Outcome.CLEAR
