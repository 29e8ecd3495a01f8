"""The first steps throw the loss up at full rate."""

from __future__ import annotations

from math import nan

import pytest

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.no_warm_up import RULE
from tests.diagnosis.trainings import training

WOBBLE = [0.0, 0.05, -0.04, 0.03, -0.05]


def course(first: list[float]) -> list[float]:
    """The first steps as given, then a descent from 1.9 to 0.5 that wobbles."""
    rest = 100 - len(first)
    return first + [1.9 - 1.4 * i / rest + WOBBLE[i % 5] for i in range(rest)]


SPIKE = course([2.0, 3.5, 4.4, 4.6, 4.2, 3.4, 2.6])


def check(loss: list[float], rates: list[float] | None, setting: Setting | None = None, unit: str = "step") -> Check:
    curves = {"loss": loss} | ({"learning_rate": rates} if rates is not None else {})
    return RULE.check(Reading(training(setting, unit=unit, **curves)))


def test_a_spike_at_full_rate_fires_with_its_numbers() -> None:
    answer = check(SPIKE, [0.01] * 100)
    assert answer.severity is Severity.WARNING
    assert "rose from 2 to 4.4 by step 3" in answer.why
    assert "peak of 0.01 from the first step" in answer.why
    assert "from 0 to 0.01 over 10 steps" in answer.advice
    assert "head" not in answer.advice


@pytest.mark.parametrize(("optimizer", "fresh_head", "stronger"), [
    ("AdamW", True, True), ("AdamW", False, False), ("AdamW", None, False), ("SGD", True, False),
])  # fmt: skip
def test_a_fresh_head_and_adam_make_the_advice_stronger(
    optimizer: str, fresh_head: bool | None, stronger: bool
) -> None:
    answer = check(SPIKE, [0.01] * 100, Setting(optimizer=optimizer, fresh_head=fresh_head))
    assert ("train the head alone" in answer.advice) is stronger


def test_a_constant_rate_alone_is_clear() -> None:
    assert check(course([2.0]), [0.01] * 100).outcome is Outcome.CLEAR


def test_a_small_rise_is_clear() -> None:
    assert check(course([2.0, 2.2, 2.4, 2.4, 2.3, 2.1]), [0.01] * 100).outcome is Outcome.CLEAR


def test_one_hard_batch_is_clear() -> None:
    assert check(course([2.0, 2.0, 9.0, 2.0, 1.9]), [0.01] * 100).outcome is Outcome.CLEAR


def test_noise_of_single_batches_is_clear() -> None:
    noisy = [2.0 + (1.2 if i % 3 else -1.2) for i in range(90)] + [0.5] * 10
    noisy[0] = 1.5
    assert check(noisy, [0.01] * 100).outcome is Outcome.CLEAR


def test_a_warm_up_is_clear() -> None:
    rates = [0.01 * min(1.0, (i + 1) / 10) for i in range(100)]
    answer = check(SPIKE, rates)
    assert answer.outcome is Outcome.CLEAR
    assert "there was a warm-up" in answer.why


def test_a_loss_that_never_came_back_is_left_to_the_rate() -> None:
    assert check([2.0] + [4.0 + w for w in WOBBLE] * 20, [0.01] * 101).outcome is Outcome.CLEAR
    far = course([2.0, 300.0, 900.0, 800.0, 200.0, 50.0])
    assert "no warm-up mends that" in check(far, [0.01] * 100).why


def test_epochs_and_a_rate_that_was_not_logged_are_not_applicable() -> None:
    assert check(SPIKE, [0.01] * 100, unit="epoch").outcome is Outcome.NOT_APPLICABLE
    assert check(SPIKE, None).outcome is Outcome.NOT_APPLICABLE


def test_too_few_values_and_nan() -> None:
    answer = check(SPIKE[:9], [0.01] * 9)
    assert answer.outcome is Outcome.NOT_ENOUGH_DATA
    assert answer.why.startswith("9 values")
    assert check([2.0, nan, *SPIKE[2:]], [0.01] * 100).outcome is Outcome.NOT_APPLICABLE
    assert check([*SPIKE[:60], nan, *SPIKE[61:]], [0.01] * 100).is_fired
