"""A training that diverged: NaN that stays, a loss that ends above where it began, or above knowing nothing."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.examine import examine
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.diverged import RULE
from tests.diagnosis.trainings import training

nan = float("nan")


def check(setting: Setting | None = None, **values: list[float]) -> Check:
    return RULE.check(Reading(training(setting, **values)))


@pytest.mark.parametrize("lost", [nan, float("inf")])
def test_a_loss_that_stays_no_number_is_critical_and_says_where_and_what_rate_to_try(lost: float) -> None:
    answer = check(loss=[0.9, 0.7, lost, lost], learning_rate=[0.5] * 4)
    assert answer.severity is Severity.CRITICAL
    assert "at epoch 3, after 0.7" in answer.why
    assert answer.advice == "Train again from the starting weights with a rate of 0.05 instead of 0.5."
    assert answer.at == (3.0, 4.0)


def test_no_number_from_the_first_epoch_on_may_be_the_rate_or_the_inputs() -> None:
    answer = check(loss=[nan, nan])
    assert answer.is_fired and "a tenth of the rate. If it is NaN there too" in answer.advice
    by_step = Training("t", {"loss": Curve("loss", np.array([1, 2]), np.array([nan, nan]))}, "step", 10, "test")
    assert (
        "inputs and labels" in RULE.check(Reading(by_step)).advice
        and "a tenth" not in RULE.check(Reading(by_step)).advice
    )


def test_a_classifier_whose_every_value_is_far_above_knowing_nothing_diverged() -> None:
    answer = check(Setting(classes=10), val_loss=[157.0, 150.0, 157.0])
    assert answer.is_fired and "where a network that knows nothing has 2.303" in answer.why


def test_an_explosion_within_the_first_batches_is_no_beginning() -> None:
    losses = np.array([2.41, 990.0, 1.17e6, 6.25e6, *[150.0] * 20])
    by_step = Training("t", {"loss": Curve("loss", np.arange(1, 25), losses)}, "step", 43, "test")
    answer = RULE.check(Reading(by_step))
    assert answer.is_fired and "ended at 150, above the 2.41 it began with" in answer.why


def test_one_nan_between_good_values_is_no_divergence() -> None:
    assert check(loss=[0.9, nan, 0.5, 0.4]).outcome is Outcome.CLEAR


def test_a_loss_that_ends_far_above_its_start_diverged() -> None:
    answer = check(loss=[0.3, 5.0, 0.7, 0.7, 0.7], val_loss=[0.2, 9.0, 0.7, 0.7, 0.7])
    assert answer.is_fired and "above the 0.3 it began with" in answer.why


def test_a_classifier_that_ends_above_knowing_nothing_diverged() -> None:
    losses = [4.5, 4.4, 4.3, 4.3, 4.3]
    assert check(loss=losses).outcome is Outcome.CLEAR
    assert check(Setting(classes=2), loss=losses).outcome is Outcome.CLEAR  # it began there
    assert check(Setting(classes=2), loss=[0.8, 4.4, 4.3, 4.3, 4.3]).is_fired


def test_validation_that_rose_while_training_fell_is_overfitting_not_divergence() -> None:
    overfits = training(loss=[0.25, 0.04, 0.01, 0.004, 0.002], val_loss=[0.077, 0.058, 0.12, 0.13, 0.125])
    assert RULE.check(Reading(overfits)).outcome is Outcome.CLEAR
    assert examine(overfits).leading.code == "RR121"


def test_one_value_is_not_enough() -> None:
    assert check(loss=[0.5]).outcome is Outcome.NOT_ENOUGH_DATA


def test_validation_that_blew_up_diverged_even_if_training_came_down_from_where_it_was_thrown() -> None:
    assert check(loss=[9e3, 8e3, 7e3, 6e3], val_loss=[132.0, 140.0, 1e6, 1e21]).is_fired


def by_step(losses: list[float], per_epoch: int | None = None, first: int = 0) -> Training:
    steps = np.arange(first, first + len(losses))
    return Training("t", {"loss": Curve("loss", steps, np.array(losses))}, "step", per_epoch, "test")


def test_a_short_log_of_epochs_that_counts_them_as_steps() -> None:
    rises = [1, 1.5, 4, 20, 100, 1e3, 1e4, 1e5, 1e6, 1e7]
    assert examine(by_step(rises)).leading.code == "RR101"
    assert RULE.check(Reading(by_step([1.0, 0.9, 1.2, 1.4, 1.0, 1.3]))).outcome is Outcome.CLEAR


def test_one_step_an_epoch_is_judged_as_epochs() -> None:
    losses = [2.3195, 12648.6, 7.3e13, 5.3e9, 132.9]
    assert RULE.check(Reading(by_step(losses, per_epoch=1, first=1))).is_fired


def looked_at(losses: np.ndarray) -> bool:
    """Whether a training that is looked at after each 5 % of growth is ever called diverged."""
    ends = np.unique(np.minimum((16 * 1.05 ** np.arange(200)).astype(int), losses.size))
    return any(RULE.check(Reading(by_step(losses[:end].tolist()))).is_fired for end in ends)


@pytest.mark.parametrize("sigma", [0.3, 0.6, 1.0])
def test_batches_that_only_shake_have_not_diverged(sigma: float) -> None:
    shaking = [0.5 * np.exp(sigma * np.random.default_rng(seed).normal(size=300)) for seed in range(20)]
    assert sum(looked_at(losses) for losses in shaking) == 0


@pytest.mark.parametrize("sigma", [0.3, 1.0])
def test_batches_that_shake_and_climb_are_told_within_a_twentieth(sigma: float) -> None:
    steps = np.arange(300)
    climb = np.exp(np.clip(steps - 100, 0, None) * 0.5)
    losses = 0.5 * np.exp(sigma * np.random.default_rng(3).normal(size=300)) * climb
    assert RULE.check(Reading(by_step(losses[:115].tolist()))).is_fired
