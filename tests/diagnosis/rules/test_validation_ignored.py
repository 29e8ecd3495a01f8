"""RR122."""

from __future__ import annotations

import pytest

from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.validation_ignored import check
from tests.diagnosis.trainings import training

_NAN = float("nan")


def test_a_training_without_validation_is_told_where_it_stands() -> None:
    found = check(Reading(training(loss=[1.0, 0.5, 0.2], accuracy=[0.5, 0.7, 0.9])))
    assert found.severity is Severity.WARNING
    assert "No validation was recorded up to epoch 3" in found.why
    assert "validation_split=0.2" in found.advice


def test_a_callback_that_decides_by_training_is_named() -> None:
    setting = Setting(monitored=("accuracy", "val_loss", "loss"))
    found = check(Reading(training(setting, loss=[1.0], accuracy=[0.5], val_loss=[1.0], val_accuracy=[0.5])))
    assert found.is_fired and "accuracy and loss" in found.why
    assert "`val_accuracy` and `val_loss`" in found.advice


@pytest.mark.parametrize("monitored", [None, (), ("val_loss",), ("eval_f1",), ("my_score",)])
def test_validation_that_decides_or_may_decide_is_silent(monitored: tuple[str, ...] | None) -> None:
    found = check(Reading(training(Setting(monitored=monitored), loss=[1.0, 0.5], val_loss=[1.0, 0.6])))
    assert found.outcome is Outcome.CLEAR


def test_what_to_monitor_was_recorded() -> None:
    found = check(Reading(training(Setting(monitored=("loss",)), loss=[1.0], val_recall=[0.5])))
    assert "`val_recall`" in found.advice


def test_before_the_first_epoch_has_ended_no_validation_is_expected() -> None:
    def after(steps: int, steps_per_epoch: int | None) -> Outcome:
        one = training(unit="step", loss=[1.0] * steps)
        return check(Reading(Training("t", one.curves, "step", steps_per_epoch, "test"))).outcome

    assert after(10, 10) is Outcome.NOT_ENOUGH_DATA
    assert after(11, 10) is Outcome.FIRED
    assert after(10, None) is Outcome.FIRED


def test_nothing_logged_is_not_enough() -> None:
    assert check(Reading(training())).outcome is Outcome.NOT_ENOUGH_DATA


def test_a_validation_that_is_nan_was_recorded() -> None:
    assert check(Reading(training(loss=[1.0, 0.5], val_loss=[_NAN, _NAN]))).outcome is Outcome.CLEAR
