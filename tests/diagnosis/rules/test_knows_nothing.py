"""A network whose first steps took away what it had: it answers by chance, and by epoch this looks calm."""

from __future__ import annotations

import pytest

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.knows_nothing import check
from tests.diagnosis.trainings import training

# Recorded by benchmarks/diagnosis.py: digits_cnn, Adam at 0.1, and the same at 1e-5.
DEAD = {
    "loss": [4.57, 2.31, 2.31, 2.31, 2.30, 2.30, 2.30, 2.30],
    "val_loss": [2.35, 2.33, 2.31, 2.32, 2.32, 2.32, 2.32, 2.32],
}
CREEPING = {
    "loss": [2.334, 2.331, 2.328, 2.325, 2.322, 2.319, 2.316, 2.313],
    "val_loss": [2.335, 2.332, 2.329, 2.326, 2.323, 2.320, 2.317, 2.314],
}
ONE_ANSWER = [0.0825, 0.075, 0.1125, 0.075, 0.075, 0.075, 0.075, 0.075]


def of(classes: int | None = None, **values: list[float]) -> Check:
    return check(Reading(training(Setting(classes=classes), **values)))


def test_is_told_by_the_number_of_classes() -> None:
    answer = of(10, **DEAD)
    assert answer.is_fired
    assert "has stood at 2.3, which knowing nothing of 10 classes gives (2.303)" in answer.why
    assert answer.advice == "Train again from the starting weights with a tenth of the learning rate."


def test_is_told_by_an_accuracy_of_one_answer() -> None:
    answer = of(**DEAD, val_accuracy=ONE_ANSWER)
    assert answer.is_fired and "with an accuracy of 7.5%, which answering one class each time gives" in answer.why


@pytest.mark.parametrize(
    ("why", "accuracy"),
    [
        ("answers that differ", [0.08, 0.10, 0.12, 0.14, 0.155, 0.16, 0.17, 0.18]),
        ("a frequent class", [0.9, 0.97, 0.97, 0.97, 0.97, 0.97, 0.97, 0.97]),
        ("an accuracy that this loss does not fit", [0.08, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
        ("no answer right, which a share of a class cannot be", [0.0] * 8),
    ],
)
def test_an_accuracy_of_anything_else_is_clear(why: str, accuracy: list[float]) -> None:
    assert of(**DEAD, val_accuracy=accuracy).outcome is Outcome.CLEAR, why


def test_a_loss_that_creeps_down_from_chance_is_too_low_a_rate_and_not_this() -> None:
    assert of(10, **CREEPING).outcome is Outcome.CLEAR


def test_without_validation_only_a_high_beginning_tells_it_from_too_low_a_rate() -> None:
    shaken = [2.33, 2.31, 2.34, 2.32, 2.33, 2.31, 2.32, 2.33]
    assert of(10, loss=shaken).outcome is Outcome.CLEAR
    assert of(10, loss=[9.0, *shaken]).is_fired


def test_a_loss_that_was_no_number_at_first_was_high() -> None:
    assert of(10, **{**DEAD, "loss": [float("nan"), *DEAD["loss"][1:]]}).is_fired


def test_a_network_that_learned_is_clear() -> None:
    assert of(10, loss=[2.3, 1.2, 0.8, 0.61, 0.6, 0.6]).outcome is Outcome.CLEAR


def test_a_regression_has_no_level_of_knowing_nothing() -> None:
    assert of(**DEAD).outcome is Outcome.NOT_APPLICABLE


def test_three_points_are_not_enough() -> None:
    assert of(10, loss=[4.0, 2.3, 2.3]).outcome is Outcome.NOT_ENOUGH_DATA
