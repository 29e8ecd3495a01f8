"""A loss that stays the same: frozen, dead, or only too slow."""

from __future__ import annotations

from math import nan

import pytest

from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.nothing_moves import RULE
from tests.diagnosis.recorded.load import recorded
from tests.diagnosis.trainings import training


def check(**curves: list[float]) -> Check:
    return RULE.check(Reading(training(**curves)))


def test_a_recorded_frozen_network_fires_with_its_number() -> None:
    answer = RULE.check(Reading(recorded("frozen")))
    assert answer.severity is Severity.CRITICAL
    assert answer.why.startswith("val_loss stayed at 2.37283 over 4 points")
    assert "len(model.trainable_weights)" in answer.advice


def test_dropout_shakes_the_training_loss_of_a_frozen_network_all_the_same() -> None:
    answer = check(loss=[2.41, 2.38, 2.43], val_loss=[2.302585123, 2.302585123, 2.302585361])
    assert answer.severity is Severity.CRITICAL


def test_a_recorded_healthy_training_is_clear() -> None:
    assert RULE.check(Reading(recorded("cosine"))).outcome is Outcome.CLEAR


def test_a_rate_that_is_far_too_small_moves_and_is_clear() -> None:
    assert check(val_loss=[2.302585123 - 5e-5 * i for i in range(4)]).outcome is Outcome.CLEAR


def test_a_console_log_that_keeps_four_decimals_cannot_be_sure() -> None:
    answer = check(val_loss=[2.3026, 2.3026, 2.3026])
    assert answer.severity is Severity.WARNING
    assert "to the decimals that were logged" in answer.why
    assert "100 times the rate" in answer.advice


@pytest.mark.parametrize("value", [2.302585123, 0.5])
def test_a_rate_of_zero_is_named(value: float) -> None:
    answer = check(val_loss=[value] * 3, learning_rate=[0.0] * 3)
    assert answer.severity is Severity.CRITICAL
    assert "the learning rate was 0" in answer.why


def test_too_few_points_and_nan() -> None:
    assert check(val_loss=[2.302585123, 2.302585123]).outcome is Outcome.NOT_ENOUGH_DATA
    answer = check(val_loss=[nan, 2.302585123, nan])
    assert answer.why == "1 points of a loss; it takes 3."
    assert check(val_loss=[2.302585123, nan, 2.302585123, 2.302585123]).is_fired
