"""Log-loss, Brier score and calibration error: whether a probability of 0.8 means 8 of 10."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.special import ndtri

from rightrate.scoring.bootstrap import Confidence, resampled, row_key, row_multiplicities
from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import Predictions, blocks
from rightrate.scoring.ranking import ONLY_LABELS
from rightrate.scoring.score_cells import ScoreCells, Scored

NAMES = ("log_loss", "brier", "calibration_error")

# Nobel and Srivastava's rate n^(1/3) for the mean squared error of a histogram, kept between what shows a shape and
# what can be read.
_FEWEST_BINS, _MOST_BINS = 5, 20
# Decimals of a Brier score, at most 2, of which rounding in float64 (2**-52) touches none.
_KEPT_DIGITS = 9


@dataclass(frozen=True)
class Reliability:
    """A calibration chart, column-wise, from the lowest confidence to the highest.

    Args:
        confidence: mean confidence in each bin.
        observed: share of rows that are positive (multi-class: right).
        count: rows in each bin.
    """

    confidence: tuple[float, ...]
    observed: tuple[float, ...]
    count: tuple[float, ...]


def bin_edges(rising: np.ndarray) -> np.ndarray:
    """Lower edges of bins of about equal mass; equal scores stay in one bin.

    There are about `k^(1/3)` bins, between 5 and 20, for k distinct scores. Distinct ones are what carries a shape: the
    same rows given twice have the same bins.

    Args:
        rising: shape `(n,)`, sorted scores, n at least 1.

    Example:
        >>> bin_edges(np.array([0.1, 0.1, 0.1, 0.4, 0.9])).tolist()
        [0.1, 0.4, 0.9]
    """
    distinct = 1 + int(np.count_nonzero(rising[1:] != rising[:-1]))
    bins = min(max(round(distinct ** (1 / 3)), _FEWEST_BINS), _MOST_BINS)
    return np.unique(rising[np.arange(bins) * len(rising) // bins])


def reliability(
    confidence: np.ndarray, right: np.ndarray, weights: np.ndarray | None = None, edges: np.ndarray | None = None
) -> Reliability:
    """Mean confidence and observed share in bins of about equal mass.

    Args:
        confidence: shape `(n,)`. Binary: probability of the positive class; multi-class: the highest probability.
        right: shape `(n,)`, bool. Binary: whether the row is positive; multi-class: whether the likeliest class is it.
        weights: shape `(n,)`, or None.
        edges: from `bin_edges` of the sorted confidence, where it is known already.

    Example:
        >>> r = reliability(np.array([0.2, 0.2, 0.9]), np.array([False, True, True]))
        >>> r.confidence, r.observed, r.count
        ((0.2, 0.9), (0.5, 1.0), (2.0, 1.0))
    """
    if not len(confidence):
        return Reliability((), (), ())
    edges = bin_edges(np.sort(confidence)) if edges is None else edges
    mass, sums, hits, rows = np.zeros((4, len(edges)))
    for part in blocks(len(confidence)):
        at = _bins(confidence[part], edges)
        weight = np.ones(len(at)) if weights is None else weights[part]
        for total, each in ((mass, 1.0), (sums, confidence[part]), (hits, right[part])):
            total += np.bincount(at, weight * each, len(edges))
        rows += np.bincount(at, minlength=len(edges))
    kept = mass > 0
    columns = (sums[kept] / mass[kept], hits[kept] / mass[kept], rows[kept])
    return Reliability(*(tuple(map(float, column)) for column in columns))


def calibration_error(confidence: np.ndarray, right: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Expected calibration error with bins of equal mass: mean distance of confidence and observed share.

    It is never below 0, so chance alone makes it positive: a perfectly calibrated model has about
    `0.4 * sqrt(bins / n)` (the mean size of a binomial deviation with shares near one half). Compare it with that
    before calling a model badly calibrated on few rows.

    Args:
        confidence, right, weights: as in `reliability`; n at least 1.

    Example:
        >>> round(calibration_error(np.array([0.2, 0.2, 0.9]), np.array([False, True, True])), 6)
        0.233333
    """
    at = _bins(confidence, bin_edges(np.sort(confidence)))
    weight = np.ones(len(at)) if weights is None else weights
    return float(np.abs(np.bincount(at, weight * (confidence - right))).sum() / weight.sum())


def binary_calibration(rows: Scored, edges: np.ndarray, cells: ScoreCells, how: Confidence) -> Mapping[str, Figure]:
    """Log-loss in nats, Brier score and calibration error of the positive class's probability.

    Log-loss clips probabilities at the precision of their type, as scikit-learn does. Brier is the mean of
    `(prob - positive)^2`, between 0 and 1.

    Args:
        rows: those with a probability.
        edges: of the calibration bins, which no cell crosses.
        cells: the same rows, binned and resampled.
        how: level of the intervals.
    """
    n = len(rows.prob)
    total = cells.sums.sum()
    if total <= 0:
        return dict.fromkeys(NAMES, Figure.missing("all weights are 0", n))
    mass = np.maximum(cells.sums, 1e-300)
    drawn_total = cells.drawn.sum(axis=1)
    found = {}
    for name, loss in (("log_loss", _log_loss), ("brier", _squared)):
        sums = _cell_sums(cells, rows, loss)
        found[name] = resampled(sums.sum() / total, cells.drawn @ (sums / mass) / drawn_total, how.expanded, n)
    gaps = _cell_sums(cells, rows, np.subtract)
    first = np.full(2 * cells.bins, -1)
    for part in blocks(n):
        first[cells.cell[part]] = _bins(rows.prob[part], edges)
    kept = first >= 0
    into = np.zeros((2 * cells.bins, len(edges)))
    into[np.flatnonzero(kept), first[kept]] = (gaps / mass)[kept]
    drawn = cells.drawn @ into / drawn_total[:, None]
    found["calibration_error"] = _error(cells.sums @ into / total, drawn, how, n)
    return found


def multiclass_calibration(predictions: Predictions, how: Confidence) -> tuple[Mapping[str, Figure], Reliability]:
    """Log-loss in nats, Brier score and calibration error of multi-class probabilities, and the chart.

    Brier is the sum of squared errors over the classes, averaged over rows, between 0 and 2 (Brier 1950, and
    scikit-learn's default for several classes). The calibration error is of the likeliest class only: a model may be
    well calibrated there and badly for a rare class.
    """
    prob = predictions.prob
    if prob is None:
        return dict.fromkeys(NAMES, Figure.missing(ONLY_LABELS, predictions.size)), Reliability((), (), ())
    sound = np.isfinite(prob).all(axis=1)
    kept = slice(None) if sound.all() else sound
    prob, true = prob[kept], predictions.true[kept]
    weights, groups = (None if a is None else a[kept] for a in (predictions.weights, predictions.groups))
    n = len(prob)
    if not n or (weights is not None and not weights.any()):
        why = "no row has probabilities" if not n else "all weights are 0"
        return dict.fromkeys(NAMES, Figure.missing(why, n)), Reliability((), (), ())
    each = np.arange(n)
    own = prob[each, true].astype(float)
    confidence = prob.max(axis=1).astype(float)
    right = prob.argmax(axis=1) == true
    weight = np.ones(n) if weights is None else np.asarray(weights, float)
    eps = float(np.finfo(prob.dtype).eps)
    log_loss = -np.log(np.clip(own, eps, 1 - eps))
    # Sum over classes of (p - y)^2 without a matrix of y.
    brier = np.einsum("ij,ij->i", prob, prob) - 2 * own + 1
    edges = bin_edges(np.sort(confidence))
    at = _bins(confidence, edges)
    gap = weight * (confidence - right)
    sums = np.vstack([weight, weight * log_loss, weight * brier])
    # Rounded: the sum over the classes differs in its last digit with their order.
    key = row_key(log_loss, np.round(brier, _KEPT_DIGITS), confidence, right, weight)
    by_bin = sparse.csc_array((gap, at, np.arange(n + 1)), shape=(len(edges), n))
    drawn_sums, drawn_gaps = [], []
    for drawn in row_multiplicities(key, how, groups=groups, work=2):
        drawn_sums.append(sums @ drawn)
        drawn_gaps.append((by_bin @ drawn).T)
    total, *losses = np.concatenate(drawn_sums, axis=1)
    values = sums.sum(axis=1)
    found = {
        name: resampled(float(values[i + 1] / values[0]), losses[i] / total, how.expanded, n)
        for i, name in enumerate(NAMES[:2])
    }
    drawn = np.concatenate(drawn_gaps) / total[:, None]
    found["calibration_error"] = _error(by_bin.sum(axis=1) / values[0], drawn, how, n)
    return found, reliability(confidence, right, weights, edges)


def _error(gaps: np.ndarray, drawn: np.ndarray, how: Confidence, n: int) -> Figure:
    """Calibration error with an interval that holds the error of the same bins in all rows there could be.

    The error is a norm, which noise makes larger, and larger again in a resample: no percentile of resampled errors
    holds a true error near 0. What resamples do tell is how far the gaps lie from the true ones, in the same norm; the
    error cannot be further from the true one than that (triangle inequality). So it holds at least as often as it says.
    A bin's share is known from its own rows only, and so the small-sample correction is that of so few.

    Args:
        gaps: shape `(bins,)`, confidence less observed share, times the bin's share of the rows.
        drawn: shape `(resamples, bins)`, the same in each resample.
    """
    value = float(np.abs(gaps).sum())
    in_a_bin = replace(how, units=how.units / len(gaps))
    widening = float(ndtri((1 + in_a_bin.expanded) / 2) / ndtri((1 + how.level) / 2))
    distance = float(np.quantile(np.abs(drawn - gaps).sum(axis=1), how.level))
    if distance <= 1e-12:
        return Figure(value, n=n)
    reach = widening * distance
    return Figure(value, max(0.0, value - reach), min(1.0, value + reach), n)


def _bins(scores: np.ndarray, edges: np.ndarray) -> np.ndarray:
    found = np.searchsorted(edges, scores, side="right")
    found -= 1
    return np.asarray(found)


def _cell_sums(cells: ScoreCells, rows: Scored, value: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """Sum of `value(prob, positive)` over the rows of each cell, weighted where rows are."""
    sums = np.zeros(2 * cells.bins)
    for part in blocks(len(rows.prob)):
        values = value(rows.prob[part], rows.positive[part])
        weighed = values if rows.weights is None else values * rows.weights[part]
        sums += np.bincount(cells.cell[part], weighed, minlength=len(sums))
    return sums


def _log_loss(prob: np.ndarray, positive: np.ndarray) -> np.ndarray:
    eps = np.finfo(prob.dtype).eps
    own = np.where(positive, prob, 1 - prob)
    np.clip(own, eps, 1 - eps, out=own)
    np.log(own, out=own)
    return np.asarray(np.negative(own, out=own))


def _squared(prob: np.ndarray, positive: np.ndarray) -> np.ndarray:
    return np.asarray((prob - positive) ** 2)
