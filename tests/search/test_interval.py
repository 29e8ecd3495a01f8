"""The interval: rates that paired differences cannot tell apart from the chosen one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rightrate.search.interval import Difference, interval, paired

RATES = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]


def test_a_common_difficulty_of_samples_does_not_hide_a_difference() -> None:
    rng = np.random.default_rng(0)
    difficulty = rng.gamma(1.0, 5.0, 200)
    chosen, other = difficulty, difficulty + 0.1 + rng.normal(0, 0.05, 200)
    assert paired(chosen, other).excess > 0
    unpaired_error = np.hypot(chosen.std(), other.std()) / np.sqrt(200)
    assert other.mean() - chosen.mean() < unpaired_error


def test_few_pairs_say_nothing() -> None:
    assert paired(np.zeros(7), np.ones(7)) is None


def test_infinite_losses_count_as_told_apart() -> None:
    other = np.ones(50)
    other[3] = np.inf
    assert paired(np.zeros(50), other).excess == np.inf


def test_arrays_of_different_length_are_compared_on_their_common_beginning() -> None:
    assert paired(np.zeros(100), np.ones(20)) == Difference(1.0, 0.0)


def test_the_interval_ends_inside_the_gap_to_the_first_rate_that_is_told_apart() -> None:
    far, near = Difference(1.0, 0.05), Difference(0.01, 0.05)
    low, high = interval(RATES, [far, near, None, far, far], 2)
    assert 1e-5 < low < 1e-4
    assert 1e-3 < high < 1e-2


def test_diverged_neighbours_bound_the_interval_at_the_last_sound_rate() -> None:
    lost = Difference(float("inf"), 0.0)
    low, high = interval(RATES, [lost, lost, None, lost, lost], 2)
    assert (low, high) == (1e-3, 1e-3)


def test_without_pairs_there_is_no_interval() -> None:
    assert interval([1e-3], [None], 0) is None
    assert interval(RATES, [None] * 5, 2) is None


@given(
    means=st.lists(st.floats(0, 2), min_size=5, max_size=5),
    errors=st.lists(st.floats(0, 1), min_size=5, max_size=5),
    chosen=st.integers(0, 4),
)
def test_the_interval_holds_the_chosen_rate_and_stays_within_the_ladder(
    means: list[float], errors: list[float], chosen: int
) -> None:
    found = [None if i == chosen else Difference(m, e) for i, (m, e) in enumerate(zip(means, errors, strict=True))]
    low, high = interval(RATES, found, chosen)
    assert RATES[0] <= low * 1.000001 and high <= RATES[-1] * 1.000001
    assert low <= RATES[chosen] * 1.000001 and RATES[chosen] <= high * 1.000001


def test_a_diverged_rival_makes_no_interval_where_the_objective_has_no_pairs() -> None:
    from rightrate.search import Look, Setup, ask, conclude, start, tell

    race = start(Setup((1e-3, 1e-2, 10.0), 8, 4, 8, 40, budget=9.0, extends=False))
    while (leg := ask(race)) is not None:
        lost = "the loss became NaN" if leg.index == 2 else None
        race = tell(race, leg.index, Look(leg.until, -0.5 - 0.1 * leg.index), lost)
    assert conclude(race).chosen == 1 and conclude(race).interval is None


def _concluded(worse: float, *, leaves: bool = False) -> tuple[float, float] | None:
    """The interval of three rates whose losses differ by a share, sample by sample alike: only seeds are uncertain."""
    from rightrate.search import Look, Setup, conclude, start, tell

    race = start(Setup((1e-4, 1e-3, 1e-2), total_steps=64, steps_per_epoch=16, batch_size=8, validation_samples=40))
    spread = np.linspace(0.5, 1.5, 40)
    for index, share in ((0, 1.0 + worse), (1, 1.0), (2, 1.0 + worse)):
        steps = (16,) if leaves and index != 1 else (16, 64)
        for step in steps:
            race = tell(race, index, Look(step, share, share * spread))
    return conclude(race).interval


def test_a_difference_that_another_seed_may_make_tells_nothing_apart() -> None:
    assert _concluded(0.02) == (1e-4, 1e-2)
    low, high = _concluded(0.5)
    assert 1e-4 < low < 1e-3 < high < 1e-2


def test_a_difference_early_in_the_training_is_less_sure_than_one_at_its_end() -> None:
    low, high = _concluded(0.15)
    assert low > 1e-4 and high < 1e-2
    assert _concluded(0.15, leaves=True) == (1e-4, 1e-2)
