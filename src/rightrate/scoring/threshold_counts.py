"""What a confusion matrix would be at other thresholds: counts to look a threshold up in, exact at each one listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from rightrate.scoring.predictions import Predictions, Task

#: Positions of a slider: finer ones cannot be told apart by hand, and a page carries all of them.
MOST = 201
#: Everything is answered as positive; the usual one; as little as can be.
_ALWAYS = (0.0, 0.5, 1.0)

Columns = Mapping[str, tuple[float, ...]]


def threshold_counts(predictions: Predictions, wanted: Iterable[float] = ()) -> Columns:
    """Columns threshold (rising), tp, fp, fn, tn: counts where `probability >= threshold` is answered positive.

    Rows without an answer are left out. Where rows have weights, their sums are counted.

    Args:
        predictions: of a binary task, or of one with more classes and a positive one, which is then held against the
            rest.
        wanted: thresholds that must be listed, such as the one in use; those outside 0 to 1 are passed over.

    Returns:
        At most 201 thresholds: 0, 0.5, 1, those wanted, the lowest and the highest score, and scores spread evenly over
        the distinct ones. Empty without probabilities, without a positive class, or without rows.

    Example:
        >>> true, prob = np.array([0, 1, 1]), np.array([0.2, 0.4, 0.9])
        >>> p = Predictions(Task.BINARY, true, (prob >= 0.5).astype(int), prob, positive=1)
        >>> threshold_counts(p)["threshold"], threshold_counts(p)["tp"]
        ((0.0, 0.2, 0.4, 0.5, 0.9, 1.0), (2.0, 2.0, 2.0, 1.0, 1.0, 0.0))
    """
    if predictions.prob is None or predictions.positive is None:
        return {}
    if predictions.task not in (Task.BINARY, Task.MULTICLASS):
        return {}
    prob = predictions.prob if predictions.prob.ndim == 1 else predictions.prob[:, predictions.positive]
    kept = predictions.answered & ~np.isnan(prob)
    prob, positive = _of(prob, kept), _of(predictions.true, kept) == predictions.positive
    if not len(prob):
        return {}
    weights = None if predictions.weights is None else np.asarray(predictions.weights, dtype=float)[kept]
    rising = np.sort(prob)
    at = _thresholds(rising, wanted)
    del rising  # of a million rows as large as the scores
    found, every_found = _reaching(prob[positive], None if weights is None else weights[positive], at)
    alarms, every_alarm = _reaching(prob[~positive], None if weights is None else weights[~positive], at)
    columns = {"threshold": at, "tp": found, "fp": alarms, "fn": every_found - found, "tn": every_alarm - alarms}
    return {name: tuple(column.tolist()) for name, column in columns.items()}


def _of(values: np.ndarray, kept: np.ndarray) -> np.ndarray:
    return values if kept.all() else values[kept]


def _thresholds(rising: np.ndarray, wanted: Iterable[float]) -> np.ndarray:
    asked = [float(one) for one in wanted if 0 <= one <= 1]
    # Which of the distinct scores each one is, from 1: in four bytes, where a copy of them would take eight.
    number = np.cumsum(np.r_[True, rising[1:] != rising[:-1]], dtype=np.int32)
    last = int(number[-1])
    picked = np.unique(np.linspace(1, last, min(MOST, last)).round().astype(np.int32))
    spread = rising[np.searchsorted(number, picked)].astype(float)
    fixed = np.unique(np.r_[_ALWAYS, rising[[0, -1]].astype(float), asked])[:MOST]
    new = np.setdiff1d(spread, fixed)
    room = MOST - len(fixed)
    if len(new) > room:
        new = new[np.unique(np.linspace(0, len(new) - 1, room).round().astype(int))] if room else new[:0]
    return np.union1d(fixed, new)


def _reaching(prob: np.ndarray, weights: np.ndarray | None, at: np.ndarray) -> tuple[np.ndarray, float]:
    """How much reaches each threshold, shape of `at`, and how much there is at all; sorts `prob` in place."""
    if weights is None:
        rising = prob
        rising.sort()  # in place: it is a copy
        return (len(rising) - np.searchsorted(rising, at, side="left")).astype(float), float(len(rising))
    order = np.argsort(prob)
    below = np.r_[0.0, np.cumsum(weights[order])]
    return below[-1] - below[np.searchsorted(prob[order], at, side="left")], float(below[-1])
