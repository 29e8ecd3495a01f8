"""A ceiling of training below validation."""

from __future__ import annotations

from math import nan

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.label_noise import RULE
from tests.diagnosis.recorded.load import recorded
from tests.diagnosis.trainings import training

TRAIN = [0.50, 0.66, 0.69, 0.70, 0.70, 0.70, 0.70, 0.70]
VAL = [0.80, 0.90, 0.92, 0.93, 0.93, 0.93, 0.93, 0.93]


def check(setting: Setting | None = None, **curves: list[float]) -> Check:
    return RULE.check(Reading(training(setting, **curves)))


def test_a_ceiling_fires_with_its_numbers_and_names_what_looks_alike() -> None:
    answer = check(accuracy=TRAIN, val_accuracy=VAL)
    assert answer.severity is Severity.HINT
    assert "Training accuracy stands at 70% and validation accuracy at 93%" in answer.why
    assert "25% wrong training labels" in answer.why
    assert "dropout" in answer.advice


def test_other_names_of_accuracy_count() -> None:
    assert check(acc=TRAIN, val_acc=VAL).is_fired


def test_recorded_and_ordinary_trainings_are_clear() -> None:
    assert RULE.check(Reading(recorded("cosine"))).outcome is Outcome.CLEAR
    assert check(accuracy=VAL, val_accuracy=TRAIN).outcome is Outcome.CLEAR


def test_validation_that_leads_only_by_the_lag_of_an_epoch_is_clear() -> None:
    rising = [0.10, 0.25, 0.40, 0.55, 0.70, 0.80]
    assert check(accuracy=rising, val_accuracy=[*rising[1:], 0.88]).outcome is Outcome.CLEAR


def test_training_that_is_still_on_its_way_is_clear() -> None:
    rising = [0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80]
    answer = check(accuracy=rising, val_accuracy=[0.93] * 7)
    assert answer.outcome is Outcome.CLEAR
    assert "on its way" in answer.why


def test_what_the_number_of_validation_rows_explains_is_clear() -> None:
    assert check(Setting(validation_rows=500), accuracy=TRAIN, val_accuracy=VAL).is_fired
    assert check(Setting(validation_rows=10), accuracy=TRAIN, val_accuracy=VAL).outcome is Outcome.CLEAR


def test_losses_alone_show_it_too() -> None:
    train = [2.0, 1.3, 1.1, 1.05, 1.04, 1.04, 1.04]
    val = [1.2, 0.6, 0.45, 0.40, 0.40, 0.39, 0.39]
    answer = check(loss=train, val_loss=val)
    assert answer.is_fired
    assert "stands at 1.04 and the validation loss far below it at 0.395" in answer.why
    assert check(loss=train, val_loss=[0.9 * v for v in train]).outcome is Outcome.CLEAR
    assert check(Setting(classes=2), loss=train, val_loss=val).outcome is Outcome.CLEAR, "worse than knowing nothing"


def test_what_is_missing_is_said_and_nan_is_left_out() -> None:
    assert check(loss=[1.0, 0.5]).outcome is Outcome.NOT_APPLICABLE
    assert check(accuracy=TRAIN[:3], val_accuracy=VAL[:3]).outcome is Outcome.NOT_ENOUGH_DATA
    assert check(accuracy=[*TRAIN[:3], nan, *TRAIN[4:]], val_accuracy=[*VAL[:5], nan, *VAL[6:]]).is_fired
