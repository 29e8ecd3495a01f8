"""`ScoreCells`: binary probabilities as bins of each class, and resamples of how many rows are in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from rightrate.scoring.bootstrap import Confidence, cell_counts, cell_totals
from rightrate.scoring.predictions import INDEX, Predictions, blocks

# Finer bins than this move no interval by a hundredth of its width (tests/scoring/test_ranking.py).
_BINS = 500


@dataclass(frozen=True, eq=False)
class Scored:
    """The rows of a binary task that have a probability.

    Args:
        prob: shape `(n,)`, of the positive class, no NaN.
        positive: shape `(n,)`, bool.
        weights, groups: shape `(n,)`, or None.
    """

    prob: np.ndarray
    positive: np.ndarray
    weights: np.ndarray | None
    groups: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Ranked:
    """Distinct scores from the highest to the lowest, and what has each or a higher one.

    Args:
        scores: shape `(k,)`, falling.
        found: shape `(k,)`, rising, positives from this score on: their number, or the sum of their weights.
        passed: shape `(k,)`, rising, the same of negatives.
    """

    scores: np.ndarray
    found: np.ndarray
    passed: np.ndarray

    def parts(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
        """Block by block: positives and negatives with exactly a score, then those with a higher one."""
        before = (self.found.dtype.type(0), self.passed.dtype.type(0))
        for part in blocks(len(self.scores)):
            found, passed = (np.r_[a, b[part]] for a, b in zip(before, (self.found, self.passed), strict=True))
            before = (found[-1], passed[-1])
            yield np.diff(found), np.diff(passed), found[:-1], passed[:-1]


@dataclass(frozen=True, eq=False)
class ScoreCells:
    """Rows by class and bin of their score, from the highest bin to the lowest, and resamples of them.

    Args:
        cell: shape `(n,)`: each row's cell: its bin, plus `bins` where it is positive.
        sums: shape `(2 * bins,)`: rows in each cell, weighted where rows are.
        drawn: shape `(resamples, 2 * bins)`: the same in each resample.
    """

    cell: np.ndarray
    sums: np.ndarray
    drawn: np.ndarray

    @property
    def bins(self) -> int:
        """Number of bins."""
        return len(self.sums) // 2


def scored(predictions: Predictions) -> Scored | None:
    """The rows with a probability, or None where there are none."""
    prob = predictions.prob
    if prob is None:
        return None
    positive = predictions.true == predictions.positive
    parts = (prob, positive, predictions.weights, predictions.groups)
    sound = np.isfinite(prob)
    if not sound.all():
        # Copies a million rows only where it must.
        parts = (prob[sound], positive[sound], *(None if a is None else a[sound] for a in parts[2:]))
    return Scored(*parts) if sound.any() else None


def by_score(rising: np.ndarray, prob: np.ndarray, positive: np.ndarray, weights: np.ndarray | None = None) -> Ranked:
    """Count what has each score or a higher one.

    Args:
        rising: shape `(n,)`, the same scores, sorted.
        prob: shape `(n,)`, the score of each row, n at least 1.
        positive: shape `(n,)`, bool.
        weights: shape `(n,)`, or None.

    Example:
        >>> r = by_score(np.array([0.2, 0.2, 0.9]), np.array([0.2, 0.9, 0.2]), np.array([True, True, False]))
        >>> r.scores.tolist(), r.found.tolist(), r.passed.tolist()
        ([0.9, 0.2], [1, 2], [0, 1])
    """
    first = np.r_[True, rising[1:] != rising[:-1]]
    scores = rising if first.all() else rising[first]
    if weights is None:
        hits = prob[positive]
        hits.sort()
        found, passed = (_from_each_on(side, scores[::-1]) for side in (hits, rising))
        passed -= found
        return Ranked(scores[::-1], found, passed)
    at = np.searchsorted(scores, prob)
    sums = (np.bincount(at, mass, len(scores)) for mass in (weights * positive, weights * ~positive))
    return Ranked(scores[::-1], *(np.cumsum(each[::-1]) for each in sums))


def _from_each_on(rising: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """How many of `rising` have each of `scores` or a higher one, shape of `scores`."""
    # In blocks and in 4 bytes a number: at a million rows each int64 array would weigh half of the input.
    found = np.empty(len(scores), dtype=INDEX)
    for part in blocks(len(scores)):
        found[part] = len(rising) - np.searchsorted(rising, scores[part])
    return found


def score_edges(ranked: Ranked, most: int) -> np.ndarray:
    """Lower edges of at most `most` bins of scores, shape `(bins,)`, rising; exact where there are no more scores.

    Positives and negatives get half of the edges each, spaced as a cosine, so that the bins are finest at both ends:
    the top of a ranking decides its average precision, and the tail of a loss decides its mean. Scores that only rows
    of weight 0 have are no edges.

    Example:
        >>> r = by_score(np.array([0.1, 0.2, 0.7]), np.array([0.1, 0.7, 0.2]), np.array([True, True, False]))
        >>> score_edges(r, 10).tolist()
        [0.1, 0.2, 0.7]
    """
    counts = sum(np.count_nonzero(sides, axis=1) for _, sides in _sides(ranked))
    wanted = [_spread(int(count), most // 2) for count in counts]
    edges, passed = [ranked.scores[:0]], np.zeros_like(counts)
    for scores, sides in _sides(ranked):
        for i, side in enumerate(sides):
            mine = scores[side]
            first, last = np.searchsorted(wanted[i], (passed[i], passed[i] + len(mine)))
            edges.append(mine[wanted[i][first:last] - passed[i]])
            passed[i] += len(mine)
    return np.unique(np.concatenate(edges))


def _sides(ranked: Ranked) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Block by block: scores, and masks of those that positives and that negatives have, shape `(2, block)`."""
    for part, (positives, negatives, *_) in zip(blocks(len(ranked.scores)), ranked.parts(), strict=True):
        yield ranked.scores[part], np.stack([positives > 0, negatives > 0])


def _spread(count: int, most: int) -> np.ndarray:
    """At most `most` of `count` places, rising."""
    if count <= most:
        return np.arange(count)
    return (count - 1 - ((1 - np.cos(np.linspace(0, np.pi, most))) / 2 * (count - 1)).astype(np.int64))[::-1]


def cell_edges(ranked: Ranked, extra_edges: np.ndarray) -> np.ndarray:
    """Lower edges of the bins of scores, rising; among them `extra_edges`, which no cell may cross."""
    return np.union1d(score_edges(ranked, _BINS), extra_edges)


def score_cells(rows: Scored, edges: np.ndarray, how: Confidence) -> ScoreCells:
    """Bin the rows and draw resamples.

    Args:
        rows: all of them.
        edges: lower edges of the bins, rising, from `cell_edges`.
        how: resamples and seed.
    """
    bins = len(edges)
    # In place where it can be: these are the largest arrays of a measurement. Rows of weight 0 may lie below all edges.
    cell = np.empty(len(rows.prob), dtype=INDEX)
    for part in blocks(len(cell)):
        cell[part] = np.searchsorted(edges, rows.prob[part], side="right")
    np.maximum(cell, 1, out=cell)
    np.subtract(bins, cell, out=cell)
    np.add(cell, bins, out=cell, where=rows.positive)
    identity = sparse.csr_array(sparse.identity(2 * bins, format="csr"))
    drawn = cell_totals(cell, identity, how, weights=rows.weights, groups=rows.groups)
    return ScoreCells(cell, cell_counts(cell, 2 * bins, rows.weights).astype(float), drawn)
