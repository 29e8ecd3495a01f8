"""Where a search begins: the ladder, the priors, and what users may ask for."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.errors import UsageError
from rightrate.schedules.priors import TABLE
from rightrate.search import Kind, ladder, prior


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.family}-{row.what}")
def test_every_prior_gives_at_least_seven_rates_half_a_decade_apart_and_a_source(row: object) -> None:
    rates = ladder.around(row.centre)
    assert len(rates) >= 7
    assert max(math.log10(b / a) for a, b in pairwise(rates)) <= 0.502
    assert len(row.source) > 10


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        # The best rates of half-decade sweeps by plain fit, one of each kind of fine-tuning.
        (Kind("Adam", 2_562, 3_400_000), 1e-3, 1e-1),
        (Kind("Adam", 800_000, 3_400_000), 3e-4, 3e-4),
        (Kind("AdamW", 22_000_000, 22_000_000), 3e-5, 3e-4),
        (Kind("Adam", 20_000, 20_000), 1e-2, 1e-2),
        (Kind("SGD", 22_000_000, 22_000_000, momentum=0.9), 3e-3, 3e-2),
    ],
)
def test_the_first_range_holds_the_rates_that_were_best_when_measured(kind: Kind, low: float, high: float) -> None:
    rates = ladder.around(prior(kind).centre)
    assert rates[0] < low and high < rates[-1]


def test_an_unknown_optimizer_gets_adams_range() -> None:
    assert prior(Kind("MyOptimizer", 10**6, 10**6)) == prior(Kind("Adam", 10**6, 10**6))


@given(low=st.floats(1e-8, 9.0), ratio=st.floats(2.001, 1e9))
def test_a_range_gives_at_least_seven_rates_inside_it(low: float, ratio: float) -> None:
    high = min(10.0, low * ratio)
    if high < 2 * low:
        return
    rates = ladder.between(low, high)
    assert len(rates) >= 7
    assert rates[0] >= low * 0.99 and rates[-1] <= high * 1.01


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda: ladder.between(1e-2, 1e-5), "smaller end first.*Say 1e-05:0.01"),
        (lambda: ladder.between(1e-3, 1e-3), "smaller end first"),
        (lambda: ladder.between(1e-12, 1e-3), "between 1e-08 and 10"),
        (lambda: ladder.between(1e-3, 100), "between 1e-08 and 10"),
        (lambda: ladder.between(float("nan"), 1e-3), "smaller end first"),
        (lambda: ladder.given([]), "empty"),
        (lambda: ladder.given([1e-3, 1e-3]), "twice"),
        (lambda: ladder.given([0.0]), "Received: 0.0"),
        (lambda: ladder.given([float("inf")]), "Received: inf"),
    ],
)
def test_impossible_rates_are_refused(ask: object, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        ask()
