"""A constant rate to the end, and a loss that only shakes."""

from __future__ import annotations

from math import nan

from rightrate.curves.setting import Setting
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.no_decay import RULE
from tests.diagnosis.recorded.load import recorded
from tests.diagnosis.trainings import training

SHAKING = [1.6, 0.9, 0.5, 0.455, 0.43, 0.452, 0.425, 0.455, 0.43, 0.45]
JUMPING = [1.6, 0.9, 0.5, 0.46, 0.40, 0.45, 0.39, 0.46, 0.40, 0.45]
TRAIN = [1.8, 1.0, 0.6, 0.44, 0.37, 0.43, 0.38, 0.44, 0.37, 0.42]


def check(setting: Setting | None = None, **curves: list[float]) -> Check:
    return RULE.check(Reading(training(setting, **curves)))


def test_a_plateau_that_shakes_at_a_constant_rate_fires_with_its_numbers() -> None:
    answer = check(loss=TRAIN, val_loss=SHAKING, learning_rate=[0.01] * 10)
    assert answer.severity is Severity.WARNING
    assert "The rate was 0.01 to the end" in answer.why
    assert "since epoch 6" in answer.why
    assert "around 0.45 by 7%" in answer.why
    assert "from 0.01 to 0" in answer.advice
    assert answer.cause is None


def test_validation_that_jumps_by_a_tenth_of_its_level_has_too_high_a_rate() -> None:
    answer = check(loss=TRAIN, val_loss=JUMPING, learning_rate=[0.01] * 10)
    assert answer.cause is Cause.RATE_TOO_HIGH and answer.severity is Severity.WARNING
    assert answer.why == (
        "The rate is too high: since epoch 6 the validation loss jumps around 0.45 by 17%, and the training loss falls steadily no more."
    )
    assert "0.0033 instead of 0.01" in answer.advice
    assert check(loss=JUMPING, learning_rate=[0.01] * 10).cause is None


def test_jumps_of_next_to_nothing_do_not_matter() -> None:
    start, rates = [1.6, 0.3], [0.01] * 10
    jumps = [0.46, 0.40, 0.45, 0.39, 0.46, 0.40, 0.45, 0.42]
    assert check(val_loss=start + [one / 10 for one in jumps], loss=TRAIN, learning_rate=rates).is_fired
    answer = check(val_loss=start + [one / 40 for one in jumps], loss=TRAIN, learning_rate=rates)
    assert answer.outcome is Outcome.CLEAR and "nothing is left to win" in answer.why


def test_where_the_rate_was_not_logged_the_jumps_are_a_hint_with_an_if() -> None:
    answer = check(loss=TRAIN, val_loss=JUMPING)
    assert answer.severity is Severity.HINT and answer.why.startswith(
        "If the rate was constant, it is too high: since epoch 6"
    )


def test_validation_that_jumps_while_the_training_loss_halves_is_not_at_a_level() -> None:
    bumpy = [1, 0.6, 0.4, 0.30, 0.24, 0.25, 0.16]
    answer = check(loss=bumpy, val_loss=[1.1, 0.7, 0.5, 0.42, 0.36, 0.46, 0.40], learning_rate=[0.01] * 7)
    assert answer.outcome is Outcome.CLEAR


def test_without_a_logged_rate_it_is_a_hint_that_says_if() -> None:
    answer = check(loss=TRAIN, val_loss=SHAKING)
    assert answer.severity is Severity.HINT
    assert "if the rate was constant" in answer.why


def test_a_decayed_rate_is_not_applicable() -> None:
    answer = check(val_loss=SHAKING, learning_rate=[0.01 * (1 - i / 10) for i in range(10)])
    assert answer.outcome is Outcome.NOT_APPLICABLE


def test_a_recorded_healthy_training_is_clear_when_its_rate_is_hidden() -> None:
    healthy = recorded("cosine")
    curves = {name: list(healthy.curves[name].values) for name in ("loss", "val_loss")}
    assert check(**curves).outcome is Outcome.CLEAR


def test_a_quiet_plateau_is_clear() -> None:
    quiet = [1.6, 0.9, 0.5, 0.46, 0.440, 0.442, 0.439, 0.441, 0.440, 0.442]
    answer = check(loss=quiet, val_loss=quiet, learning_rate=[0.01] * 10)
    assert answer.outcome is Outcome.CLEAR
    assert "by only 0." in answer.why


def test_validation_that_shakes_while_training_falls_is_clear() -> None:
    falling = [1.8, 1.0, 0.6, 0.5, 0.42, 0.35, 0.29, 0.24, 0.20, 0.17]
    assert check(loss=falling, val_loss=SHAKING, learning_rate=[0.01] * 10).outcome is Outcome.CLEAR


def test_jumping_high_up_is_no_plateau() -> None:
    wild = [1.6, 0.9, 0.5, 0.9, 0.3, 1.2, 0.2, 1.1, 0.3, 1.0]
    assert check(loss=wild, learning_rate=[0.01] * 10).outcome is Outcome.CLEAR
    above = [1.6, 1.9, 1.5] + [2.7, 2.3, 2.6, 2.25, 2.7, 2.3, 2.6]
    assert check(Setting(classes=10), loss=[9.0] * 3 + above[3:], val_loss=above).outcome is Outcome.CLEAR


def test_too_few_points_and_nan() -> None:
    answer = check(val_loss=[1.0, 0.5, nan, 0.4, nan, 0.5])
    assert answer.outcome is Outcome.NOT_ENOUGH_DATA
    assert answer.why.startswith("4 points; it takes 6")
    assert check(loss=TRAIN, val_loss=[*SHAKING[:9], nan]).is_fired
