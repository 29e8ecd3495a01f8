"""The race: who trains, who leaves, what it costs, and where it ends."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightrate.search import Ended, Look, Race, Setup, ask, conclude, estimate, interrupt, ladder, leader, start, tell
from tests.search.simulated import Landscape, run


def setup(**changes: object) -> Setup:
    common = {"total_steps": 200, "steps_per_epoch": 25, "batch_size": 32, "validation_samples": 500}
    return Setup(**{"rates": ladder.around(1e-4), **common, **changes})  # type: ignore[arg-type]


def test_the_best_rate_wins_and_is_trained_to_full_length() -> None:
    race, _ = run(setup(), Landscape(best=3e-4))
    winner = race.entries[conclude(race).chosen]
    assert winner.ended is Ended.FINISHED and winner.step == 200
    assert abs(math.log10(winner.learning_rate / 3e-4)) <= 0.26


def test_no_step_is_trained_twice() -> None:
    race, legs = run(setup())
    for rate in {rate for rate, _, _ in legs}:
        mine = [(begin, end) for r, begin, end in legs if r == rate]
        assert mine[0][0] == 0
        assert all(after[0] == before[1] for before, after in pairwise(mine))
    assert race.spent_steps == sum(end - begin for _, begin, end in legs)


@pytest.mark.parametrize("upwards", [True, False])
def test_a_best_rate_at_the_edge_moves_the_range_until_it_is_bracketed(upwards: bool) -> None:
    centre = 1e-7 if upwards else 0.3
    race, _ = run(setup(rates=ladder.around(centre), budget=30.0), Landscape(best=3e-4, cliff=1e9))
    rates = sorted(e.learning_rate for e in race.entries)
    chosen = race.entries[conclude(race).chosen].learning_rate
    assert rates[0] < chosen < rates[-1]
    assert abs(math.log10(chosen / 3e-4)) <= 0.26


def test_the_range_stops_at_the_hard_limits() -> None:
    race, _ = run(setup(rates=ladder.around(1e-7), budget=50.0), Landscape(best=1e-11, cliff=1e9))
    assert min(e.learning_rate for e in race.entries) == ladder.LOWEST
    race, _ = run(setup(rates=ladder.around(1.0), budget=50.0), Landscape(best=1e5, cliff=1e9))
    assert max(e.learning_rate for e in race.entries) == ladder.HIGHEST


def test_everything_diverging_sends_the_range_downwards() -> None:
    race, _ = run(setup(rates=(0.1, 0.316, 1.0), budget=10.0), Landscape(best=3e-4, cliff=1e-3))
    chosen = conclude(race).chosen
    assert chosen is not None and race.entries[chosen].learning_rate <= 1e-3
    assert all(e.ended is Ended.DIVERGED for e in race.entries if e.learning_rate > 1e-3)


def test_a_fixed_list_of_rates_is_neither_extended_nor_refined() -> None:
    race, _ = run(setup(rates=(1e-6, 1e-5), extends=False, budget=100.0))
    assert {e.learning_rate for e in race.entries} == {1e-6, 1e-5}


def test_nobody_leaves_where_the_budget_carries_everyone() -> None:
    race, _ = run(setup(step_share=0.01, budget=1.0))
    assert {e.ended for e in race.entries} == {Ended.FINISHED}


def test_cheap_budgets_look_between_the_leader_and_its_neighbours() -> None:
    race, _ = run(setup(step_share=0.01, budget=1.0))
    assert len(race.entries) > 9
    best = race.entries[conclude(race).chosen].learning_rate
    others = sorted(e.learning_rate for e in race.entries if e.learning_rate != best)
    assert min(max(best / rate, rate / best) for rate in others) < 2.0


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_score_that_is_no_number_ends_its_candidate_and_no_other(bad: float) -> None:
    race = start(setup())
    leg = ask(race)
    race = tell(race, leg.index, Look(leg.until, bad, np.full(leg.validation_samples, bad)))
    assert race.entries[0].ended is Ended.DIVERGED
    assert all(e.ended is None for e in race.entries[1:])
    while (leg := ask(race)) is not None:
        look = Landscape().look(race.entries[leg.index].learning_rate, leg.until, race.setup, leg.validation_samples)
        race = tell(race, leg.index, look)
    assert conclude(race).chosen not in (0, None)


def test_an_interrupted_race_keeps_what_it_knows() -> None:
    race = start(setup())
    for _ in range(12):
        leg = ask(race)
        look = Landscape().look(race.entries[leg.index].learning_rate, leg.until, race.setup, leg.validation_samples)
        race = tell(race, leg.index, look)
    race = interrupt(race)
    assert ask(race) is None and race.over == "interrupted"
    assert conclude(race).chosen is not None
    assert all(e.ended is not None for e in race.entries)


def test_a_candidate_that_is_ahead_in_its_round_does_not_lead_by_that() -> None:
    race = start(setup(rates=(1e-5, 1e-3), extends=False))
    for score in (0.9, 0.5, 0.8):  # both at the first rung, then only the worse one at the second
        leg = ask(race)
        race = tell(race, leg.index, Look(leg.until, score, np.full(leg.validation_samples, score)))
    race = interrupt(race)
    assert race.entries[0].step > race.entries[1].step
    assert race.entries[conclude(race).chosen].learning_rate == 1e-3


def test_a_race_interrupted_before_anything_has_no_choice() -> None:
    race = interrupt(start(setup()))
    assert conclude(race).chosen is None and conclude(race).interval is None


def test_a_candidate_that_still_falls_is_kept_before_one_that_stands_still() -> None:
    """Behind at the same rung, one falls and one does not: with room for two, the falling one stays."""
    asked = setup(rates=(1e-5, 1e-4, 1e-3, 1e-2), total_steps=320, steps_per_epoch=320, budget=1.6, extends=False)
    falling, leading, standing, hopeless = (0.9, 0.62), (0.4, 0.39), (0.6, 0.6), (2.0, 2.0)
    race = start(asked)
    while (leg := ask(race)) is not None and race.rung < 2:
        series = (falling, leading, standing, hopeless)[leg.index]
        race = tell(race, leg.index, Look(leg.until, series[min(race.rung, 1)]))
    assert race.entries[0].ended is None and race.entries[1].ended is None
    assert race.entries[2].ended is Ended.OVERTAKEN


@settings(max_examples=60, deadline=None)
@given(
    best=st.floats(-7, 0.5).map(lambda x: 10**x),
    total=st.integers(5, 400),
    per_epoch=st.integers(1, 60),
    validation=st.integers(1, 600),
    budget=st.one_of(st.none(), st.floats(0.2, 20)),
    share=st.floats(0.001, 1.0),
    first=st.integers(1, 50),
)
def test_any_race_ends_within_its_budget(
    best: float, total: int, per_epoch: int, validation: int, budget: float | None, share: float, first: int
) -> None:
    asked = setup(
        total_steps=total, steps_per_epoch=per_epoch, validation_samples=validation, budget=budget, step_share=share,
        first_rung=first,
    )  # fmt: skip
    race, legs = run(asked, Landscape(best=best, cliff=100 * best))
    assert race.over in ("finished", "the budget was spent")
    assert all(e.ended is not None for e in race.entries)
    # A budget is kept to within one step of the race: the leg that is being run when it is spent.
    longest = max(end - begin for _, begin, end in legs)
    assert race.spent <= asked.allowed + asked.cost(longest) + 1e-6
    best_entry = leader(race)
    assert best_entry is None or race.entries[best_entry].ended is not Ended.DIVERGED


def test_the_estimate_is_an_upper_bound_of_what_is_spent() -> None:
    for asked in (setup(), setup(total_steps=60, steps_per_epoch=20), setup(budget=5.0), setup(budget=1.5)):
        race, _ = run(asked)
        assert race.spent <= estimate(asked) + asked.cost(max(asked.rungs))


def test_early_looks_use_fewer_validation_samples_and_the_last_one_all() -> None:
    race, _ = run(setup(validation_samples=5000))
    winner = race.entries[conclude(race).chosen]
    counts = [len(look.losses) for look in winner.looks]
    assert counts[-1] == 5000 and counts[0] < 1000


def _finished(setup_: Setup, late: dict[float, list[float]]) -> Race:
    """A race in which each rate scored `late` at its evaluations, on samples that differ by chance around it."""
    race = start(setup_)
    seen: dict[int, int] = {}
    while (leg := ask(race)) is not None:
        rate = race.entries[leg.index].learning_rate
        place = seen[leg.index] = seen.get(leg.index, -1) + 1
        scores = late[rate]
        level = scores[min(place, len(scores) - 1)]
        noise = np.random.default_rng((leg.index, place)).normal(0, 0.3, leg.validation_samples)
        race = tell(race, leg.index, Look(leg.until, level, level + noise - noise.mean()))
    return race


def test_of_two_equally_good_rates_the_one_that_fell_steadily_is_chosen() -> None:
    asked = setup(rates=(1e-3, 1e-1), total_steps=8, steps_per_epoch=1, budget=9.0, extends=False)
    steady = [0.5, 0.4, 0.35, 0.3, 0.28, 0.25, 0.22, 0.21]
    jumping = [0.5, 0.4, 0.3, 0.3, 0.3, 2.0, 0.4, 0.2]
    race = _finished(asked, {1e-3: steady, 1e-1: jumping})
    assert race.entries[leader(race)].learning_rate == 1e-1
    assert race.entries[conclude(race).chosen].learning_rate == 1e-3


def test_a_rate_that_is_better_beyond_chance_is_chosen_though_it_jumped() -> None:
    asked = setup(rates=(1e-3, 1e-1), total_steps=8, steps_per_epoch=1, budget=9.0, extends=False)
    steady = [0.5]
    jumping = [0.5, 0.4, 0.3, 0.3, 0.3, 2.0, 0.4, 0.2]
    race = _finished(asked, {1e-3: steady, 1e-1: jumping})
    assert race.entries[conclude(race).chosen].learning_rate == 1e-1
