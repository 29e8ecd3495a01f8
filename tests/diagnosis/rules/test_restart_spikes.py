"""Warm restarts that only cost."""

from __future__ import annotations

from math import nan

from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.restart_spikes import RULE
from tests.diagnosis.recorded.load import recorded
from tests.diagnosis.trainings import training

RATES = [0.1, 0.05, 0.01, 0.1, 0.05, 0.01]


def check(values: list[float], rates: list[float] | None = RATES) -> Check:
    curves = {"val_loss": values} | ({"learning_rate": rates} if rates is not None else {})
    return RULE.check(Reading(training(**curves)))


def test_a_recorded_restart_with_no_time_left_fires_with_its_numbers() -> None:
    answer = RULE.check(Reading(recorded("restarted_too_late")))
    assert answer.severity is Severity.HINT
    assert "from 0.015 to 0.6 at epoch 11" in answer.why
    assert "from 0.3896 to 0.4595; the best since is 0.453" in answer.why
    assert answer.advice.startswith("Keep the weights of epoch 10.")
    assert "restart at 0.2" in answer.advice


def test_a_restart_that_came_back_below_its_level_is_clear() -> None:
    assert check([1.0, 0.6, 0.5, 0.8, 0.55, 0.51]).is_fired
    assert check([1.0, 0.6, 0.5, 0.8, 0.55, 0.45]).outcome is Outcome.CLEAR


def test_a_restart_without_a_jump_is_clear() -> None:
    assert check([1.0, 0.6, 0.5, 0.52, 0.51, 0.51]).outcome is Outcome.CLEAR


def test_a_jump_within_the_noise_is_clear() -> None:
    assert check([1.0, 0.5, 0.9, 0.62, 0.9, 0.6]).outcome is Outcome.CLEAR


def test_a_warm_up_is_no_restart() -> None:
    assert check([1.0, 0.6, 0.5, 0.8, 0.7, 0.7], [0.01, 0.05, 0.1, 0.09, 0.05, 0.01]).outcome is Outcome.NOT_APPLICABLE
    assert check([1.0, 0.6], None).why == "The learning rate was not logged."


def test_a_restart_without_losses_around_it_is_not_enough_and_nan_is_left_out() -> None:
    assert check([1.0, 0.6, 0.5, nan, nan, nan]).outcome is Outcome.NOT_ENOUGH_DATA
    assert check([1.0, nan, 0.5, 0.8, nan, 0.51]).is_fired
