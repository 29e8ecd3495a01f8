"""Resampling: rows that stay as many, groups that stay together, and no dependence on the order of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse, stats
from scipy.special import ndtri

from rightrate.scoring.bootstrap import Confidence, cell_totals, resampled, row_key, row_multiplicities
from rightrate.scoring.score_cells import by_score, score_edges

EACH = sparse.csr_array(np.eye(4))
CELLS = st.lists(st.integers(0, 3), min_size=1, max_size=60).map(np.array)


@given(CELLS)
def test_as_many_rows_are_drawn_as_there_are(cell: np.ndarray) -> None:
    drawn = cell_totals(cell, EACH, Confidence(resamples=20))
    assert (drawn.sum(axis=1) == len(cell)).all()
    assert not drawn[:, np.bincount(cell, minlength=4) == 0].any()


def test_how_many_rows_a_class_has_varies_as_between_test_sets() -> None:
    cell = np.repeat([0, 1], [20, 80])
    rows = cell_totals(cell, EACH, Confidence(resamples=4000))[:, 0]
    drawn = row_multiplicities(row_key(np.arange(100)), Confidence(resamples=4000))
    by_row = np.concatenate([some[:20].sum(axis=0) for some in drawn])
    for count in (rows, by_row):
        # A binomial of 100 rows at a share of 20 %.
        assert count.mean() == pytest.approx(20, abs=0.3) and count.std() == pytest.approx(4, rel=0.05)


@given(CELLS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_draw(cell: np.ndarray, random) -> None:  # type: ignore[no-untyped-def]
    order = np.array(random.sample(range(len(cell)), len(cell)))
    weights, groups = (cell * 7 + np.arange(len(cell))) % 5 / 2, np.arange(len(cell)) % 4
    for w, g in ((None, None), (weights, None), (None, groups), (weights, groups)):
        pair = [
            cell_totals(
                cell[rows],
                EACH,
                Confidence(resamples=9),
                weights=None if w is None else w[rows],
                groups=None if g is None else g[rows],
            )
            for rows in (np.arange(len(cell)), order)
        ]
        assert np.allclose(*pair)
    key = row_key(cell, weights)
    one = np.concatenate(list(row_multiplicities(key, Confidence(resamples=9))), axis=1)
    other = np.concatenate(list(row_multiplicities(key[order], Confidence(resamples=9))), axis=1)
    # Rows of equal content may trade places; what is drawn of each content may not.
    for value in np.unique(key):
        assert np.array_equal(one[key == value].sum(axis=0), other[key[order] == value].sum(axis=0))


def test_whole_groups_are_drawn() -> None:
    cell, groups = np.array([0, 1, 2, 3, 3]), np.array([0, 0, 5, 5, 5])
    drawn = cell_totals(cell, EACH, Confidence(resamples=200), groups=groups)
    assert {tuple(row) for row in drawn} == {(2, 2, 0, 0), (1, 1, 1, 2), (0, 0, 2, 4)}
    rows = np.concatenate(list(row_multiplicities(row_key(cell), Confidence(resamples=50), groups=groups)), axis=1)
    assert np.array_equal(rows[0], rows[1]) and np.array_equal(rows[2], rows[4])
    assert (rows[0] + rows[2] == 2).all()


def test_weights_are_summed_and_spread_as_in_a_bootstrap_of_rows() -> None:
    rng = np.random.default_rng(1)
    cell, weights = rng.integers(0, 4, 80), rng.random(80)
    drawn = cell_totals(cell, EACH, Confidence(resamples=4000), weights=weights)
    expected = np.bincount(cell, weights)
    assert drawn.mean(axis=0) == pytest.approx(expected, rel=0.05)
    by_hand = []
    for _ in range(4000):
        pick = rng.choice(80, 80)
        by_hand.append(np.bincount(cell[pick], weights[pick], minlength=4))
    assert drawn.std(axis=0) == pytest.approx(np.std(by_hand, axis=0), rel=0.08)


def test_the_same_seed_gives_the_same_draws_and_another_seed_others() -> None:
    cell = np.array([0, 1, 2, 3] * 10)
    one, again, other = (cell_totals(cell, EACH, Confidence(seed=s)) for s in (3, 3, 4))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_an_interval_needs_replicates_that_are_defined_and_differ() -> None:
    replicates = np.linspace(0, 1, 100)
    assert resampled(0.5, replicates, 0.95).low == pytest.approx(0.025)
    replicates[:5] = np.nan
    assert resampled(0.5, replicates, 0.95).low is not None
    replicates[:6] = np.nan
    assert resampled(0.5, replicates, 0.95).low is None
    assert resampled(1.0, np.ones(100), 0.95).low is None


@pytest.mark.parametrize("draw", [lambda rng, n: rng.normal(size=n), lambda rng, n: rng.exponential(size=n)])
def test_the_interval_is_scipys_bca(draw) -> None:  # type: ignore[no-untyped-def]
    """SciPy takes the acceleration from a jackknife; for a mean that is the replicates' skewness over 6."""
    rows = draw(np.random.default_rng(3), 40)
    found = stats.bootstrap((rows,), np.mean, n_resamples=20_000, rng=np.random.default_rng(4))
    replicates = np.random.default_rng(5).choice(rows, (20_000, 40)).mean(axis=1)
    ours = resampled(rows.mean(), replicates, 0.95)
    assert (ours.low, ours.high) == pytest.approx(tuple(found.confidence_interval), abs=0.02 * rows.std())


@given(st.floats(-1, 1), st.integers(0, 10**6), st.sampled_from([0.5, 0.95, 0.9999]))
def test_an_interval_stays_within_its_replicates(value: float, seed: int, level: float) -> None:
    replicates = np.random.default_rng(seed).pareto(1, 200)
    found = resampled(value, replicates, level)
    assert found.low is not None and found.high is not None
    assert replicates.min() <= found.low <= found.high <= replicates.max()


def test_few_rows_widen_an_interval_as_student_does() -> None:
    reach = [ndtri((1 + Confidence(units=n).expanded) / 2) for n in (5, 1000)]
    assert reach == pytest.approx([stats.t.ppf(0.975, 4) * (5 / 4) ** 0.5, 1.963], rel=1e-3)
    assert Confidence(units=1).expanded == 1.0


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.integers(1, 30))
def test_score_bins_are_exact_where_they_can_be(scores: list[int], most: int) -> None:
    prob = np.array(scores, float)
    positive = np.arange(len(prob)) % 3 == 0
    edges = score_edges(by_score(np.sort(prob), prob, positive), 2 * most)
    sides = [np.unique(prob[side]) for side in (positive, ~positive)]
    assert edges[0] == prob.min() or most == 1
    assert len(edges) <= 2 * most and np.isin(edges, prob).all()
    if all(len(side) <= most for side in sides):
        assert np.array_equal(edges, np.unique(prob))
