"""No gradient at all."""

from __future__ import annotations

from math import nan

from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.zero_gradient import RULE
from tests.diagnosis.trainings import training


def check(**curves: list[float]) -> Check:
    return RULE.check(Reading(training(**curves)))


def test_zero_at_most_points_fires_with_its_numbers() -> None:
    answer = check(loss=[2.3] * 5, gradient_norm=[0.4, 0.0, 0.0, 1e-14, 0.0])
    assert answer.severity is Severity.CRITICAL
    assert "zero at 4 of 5 values" in answer.why
    assert "dead units" in answer.advice


def test_it_is_found_by_the_names_of_other_tools() -> None:
    one = training(loss=[2.3, 2.3], **{"train/grad_norm": [0.0, 0.0]})
    assert RULE.check(Reading(one)).is_fired


def test_small_gradients_and_a_few_zeros_are_clear() -> None:
    assert check(loss=[1.0] * 4, gradient_norm=[0.5, 1e-9, 0.0, 1e-6]).outcome is Outcome.CLEAR
    assert check(loss=[1.0] * 4, gradient_norm=[0.5, 0.4, 0.0, 0.0]).outcome is Outcome.CLEAR


def test_zero_because_the_loss_is_zero_is_clear() -> None:
    answer = check(loss=[0.4, 0.1, 0.0, 0.0, 0.0], gradient_norm=[1.0, 0.3, 0.0, 0.0, 0.0])
    assert answer.outcome is Outcome.CLEAR
    assert "nothing left to learn" in answer.why


def test_what_is_missing_is_said_and_nan_is_left_out() -> None:
    assert check(loss=[1.0, 1.0]).outcome is Outcome.NOT_APPLICABLE
    assert check(gradient_norm=[0.0, nan]).why == "1 values of the gradient norm; it takes 2."
    assert check(gradient_norm=[nan, 0.0, 0.0]).is_fired
