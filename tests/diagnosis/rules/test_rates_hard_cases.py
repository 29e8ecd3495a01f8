"""Trainings in which the plain reading of a curve names the wrong cause."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.examine import examine
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules import first_steps_spike, jumping, rebound, stuck, validation_ignored
from tests.diagnosis.trainings import training

# Trained by Keras: digits, Adam at 0.1.
CARRIED_OUT = {
    "loss": [2.0233, 0.8935, 0.6375, 0.6842, 0.7558, 0.7835],
    "val_loss": [1.1718, 1.0868, 0.9092, 0.7196, 1.5688, 0.6175],
}
# The same with label smoothing of 0.2, Adam at 0.003.
SMOOTHED = [1.695, 1.145, 1.058, 1.024, 1.003, 0.987, 0.974, 0.964, 0.955, 0.947, 0.940, 0.935]
RESTARTS = {
    "loss": [1, 0.6, 0.4, 0.9, 0.5, 0.3, 0.8, 0.4, 0.2],
    "val_loss": [1, 0.7, 0.5, 1, 0.6, 0.45, 0.9, 0.5, 0.4],
}


def test_three_rises_in_a_row_are_no_noise_however_steep_the_way_down() -> None:
    answer = rebound.check(Reading(training(**CARRIED_OUT)))
    assert answer.is_fired and "rose by 23% after epoch 3" in answer.why
    assert examine(training(**CARRIED_OUT)).leading.cause is Cause.RATE_TOO_HIGH
    down = {**CARRIED_OUT, "loss": [2.0233, 0.8935, 0.6375, 0.6842, 0.64, 0.65]}
    assert rebound.check(Reading(training(**down))).outcome is Outcome.CLEAR


def test_a_large_rise_is_said_as_a_multiple() -> None:
    answer = rebound.check(Reading(training(loss=[2.0, 1.0, 0.9, 50.0, 9e6])))
    assert "it rose to 1e+07 times its lowest after epoch 3 (0.9)" in answer.why


def test_what_smoothing_leaves_of_a_loss_is_not_left_to_learn() -> None:
    good = training(val_loss=SMOOTHED, val_accuracy=np.linspace(0.88, 0.99, 12).tolist())
    assert stuck.check(Reading(good)).outcome is Outcome.CLEAR
    poor = training(val_loss=SMOOTHED, val_accuracy=np.linspace(0.48, 0.59, 12).tolist())
    assert stuck.check(Reading(poor)).is_fired


def by_batch(spikes: list[float], level: float) -> Training:
    """Epochs of 40 batches, the batch at place 14 of each as high as `spikes` says."""
    rng = np.random.default_rng(0)
    losses = level * np.exp(0.1 * rng.normal(size=40 * len(spikes)))
    losses[13::40] = spikes
    return Training("t", {"loss": Curve("loss", np.arange(1, losses.size + 1), losses)}, "step", 40, "t")


def test_a_small_validation_set_that_hardly_changes_its_answers_is_not_dead_while_training_learns() -> None:
    learning = training(
        loss=[1.0024, 0.8159, 0.7168, 0.6786, 0.64996],
        val_accuracy=[0.54, 0.64, 0.66, 0.66, 0.68],
        val_loss=[0.9752, 0.8755, 0.9018, 0.9004, 0.9037],
    )
    assert "RR106" not in {finding.code for finding in examine(learning).findings}


def test_a_creep_with_a_step_back_is_said_to_be_down_nearly_everywhere() -> None:
    crept = [2.30, 2.29, 2.28, 2.27, 2.26, 2.25, 2.24, 2.23, 2.22, 2.221]
    assert "down at nearly every epoch" in stuck.check(Reading(training(val_loss=crept))).why
    assert "down at every epoch" in stuck.check(Reading(training(val_loss=crept[:-1]))).why


def test_a_training_loss_that_more_than_halved_is_not_stuck_however_its_validation_crept() -> None:
    crept = [2.30, 2.28, 2.27, 2.25, 2.24, 2.22]
    learned = training(loss=[2.3, 1.9, 1.6, 1.3, 1.1, 0.9], val_loss=crept)
    assert "61% of the starting training loss was gone" in stuck.check(Reading(learned)).why
    assert stuck.check(Reading(training(loss=crept, val_loss=crept))).is_fired


def test_a_batch_that_is_hard_in_each_epoch_is_no_spike_of_the_first_steps() -> None:
    hard = first_steps_spike.check(Reading(by_batch([0.052, 0.038, 0.035, 0.034, 0.033, 0.033], 0.010)))
    assert hard.outcome is Outcome.CLEAR and "hard in the later epochs too" in hard.why
    assert first_steps_spike.check(Reading(by_batch([0.052, *[0.011] * 5], 0.010))).is_fired


def test_jumps_where_the_rate_restarts_are_the_schedule() -> None:
    restarted = training(**RESTARTS, learning_rate=[1e-2, 5e-3, 1e-4] * 3)
    answer = jumping.check(Reading(restarted))
    assert answer.cause is Cause.SCHEDULE and "where the rate restarts" in answer.why
    assert examine(restarted).leading.cause is Cause.SCHEDULE
    assert jumping.check(Reading(training(**RESTARTS, learning_rate=[1e-2] * 9))).cause is None


def test_validation_may_come_as_long_as_the_training_runs() -> None:
    setting = Setting(planned=90)
    running = Training("t", training(unit="step", loss=[1.0] * 20).curves, "step", 9, "t", setting)
    assert validation_ignored.check(Reading(running)).outcome is Outcome.NOT_ENOUGH_DATA
    over = Training("t", running.curves, "step", 9, "t", Setting())
    assert validation_ignored.check(Reading(over)).is_fired


SETTLED = [88.3, 84.3, 80.2, 77.8, 76.9, 76.5, 76.4, 76.3]  # heavy-tailed targets, Adam at 0.001: noise is what is left


@pytest.mark.parametrize("rates", [[1e-3] * 8, None])
def test_a_loss_that_has_settled_on_its_noise_does_not_creep(rates: list[float] | None) -> None:
    known = {"learning_rate": rates} if rates is not None else {}
    answer = stuck.check(Reading(training(val_loss=SETTLED, **known)))
    assert answer.outcome is Outcome.CLEAR and "has settled" in answer.why


def test_a_loss_that_only_a_decayed_rate_has_slowed_still_creeps() -> None:
    answer = stuck.check(Reading(training(val_loss=SETTLED, learning_rate=[1e-5 * 0.6**i for i in range(8)])))
    assert answer.is_fired
