"""Seeded resampling that stays cheap for a million rows: what is drawn is how often, not which rows.

Rows that fall into the same cell (same true class and answer, or same true class and score bin) are alike. A resample
of all rows is then one multinomial draw over the cells. Where rows are not alike, how often each was drawn is a
column of a matrix, and the totals of a resample are a matrix product.

Rows are drawn from all rows, so that the number of each class varies from resample to resample as it does from one test
set to another. Resamples that keep these numbers (stratified by class) make precision, F1 and average precision look
surer than they are (docs/judging.md has the coverage of both).

Nothing here depends on the order of the rows: cells are counted, and rows are drawn in the order of their content. Nor
does it on the order of the classes: their cells are drawn from in the order of what is in them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import ndtr, ndtri, stdtrit

from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import blocks

# About a second of drawing on one core.
_MOST_DRAWS = 100_000_000
# Below this the ends of a 95 % percentile interval rest on fewer than five replicates each.
_FEWEST_RESAMPLES = 200
# Numbers held at once: 2 MB for cells; 32 MB for rows, whose matrix products are faster in wider blocks.
_HELD_CELLS, _HELD_ROWS = 250_000, 4_000_000
# An interval from the remaining replicates would be one of another question.
_MOST_UNDEFINED = 0.05
# Efron (1987) finds accelerations of 0.1 and less in practice. Beyond 0.25 (a skewness of 1.5) that of a few thousand
# replicates is a guess, and the interval's formula may leave its range.
_MOST_ACCELERATION = 0.25
# Standard deviations beyond which nothing is drawn (6e-16 of a normal distribution); a level of 1 is infinitely many.
_FARTHEST = 8.0
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
        units: how many rows, or groups of rows, are independent; infinite leaves bootstrap intervals as they are.
    """

    level: float = 0.95
    interval: str = "wilson"
    resamples: int = 1000
    seed: int = 0
    units: float = math.inf

    @property
    def expanded(self) -> float:
        """The level to ask a percentile interval for, so that it is as wide as `level` means.

        With n units the replicates spread sqrt((n - 1) / n) times as far as they should, and their spread is known no
        better than with n - 1 degrees of freedom: z becomes t sqrt(n / (n - 1)) (the expanded percentile interval,
        Hesterberg 2015). Fewer than two units say nothing about their spread: the level is 1, all that was drawn.

        Example:
            >>> round(Confidence(units=30).expanded, 4), Confidence().expanded
            (0.9625, 0.95)
        """
        if self.units == math.inf:
            return self.level
        if self.units < 2:
            return 1.0
        reach = stdtrit(self.units - 1, (1 + self.level) / 2) * math.sqrt(self.units / (self.units - 1))
        return float(2 * ndtr(reach) - 1)


def cell_totals(
    cell: np.ndarray,
    adds: sparse.csr_array,
    how: Confidence,
    *,
    weights: np.ndarray | None = None,
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """Totals of resamples of rows that are described by their cells.

    As many rows are drawn, with replacement, as there are; with groups, as many whole groups (cluster bootstrap).

    Args:
        cell: shape `(n,)`, index of each row's cell.
        adds: shape `(cells, totals)`, what one row of a cell adds to each total.
        how: resamples and seed.
        weights: shape `(n,)`, or None; a row adds its weight times. Rows of one cell and weight are alike, so that few
            distinct weights cost little.
        groups: shape `(n,)`, index of each row's group, or None.

    Returns:
        Shape `(resamples, totals)`.

    Example:
        >>> each = sparse.csr_array(np.eye(2))
        >>> cell_totals(np.array([0, 0, 1]), each, Confidence(resamples=2)).sum(axis=1).tolist()
        [3.0, 3.0]
    """
    if groups is not None:
        units = int(groups.max()) + 1
        value = np.ones(len(cell)) if weights is None else np.asarray(weights, float)
        owns = sparse.csr_array(sparse.coo_array((value, (groups, cell)), shape=(units, adds.shape[0])))
        # Index numbers of groups that own no row are no groups.
        owns = owns[np.unique(groups)]
        counts = np.ones(owns.shape[0], dtype=np.int64)
    elif weights is not None:
        order = np.lexsort((weights, cell))
        a, w = cell[order], np.asarray(weights, float)[order]
        starts = np.flatnonzero(np.r_[True, (a[1:] != a[:-1]) | (w[1:] != w[:-1])])
        counts = np.diff(np.r_[starts, len(a)])
        owns = _one_each(a[starts], w[starts], adds.shape[0])
    else:
        counts = cell_counts(cell, adds.shape[0])
        occupied = np.flatnonzero(counts)
        counts = counts[occupied]
        owns = _one_each(occupied, np.ones(len(occupied)), adds.shape[0])
    each = sparse.csc_array((owns @ adds).T)
    resamples = affordable(how.resamples, len(counts))
    totals, done = np.empty((resamples, adds.shape[1])), 0
    for drawn in _draws(counts, resamples, how.seed, _HELD_CELLS // len(counts)):
        totals[done : done + drawn.shape[1]] = (each @ drawn).T
        done += drawn.shape[1]
    return totals


def cell_counts(cell: np.ndarray, cells: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Rows in each cell, weighted where rows are, shape `(cells,)`: `numpy.bincount` without an int64 copy of the rows.

    Example:
        >>> cell_counts(np.array([0, 2, 2], dtype=np.int32), 3).tolist()
        [1, 0, 2]
    """
    if weights is not None:
        return np.bincount(cell, weights, minlength=cells)
    found = np.zeros(cells, dtype=np.int64)
    for part in blocks(len(cell)):
        found += np.bincount(cell[part], minlength=cells)
    return found


def row_multiplicities(
    key: np.ndarray, how: Confidence, *, groups: np.ndarray | None = None, work: int = 1
) -> Iterator[np.ndarray]:
    """How often each row is drawn, for statistics that need the rows themselves.

    Args:
        key: shape `(n,)`, from `row_key`: rows are drawn in its order.
        how: resamples and seed.
        groups: shape `(n,)`; whole groups are drawn.
        work: how many passes over the rows the caller makes for each resample; more passes, fewer resamples.

    Yields:
        Shape `(n, some resamples)`.
    """
    resamples = affordable(how.resamples, len(key) * work)
    some = _HELD_ROWS // len(key)
    if groups is not None:
        found, unit = np.unique(groups, return_inverse=True)
        for drawn in _draws(np.ones(len(found), dtype=np.int64), resamples, how.seed, some):
            yield drawn[unit]
        return
    order = np.argsort(key, kind="stable")
    for drawn in _draws(np.ones(len(key), dtype=np.int64), resamples, how.seed, some):
        placed = np.empty_like(drawn)
        placed[order] = drawn
        yield placed


def row_key(*columns: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
    """A number of each row that depends on its content only, shape `(n,)`: equal rows, equal keys.

    Args:
        columns: shape `(n,)` or `(n, k)`, numbers.
        start: shape `(n,)`, a key to go on from.
    """
    key = np.zeros(len(columns[0]), dtype=np.uint64) if start is None else start.copy()
    for column in columns:
        for part in column[:, None].T if column.ndim == 1 else column.T:
            key = (key ^ np.ascontiguousarray(part, dtype=np.float64).view(np.uint64)) * _MIX
            key ^= key >> _SHIFT
    return key


def key_of_classes(classes: Callable[[], Iterable[tuple[np.ndarray, ...]]]) -> np.ndarray:
    """A key of each row, shape `(n,)`, that does not depend on the order in which the classes stand.

    What belongs to one class is mixed with the sum of its column, so that a row is told from one whose classes hold the
    same numbers in another way.

    Args:
        classes: gives for each class the columns that belong to it, each of shape `(n,)`; called twice.

    Example:
        >>> prob = np.array([[0.1, 0.9], [0.6, 0.4]])
        >>> one, other = (key_of_classes(lambda p=p: ((c,) for c in p.T)) for p in (prob, prob[:, ::-1]))
        >>> bool(np.array_equal(one, other)), len(set(one.tolist()))
        (True, 2)
    """
    columns = [int(row_key(*own).sum(dtype=np.uint64)) for own in classes()]
    total: np.ndarray | None = None
    for own, column in zip(classes(), columns, strict=True):
        mixed = (row_key(*own) ^ np.uint64(column)) * _MIX
        mixed ^= mixed >> _SHIFT
        total = mixed if total is None else total + mixed
    assert total is not None
    return total


def affordable(resamples: int, draws: int) -> int:
    """How many resamples are drawn where each costs `draws` draws."""
    return min(resamples, max(_FEWEST_RESAMPLES, _MOST_DRAWS // max(draws, 1)))


def resampled(value: float, replicates: np.ndarray, level: float, n: float | None = None) -> Figure:
    """A figure with the BCa interval of its replicates (bias-corrected and accelerated: Efron 1987).

    Bias-corrected, because resampled rankings are a little too good (a positive that is drawn twice supports itself).
    Accelerated, because a figure near 1 varies more below its value than above. The acceleration is a sixth of the
    replicates' skewness: for a mean that is Efron's own estimate, and it needs no second pass over the rows, as his
    jackknife does.

    It has no interval where more than 5 % of the replicates are undefined (NaN), or where all are equal: resampling
    rows that are all right, or one row, says nothing about those that were not seen.

    Args:
        value: of all rows.
        replicates: shape `(resamples,)`, of the resamples.
        level: of the interval, mostly `Confidence.expanded`.
        n: what the figure rests on.

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
    centred = sound - sound.mean()
    skewness = np.mean(centred**3) / np.mean(centred**2) ** 1.5
    acceleration = np.clip(skewness / 6, -_MOST_ACCELERATION, _MOST_ACCELERATION)
    reach = min(ndtri((1 + level) / 2), _FARTHEST)
    at = bias + np.array([-reach, reach])
    # Below a tenth the formula is near its pole: the interval's end is the last replicate then.
    low, high = np.quantile(sound, ndtr(bias + at / np.maximum(1 - acceleration * at, 0.1)))
    return Figure(float(value), float(low), float(high), n)


def _one_each(column: np.ndarray, value: np.ndarray, columns: int) -> sparse.csr_array:
    """A matrix with one number in each row."""
    return sparse.csr_array((value, column, np.arange(len(column) + 1)), shape=(len(column), columns))


def _draws(counts: np.ndarray, resamples: int, seed: int, at_once: int) -> Iterator[np.ndarray]:
    """How often each unit is drawn, shape `(units, at most at_once resamples)`."""
    rng = np.random.default_rng(seed)
    size = max(1, at_once)
    for start in range(0, resamples, size):
        yield _draw(counts, min(size, resamples - start), rng).T.astype(float, order="C")


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
