"""RR124."""

from __future__ import annotations

from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.gap import check
from rightrate.diagnosis.rules.overfitting import check as overfitting
from tests.diagnosis.trainings import training

_NAN = float("nan")
_LOSS = [1.0, 0.6, 0.4, 0.28, 0.2, 0.14, 0.1, 0.07]


def test_a_gap_that_grows_while_validation_stands_still_is_a_hint_to_stop() -> None:
    found = check(Reading(training(loss=_LOSS, val_loss=[0.9, 0.65, 0.55, 0.51, 0.50, 0.501, 0.50, 0.501])))
    assert found.severity is Severity.HINT
    assert "0.501" in found.why and "0.07" in found.why and "gained nothing" in found.why
    assert "Stop when val_loss stops gaining" in found.advice
    assert found.at == (5.0, 8.0)


def test_while_validation_still_gains_the_advice_is_to_go_on() -> None:
    found = check(Reading(training(loss=_LOSS, val_loss=[0.9, 0.65, 0.55, 0.50, 0.47, 0.45, 0.435, 0.42])))
    assert found.severity is Severity.HINT and found.advice.startswith("Go on")


def test_a_first_small_rise_of_validation_is_a_warning() -> None:
    found = check(Reading(training(loss=_LOSS, val_loss=[0.9, 0.65, 0.55, 0.51, 0.500, 0.504, 0.508, 0.512])))
    assert found.severity is Severity.WARNING and "begun to rise since epoch 5" in found.why


def test_a_validation_that_has_turned_is_left_to_overfitting() -> None:
    reading = Reading(training(loss=_LOSS, val_loss=[0.9, 0.65, 0.55, 0.5, 0.52, 0.56, 0.60, 0.65]))
    assert overfitting(reading).is_fired
    assert check(reading).outcome is Outcome.CLEAR and "RR121" in check(reading).why


def test_a_healthy_training_is_silent() -> None:
    loss = [1.2, 0.7, 0.5, 0.42, 0.38, 0.36, 0.35, 0.345]
    assert check(Reading(training(loss=loss, val_loss=[one + 0.05 for one in loss]))).outcome is Outcome.CLEAR


def test_a_wide_but_steady_gap_is_silent() -> None:
    loss = [0.10, 0.08, 0.07, 0.065, 0.062, 0.060, 0.059, 0.058]
    assert check(Reading(training(loss=loss, val_loss=[one + 0.3 for one in loss]))).outcome is Outcome.CLEAR


def test_a_gap_that_creeps_within_noise_is_silent() -> None:
    loss = [0.10, 0.08, 0.07, 0.065, 0.0640, 0.0635, 0.0630, 0.0625]
    assert (
        check(Reading(training(loss=loss, val_loss=[*(one + 0.3 for one in loss[:4]), *[0.365] * 4]))).outcome
        is Outcome.CLEAR
    )


def test_a_gap_that_jumps_about_does_not_grow() -> None:
    loss = [0.2, 0.2, 0.2, 0.2, 0.2, 0.05, 0.12, 0.1]
    found = check(Reading(training(loss=loss, val_loss=[0.5] * 8)))
    assert found.outcome is Outcome.CLEAR and "did not grow" in found.why


def test_an_ordinary_gap_that_grows_is_silent() -> None:
    val_loss = [0.90, 0.65, 0.55, 0.51, 0.50, 0.50, 0.50, 0.50]
    loss = [0.90, 0.62, 0.50, 0.44, 0.40, 0.36, 0.32, 0.28]
    assert check(Reading(training(loss=loss, val_loss=val_loss))).outcome is Outcome.CLEAR


def test_one_higher_value_is_no_rise_that_has_begun() -> None:
    found = check(
        Reading(training(loss=[1.0, 0.6, 0.4, 0.2, 0.1, 0.05], val_loss=[0.9, 0.6, 0.52, 0.50, 0.512, 0.508]))
    )
    assert found.severity is Severity.HINT


def test_three_points_are_not_enough_and_nan_counts_as_none() -> None:
    few = check(Reading(training(loss=[1.0, 0.5, 0.1, 0.05], val_loss=[1.0, 0.9, _NAN, 0.9])))
    assert few.outcome is Outcome.NOT_ENOUGH_DATA and "3 points" in few.why


def test_one_of_the_losses_alone_has_no_gap() -> None:
    assert check(Reading(training(val_loss=[1.0, 0.5]))).outcome is Outcome.NOT_APPLICABLE
