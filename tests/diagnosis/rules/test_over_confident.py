"""RR133."""

from __future__ import annotations

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.over_confident import check
from tests.diagnosis.trainings import training

_NAN = float("nan")
_LOSS = [0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01]
_RISES = [0.5, 0.42, 0.40, 0.43, 0.47, 0.52, 0.57, 0.62]
_STAYS = [0.80, 0.84, 0.85, 0.85, 0.86, 0.86, 0.87, 0.86]
_MANY = Setting(validation_rows=5000)


def test_loss_and_metric_that_part_are_told_with_both_choices() -> None:
    found = check(Reading(training(_MANY, loss=_LOSS, val_loss=_RISES, val_accuracy=_STAYS)))
    assert found.severity is Severity.WARNING
    assert "Since epoch 3" in found.why and "0.4 to 0.62" in found.why and "85.0% to 86.0%" in found.why
    assert "epoch 7, 87.0%" in found.advice and "temperature" in found.advice and "label smoothing" in found.advice


def test_where_both_choose_the_same_epoch_the_advice_says_so() -> None:
    found = check(Reading(training(_MANY, loss=_LOSS, val_loss=_RISES, val_accuracy=[0.8, 0.84, *[0.86] * 6])))
    assert "both best at epoch 3" in found.advice


def test_an_auc_or_f_score_speaks_where_there_is_no_accuracy() -> None:
    assert "val_auc_1" in check(Reading(training(_MANY, loss=_LOSS, val_loss=_RISES, val_auc_1=_STAYS))).why
    assert "val_f1_score" in check(Reading(training(_MANY, loss=_LOSS, val_loss=_RISES, val_f1_score=_STAYS))).why


def test_a_metric_that_falls_too_is_plain_overfitting() -> None:
    falls = [0.80, 0.84, 0.86, 0.85, 0.82, 0.79, 0.77, 0.75]
    found = check(Reading(training(_MANY, loss=_LOSS, val_loss=_RISES, val_accuracy=falls)))
    assert found.outcome is Outcome.CLEAR and "overfitting" in found.why


def test_with_few_rows_a_small_fall_cannot_be_called_staying() -> None:
    falls = [0.80, 0.84, 0.86, 0.85, 0.84, 0.84, 0.83, 0.83]
    found = check(Reading(training(Setting(validation_rows=40), loss=_LOSS, val_loss=_RISES, val_accuracy=falls)))
    assert found.outcome is Outcome.CLEAR and "its noise is" in found.why


def test_a_healthy_training_is_silent() -> None:
    found = check(
        Reading(
            training(_MANY, loss=_LOSS, val_loss=[0.5, 0.42, 0.4, 0.39, 0.385, 0.38, 0.38, 0.381], val_accuracy=_STAYS)
        )
    )
    assert found.outcome is Outcome.CLEAR and "within noise" in found.why


def test_a_training_loss_that_rises_too_is_unstable_not_sure() -> None:
    unstable = [0.6, 0.4, 0.3, 0.35, 0.4, 0.5, 0.55, 0.6]
    assert not check(Reading(training(_MANY, loss=unstable, val_loss=_RISES, val_accuracy=_STAYS))).is_fired


def test_a_divergence_is_not_called_confidence() -> None:
    blown = training(loss=[9.0, 8.0, 7.0, 6.0], val_loss=[132.0, 140.0, 1e6, 1e21], val_accuracy=[0.4, 0.4, 0.7, 0.76])
    assert check(Reading(blown)).outcome is Outcome.CLEAR
    never = training(Setting(classes=2), loss=_LOSS, val_loss=[one + 0.4 for one in _RISES], val_accuracy=[0.61] * 8)
    assert check(Reading(never)).outcome is Outcome.CLEAR


def test_three_validations_are_not_enough_and_nan_counts_as_none() -> None:
    found = check(Reading(training(loss=_LOSS[:4], val_loss=[0.4, _NAN, 0.5, 0.6], val_accuracy=[0.8] * 4)))
    assert found.outcome is Outcome.NOT_ENOUGH_DATA and "3 validations" in found.why


def test_without_a_metric_it_is_not_applicable() -> None:
    assert check(Reading(training(loss=_LOSS, val_loss=_RISES))).outcome is Outcome.NOT_APPLICABLE
