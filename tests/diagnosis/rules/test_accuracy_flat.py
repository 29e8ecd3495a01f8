"""RR132."""

from __future__ import annotations

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.accuracy_flat import check
from tests.diagnosis.trainings import training

_NAN = float("nan")
_FALLS = [1.1, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]


def test_a_loss_that_improves_without_the_accuracy_is_told() -> None:
    found = check(Reading(training(Setting(validation_rows=1000), val_loss=_FALLS, val_accuracy=[0.6] * 8)))
    assert found.severity is Severity.WARNING
    assert "from 0.8 to 0.4 since epoch 4" in found.why and "60.0% to 60.0%" in found.why


def test_an_accuracy_that_falls_is_told_too() -> None:
    falling = [0.6, 0.6, 0.6, 0.6, 0.59, 0.58, 0.57, 0.56]
    assert check(Reading(training(Setting(validation_rows=1000), val_loss=_FALLS, val_acc=falling))).is_fired


def test_an_accuracy_that_rises_with_it_is_healthy() -> None:
    found = check(Reading(training(val_loss=_FALLS, val_accuracy=[0.5, 0.55, 0.6, 0.64, 0.7, 0.75, 0.8, 0.83])))
    assert found.outcome is Outcome.CLEAR and "rose from 64.0% to 83.0%" in found.why


def test_near_the_ceiling_flat_is_healthy() -> None:
    found = check(Reading(training(Setting(validation_rows=500), val_loss=_FALLS, val_accuracy=[0.985] * 8)))
    assert found.outcome is Outcome.CLEAR and "noise" in found.why


def test_few_validation_rows_hide_the_rise() -> None:
    one = training(Setting(validation_rows=30), val_loss=_FALLS, val_accuracy=[0.6] * 8)
    assert check(Reading(one)).outcome is Outcome.CLEAR


def test_a_loss_that_comes_down_from_an_explosion_is_not_progress() -> None:
    one = training(
        Setting(validation_rows=1000, classes=2), val_loss=[90.0, 50.0, 30.0, 9.0, 5.0, 2.0], val_accuracy=[0.6] * 6
    )
    assert check(Reading(one)).outcome is Outcome.CLEAR


def test_a_loss_that_stands_still_says_nothing_of_the_accuracy() -> None:
    assert check(Reading(training(val_loss=[0.5] * 8, val_accuracy=[0.6] * 8))).outcome is Outcome.CLEAR


def test_three_validations_are_not_enough_and_nan_counts_as_none() -> None:
    found = check(Reading(training(val_loss=_FALLS[:4], val_accuracy=[0.5, _NAN, 0.5, 0.5])))
    assert found.outcome is Outcome.NOT_ENOUGH_DATA and "3 validations" in found.why


def test_an_accuracy_in_per_cent_is_not_guessed_at() -> None:
    assert check(Reading(training(val_loss=_FALLS, val_accuracy=[60.0] * 8))).outcome is Outcome.NOT_APPLICABLE
