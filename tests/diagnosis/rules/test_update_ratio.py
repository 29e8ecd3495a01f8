"""Updates too large or too small against the weights."""

from __future__ import annotations

from math import nan

import pytest

from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.update_ratio import RULE
from tests.diagnosis.trainings import training


def check(ratios: list[float], **more: list[float]) -> Check:
    return RULE.check(Reading(training(update_ratio=ratios, **more)))


def test_too_large_names_the_rate_to_take() -> None:
    answer = check([0.05, 0.04, 0.03], learning_rate=[0.1] * 3)
    assert answer.severity is Severity.WARNING
    assert "by 0.04 of their size (median): too much" in answer.why
    assert answer.advice.startswith("Lower the rate, from 0.1 to 0.0025")


def test_too_small_names_the_rate_to_take() -> None:
    answer = check([2e-6] * 4, learning_rate=[1e-6] * 4)
    assert "too little" in answer.why
    assert answer.advice.startswith("Raise the rate, from 1e-06 to 0.0001"), "two decades at most at once"


def test_without_a_logged_rate_it_names_a_factor() -> None:
    assert "0.02 times what it is" in check([0.05] * 3).advice


@pytest.mark.parametrize("ratios", [[1e-3] * 4, [9e-3] * 4, [2e-5] * 4])
def test_healthy_ratios_are_clear(ratios: list[float]) -> None:
    assert check(ratios).outcome is Outcome.CLEAR


def test_the_end_of_a_decay_and_one_large_first_value_are_clear() -> None:
    assert check([1e-3, 5e-4, 1e-6, 1e-7, 1e-8, 1e-8]).outcome is Outcome.CLEAR
    assert check([0.9, 2e-3, 1e-3, 1e-3]).outcome is Outcome.CLEAR


def test_no_update_at_all_does_not_ask_for_a_larger_rate() -> None:
    answer = check([0.0, 0.0, 0.0])
    assert answer.is_fired
    assert "Raise" not in answer.advice


def test_a_logarithm_is_not_a_ratio() -> None:
    assert check([-3.1, -3.0, -2.9]).outcome is Outcome.NOT_APPLICABLE


def test_what_is_missing_is_said_and_nan_is_left_out() -> None:
    assert RULE.check(Reading(training(loss=[1.0]))).outcome is Outcome.NOT_APPLICABLE
    assert check([0.05, nan, 0.05]).why == "2 values of the update ratio; it takes 3."
    assert check([0.05, nan, 0.05, 0.05]).is_fired
