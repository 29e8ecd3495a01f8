"""The gradient norm grows, or spikes before the loss rises."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.gradient_norm import RULE
from tests.diagnosis.trainings import training

STEADY = [1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 1.0]
FALLING = [2.0 - 0.1 * i for i in range(12)]
GROWING = [1.0, 1.1, 0.9, 1.0, 1.5, 2.5, 4.0, 7.0, 12.0, 16.0, 20.0, 30.0]


def check(norms: list[float], loss: list[float] | None = None, **more: list[float]) -> Check:
    return RULE.check(Reading(training(unit="step", gradient_norm=norms, **({"loss": loss} if loss else {}), **more)))


def test_growth_while_the_loss_falls_is_a_warning_with_its_numbers() -> None:
    answer = check(GROWING, FALLING, learning_rate=[0.03] * 12)
    assert answer.severity is Severity.WARNING
    assert "grew from 0.949 to 24.5, 25.8 times, since step 3." in answer.why
    assert "global_clipnorm=1.1" in answer.advice
    assert "0.01 instead of 0.03" in answer.advice


def test_growth_with_a_rising_loss_is_critical() -> None:
    answer = check(GROWING, [2.0, 1.8, 1.6, 1.4, 1.3, 1.3, 1.5, 1.8, 2.1, 2.5, 3.0, 3.5])
    assert answer.severity is Severity.CRITICAL
    assert answer.why.endswith("and the loss rose.")


def test_a_spike_before_a_rise_of_the_loss_fires() -> None:
    norms = [*STEADY[:6], 40.0, *STEADY[7:]]
    rising = [*FALLING[:7], 2.6, 2.5, 2.4, 2.3, 2.2]
    answer = check(norms, rising)
    assert answer.severity is Severity.WARNING
    assert "spiked to 40 at step 7, 40 times its median of 1" in answer.why
    assert "global_clipnorm=1.1" in answer.advice


def test_a_spike_that_the_loss_bears_is_clear() -> None:
    assert check([*STEADY[:6], 40.0, *STEADY[7:]], FALLING).outcome is Outcome.CLEAR


@pytest.mark.parametrize("norms", [
    STEADY,
    [60.0, 30.0, 15.0, 8.0, 4.0, 2.0, 1.0, 1.0, 1.1, 0.9, 1.0, 1.0],
    [0.5, 1.0, 2.0, 3.0, 3.0, 3.1, 2.9, 3.0, 3.0, 3.1, 2.9, 3.0],
])  # fmt: skip
def test_steady_norms_a_large_start_and_modest_growth_are_clear(norms: list[float]) -> None:
    assert check(norms, FALLING).outcome is Outcome.CLEAR


def test_growth_within_the_noise_is_clear() -> None:
    wild = [0.01, 10.0, 0.02, 8.0, 0.01, 9.0, 0.03, 20.0, 0.02, 30.0, 0.3, 40.0]
    assert check(wild, FALLING).outcome is Outcome.CLEAR


def test_a_norm_that_stays_nan_is_critical_but_not_under_a_loss_scale() -> None:
    lost = [*STEADY[:9], nan, nan, nan]
    answer = check(lost, FALLING)
    assert answer.severity is Severity.CRITICAL
    assert "no number from step 10 on" in answer.why
    assert check([*STEADY, inf], [*FALLING, 0.8], loss_scale=[32768.0] * 13).outcome is Outcome.CLEAR
    assert check([*STEADY[:4], nan, *STEADY[5:]], FALLING).outcome is Outcome.CLEAR


def test_what_is_missing_is_said() -> None:
    assert RULE.check(Reading(training(loss=FALLING))).outcome is Outcome.NOT_APPLICABLE
    assert check(STEADY[:5]).why == "5 values of the gradient norm; it takes 6."


@pytest.mark.parametrize("seed", [*range(30), 991])
def test_heavy_tails_over_a_loss_that_only_shakes_are_clear(seed: int) -> None:
    rng = np.random.default_rng(seed)
    norms = np.exp(1.5 * rng.standard_normal(300))
    loss = np.linspace(2.0, 1.0, 300) + 0.3 * rng.standard_normal(300)
    assert check(list(norms), list(loss)).outcome is Outcome.CLEAR
