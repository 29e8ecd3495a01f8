"""Which shapes of a schedule are trained, from where, and which is chosen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.schedules import constant, cosine, linear, warmup_stable_decay
from rightrate.schedules.family import family, shared_steps, shorter
from rightrate.search import Look
from rightrate.search.shaping import best_shape, branches

BASE = warmup_stable_decay(0.1, 100)


def cost(steps: float) -> float:
    return steps / 100


@given(st.integers(1, 300), st.booleans(), st.none() | st.integers(1, 300), st.integers(1, 20))
def test_a_family_holds_no_shape_twice_and_none_longer_than_asked(
    steps: int, spikes: bool, best_step: int | None, multiple: int
) -> None:
    base = warmup_stable_decay(0.1, steps)
    found = [base, *family(base, spikes=spikes, best_step=best_step, multiple=multiple)]
    assert all(one.steps <= steps and one.peak == 0.1 for one in found)
    shapes = [one.shape.tobytes() for one in found]
    assert len(set(shapes)) == len(shapes)


def test_a_warm_up_is_tried_only_where_the_first_steps_spiked() -> None:
    held = [one.rates[0] == 0.1 for one in family(BASE) if one.name == "warmup_stable_decay"]
    assert all(held)
    assert sum(one.name == "warmup_stable_decay" for one in family(BASE, spikes=True)) == len(held) + 1


def test_a_shorter_training_ends_with_an_epoch_and_cools_down_after_the_best_step() -> None:
    made = shorter(0.1, best_step=43, multiple=10)
    assert made.steps == 60 and made.rates[42] == 0.1 and made.rates[-1] < 0.01


@given(st.integers(2, 60), st.integers(2, 60))
def test_what_is_shared_is_the_same_to_the_last_bit_and_no_more_is(steps: int, other: int) -> None:
    one, two = warmup_stable_decay(0.3, steps), constant(0.3, other)
    shared = shared_steps(one, two)
    np.testing.assert_array_equal(one.rates[:shared], two.rates[:shared])
    assert shared == min(steps, other) or one.rates[shared] != two.rates[shared]


def test_cool_downs_branch_from_the_trunk_and_from_each_other() -> None:
    shapes = family(BASE)
    plan = branches(BASE, shapes, {60, 80}, left=10.0, cost=cost)
    found = {one.schedule.sentence: one for one in plan}
    long, held, short = plan[:3]
    assert (long.parent, long.at) == (0, 60)
    assert (held.parent, held.at) == (0, 80)
    assert short.parent == 2 and short.at == shared_steps(held.schedule, short.schedule) > 80
    assert len(found) == len(shapes) == len(plan)


@pytest.mark.parametrize("left, names", [(0.05, []), (0.45, ["warmup_stable_decay"]), (0.75, 3)])
def test_only_what_the_budget_pays_for_is_trained(left: float, names: object) -> None:
    plan = branches(BASE, family(BASE), {60, 80}, left, cost)
    assert sum(cost(one.steps) for one in plan) <= left + 1e-9
    assert [one.schedule.name for one in plan] == names or len(plan) == names


def test_without_kept_states_everything_is_trained_from_the_beginning() -> None:
    plan = branches(BASE, (constant(0.1, 100), linear(0.1, 100, warmup=10)), (), 5.0, cost)
    assert [one.at for one in plan] == [0, 0]


@given(
    st.lists(st.integers(0, 100), max_size=4),
    st.lists(st.sampled_from(family(BASE, spikes=True, best_step=30, multiple=7)), max_size=6),
    st.floats(0, 6),
)
def test_every_branch_can_be_begun(kept: list[int], shapes: list[object], left: float) -> None:
    plan = branches(BASE, shapes, kept, left, cost)  # type: ignore[arg-type]
    for place, one in enumerate(plan):
        assert 0 <= one.at < one.schedule.steps and one.parent <= place
        parent = BASE if one.parent == 0 else plan[one.parent - 1].schedule
        assert one.at <= shared_steps(parent, one.schedule)
        if one.parent == 0:
            assert one.at == 0 or one.at in kept
        else:
            assert plan[one.parent - 1].at <= one.at


def look(*losses: float, shortfall: float = 0.0) -> Look:
    return Look(100, float(np.mean(losses)), np.array(losses * 10), shortfall)


def test_another_shape_is_chosen_only_where_it_is_better_beyond_chance() -> None:
    base = look(0.5, 0.7, 0.6)
    assert best_shape(base, [look(0.5, 0.7, 0.601), look(0.9, 0.3, 0.59)]) == 0
    assert best_shape(base, [look(0.4, 0.6, 0.5), look(0.3, 0.5, 0.4), None]) == 2
    assert best_shape(base, []) == 0


def test_what_a_model_must_reach_goes_before_its_loss() -> None:
    base = look(0.5, 0.6, shortfall=0.2)
    assert best_shape(base, [look(0.1, 0.1, shortfall=0.3), look(0.8, 0.9, shortfall=0.1)]) == 2


def test_a_loss_that_is_no_number_is_not_chosen() -> None:
    assert best_shape(look(0.5, 0.6), [Look(100, float("nan")), Look(100, float("inf"))]) == 0


def test_the_reason_is_part_of_the_description() -> None:
    from dataclasses import replace

    assert (
        replace(cosine(0.1, 10), why="It was best.").describe()
        == "Fall along a cosine from 0.1 towards 0. It was best."
    )
