"""What is said of a training that has only begun: single batches differ, and that must not be called a finding."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.examine import examine
from rightrate.diagnosis.reading import Reading


def batches(losses: np.ndarray, classes: int | None = 10, planned: int = 500) -> Training:
    curve = Curve("loss", np.arange(1, losses.size + 1), losses)
    return Training("running", {"loss": curve}, "step", 100, "running", Setting(classes=classes, planned=planned))


def test_batches_that_only_differ_are_hardly_ever_a_finding() -> None:
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(600):
        steps, spread = int(rng.integers(1, 61)), rng.uniform(0.01, 0.25)
        losses = 2.3 * np.exp(spread * rng.standard_normal(steps)) - 0.002 * np.arange(steps)
        alarms += bool(examine(batches(losses)).findings)
    assert alarms <= 6


@pytest.mark.parametrize("steps", [1, 3, 40])
def test_a_loss_that_becomes_no_number_is_said_at_once(steps: int) -> None:
    losses = np.append(np.full(steps, 2.3), np.nan)
    assert examine(batches(losses)).leading.code == "RR101"


def test_a_loss_that_climbs_far_above_its_start_is_said_while_it_runs() -> None:
    climbing = 2.3 * 1.2 ** np.arange(24)
    assert examine(batches(climbing)).leading.code == "RR101"


def test_a_point_without_validation_is_the_mean_of_eight_batches_or_more() -> None:
    assert Reading(batches(np.ones(7))).points == 0
    assert Reading(batches(np.ones(8))).points == 1
    assert Reading(batches(np.ones(80))).points == 10
    assert Reading(batches(np.ones(8000))).points == 24


def test_the_more_batches_differ_the_more_make_a_point() -> None:
    rng = np.random.default_rng(0)
    points = [Reading(batches(1 + spread * rng.standard_normal(600))).points for spread in (0.01, 0.2, 0.6)]
    assert points[0] == 24 and points[1] < points[0] and points[2] < points[1]


def test_values_that_a_tool_logged_every_so_many_steps_are_points_as_they_are() -> None:
    curve = Curve("loss", np.arange(10, 210, 10), np.linspace(2.0, 1.0, 20))
    assert Reading(Training("t", {"loss": curve}, "step", None, "log")).points == 20


SLOW = 2.302 - 0.001 * np.arange(96)


@pytest.mark.parametrize(("planned", "said"), [(960, False), (192, True), (96, True)])
def test_too_low_a_rate_is_not_said_before_half_of_the_training(planned: int, said: bool) -> None:
    codes = {finding.code for finding in examine(batches(SLOW, planned=planned)).findings}
    assert ("RR113" in codes) is said


def test_how_a_training_ends_is_not_said_before_its_end() -> None:
    falling = 2.3 * 0.985 ** np.arange(96)
    answers = {answer.rule.code: answer.check for answer in examine(batches(falling, planned=128)).answers}
    assert answers["RR111"].why == "The training still runs, 75% of 128 steps; it takes its end."
    over = {answer.rule.code: answer.check for answer in examine(batches(falling, planned=96)).answers}
    assert over["RR111"].is_fired
