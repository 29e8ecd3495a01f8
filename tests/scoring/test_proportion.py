"""Shares: the published numbers, SciPy's bounds for fractions too, and how many rows a bar needs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from rightrate.errors import UsageError
from rightrate.scoring.proportion import fewest, further_needed, proportion

KINDS = st.sampled_from(["wilson", "exact"])


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (3, 25, 4, 30),
        (12, 100, 7, 20),
        (17, 20, 64, 95),
        (45, 50, 79, 96),
        (10, 10, 72, 100),
        (0, 10, 0, 28),
        (85, 100, 77, 91),
        (425, 500, 82, 88),
    ],
)
def test_wilson_intervals_in_percent(k: int, n: int, low: int, high: int) -> None:
    found = proportion(k, n)
    assert found.value == k / n and found.n == n
    assert found.low is not None and found.high is not None
    assert (round(100 * found.low), round(100 * found.high)) == (low, high)


@given(st.integers(1, 500), st.floats(0, 1), KINDS, st.sampled_from([0.8, 0.95, 0.999]))
def test_fractions_continue_what_scipy_says_of_whole_numbers(n: int, share: float, interval: str, level: float) -> None:
    k = round(share * n)
    expected = binomtest(k, n).proportion_ci(level, method=interval)
    # A millionth of a row more makes it a fraction, which takes the other path.
    near = proportion(k * (1 + 1e-7), n * (1 + 1e-7), level=level, interval=interval)
    assert (near.low, near.high) == pytest.approx((expected.low, expected.high), abs=1e-5)


@given(st.floats(0, 1), st.floats(0.01, 1e6), KINDS)
def test_the_interval_holds_the_value_and_lies_between_0_and_1(share: float, n: float, interval: str) -> None:
    found = proportion(share * n, n, interval=interval)
    assert found.value is not None and found.low is not None and found.high is not None
    assert 0 <= found.low <= found.value + 1e-12 and found.value - 1e-12 <= found.high <= 1


@given(st.integers(1, 300), st.floats(0, 1), KINDS)
def test_twice_the_rows_narrow_it(n: int, share: float, interval: str) -> None:
    k = round(share * n)
    one, two = proportion(k, n, interval=interval), proportion(2 * k, 2 * n, interval=interval)
    assert one.high is not None and one.low is not None and two.high is not None and two.low is not None
    assert two.high - two.low < one.high - one.low


def test_nothing_of_nothing_is_not_measured() -> None:
    assert not proportion(0, 0).measured and proportion(0, 0).why == "0 of 0"


def test_wilson_covers_at_its_level_on_average() -> None:
    shares = np.linspace(0.05, 0.95, 37)
    for n in (30, 50, 100, 300):
        k = np.arange(n + 1)
        figures = [proportion(int(one), n) for one in k]
        low, high = (np.array([getattr(f, end) for f in figures]) for end in ("low", "high"))
        covered = [binom.pmf(k, n, p)[(low <= p) & (p <= high)].sum() for p in shares]
        assert 0.935 <= np.mean(covered) <= 0.965


def test_fewest_rows_that_can_prove_a_bar() -> None:
    assert [fewest(bar) for bar in (0.5, 0.8, 0.9, 0.95)] == [4, 16, 35, 73]
    assert fewest(0.0) == 1


@given(st.floats(0.01, 0.995), KINDS)
def test_fewest_is_the_smallest(bar: float, interval: str) -> None:
    n = fewest(bar, 0.95, interval)
    at, before = proportion(n, n, interval=interval), proportion(n - 1, n - 1, interval=interval)
    assert at.low is not None and at.low >= bar - 1e-9
    assert before.low is None or before.low < bar + 1e-9


@pytest.mark.parametrize(
    ("share", "needed"), [(0.82, 1550), (0.85, 253), (0.88, 100), (0.90, 68), (0.95, 33), (1.0, 16)]
)
def test_rows_needed_in_all_for_a_true_share(share: float, needed: int) -> None:
    # A fraction of a row seen so far, which settles nothing, with exactly this share.
    further = further_needed(share * 0.5, 0.5, 0.80)
    assert further is not None and further + 0.5 == pytest.approx(needed, abs=0.5)


@given(st.integers(1, 200), st.floats(0, 1), st.floats(0.05, 0.95), KINDS)
def test_further_rows_settle_it_and_fewer_do_not(n: int, share: float, bar: float, interval: str) -> None:
    k = round(share * n)
    further = further_needed(k, n, bar, interval=interval)

    def settled(size: int) -> bool:
        rows = k / n * size
        found = proportion(math.floor(rows + 1e-9) if k / n >= bar else math.ceil(rows - 1e-9), size, interval=interval)
        assert found.low is not None and found.high is not None
        return found.low >= bar or found.high < bar

    if further is None:
        assert math.isclose(k / n, bar, abs_tol=0.003)
    else:
        assert settled(n + further)
        assert not any(settled(n + fewer) for fewer in range(max(0, further - 3), further))


def test_further_rows_of_the_published_examples() -> None:
    assert further_needed(3, 25, 0.5) == 0
    assert further_needed(425, 500, 0.8) == 0
    assert further_needed(10, 10, 0.8) == 6
    assert further_needed(17, 20, 0.8) == 253 - 20
    assert further_needed(45, 50, 0.8) == 68 - 50
    assert further_needed(4, 5, 0.8) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: proportion(3, 2),
        lambda: proportion(-1, 2),
        lambda: proportion(1, 2, level=1.0),
        lambda: proportion(1, 2, interval="wald"),
        lambda: proportion(0, float("nan")),
        lambda: fewest(1.0),
        lambda: further_needed(1, 2, 0.5, interval="walt"),
    ],
)
def test_impossible_questions_are_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="Received"):
        call()
