"""Batches of few rows, or with rare rows of great weight: they differ most before anything is learned."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules import first_steps_spike, no_warm_up

Draw = Callable[[np.random.Generator, int], np.ndarray]


def watched(losses: np.ndarray, planned: int | None = None) -> Training:
    """A training at a constant rate with 8 validations, as a watch records it."""
    steps, per_epoch = np.arange(1, losses.size + 1), losses.size // 8
    curves = {
        "loss": Curve("loss", steps, losses),
        "learning_rate": Curve("learning_rate", steps, np.full(losses.size, 1e-3)),
        "val_loss": Curve("val_loss", steps[per_epoch - 1 :: per_epoch], np.geomspace(0.3, 0.05, 8)),
    }
    return Training("t", curves, "step", per_epoch, "test", Setting(planned=planned))


def squares_of(rows: int) -> Draw:
    """Mean squared errors of so many rows, as a share of their expectation."""
    return lambda rng, steps: rng.chisquare(rows, steps) / rows


def weighted(rng: np.random.Generator, steps: int) -> np.ndarray:
    """16 rows, of which one in 20 counts thirty times."""
    return (0.05 + 30 * rng.binomial(16, 0.05, steps) / 16) / 1.55


@pytest.mark.parametrize("draw", [squares_of(8), squares_of(32), weighted])
@pytest.mark.parametrize("rule", [first_steps_spike, no_warm_up])
def test_a_healthy_descent_of_small_batches_is_no_spike(rule: object, draw: Draw) -> None:
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(100):
        steps = 8 * int(rng.integers(5, 80))
        level = 0.05 + 0.95 * np.exp(-np.arange(steps) / (steps / rng.uniform(3, 20)))
        alarms += rule.check(Reading(watched(level * draw(rng, steps)))).is_fired  # type: ignore[attr-defined]
    assert alarms <= 3


def test_a_spike_far_beyond_what_small_batches_differ_by_is_told() -> None:
    rng = np.random.default_rng(0)
    losses = np.geomspace(1.0, 0.05, 400) * squares_of(32)(rng, 400)
    losses[5:15] *= 8 * np.geomspace(1, 0.3, 10)
    assert first_steps_spike.check(Reading(watched(losses))).is_fired


def test_a_warm_up_is_a_tenth_of_the_planned_steps_also_while_the_training_runs() -> None:
    losses = np.array([2.0, 3.5, 4.4, 4.6, 4.2, 3.4, 2.6, *np.linspace(1.9, 0.5, 73)])
    assert "over 40 steps" in no_warm_up.check(Reading(watched(losses, planned=400))).advice
    assert "over 8 steps" in no_warm_up.check(Reading(watched(losses))).advice
