"""A cut of the rate while the loss was falling."""

from __future__ import annotations

from math import nan

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.cut_too_early import RULE
from tests.diagnosis.recorded.load import recorded
from tests.diagnosis.trainings import training

RATES = [0.1] * 4 + [0.01] * 4
SLOWED = [2.0, 1.6, 1.2, 0.8, 0.79, 0.78, 0.77, 0.76]


def check(values: list[float], rates: list[float] | None = RATES, **setting: tuple[str, ...]) -> Check:
    curves = {"val_loss": values} | ({"learning_rate": rates} if rates is not None else {})
    return RULE.check(Reading(training(Setting(**setting), **curves)))


def test_a_recorded_callback_with_too_large_a_min_delta_fires_with_its_numbers() -> None:
    answer = RULE.check(Reading(recorded("cut_too_early")))
    assert answer.severity is Severity.WARNING
    assert "cut from 0.1 to 0.01 at epoch 7, while the loss was still falling by 0.11 an epoch" in answer.why
    assert "after the cut it fell by 0.0014" in answer.why
    assert "Keep 0.1 for longer" in answer.advice


def test_a_recorded_cut_at_a_level_that_shakes_is_clear() -> None:
    assert RULE.check(Reading(recorded("cut_at_level"))).outcome is Outcome.CLEAR


def test_a_cut_that_made_the_loss_fall_faster_is_clear() -> None:
    assert check(SLOWED).is_fired
    assert check([2.0, 1.9, 1.8, 1.7, 0.9, 0.6, 0.5, 0.4]).outcome is Outcome.CLEAR


def test_a_fall_within_the_noise_is_clear() -> None:
    values = [1.00, 0.98, 0.99, 0.95] + [0.93, 0.97] * 15
    assert check(values, [0.1] * 4 + [0.01] * 30).outcome is Outcome.CLEAR
    quiet = [1.00, 0.98, 0.97, 0.95] + [0.95] * 30
    assert check(quiet, [0.1] * 4 + [0.01] * 30).is_fired, "the same fall without the noise"


def test_of_two_early_cuts_the_first_is_told() -> None:
    values = [2.0, 1.6, 1.2, 0.8, 0.75, 0.70, 0.65, 0.60, 0.60, 0.60, 0.60, 0.60]
    answer = check(values, [*RATES, *[1e-3] * 4])
    assert "at epoch 5" in answer.why
    assert check([*values[:3], 1.2, 1.2, *values[5:]], [*RATES, *[1e-3] * 4]).is_fired, "and the second on its own"


def test_a_callback_that_watches_another_metric_is_named() -> None:
    assert "It watches val_accuracy" in check(SLOWED, monitored=("val_accuracy",)).advice
    assert "watches" not in check(SLOWED, monitored=("val_loss",)).advice


def test_smooth_decays_have_no_cut() -> None:
    assert check(SLOWED, [0.1 * 0.6**i for i in range(8)]).outcome is Outcome.NOT_APPLICABLE
    assert check(SLOWED, [0.1, 0.1, 0.1, 0.1, 0.066, 0.033, 0.01, 0.0]).outcome is Outcome.NOT_APPLICABLE
    assert check(SLOWED, None).why == "The learning rate was not logged."


def test_too_few_points_and_nan() -> None:
    assert check([2.0, 1.6, 0.8, 0.8], [0.1, 0.1, 0.01, 0.01]).outcome is Outcome.NOT_ENOUGH_DATA
    assert check([2.0, nan, 1.2, 0.8, nan, 0.78, 0.77, 0.76]).is_fired
    assert check([nan] * 8).outcome is Outcome.NOT_ENOUGH_DATA
