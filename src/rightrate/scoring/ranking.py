"""Average precision and area under the ROC curve: how well scores put positives before negatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy import sparse

from rightrate.scoring.bootstrap import Confidence, key_of_classes, resampled, row_key, row_multiplicities
from rightrate.scoring.counts import ratio
from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.score_cells import Ranked, ScoreCells, by_score, score_edges

NAMES = ("average_precision", "roc_auc")
ONLY_LABELS = "only labels were given, no probabilities"

# Per class of a multi-class task, where there are many classes to bin.
_BINS = 250


def average_precision(positives: np.ndarray, negatives: np.ndarray) -> np.ndarray:
    """Step-wise average precision, as scikit-learn's.

    Args:
        positives, negatives: shape `(..., bins)`, rows in each bin of scores, the highest bin first.

    Returns:
        Shape `(...)`, NaN without positives. Its chance level is the share of positives.

    Example:
        >>> float(average_precision(np.array([1, 0, 1]), np.array([0, 1, 0]))) == (1 + 2 / 3) / 2
        True
    """
    found = np.cumsum(positives, axis=-1, dtype=float)
    seen = np.cumsum(negatives, axis=-1, dtype=float)
    seen += found
    total = found[..., -1].copy()
    np.divide(found, seen, out=found, where=seen > 0)
    found *= positives
    return ratio(found.sum(axis=-1), total)


def roc_auc(positives: np.ndarray, negatives: np.ndarray) -> np.ndarray:
    """Share of pairs of a positive and a negative in which the positive has the higher score; ties count half.

    Args:
        positives, negatives: as in `average_precision`.

    Returns:
        Shape `(...)`, NaN where one of the two is absent.

    Example:
        >>> float(roc_auc(np.array([1, 0, 1]), np.array([0, 1, 0])))
        0.5
    """
    passed = np.cumsum(negatives, axis=-1, dtype=float)
    total = passed[..., -1].copy()
    passed -= np.asarray(negatives) / 2
    passed -= total[..., None]
    passed *= positives
    return ratio(-passed.sum(axis=-1), total * np.sum(positives, axis=-1))


_MEASURES = {"average_precision": average_precision, "roc_auc": roc_auc}


def exact_ranking(ranked: Ranked) -> Mapping[str, float]:
    """Average precision and ROC AUC of scores; NaN where a class is absent."""
    all_positives, all_negatives = float(ranked.found[-1]), float(ranked.passed[-1])
    precisions = pairs = 0.0
    for positives, negatives, found, passed in ranked.parts():
        reached = found + positives
        answered = reached + passed + negatives
        precise = np.divide(reached, answered, out=np.zeros(len(reached)), where=answered > 0)
        precisions += float(positives @ precise)
        # Negatives below a score, and half of those that share it.
        pairs += float(positives @ (all_negatives - passed - negatives / 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "average_precision": float(np.float64(precisions) / all_positives),
            "roc_auc": float(np.float64(pairs) / (all_positives * all_negatives)),
        }


def binary_ranking(
    exact: Mapping[str, float], cells: ScoreCells, names: tuple[str, str], how: Confidence
) -> Mapping[str, Figure]:
    """Average precision and ROC AUC of the positive class.

    Values are exact. Replicates are counted in bins, so what binning does to the value is taken off them.

    Args:
        exact: from `exact_ranking`.
        cells: the same rows, binned and resampled.
        names: of the negative and of the positive class.
        how: level of the intervals.
    """
    bins, n = cells.bins, len(cells.cell)
    for absent, side in ((names[1], cells.sums[bins:]), (names[0], cells.sums[:bins])):
        if not side.any():
            return dict.fromkeys(NAMES, Figure.missing(f"no row is '{absent}'", n))
    found = {}
    for name, measure in _MEASURES.items():
        value = exact[name]
        binned = measure(cells.sums[bins:], cells.sums[:bins])
        replicates = measure(cells.drawn[:, bins:], cells.drawn[:, :bins]) + (value - binned)
        found[name] = _within(resampled(value, replicates, how.expanded, n))
    return found


def macro_ranking(predictions: Predictions, how: Confidence) -> Mapping[str, Figure]:
    """Average precision and ROC AUC of each class (or label) against the rest, averaged over those that occur.

    Rows are drawn jointly for all classes. That costs a pass over the rows for each class and resample, so fewer
    resamples are drawn where rows times classes are many (`bootstrap.affordable`).

    A class that every row has, or none, is left out: nothing can be ranked.
    """
    prob = predictions.prob
    if prob is None:
        return dict.fromkeys(NAMES, Figure.missing(ONLY_LABELS, predictions.size))
    sound = np.isfinite(prob).all(axis=1)
    prob, true = (prob, predictions.true) if sound.all() else (prob[sound], predictions.true[sound])
    weights, groups = (a if a is None or sound.all() else a[sound] for a in (predictions.weights, predictions.groups))
    columns = [c for c in range(prob.shape[1]) if _both(_is(true, c), weights)]
    if not columns:
        what = "only one class occurs" if predictions.task is Task.MULTICLASS else "no label both occurs and is absent"
        return dict.fromkeys(NAMES, Figure.missing(what if len(prob) else "no row has probabilities", len(prob)))
    values = np.empty((2, len(columns)))
    binned = np.empty_like(values)
    cells = np.empty((len(columns), len(prob)), dtype=np.int32)
    for at, column in enumerate(columns):
        positive = _is(true, column)
        ranked = by_score(np.sort(prob[:, column]), prob[:, column], positive, weights)
        values[:, at] = list(exact_ranking(ranked).values())
        edges = score_edges(ranked, _BINS)
        # Odd cells are positive; the highest scores have the lowest cells.
        where = np.maximum(np.searchsorted(edges, prob[:, column], side="right") - 1, 0)
        cells[at] = 2 * (_BINS - 1 - where) + positive
        counts = np.bincount(cells[at], weights, minlength=2 * _BINS)[None]
        binned[:, at] = [one[0] for one in _both_measures(counts)]
    key = key_of_classes(lambda: ((prob[:, c], _is(true, c)) for c in range(prob.shape[1])))
    key = key if weights is None else row_key(weights, start=key)
    # A pass of counting costs about a tenth of one of drawing.
    draws = row_multiplicities(key, how, groups=groups, work=max(1, len(columns) // 10))
    replicates = np.concatenate([_replicates(drawn, cells, weights) for drawn in draws], axis=-1)
    replicates += (values - binned)[:, :, None]
    return {
        name: _within(resampled(float(values[i].mean()), replicates[i].mean(axis=0), how.expanded, len(prob)))
        for i, name in enumerate(NAMES)
    }


def _replicates(drawn: np.ndarray, cells: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Both measures of each class, shape `(2, classes, some resamples)`."""
    n = drawn.shape[0]
    value = np.ones(n) if weights is None else np.asarray(weights, float)
    found = np.empty((2, len(cells), drawn.shape[1]))
    start = np.arange(n + 1)
    for at, cell in enumerate(cells):
        counts = sparse.csc_array((value, cell, start), shape=(2 * _BINS, n)) @ drawn
        found[:, at] = list(_both_measures(counts.T))
    return found


def _both_measures(counts: np.ndarray) -> Iterator[np.ndarray]:
    for measure in _MEASURES.values():
        yield measure(counts[:, 1::2], counts[:, ::2])


def _is(true: np.ndarray, column: int) -> np.ndarray:
    return np.asarray(true == column if true.ndim == 1 else true[:, column] == 1)


def _both(positive: np.ndarray, weights: np.ndarray | None) -> bool:
    counted = positive if weights is None else positive[weights > 0]
    return bool(counted.any() and not counted.all())


def _within(figure: Figure) -> Figure:
    """Taking off what binning does may push an end past 0 or 1 by as much."""
    if figure.low is None or figure.high is None:
        return figure
    return Figure(figure.value, max(0.0, figure.low), min(1.0, figure.high), figure.n, figure.why)
