"""A race that ends early: nobody trains to full length, and the answer is where the lead is heading."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rightrate.search import Ended, Setup, conclude
from rightrate.search.ladder import around
from rightrate.search.race import DRIFT
from tests.search.simulated import Landscape, run

SETUP = Setup(around(1e-3), total_steps=320, steps_per_epoch=32, batch_size=32, validation_samples=400, ends_at=1 / 16)


def test_nobody_trains_further_than_where_the_race_ends() -> None:
    race, _ = run(SETUP)
    assert max(entry.step for entry in race.entries) == 20
    assert race.over == "finished" and not race.live
    assert {entry.ended for entry in race.entries} <= {Ended.INTERRUPTED, Ended.OVERTAKEN, Ended.DIVERGED}


@pytest.mark.parametrize("steps", [320, 1600, 6400])
def test_it_costs_half_a_training(steps: int) -> None:
    race, _ = run(replace(SETUP, total_steps=steps))
    assert race.spent <= 0.5


def test_what_was_asked_for_as_budget_is_kept() -> None:
    race, _ = run(replace(SETUP, budget=0.4))
    assert race.spent <= 0.4


def test_the_chosen_rate_lies_below_the_early_leader_and_was_trained_as_far() -> None:
    race, _ = run(SETUP)
    chosen = race.entries[conclude(race).chosen]
    reached = [entry for entry in race.entries if entry.step == 20 and entry.ended is not Ended.DIVERGED]
    leading = min((entry for entry in reached), key=lambda entry: entry.score)
    assert chosen.step == 20
    heads_for = leading.learning_rate * (1 / 16) ** DRIFT
    assert abs(math.log10(chosen.learning_rate / heads_for)) <= 0.15


def test_the_interval_holds_the_chosen_rate_and_the_leader() -> None:
    race, _ = run(SETUP)
    found = conclude(race)
    low, high = found.interval
    assert low < race.entries[found.chosen].learning_rate < high
    assert high / low > 10


def test_given_rates_are_the_only_ones() -> None:
    given = (1e-5, 1e-4, 1e-3, 1e-2)
    race, _ = run(replace(SETUP, rates=given, extends=False))
    assert tuple(entry.learning_rate for entry in race.entries) == given


def test_where_everything_diverges_there_is_no_rate() -> None:
    race, _ = run(replace(SETUP, extends=False), Landscape(cliff=1e-9))
    assert conclude(race).chosen is None and conclude(race).interval is None
