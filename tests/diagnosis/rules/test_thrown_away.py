"""Networks that large steps threw away at once: by epoch nothing moves, and only the height of the loss tells."""

from __future__ import annotations

import pytest

from rightrate.curves.setting import Setting
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.examine import examine
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules import nothing_moves
from tests.diagnosis.trainings import training

# Trained by Keras: digits, SGD at 500 and at 100; and the same in float16 at 50.
EXPLODED = {
    "loss": [5.6e32, 227, 230, 236, 224, 223.9], "val_loss": [231, 291, 223, 122, 187, 217],
    "accuracy": [0.1] * 6, "val_accuracy": [0.1] * 6,
}  # fmt: skip
HIGH = {
    "loss": [1.18e16, 41.3, 43.7, 44.7, 41.9, 40.9], "val_loss": [36.2, 48.0, 30.5, 38.1, 34.3, 45.3],
    "accuracy": [0.0993, 0.0979, 0.0914, 0.0921, 0.0979, 0.0929],
}  # fmt: skip
DEAD = {"loss": [14.449] * 6, "val_loss": [14.6159] * 6, "accuracy": [0.1] * 6, "val_accuracy": [0.093] * 6}
DEAD_OF_TWO = {"loss": [7.71, 7.7125, 7.7125, 7.7124, 7.7125], "val_loss": [7.6] * 5, "val_accuracy": [0.5] * 5}


@pytest.mark.parametrize("classes", [None, 10])
@pytest.mark.parametrize("values", [EXPLODED, HIGH, DEAD])
def test_is_told_with_and_without_the_classes(values: dict[str, list[float]], classes: int | None) -> None:
    examined = examine(training(Setting(classes=classes), **values))
    assert examined.leading.cause is Cause.RATE_TOO_HIGH and examined.band.band == "bad"


def test_sure_and_wrong_answers_of_two_classes() -> None:
    assert examine(training(**DEAD_OF_TWO)).leading.cause is Cause.RATE_TOO_HIGH


def test_a_network_with_no_gradient_left_was_thrown_there() -> None:
    examined = examine(training(Setting(classes=10), **DEAD, gradient_norm=[9.0, 0.0, 0.0, 0.0, 0.0, 0.0]))
    assert examined.leading.cause is Cause.RATE_TOO_HIGH
    assert not any(answer.counts and answer.cause is Cause.DATA for answer in examined.answers)


def test_without_an_accuracy_weights_may_have_lifted_a_frozen_loss() -> None:
    assert examine(training(loss=[14.449123456] * 6)).leading.cause is Cause.DATA


def test_a_mean_of_1e32_needs_not_even_an_accuracy() -> None:
    answer = examine(training(loss=EXPLODED["loss"], val_loss=EXPLODED["val_loss"])).leading
    assert answer.code == "RR108" and answer.cause is Cause.RATE_TOO_HIGH
    assert examine(training(loss=[1e10, 1e8, 1e7, 9e6])).leading.code != "RR108"  # a squared error in dollars


@pytest.mark.parametrize(
    ("rate", "optimizer", "cause"),
    [
        (1e-7, None, Cause.RATE_TOO_LOW),
        (1e-7, "SGD", Cause.RATE_TOO_LOW),
        (1e-4, "SGD", Cause.RATE_TOO_LOW),
        (1e-3, "Adam", None),
        (1e-5, "Adam", None),
    ],
)
def test_nothing_moves_at_a_rate_far_below_the_usual(rate: float, optimizer: str | None, cause: Cause | None) -> None:
    values = [2.3407531, 2.3407531, 2.3407528, 2.3407529, 2.3407526, 2.3407524]
    one = training(Setting(optimizer=optimizer), val_loss=values, learning_rate=[rate] * 6)
    answer = nothing_moves.check(Reading(one))
    assert answer.is_fired and answer.cause is cause
    if cause is None:
        assert "The rate is not the cure." in answer.advice
    else:
        assert f"at a rate of {rate:.2g}" in answer.why and examine(one).leading.cause is cause


def test_where_the_rate_is_not_known_the_advice_names_it() -> None:
    answer = nothing_moves.check(Reading(training(val_loss=[2.3407531] * 4)))
    assert "Only a rate below 1e-6 would look the same." in answer.advice
