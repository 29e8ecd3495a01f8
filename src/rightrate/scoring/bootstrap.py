"""Seeded resampling that stays cheap for a million rows: what is drawn is how often, not which rows.

Rows that fall into the same cell (same true class and answer, or same true class and score bin) are alike. A resample
of all rows is then one multinomial draw over the cells. Where rows are not alike, how often each was drawn is a
column of a matrix, and the totals of a resample are a matrix product.

Nothing here depends on the order of the rows: cells are counted, and rows are drawn in the order of their content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse
from scipy.special import ndtr, ndtri

from rightrate.scoring.figure import Figure

# About a second of drawing on one core.
_MOST_DRAWS = 100_000_000
# Below this the ends of a 95 % percentile interval rest on fewer than five replicates each.
_FEWEST_RESAMPLES = 200
# Numbers held at once: 8 MB for cells; 32 MB for rows, whose matrix products are faster in wider blocks.
_HELD_CELLS, _HELD_ROWS = 1_000_000, 4_000_000
# An interval from the remaining replicates would be one of another question.
_MOST_UNDEFINED = 0.05
_SHIFT = np.uint64(32)
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, the usual odd multiplier of hashes


@dataclass(frozen=True)
class Confidence:
    """How intervals are made.

    Args:
        level: of all intervals, between 0 and 1.
        interval: of shares: "wilson" or "exact".
        resamples: of the bootstrap. Fewer are drawn, never under 200, where rows, weights or groups would make it
            more than 1e8 draws.
        seed: of the bootstrap.
    """

    level: float = 0.95
    interval: str = "wilson"
    resamples: int = 1000
    seed: int = 0


def cell_totals(
    cell: np.ndarray,
    stratum: np.ndarray,
    adds: sparse.csr_array,
    how: Confidence,
    *,
    weights: np.ndarray | None = None,
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """Totals of resamples of rows that are described by their cells.

    Without groups, the number of rows of each stratum (the true class) stays what it is. With groups, whole groups are
    drawn with replacement (cluster bootstrap), and no number stays.

    Args:
        cell: shape `(n,)`, index of each row's cell.
        stratum: shape `(cells,)`, the stratum of each cell.
        adds: shape `(cells, totals)`, what one row of a cell adds to each total.
        how: resamples and seed.
        weights: shape `(n,)`, or None; a row adds its weight times. Rows of one cell and weight are alike, so that few
            distinct weights cost little.
        groups: shape `(n,)`, index of each row's group, or None.

    Returns:
        Shape `(resamples, totals)`.

    Example:
        >>> each = sparse.csr_array(np.eye(2))
        >>> cell_totals(np.array([0, 0, 1]), np.array([0, 1]), each, Confidence(resamples=2)).tolist()
        [[2.0, 1.0], [2.0, 1.0]]
    """
    if groups is not None:
        units = int(groups.max()) + 1
        value = np.ones(len(cell)) if weights is None else np.asarray(weights, float)
        owns = sparse.csr_array(sparse.coo_array((value, (groups, cell)), shape=(units, adds.shape[0])))
        # Index numbers of groups that own no row are no groups.
        owns = owns[np.unique(groups)]
        counts, strata = np.ones(owns.shape[0], dtype=np.int64), np.zeros(owns.shape[0], dtype=np.int64)
    elif weights is not None:
        order = np.lexsort((weights, cell))
        a, w = cell[order], np.asarray(weights, float)[order]
        starts = np.flatnonzero(np.r_[True, (a[1:] != a[:-1]) | (w[1:] != w[:-1])])
        counts = np.diff(np.r_[starts, len(a)])
        owns = _one_each(a[starts], w[starts], adds.shape[0])
        strata = stratum[a[starts]]
    else:
        counts = np.bincount(cell, minlength=adds.shape[0])
        occupied = np.flatnonzero(counts)
        counts, strata = counts[occupied], stratum[occupied]
        owns = _one_each(occupied, np.ones(len(occupied)), adds.shape[0])
    each = sparse.csc_array((owns @ adds).T)
    resamples = affordable(how.resamples, len(counts))
    totals, done = np.empty((resamples, adds.shape[1])), 0
    for drawn in _draws(counts, strata, resamples, how.seed, _HELD_CELLS // len(counts)):
        totals[done : done + drawn.shape[1]] = (each @ drawn).T
        done += drawn.shape[1]
    return totals


def row_multiplicities(
    strata: np.ndarray, key: np.ndarray, how: Confidence, *, groups: np.ndarray | None = None, work: int = 1
) -> Iterator[np.ndarray]:
    """How often each row is drawn, for statistics that need the rows themselves.

    Args:
        strata: shape `(n,)`; the number of rows of each stays what it is. Not used with groups.
        key: shape `(n,)`, from `row_key`: rows are drawn in its order.
        how: resamples and seed.
        groups: shape `(n,)`; whole groups are drawn.
        work: how many passes over the rows the caller makes for each resample; more passes, fewer resamples.

    Yields:
        Shape `(n, some resamples)`.
    """
    resamples = affordable(how.resamples, len(strata) * work)
    some = _HELD_ROWS // len(strata)
    if groups is not None:
        found, unit = np.unique(groups, return_inverse=True)
        counts, stratum = np.ones(len(found), dtype=np.int64), np.zeros(len(found), dtype=np.int64)
        for drawn in _draws(counts, stratum, resamples, how.seed, some):
            yield drawn[unit]
        return
    order = np.lexsort((key, strata))
    counts = np.ones(len(strata), dtype=np.int64)
    for drawn in _draws(counts, strata[order], resamples, how.seed, some):
        placed = np.empty_like(drawn)
        placed[order] = drawn
        yield placed


def row_key(*columns: np.ndarray) -> np.ndarray:
    """A number of each row that depends on its content only, shape `(n,)`: equal rows, equal keys.

    Args:
        columns: shape `(n,)` or `(n, k)`, numbers.
    """
    key = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        for part in column[:, None].T if column.ndim == 1 else column.T:
            key = (key ^ np.ascontiguousarray(part, dtype=np.float64).view(np.uint64)) * _MIX
            key ^= key >> _SHIFT
    return key


def affordable(resamples: int, draws: int) -> int:
    """How many resamples are drawn where each costs `draws` draws."""
    return min(resamples, max(_FEWEST_RESAMPLES, _MOST_DRAWS // max(draws, 1)))


def resampled(value: float, replicates: np.ndarray, level: float, n: float | None = None) -> Figure:
    """A figure with the bias-corrected percentile interval of its replicates (Efron 1981).

    Bias-corrected, because resampled rankings are a little too good (a positive that is drawn twice supports itself):
    with 200 rows, intervals of average precision then hold the truth about 92 times of 100, plain percentiles 89 to 92.

    It has no interval where more than 5 % of the replicates are undefined (NaN), or where all are equal: resampling
    rows that are all right, or one row, says nothing about those that were not seen.

    Example:
        >>> f = resampled(0.5, np.linspace(0, 1, 101), 0.9)
        >>> round(f.low, 2), round(f.high, 2)
        (0.05, 0.95)
        >>> resampled(1.0, np.ones(100), 0.9).low is None
        True
    """
    sound = replicates[np.isfinite(replicates)]
    if not sound.size or sound.size < (1 - _MOST_UNDEFINED) * replicates.size:
        return Figure(float(value), n=n)
    rounding = 1e-12 * max(1.0, abs(value))
    if float(np.ptp(sound)) <= rounding:
        return Figure(float(value), n=n)
    # Ties count half; a value outside all replicates counts as half a replicate beyond it.
    below = (np.mean(sound < value - rounding) + np.mean(sound <= value + rounding)) / 2
    bias = ndtri(np.clip(below, 0.5 / sound.size, 1 - 0.5 / sound.size))
    reach = ndtri((1 + level) / 2)
    low, high = np.quantile(sound, ndtr(2 * bias + np.array([-reach, reach])))
    return Figure(float(value), float(low), float(high), n)


def score_edges(parts: Sequence[np.ndarray], most: int) -> np.ndarray:
    """Lower edges of at most `most` bins of scores, shape `(bins,)`, rising; exact where there are no more scores.

    The quantiles are spaced as a cosine, so that the bins are finest at both ends: the top of a ranking decides its
    average precision, and the tail of a loss decides its mean.

    Args:
        parts: sorted scores of the rows, in parts (positives, negatives) that get the same number of edges each.
        most: number of bins.

    Example:
        >>> score_edges([np.array([0.1, 0.1, 0.7]), np.array([0.2])], 10).tolist()
        [0.1, 0.2, 0.7]
    """
    kept = []
    for part in parts:
        if not part.size:
            continue
        starts = np.r_[True, part[1:] != part[:-1]]
        share = most // len(parts)
        if np.count_nonzero(starts) <= share:
            kept.append(part[starts])
        else:
            at = (1 - np.cos(np.linspace(0, np.pi, share))) / 2 * (len(part) - 1)
            kept.append(part[at.astype(np.int64)])
    return np.unique(np.concatenate([min(part[0] for part in parts if part.size)[None], *kept]))


def _one_each(column: np.ndarray, value: np.ndarray, columns: int) -> sparse.csr_array:
    """A matrix with one number in each row."""
    return sparse.csr_array((value, column, np.arange(len(column) + 1)), shape=(len(column), columns))


def _draws(counts: np.ndarray, strata: np.ndarray, resamples: int, seed: int, at_once: int) -> Iterator[np.ndarray]:
    """How often each unit is drawn, shape `(units, at most at_once resamples)`; strata must not fall."""
    rng = np.random.default_rng(seed)
    bounds = np.r_[np.flatnonzero(np.r_[True, strata[1:] != strata[:-1]]), len(strata)]
    size = max(1, at_once)
    for start in range(0, resamples, size):
        some = min(size, resamples - start)
        drawn = np.empty((len(counts), some))
        for first, last in pairwise(bounds):
            drawn[first:last] = _draw(counts[first:last], some, rng).T
        yield drawn


def _draw(counts: np.ndarray, some: int, rng: np.random.Generator) -> np.ndarray:
    """As many draws as there are rows, shape `(some, units)`."""
    total, units = int(counts.sum()), len(counts)
    if total > units:
        return np.asarray(rng.multinomial(total, counts / total, size=some))
    # One row a unit: counting drawn numbers is several times cheaper than a binomial for each unit.
    drawn = np.empty((some, units), dtype=np.int64)
    for row in drawn:
        row[:] = np.bincount(rng.integers(0, units, units), minlength=units)
    return drawn
