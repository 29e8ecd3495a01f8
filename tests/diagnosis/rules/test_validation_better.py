"""RR125."""

from __future__ import annotations

from rightrate.curves.setting import Setting
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.validation_better import RULE, check
from tests.diagnosis.trainings import training

_NAN = float("nan")
_VAL = [1.8, 1.2, 0.9, 0.8, 0.75, 0.72]
_LOSS = [2.3, 1.9, 1.6, 1.45, 1.4, 1.37]


def test_it_is_explained_and_points_to_no_cause() -> None:
    found = check(Reading(training(loss=_LOSS, val_loss=_VAL)))
    assert found.severity is Severity.HINT and RULE.cause is Cause.NONE
    assert "0.75 at epoch 5" in found.why and "1.37" in found.why and "no fault" in found.why
    assert "dropout" in found.advice


def test_the_half_epoch_that_keras_lags_behind_is_no_finding() -> None:
    # A fast descent: each validation is far below its own epoch's mean, and above the next one's.
    loss = [2.0, 1.2, 0.72, 0.43, 0.26, 0.155]
    val_loss = [1.5, 0.9, 0.55, 0.33, 0.2, 0.12]
    assert all(val < 0.8 * own for val, own in zip(val_loss, loss, strict=True))
    assert check(Reading(training(loss=loss, val_loss=val_loss))).outcome is Outcome.CLEAR


def test_a_healthy_training_is_silent() -> None:
    found = check(Reading(training(loss=[1.0, 0.6, 0.5, 0.45], val_loss=[0.8, 0.56, 0.5, 0.47])))
    assert found.outcome is Outcome.CLEAR


def test_few_validation_rows_may_be_easier_by_chance() -> None:
    def outcome(rows: int) -> Outcome:
        return check(Reading(training(Setting(validation_rows=rows), loss=_LOSS, val_loss=_VAL))).outcome

    assert outcome(400) is Outcome.FIRED
    assert outcome(20) is Outcome.CLEAR


def test_losses_of_a_network_that_knows_nothing_are_no_riddle() -> None:
    setting = Setting(classes=2)
    failed = training(setting, loss=[9.0, 3.0, 2.0, 1.7, 1.6], val_loss=[3.0, 1.0, 0.9, 0.8, 0.8])
    assert check(Reading(failed)).outcome is Outcome.CLEAR


def test_two_points_are_not_enough_and_nan_counts_as_none() -> None:
    found = check(Reading(training(loss=_LOSS[:3], val_loss=[1.0, _NAN, 0.5])))
    assert found.outcome is Outcome.NOT_ENOUGH_DATA and "2 points" in found.why


def test_without_validation_it_is_not_applicable() -> None:
    assert check(Reading(training(loss=_LOSS))).outcome is Outcome.NOT_APPLICABLE
