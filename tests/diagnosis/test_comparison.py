"""Several trainings at different rates: which was too low, which too high, and what to try next."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.curves.training import Training
from rightrate.diagnosis.comparison import compare
from tests.diagnosis.trainings import training, trainings

NAN = float("nan")


def at(rate: float | None, final: float, start: float = 1.0) -> Training:
    losses = [start, (start + final) / 2 if math.isfinite(final) else start, final]
    if rate is None:
        return training(val_loss=losses)
    return training(val_loss=losses, learning_rate=[rate] * 3)


def places(*trainings: Training) -> list[str]:
    return [row.place for row in compare(trainings).rows]


def test_rates_on_both_sides_of_the_best_are_named() -> None:
    comparison = compare([at(1e-1, NAN), at(1e-4, 0.9), at(1e-3, 0.40), at(1e-2, 0.8), at(3e-3, 0.41)])
    assert [row.learning_rate for row in comparison.rows] == [1e-4, 1e-3, 3e-3, 1e-2, 1e-1]
    assert [row.place for row in comparison.rows] == ["too low", "right", "right", "too high", "too high"]
    assert comparison.sentence == (
        "The best rate of 5 is 0.001 (val_loss 0.4). As good: 0.003. Too low: 0.0001 (0.9). "
        "Too high: 0.01 (0.8), 0.1 (no number)."
    )


@pytest.mark.parametrize(
    ("rates", "finals", "expected"),
    [
        ([1e-4, 1e-3], [0.9, 0.4], 10**-2.5),  # the best is the largest
        ([1e-3, 1e-2], [0.4, 0.9], 10**-3.5),  # the best is the smallest
        ([1e-5, 1e-3, 2e-3], [0.9, 0.4, 0.9], 1e-4),  # two decades lie open below it
        ([5e-4, 1e-3, 2e-3], [0.9, 0.4, 0.9], None),  # nothing is open
        ([1e-2, 1e-1], [NAN, NAN], 1e-3),  # all diverged
    ],
)
def test_the_next_rate_lies_where_nothing_was_tried(
    rates: list[float], finals: list[float], expected: float | None
) -> None:
    comparison = compare([at(*one) for one in zip(rates, finals, strict=True)])
    assert comparison.next_rate == (None if expected is None else pytest.approx(expected))
    assert expected is None or f"{expected:.2g}" in comparison.advice


def test_seeds_of_one_rate_are_judged_by_their_mean() -> None:
    assert places(at(1e-3, 0.4), at(1e-3, 0.6), at(1e-2, 0.47), at(1e-2, 0.47)) == ["right", "right"] * 2
    assert places(at(1e-3, 0.4), at(1e-3, NAN), at(1e-2, 0.9)) == ["too low", "too low", "right"]


def test_without_rates_the_best_is_named_and_no_place_is_given() -> None:
    comparison = compare([at(None, 0.9), at(None, 0.4)])
    assert [row.place for row in comparison.rows] == ["unknown", "unknown"]
    assert "ended best (val_loss 0.4)" in comparison.sentence and "do not say the learning rates" in comparison.sentence


def test_a_training_without_validation_makes_all_compared_by_training_loss() -> None:
    both = training(loss=[1.0, 0.2], val_loss=[1.0, 0.9], learning_rate=[1e-2, 1e-2])
    one = training(loss=[1.0, 0.5], learning_rate=[1e-3, 1e-3])
    comparison = compare([both, one])
    assert comparison.quantity == "loss" and [row.final for row in comparison.rows] == [0.5, 0.2]


@given(st.lists(trainings(), min_size=1, max_size=4))
def test_any_trainings_are_compared(some: list[Training]) -> None:
    comparison = compare(some)
    assert comparison.sentence.endswith(".") and comparison.advice.endswith(".")
    assert comparison.next_rate is None or comparison.next_rate > 0
