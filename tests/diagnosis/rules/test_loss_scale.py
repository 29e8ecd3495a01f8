"""The loss scale of mixed precision."""

from __future__ import annotations

from math import nan

import pytest

from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.loss_scale import RULE
from tests.diagnosis.trainings import training

COLLAPSE = [2.0**15, 2.0**13, 2.0**11, 2.0**9, 2.0**6, 2.0**3, 2.0, 0.5]


def check(scales: list[float], name: str = "loss_scale") -> Check:
    return RULE.check(Reading(training(unit="step", **{name: scales})))


def test_a_collapse_fires_with_its_numbers() -> None:
    answer = check(COLLAPSE)
    assert answer.severity is Severity.WARNING
    assert "from 32768 to 0.5 (halved 16 times)" in answer.why
    assert "mixed_bfloat16" in answer.advice


@pytest.mark.parametrize("name", ["scale", "grad_scale", "train/loss_scale", "amp/Grad-Scale"])
def test_it_is_found_by_the_names_of_other_tools(name: str) -> None:
    assert check(COLLAPSE, name).is_fired


@pytest.mark.parametrize("scales", [
    [2.0**16, 2.0**15, 2.0**14, 2.0**14, 2.0**14, 2.0**15],
    [2.0**16, 2.0**9, 2.0**9, 2.0**9, 2.0**9, 2.0**9],
    [2.0**15, 2.0**13, 2.0**12, 2.0**11, 2.0**5, 2.0**6, 2.0**7],
    [1.0] * 6,
    [2.0**15] * 6,
])  # fmt: skip
def test_a_first_fall_a_recovery_and_a_constant_scale_are_clear(scales: list[float]) -> None:
    assert check(scales).outcome is Outcome.CLEAR


def test_a_slow_fall_to_the_end_fires_above_one() -> None:
    assert "halved 7 times" in check([2.0 ** (15 - i) for i in range(8)]).why


def test_a_scale_at_zero_fires() -> None:
    assert "halved to nothing" in check([*COLLAPSE, 0.0, 0.0]).why


def test_what_is_missing_is_said_and_nan_is_left_out() -> None:
    assert RULE.check(Reading(training(loss=[1.0]))).outcome is Outcome.NOT_APPLICABLE
    assert check([2.0**15, nan, 1.0]).why == "2 values of the loss scale; it takes 4."
    assert check([COLLAPSE[0], nan, *COLLAPSE[2:]]).is_fired
