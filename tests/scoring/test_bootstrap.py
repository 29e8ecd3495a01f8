"""Resampling: totals that stay, groups that stay together, and no dependence on the order of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from rightrate.scoring.bootstrap import Confidence, cell_totals, resampled, row_key, row_multiplicities, score_edges

EACH = sparse.csr_array(np.eye(4))
STRATA = np.array([0, 0, 1, 1])
CELLS = st.lists(st.integers(0, 3), min_size=1, max_size=60).map(np.array)


@given(CELLS)
def test_the_rows_of_each_class_stay_as_many(cell: np.ndarray) -> None:
    drawn = cell_totals(cell, STRATA, EACH, Confidence(resamples=20))
    assert (drawn[:, :2].sum(axis=1) == (cell < 2).sum()).all()
    assert (drawn[:, 2:].sum(axis=1) == (cell >= 2).sum()).all()


@given(CELLS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_draw(cell: np.ndarray, random) -> None:  # type: ignore[no-untyped-def]
    order = np.array(random.sample(range(len(cell)), len(cell)))
    weights, groups = (cell * 7 + np.arange(len(cell))) % 5 / 2, np.arange(len(cell)) % 4
    for w, g in ((None, None), (weights, None), (None, groups), (weights, groups)):
        pair = [
            cell_totals(
                cell[rows],
                STRATA,
                EACH,
                Confidence(resamples=9),
                weights=None if w is None else w[rows],
                groups=None if g is None else g[rows],
            )
            for rows in (np.arange(len(cell)), order)
        ]
        assert np.allclose(*pair)
    key = row_key(cell, weights)
    one = np.concatenate(list(row_multiplicities(cell // 2, key, Confidence(resamples=9))), axis=1)
    other = np.concatenate(list(row_multiplicities(cell[order] // 2, key[order], Confidence(resamples=9))), axis=1)
    # Rows of equal content may trade places; what is drawn of each content may not.
    for value in np.unique(key):
        assert np.array_equal(one[key == value].sum(axis=0), other[key[order] == value].sum(axis=0))


def test_whole_groups_are_drawn() -> None:
    cell, groups = np.array([0, 1, 2, 3, 3]), np.array([0, 0, 5, 5, 5])
    drawn = cell_totals(cell, STRATA, EACH, Confidence(resamples=200), groups=groups)
    assert {tuple(row) for row in drawn} == {(2, 2, 0, 0), (1, 1, 1, 2), (0, 0, 2, 4)}
    rows = np.concatenate(
        list(row_multiplicities(cell, row_key(cell), Confidence(resamples=50), groups=groups)), axis=1
    )
    assert np.array_equal(rows[0], rows[1]) and np.array_equal(rows[2], rows[4])
    assert (rows[0] + rows[2] == 2).all()


def test_weights_are_summed_and_spread_as_in_a_bootstrap_of_rows() -> None:
    rng = np.random.default_rng(1)
    cell, weights = rng.integers(0, 4, 80), rng.random(80)
    drawn = cell_totals(cell, STRATA, EACH, Confidence(resamples=4000), weights=weights)
    expected = np.bincount(cell, weights)
    assert drawn.mean(axis=0) == pytest.approx(expected, rel=0.05)
    rows = [np.flatnonzero(cell < 2), np.flatnonzero(cell >= 2)]
    by_hand = []
    for _ in range(4000):
        pick = np.concatenate([rng.choice(part, len(part)) for part in rows])
        by_hand.append(np.bincount(cell[pick], weights[pick], minlength=4))
    assert drawn.std(axis=0) == pytest.approx(np.std(by_hand, axis=0), rel=0.08)


def test_the_same_seed_gives_the_same_draws_and_another_seed_others() -> None:
    cell = np.array([0, 1, 2, 3] * 10)
    one, again, other = (cell_totals(cell, STRATA, EACH, Confidence(seed=s)) for s in (3, 3, 4))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_an_interval_needs_replicates_that_are_defined_and_differ() -> None:
    replicates = np.linspace(0, 1, 100)
    assert resampled(0.5, replicates, 0.95).low == pytest.approx(0.025)
    replicates[:5] = np.nan
    assert resampled(0.5, replicates, 0.95).low is not None
    replicates[:6] = np.nan
    assert resampled(0.5, replicates, 0.95).low is None
    assert resampled(1.0, np.ones(100), 0.95).low is None


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.integers(1, 30))
def test_score_bins_are_exact_where_they_can_be(scores: list[int], most: int) -> None:
    part = np.sort(np.array(scores, float))
    edges = score_edges([part], most)
    assert edges[0] == part[0] and len(edges) <= most + 1
    if len(np.unique(part)) <= most:
        assert np.array_equal(edges, np.unique(part))
