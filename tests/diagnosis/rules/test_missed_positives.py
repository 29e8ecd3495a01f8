"""RR143."""

from __future__ import annotations

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.missed_positives import check
from tests.diagnosis.trainings import training

_NAN = float("nan")
_LEARNS = [0.70, 0.66, 0.63, 0.61, 0.59, 0.57]


def test_positives_that_are_missed_while_it_learns_call_for_a_larger_rate() -> None:
    found = check(
        Reading(
            training(
                loss=_LEARNS, val_loss=_LEARNS, val_recall=[0.1, 0.11, 0.12, 0.12, 0.13, 0.14], learning_rate=[1e-5] * 6
            )
        )
    )
    assert found.severity is Severity.WARNING
    assert "hardly rose and ended at 14%" in found.why
    assert "3e-05 instead of 1e-05" in found.advice


def test_a_recall_that_fell_says_from_where() -> None:
    found = check(Reading(training(val_loss=_LEARNS, val_recall_1=[0.6, 0.55, 0.4, 0.3, 0.2, 0.1])))
    assert found.is_fired and "val_recall_1 fell and ended at 10% (it began at 60%)" in found.why


def test_counts_tell_it_where_no_recall_is_logged() -> None:
    found = check(Reading(training(val_loss=_LEARNS, val_true_positives=[5] * 6, val_false_negatives=[45] * 6)))
    assert found.is_fired and "ended at 10%" in found.why
    alone = training(val_loss=_LEARNS, val_false_negatives=[45] * 6)
    assert check(Reading(alone)).outcome is Outcome.NOT_APPLICABLE


def test_a_recall_on_its_way_up_is_silent() -> None:
    found = check(Reading(training(val_loss=_LEARNS, val_recall=[0.05, 0.1, 0.2, 0.3, 0.38, 0.45])))
    assert found.outcome is Outcome.CLEAR and "rising" in found.why


def test_a_loss_at_rest_does_not_call_for_a_larger_rate() -> None:
    rest = [0.70, 0.40, 0.31, 0.30, 0.301, 0.30]
    found = check(Reading(training(loss=rest, val_loss=rest, val_recall=[0.1] * 6)))
    assert found.outcome is Outcome.CLEAR and "class weights or the threshold" in found.why


def test_a_loss_that_came_down_from_an_explosion_is_never_too_low_a_rate() -> None:
    # Recorded with 100 times the right rate and a cosine decay: no positives are found, and the loss falls.
    blown = [654.0, 3.3, 1.47, 0.92, 0.90, 0.85]
    found = check(Reading(training(Setting(classes=2), loss=blown, val_loss=_LEARNS, val_recall=[0.1, 0, 0, 0, 0, 0])))
    assert not found.is_fired


def test_where_training_finds_them_it_is_not_underfitting() -> None:
    one = training(loss=_LEARNS, val_loss=_LEARNS, val_recall=[0.1] * 6, recall=[0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
    assert check(Reading(one)).outcome is Outcome.CLEAR


def test_a_healthy_training_is_silent() -> None:
    assert check(Reading(training(val_loss=_LEARNS, val_recall=[0.5, 0.6, 0.7, 0.8]))).outcome is Outcome.CLEAR


def test_two_validations_are_not_enough_and_nan_counts_as_none() -> None:
    found = check(Reading(training(val_loss=_LEARNS[:3], val_recall=[0.1, _NAN, 0.1])))
    assert found.outcome is Outcome.NOT_ENOUGH_DATA and "2 validations" in found.why


def test_without_recall_it_is_not_applicable() -> None:
    assert check(Reading(training(val_loss=_LEARNS))).outcome is Outcome.NOT_APPLICABLE
