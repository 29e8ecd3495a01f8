"""The rules about the rate, each where it fires, where it stays silent, and where there is too little."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.curves.curve import Curve
from rightrate.curves.training import Training
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules import RULES
from tests.diagnosis.trainings import training

BY_CODE = {rule.code: rule for rule in RULES}
NAN = float("nan")

DESCENT = [1.2, 0.7, 0.5, 0.42, 0.38, 0.36]
FIRES: dict[str, tuple[dict[str, list[float]], str, str]] = {
    "RR102": ({"loss": [2.0, 1.0, 1.6, 0.9, 1.5, 1.0]}, "rose 2 times", "a third of the learning rate"),
    "RR103": (
        {"loss": [2.0, 0.5, 0.4, 0.9, 1.3], "val_loss": [1.9, 0.6, 0.5, 1.0, 1.4]},
        "rose by 225% after epoch 3 (0.4)",
        "Go back to epoch 3",
    ),
    "RR105": ({"loss": [1.0, 0.6, 0.3, 0.1], "val_loss": [0.5, 0.6, 0.8, 0.9]}, "was the first", "a tenth"),
    "RR111": (
        {"val_loss": [2.3, 2.0, 1.7, 1.4, 1.1, 0.8], "learning_rate": [0.01] * 6},
        "its last third took off 43%",
        "0.03 instead of 0.01",
    ),
    "RR113": ({"val_loss": [2.30, 2.29, 2.28, 2.27]}, "crept from 2.3 to 2.27", "ten times the learning rate"),
    "RR114": ({"val_loss": [2.0, 1.7, 1.4, 1.1, 0.8]}, "still gained 27%", "Train longer"),
    "RR121": (
        {"loss": [1.0, 0.5, 0.2, 0.1, 0.05], "val_loss": [0.9, 0.6, 0.7, 0.8, 0.9]},
        "turned at epoch 2 (0.6) and rose by 50% to 0.9",
        "would have kept 0.6",
    ),
}


def check(code: str, **values: list[float]) -> Check:
    return BY_CODE[code].check(Reading(training(**values)))


@pytest.mark.parametrize("code", FIRES)
def test_fires_with_its_numbers_and_with_what_to_change(code: str) -> None:
    values, why, advice = FIRES[code]
    answer = check(code, **values)
    assert answer.is_fired and why in answer.why and advice in answer.advice


@pytest.mark.parametrize("code", FIRES)
def test_a_converged_training_is_clear(code: str) -> None:
    values = {"loss": [*DESCENT, 0.355, 0.352], "val_loss": [0.9, 0.62, 0.50, 0.45, 0.43, 0.42, 0.416, 0.417]}
    assert check(code, **values).outcome is Outcome.CLEAR


@pytest.mark.parametrize("code", FIRES)
def test_two_points_are_not_enough(code: str) -> None:
    assert check(code, loss=[1.0, 0.5], val_loss=[1.0, 0.5]).outcome is Outcome.NOT_ENOUGH_DATA


@pytest.mark.parametrize("code", ("RR111", "RR113", "RR114", "RR121"))
def test_a_gap_is_left_out(code: str) -> None:
    values = {name: [column[0], NAN, *column[1:]] for name, column in FIRES[code][0].items()}
    assert check(code, **values).is_fired


def test_a_loss_that_stands_still_is_not_called_slow() -> None:
    assert check("RR113", val_loss=[2.3, 2.3, 2.3, 2.3]).outcome is Outcome.CLEAR


def test_training_and_validation_that_rise_together_do_not_overfit() -> None:
    assert check("RR121", loss=[0.5, 0.2, 0.4, 0.9], val_loss=[0.6, 0.3, 0.5, 1.0]).outcome is Outcome.CLEAR


def steps(losses: list[float]) -> Training:
    at = np.arange(1, len(losses) + 1)
    curves = {"loss": Curve("loss", at, np.array(losses)), "val_loss": Curve("val_loss", at[19::20], np.ones(5))}
    return Training("t", curves, "step", 20, "test")


def test_a_spike_of_the_first_steps_needs_losses_of_steps() -> None:
    steady = (2.3 + 0.02 * np.sin(np.arange(100))).tolist()
    spike = [*steady[:3], 9.0, 30.0, 4.0, *steady[6:]]
    answer = BY_CODE["RR104"].check(Reading(steps(spike)))
    assert answer.is_fired and "to 30 at step 5" in answer.why and answer.at == (1.0, 5.0)
    assert BY_CODE["RR104"].check(Reading(steps(steady))).outcome is Outcome.CLEAR
    assert check("RR104", loss=DESCENT, val_loss=DESCENT).outcome is Outcome.NOT_APPLICABLE


def at_rate(rate: float, last: float) -> Training:
    return training(val_loss=[1.0, 0.95, last], learning_rate=[rate] * 3)


@pytest.mark.parametrize(("code", "better", "worse"), [("RR107", 1e-4, 1e-2), ("RR112", 1e-2, 1e-4)])
def test_the_side_that_ended_clearly_better_is_named(code: str, better: float, worse: float) -> None:
    own = at_rate(1e-3, 0.8)
    answer = BY_CODE[code].check(Reading(own, (at_rate(better, 0.4), at_rate(worse, 0.9))))
    assert answer.is_fired and answer.advice == f"Take {better:.2g} instead of 0.001."
    for beside in ((at_rate(better, 0.78),), (at_rate(better, NAN),), (at_rate(better, 0.6), at_rate(worse, 0.3))):
        assert BY_CODE[code].check(Reading(own, beside)).outcome is Outcome.CLEAR
    assert BY_CODE[code].check(Reading(own, (at_rate(worse, 0.1),))).outcome is Outcome.NOT_APPLICABLE


def test_a_neighbour_above_that_is_no_better_silences_what_says_too_low() -> None:
    slow = training(val_loss=[2.30, 2.29, 2.28, 2.27], learning_rate=[1e-3] * 4)
    higher = training(val_loss=[2.4, 2.4, 2.5, 2.6], learning_rate=[1e-2] * 4)
    assert BY_CODE["RR113"].check(Reading(slow)).is_fired
    assert BY_CODE["RR113"].check(Reading(slow, (higher,))).outcome is Outcome.CLEAR


def test_a_rate_above_that_gains_a_little_does_not_excuse_a_rate_far_too_low() -> None:
    slow = training(val_loss=[2.302, 2.301, 2.300, 2.299], learning_rate=[1e-6] * 4)
    higher = training(val_loss=[2.302, 2.299, 2.296, 2.293], learning_rate=[3e-6] * 4)
    assert BY_CODE["RR113"].check(Reading(slow, (higher,))).is_fired


def test_batches_that_are_always_hard_are_no_spike() -> None:
    usual = (1.0 + 0.05 * np.sin(np.arange(100))).tolist()
    hard = [2.1 if i % 25 == 4 else loss for i, loss in enumerate(usual)]
    assert BY_CODE["RR104"].check(Reading(steps(hard))).outcome is Outcome.CLEAR
    assert BY_CODE["RR104"].check(Reading(steps([*hard[:4], 2.9, *hard[5:]]))).is_fired


def test_two_small_rises_on_a_long_way_down_are_no_jumping() -> None:
    assert check("RR102", loss=[4.0, 3.0, 3.1, 2.0, 2.05, 1.0, 0.5]).outcome is Outcome.CLEAR


def test_a_training_loss_that_shakes_while_validation_falls_all_the_way_is_no_jumping() -> None:
    shaking = [2.34, 2.30, 2.46, 2.26, 2.45, 2.25]
    assert check("RR102", loss=shaking).is_fired
    assert check("RR102", loss=shaking, val_loss=[2.33, 2.32, 2.31, 2.30, 2.29, 2.28]).outcome is Outcome.CLEAR


def test_a_level_whose_epochs_differ_by_a_hundredth_does_not_jump() -> None:
    loss = [0.4511, 0.4571, 0.4514, 0.4523, 0.4433, 0.4601, 0.4414, 0.455, 0.4485, 0.446]
    assert check("RR102", loss=loss, val_loss=[one + 0.05 for one in loss]).outcome is Outcome.CLEAR
    assert check("RR102", loss=[0.45 + 6 * (one - 0.45) for one in loss]).is_fired
