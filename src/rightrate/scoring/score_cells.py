"""`ScoreCells`: binary probabilities as bins of each class, and resamples of how many rows are in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from rightrate.scoring.bootstrap import Confidence, cell_totals, score_edges
from rightrate.scoring.predictions import Predictions

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
    """Distinct scores from the highest to the lowest, and what has each.

    Args:
        scores: shape `(k,)`, falling.
        positives, negatives: shape `(k,)`, rows with exactly this score, weighted where rows are.
    """

    scores: np.ndarray
    positives: np.ndarray
    negatives: np.ndarray


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


def by_score(prob: np.ndarray, positive: np.ndarray, weights: np.ndarray | None = None) -> Ranked:
    """Sort scores and count what has each.

    Example:
        >>> r = by_score(np.array([0.2, 0.9, 0.2]), np.array([True, True, False]))
        >>> r.scores.tolist(), r.positives.tolist(), r.negatives.tolist()
        ([0.9, 0.2], [1.0, 1.0], [0.0, 1.0])
    """
    order = np.argsort(prob)[::-1]
    scores, hit = prob[order], positive[order]
    weight = None if weights is None else weights[order].astype(float)
    del order  # a million rows: each of these arrays is as large as the input
    starts = np.flatnonzero(np.r_[True, scores[1:] != scores[:-1]])
    if weight is not None:
        positives = np.add.reduceat(np.where(hit, weight, 0.0), starts)
        negatives = np.add.reduceat(np.where(hit, 0.0, weight), starts)
    else:
        positives = np.add.reduceat(hit, starts, dtype=float)
        negatives = np.empty(len(starts))
        np.subtract(starts[1:], starts[:-1], out=negatives[:-1])
        negatives[-1] = len(hit) - starts[-1]
        negatives -= positives
    return Ranked(scores[starts] if len(starts) < len(scores) else scores, positives, negatives)


def cell_edges(ranked: Ranked, extra_edges: np.ndarray) -> np.ndarray:
    """Lower edges of the bins of scores, rising; among them `extra_edges`, which no cell may cross."""
    rising = slice(None, None, -1)
    parts = [ranked.scores[ranked.positives > 0][rising], ranked.scores[ranked.negatives > 0][rising]]
    return np.union1d(score_edges(parts, _BINS), extra_edges) if parts[0].size + parts[1].size else extra_edges


def score_cells(rows: Scored, edges: np.ndarray, how: Confidence) -> ScoreCells:
    """Bin the rows and draw resamples.

    Args:
        rows: all of them.
        edges: lower edges of the bins, rising, from `cell_edges`.
        how: resamples and seed.
    """
    bins = len(edges)
    # In place where it can be: these are the largest arrays of a measurement. Rows of weight 0 may lie below all edges.
    cell = np.maximum(np.searchsorted(edges, rows.prob, side="right"), 1)
    np.subtract(bins, cell, out=cell)
    np.add(cell, bins, out=cell, where=rows.positive)
    stratum = np.repeat([0, 1], bins)
    identity = sparse.csr_array(sparse.identity(2 * bins, format="csr"))
    drawn = cell_totals(cell, stratum, identity, how, weights=rows.weights, groups=rows.groups)
    return ScoreCells(cell, np.bincount(cell, rows.weights, minlength=2 * bins).astype(float), drawn)
