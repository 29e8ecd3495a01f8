"""NaN: thrown there by the rate, or met in the data."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.diverged import RULE
from tests.diagnosis.trainings import training


def batches(losses: list[float], rate: float | None = None, **others: list[float]) -> Check:
    steps = np.arange(1, len(losses) + 1)
    curves = {"loss": Curve("loss", steps, np.array(losses))}
    if rate is not None:
        curves["learning_rate"] = Curve("learning_rate", steps, np.full(len(losses), rate))
    for name, values in others.items():
        curves[name] = Curve(name, steps[-len(values) :], np.array(values))
    return RULE.check(Reading(Training("t", curves, "step", 40, "test", Setting(optimizer="Adam"))))


def test_out_of_a_calm_loss_is_the_data_first() -> None:
    answer = batches([2.316, 2.31, 2.35, 2.29, 2.276, nan, nan], rate=1e-3)
    assert answer.cause is Cause.DATA
    assert answer.why == "loss became NaN at step 6, after 2.276, out of a calm loss, and did not come back."
    assert answer.advice.startswith("Look for NaN and infinity in the inputs") and "0.0001" in answer.advice


@pytest.mark.parametrize(
    ("losses", "rate"),
    [
        ([2.316, 2.35, 60.0, 4e5, 3e30, nan], None),  # it rose
        ([2.316, nan, nan], 500.0),  # no time to rise
        ([2.316, nan, nan], None),
    ],
)
def test_after_a_rise_or_at_once_it_is_the_rate(losses: list[float], rate: float | None) -> None:
    answer = batches(losses, rate)
    assert answer.cause is None and "Train again from the starting weights" in answer.advice


def test_at_once_at_a_usual_rate_is_the_data() -> None:
    assert batches([2.316, nan, nan], rate=1e-3).cause is Cause.DATA
    assert RULE.check(Reading(training(loss=[nan, nan], learning_rate=[1e-3] * 2))).cause is Cause.DATA


def test_again_at_a_lower_usual_rate_is_the_data() -> None:
    lower = training(loss=[nan, nan], learning_rate=[1e-3] * 2)
    here = training(loss=[0.8, 0.7, nan], learning_rate=[0.1] * 3)
    assert RULE.check(Reading(here)).cause is None
    assert RULE.check(Reading(here, (lower,))).cause is Cause.DATA


def test_in_the_validation_alone_is_in_its_rows() -> None:
    answer = RULE.check(Reading(training(loss=[2.0, 1.2, 0.6], val_loss=[nan] * 3, learning_rate=[0.1] * 3)))
    assert answer.cause is Cause.DATA and "validation rows" in answer.advice
