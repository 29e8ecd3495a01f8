"""Curves over the threshold of a binary classifier, thinned for charts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rightrate.scoring.score_cells import Ranked

# What a chart can show and a page can carry: at most 400 points a line, and a slider of 201 positions.
_MOST_POINTS = 400
_MOST_THRESHOLDS = 201

Columns = Mapping[str, tuple[float, ...]]


def precision_recall(ranked: Ranked) -> Columns:
    """Columns recall (rising) and precision at distinct thresholds, at most 400; empty without positives.

    Example:
        >>> r = Ranked(np.array([0.9, 0.2]), np.array([1, 2]), np.array([0, 2]))
        >>> precision_recall(r)
        {'recall': (0.5, 1.0), 'precision': (1.0, 0.5)}
    """
    found, seen = ranked.found, ranked.found + ranked.passed
    if not len(found) or found[-1] <= 0:
        return {}
    # Highest scores that only rows of weight 0 have answer nothing.
    first = int(np.searchsorted(seen, seen.dtype.type(0), side="right"))  # of its type, or all are copied as floats
    at = first + _spread(found[first:], _MOST_POINTS)
    return {"recall": _plain(found[at] / found[-1]), "precision": _plain(found[at] / seen[at])}


def thresholds(ranked: Ranked) -> Columns:
    """Columns threshold (rising), precision, recall and alarms (share of rows answered as positive), at most 201.

    All distinct scores where there are no more; else half of the thresholds are spread evenly from 0 to 1, and half
    evenly in recall, as all scores of a rare class may lie below 0.01. Thresholds above all scores are left out:
    nothing is answered there, so there is no precision. Empty without positives.
    """
    found, seen = ranked.found, ranked.found + ranked.passed
    if not len(seen) or found[-1] <= 0:
        return {}
    if len(seen) <= _MOST_THRESHOLDS:
        wanted = ranked.scores[::-1]
    else:
        half = _MOST_THRESHOLDS // 2
        by_recall = ranked.scores[_spread(found, half)]
        wanted = np.union1d(np.linspace(0, 1, half + 1), by_recall)
    # Of the falling scores, the last that reaches the threshold.
    last = len(seen) - 1 - np.searchsorted(ranked.scores[::-1], wanted, side="left")
    kept = (last >= 0) & (seen[np.maximum(last, 0)] > 0)
    wanted, last = wanted[kept], last[kept]
    return {
        "threshold": _plain(wanted),
        "precision": _plain(found[last] / seen[last]),
        "recall": _plain(found[last] / found[-1]),
        "alarms": _plain(seen[last] / seen[-1]),
    }


def _spread(rising: np.ndarray, most: int) -> np.ndarray:
    """Indices of at most `most` of rising points, spread evenly over their values; first and last are kept."""
    if len(rising) <= most:
        return np.arange(len(rising))
    wanted = np.linspace(rising[0], rising[-1], most - 1)
    if rising.dtype.kind == "i":
        wanted = np.ceil(wanted).astype(rising.dtype)  # the same places, without a float64 copy of all points
    at = np.searchsorted(rising, wanted)
    return np.unique(np.r_[np.minimum(at, len(rising) - 1), len(rising) - 1])


def _plain(column: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in column)
