"""The rate was almost nothing while there was still something to learn."""

from __future__ import annotations

from math import nan

from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.decay_ended_early import RULE
from tests.diagnosis.recorded.load import recorded
from tests.diagnosis.trainings import training

RATES = [1.0, 0.9, 0.7, 0.4, 0.2, 0.01, 0.01, 0.01, 0.01]
FROZEN = [2.0, 1.4, 0.9, 0.7, 0.6, 0.6, 0.6, 0.6, 0.6]


def check(**curves: list[float]) -> Check:
    return RULE.check(Reading(training(**curves)))


def test_a_recorded_short_decay_fires_with_its_numbers() -> None:
    answer = RULE.check(Reading(recorded("decay_ended_early")))
    assert answer.severity is Severity.WARNING
    assert "0.1% of its peak by epoch 6" in answer.why
    assert "has stood at 0.8535 since, for 7 of 12 points" in answer.why
    assert answer.advice.startswith("Let the decay last to epoch 12")
    assert answer.at == (6.0, 12.0)


def test_a_recorded_cosine_over_the_whole_training_is_clear() -> None:
    assert RULE.check(Reading(recorded("cosine"))).outcome is Outcome.CLEAR


def test_a_cosine_read_at_the_ends_of_seven_epochs_is_clear() -> None:
    rates = [0.95, 0.81, 0.61, 0.39, 0.19, 0.047, 0.0]
    falling = [4.0, 3.0, 2.1, 1.2, 0.3, 0.3, 0.3]
    answer = check(val_loss=falling, learning_rate=rates)
    assert answer.outcome is Outcome.CLEAR
    assert "for 2 of 7 points" in answer.why


def test_a_loss_that_had_stopped_before_is_clear() -> None:
    stopped = [2.0, 0.7, 0.61, 0.60, 0.601, 0.60, 0.60, 0.60, 0.60]
    answer = check(val_loss=stopped, learning_rate=RATES)
    assert answer.outcome is Outcome.CLEAR
    assert "had stopped falling" in answer.why


def test_a_gain_that_would_have_been_small_is_clear() -> None:
    small = [1.1, 1.05, 1.02, 1.0, 0.98, 0.98, 0.98, 0.98, 0.98]
    assert check(val_loss=small, learning_rate=RATES).outcome is Outcome.CLEAR


def test_a_loss_that_falls_on_after_the_decay_is_clear() -> None:
    on = [2.0, 1.4, 0.9, 0.7, 0.6, 0.55, 0.5, 0.45, 0.4]
    answer = check(val_loss=on, learning_rate=RATES)
    assert answer.outcome is Outcome.CLEAR
    assert "fell on" in answer.why


def test_cuts_are_another_rule() -> None:
    cuts = [1.0] * 5 + [0.01] * 4
    assert check(val_loss=FROZEN, learning_rate=cuts).outcome is Outcome.NOT_APPLICABLE


def test_what_is_missing_is_said() -> None:
    assert check(val_loss=FROZEN).why == "The learning rate was not logged."
    assert check(learning_rate=RATES).outcome is Outcome.NOT_APPLICABLE
    sparse = [nan, nan, nan, 0.7, 0.6, nan, nan, 0.6, 0.6]
    answer = check(val_loss=sparse, learning_rate=RATES)
    assert answer.outcome is Outcome.NOT_ENOUGH_DATA
    assert answer.why.startswith("2 points before")


def test_nan_in_the_course_does_not_hide_it() -> None:
    assert check(val_loss=[2.0, nan, 0.9, 0.7, 0.6, 0.6, nan, 0.6, 0.6], learning_rate=RATES).is_fired
