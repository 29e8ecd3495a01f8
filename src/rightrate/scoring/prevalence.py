"""Precision where positives are rarer, or more frequent, than in the rows that were judged."""

from __future__ import annotations

import numpy as np

from rightrate.errors import UsageError
from rightrate.scoring.bootstrap import Confidence, resampled
from rightrate.scoring.counts import ratio
from rightrate.scoring.figure import Figure
from rightrate.scoring.margins import cells_of, resampled_margins, table
from rightrate.scoring.predictions import Predictions

# Jeffreys' prior of a share: its intervals cover about as well as Wilson's (Brown, Cai, DasGupta 2001).
_JEFFREYS = 0.5


def precision_at(recall: float, false_positive_rate: float, prevalence: float) -> float:
    """Precision of a model with this recall and false positive rate at a prevalence, all between 0 and 1.

    `recall * p / (recall * p + false_positive_rate * (1 - p))`; NaN where nothing is answered as positive.

    Example:
        >>> round(precision_at(0.9, 0.1, 0.5), 3), round(precision_at(0.9, 0.1, 0.01), 3)
        (0.9, 0.083)
    """
    return float(_precision(np.asarray(recall), np.asarray(false_positive_rate), prevalence))


def precision_figure(
    *,
    tp: float,
    fp: float,
    positives: float,
    negatives: float,
    prevalence: float,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Figure:
    """Precision at a prevalence from counts, with its interval.

    Recall and false positive rate are drawn independently from what the counts leave possible (Jeffreys), so that no
    false alarm among 50 negatives does not mean that there will be none among 50 000.

    Args:
        tp, fp: rows answered as positive, rightly and wrongly. Counts may be fractions (effective sizes).
        positives, negatives: rows of each class.
        prevalence: share of positives, above 0 and below 1.
        level, resamples, seed: of the interval.

    Returns:
        Missing without positives, negatives, or alarms. `n` is the number of alarms.

    Raises:
        UsageError: the prevalence is not a share.

    Example:
        >>> f = precision_figure(tp=45, fp=5, positives=50, negatives=50, prevalence=0.01)
        >>> round(f.value, 3), round(f.low, 2), round(f.high, 2)
        (0.083, 0.04, 0.19)
    """
    _check(prevalence)
    if positives <= 0 or negatives <= 0:
        return Figure.missing(f"no row is {'positive' if positives <= 0 else 'negative'}", 0)
    if tp + fp <= 0:
        return Figure.missing("nothing is answered as positive", 0)
    rng = np.random.default_rng(seed)
    recall, false_rate = (
        rng.beta(hits + _JEFFREYS, np.maximum(of - hits, 0) + _JEFFREYS, resamples)
        for hits, of in ((tp, positives), (fp, negatives))
    )
    value = precision_at(tp / positives, fp / negatives, prevalence)
    # Plain percentiles: these are draws of what is possible, not resamples whose bias could be seen from the value.
    low, high = np.quantile(_precision(recall, false_rate, prevalence), [(1 - level) / 2, (1 + level) / 2])
    # At an end (no false alarm seen) the value lies outside what was drawn.
    return Figure(value, min(float(low), value), max(float(high), value), tp + fp)


def precision_at_prevalence(predictions: Predictions, prevalence: float, how: Confidence) -> Figure:
    """Precision of a binary model if the share of positives were `prevalence`, with its interval.

    As `precision_figure`; with weights from Kish's effective sizes, with groups from resampled groups.

    Args:
        predictions: of a binary task.
        prevalence: share of positives, above 0 and below 1.
        how: level, resamples and seed.

    Raises:
        UsageError: the prevalence is not a share, or no class is positive.
    """
    _check(prevalence)
    positive = predictions.positive
    if positive is None:
        raise UsageError("Precision at a prevalence needs a positive class. Received none. Pass positive=.")
    names, negative = predictions.names, 1 - positive
    cell = cells_of(predictions)
    counts = table(cell, 2, predictions.weights).astype(float)
    support, answered = counts.sum(axis=1), counts[:, positive]
    for index in (positive, negative):
        if support[index] <= 0:
            return Figure.missing(f"no row is '{names[index]}'", 0)
    if answered.sum() <= 0:
        return Figure.missing(f"never answered '{names[positive]}'", 0)
    share = answered / support
    if predictions.groups is None:
        size = support
        if predictions.weights is not None:
            size = support**2 / table(cell, 2, predictions.weights**2).sum(axis=1)
        tp, fp = (float(share[i] * size[i]) for i in (positive, negative))
        return precision_figure(
            tp=tp,
            fp=fp,
            positives=float(size[positive]),
            negatives=float(size[negative]),
            prevalence=prevalence,
            level=how.level,
            resamples=how.resamples,
            seed=how.seed,
        )
    m = resampled_margins(cell, 2, how, weights=predictions.weights, groups=predictions.groups)
    recall = ratio(m.right[:, positive], m.support[:, positive])
    false_rate = ratio(m.answered[:, positive] - m.right[:, positive], m.support[:, negative])
    value = precision_at(float(share[positive]), float(share[negative]), prevalence)
    return resampled(value, _precision(recall, false_rate, prevalence), how.expanded, float(answered.sum()))


def _check(prevalence: float) -> None:
    if not 0 < prevalence < 1:
        raise UsageError(f"A prevalence lies between 0 and 1. Received {prevalence}. Write 1 % as 0.01.")


def _precision(recall: np.ndarray, false_rate: np.ndarray, prevalence: float) -> np.ndarray:
    return ratio(recall * prevalence, recall * prevalence + false_rate * (1 - prevalence))
