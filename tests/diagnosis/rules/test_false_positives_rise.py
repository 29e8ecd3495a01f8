"""RR142."""

from __future__ import annotations

from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.false_positives_rise import check
from tests.diagnosis.trainings import training

_NAN = float("nan")
_FALLS = [0.80, 0.90, 0.92, 0.88, 0.84, 0.80, 0.75, 0.71]


def test_a_precision_that_falls_is_told_with_its_best_epoch_and_the_next_rate() -> None:
    found = check(Reading(training(val_precision_1=_FALLS, val_recall_1=[0.8] * 8, learning_rate=[0.003] * 8)))
    assert found.severity is Severity.WARNING
    assert "val_precision_1 fell from 92% at epoch 3 to 71%" in found.why
    assert "epoch 3" in found.advice and "0.001 instead of 0.003" in found.advice
    assert found.at == (3.0, 8.0)


def test_precision_that_bought_recall_is_a_moved_threshold() -> None:
    found = check(Reading(training(val_precision=_FALLS, val_recall=[0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9])))
    assert found.outcome is Outcome.CLEAR and "recall went from 50% to 90% for it" in found.why


def test_precision_that_fell_in_training_too_is_no_noise_learned_by_heart() -> None:
    found = check(Reading(training(val_precision=_FALLS, val_recall=[0.8] * 8, precision=_FALLS)))
    assert found.outcome is Outcome.CLEAR and "in training too" in found.why


def test_an_early_precision_of_few_answers_is_not_the_best() -> None:
    found = check(
        Reading(
            training(val_precision=[1.0, 0.8, 0.8, 0.81, 0.8, 0.8], val_recall=[0.02, 0.75, 0.74, 0.74, 0.75, 0.74])
        )
    )
    assert found.outcome is Outcome.CLEAR


def test_one_dip_is_not_a_fall() -> None:
    found = check(Reading(training(val_precision=[0.9, 0.91, 0.92, 0.92, 0.92, 0.92, 0.75], val_recall=[0.8] * 7)))
    assert found.outcome is Outcome.CLEAR


def test_few_answers_explain_a_fall() -> None:
    columns = {"val_precision": [0.9, 0.9, 0.88, 0.86, 0.82, 0.8], "val_recall": [0.8] * 6}
    assert check(Reading(training(**columns))).is_fired
    few = {"val_true_positives": [9.0] * 6, "val_false_positives": [1.0, 1.0, 1.0, 1.0, 2.0, 2.0]}
    assert check(Reading(training(**columns, **few))).outcome is Outcome.CLEAR


def test_counts_alone_tell_it() -> None:
    rising = [30, 20, 20, 35, 50, 60, 70]
    found = check(Reading(training(val_false_positives=rising, val_true_positives=[90] * 7)))
    assert found.is_fired and "from 20 at epoch 2 to 70" in found.why
    assert not check(
        Reading(training(val_false_positives=rising, val_true_positives=[50, 60, 60, 80, 100, 120, 140]))
    ).is_fired
    assert not check(Reading(training(val_false_positives=[4, 3, 5, 6, 4, 5], val_true_positives=[90] * 6))).is_fired


def test_a_network_that_calls_nothing_positive_is_not_the_best_for_it() -> None:
    found = check(
        Reading(training(val_false_positives=[0, 0, 40, 42, 41, 40], val_true_positives=[0, 0, 80, 85, 84, 85]))
    )
    assert found.outcome is Outcome.CLEAR


def test_a_healthy_training_is_silent() -> None:
    found = check(Reading(training(val_precision=[0.6, 0.8, 0.85, 0.88, 0.89], val_recall=[0.6, 0.7, 0.8, 0.82, 0.83])))
    assert found.outcome is Outcome.CLEAR


def test_three_validations_are_not_enough_and_nan_counts_as_none() -> None:
    found = check(Reading(training(val_precision=[0.9, _NAN, 0.7, 0.5], val_recall=[0.5] * 4)))
    assert found.outcome is Outcome.NOT_ENOUGH_DATA and "3 validations" in found.why


def test_without_precision_or_counts_it_is_not_applicable() -> None:
    assert check(Reading(training(val_loss=[0.5, 0.4]))).outcome is Outcome.NOT_APPLICABLE
