"""RR141."""

from __future__ import annotations

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.recall_collapses import check
from tests.diagnosis.trainings import training

_NAN = float("nan")


def test_the_trap_is_critical_and_named_with_its_numbers() -> None:
    found = check(
        Reading(
            training(val_accuracy=[0.93, 0.95, 0.96, 0.97, 0.98, 0.98], val_recall=[0.70, 0.75, 0.60, 0.40, 0.20, 0.12])
        )
    )
    assert found.severity is Severity.CRITICAL
    assert "75% at epoch 2 to 12%" in found.why and "95% to 98%" in found.why
    assert "class_weight" in found.advice and "threshold" in found.advice


def test_a_recall_that_fell_below_half_of_the_positives_is_a_warning() -> None:
    found = check(Reading(training(val_accuracy=[0.9] * 6, val_recall=[0.8, 0.75, 0.68, 0.6, 0.52, 0.45])))
    assert found.severity is Severity.WARNING


def test_a_healthy_training_is_silent() -> None:
    found = check(Reading(training(val_accuracy=[0.8, 0.85, 0.9, 0.92], val_recall=[0.5, 0.7, 0.8, 0.82])))
    assert found.outcome is Outcome.CLEAR


def test_the_recall_of_an_untrained_network_was_not_earned() -> None:
    # 10 of 100 rows are positive, and at first it calls everything positive.
    values = {"val_accuracy": [0.10, 0.82, 0.87, 0.87, 0.87], "val_recall": [1.0, 0.1, 0.1, 0.1, 0.1]}
    assert check(Reading(training(**values))).is_fired
    told = check(Reading(training(**values, val_precision=[0.1, 0.1, 0.2, 0.2, 0.2])))
    assert told.outcome is Outcome.CLEAR


def test_with_a_handful_of_positives_a_fall_is_chance() -> None:
    values = {"val_accuracy": [0.9] * 6, "val_recall": [0.66, 0.6, 0.5, 0.4, 0.33, 0.3]}
    assert check(Reading(training(**values))).is_fired
    counts = {
        "val_true_positives": [2.0, 2.0, 1.5, 1.0, 1.0, 1.0],
        "val_false_negatives": [1.0, 1.0, 1.5, 2.0, 2.0, 2.0],
    }
    assert check(Reading(training(**values, **counts))).outcome is Outcome.CLEAR


def test_where_the_accuracy_fell_too_it_is_another_fault() -> None:
    found = check(Reading(training(val_accuracy=[0.95, 0.94, 0.8, 0.6], val_recall=[0.9, 0.9, 0.4, 0.1])))
    assert found.outcome is Outcome.CLEAR and "accuracy fell" in found.why


def test_a_recall_that_was_never_good_has_not_collapsed() -> None:
    found = check(Reading(training(val_accuracy=[0.9] * 5, val_recall=[0.13, 0.1, 0.0, 0.0, 0.0])))
    assert found.outcome is Outcome.CLEAR


def test_two_validations_are_not_enough_and_nan_counts_as_none() -> None:
    found = check(Reading(training(val_accuracy=[0.9, 0.9, 0.9], val_recall=[0.9, _NAN, 0.1])))
    assert found.outcome is Outcome.NOT_ENOUGH_DATA and "2 validations" in found.why


def test_without_accuracy_it_is_not_applicable() -> None:
    one = training(Setting(validation_rows=100), val_recall=[0.9, 0.5, 0.1])
    assert check(Reading(one)).outcome is Outcome.NOT_APPLICABLE
