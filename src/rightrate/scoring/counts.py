"""Figures of a confusion matrix: of the whole and of each class, with their intervals.

Values and replicates come from the same formulas. They are scikit-learn's, which the tests hold them to
(tests/scoring/test_measure.py); it has them for one matrix only, and its import would be half of a small judgement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rightrate.scoring.bootstrap import Confidence, resampled
from rightrate.scoring.figure import Figure
from rightrate.scoring.margins import Margins, cells_of, margins_of, resampled_margins, table
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.proportion import proportion


@dataclass(frozen=True)
class Counts:
    """What a confusion matrix says.

    Args:
        metrics: accuracy, majority_accuracy, balanced_accuracy, mcc, and macro_ and weighted_ precision, recall, f1;
            in binary tasks prevalence, the share of positives.
        per_class: class name -> precision, recall, f1, specificity, support.
        confusion: shape `(classes, classes)`, rows by true and answered class, unweighted; rows whose answer is no
            number are left out.
    """

    metrics: Mapping[str, Figure]
    per_class: Mapping[str, Mapping[str, Figure]]
    confusion: tuple[tuple[int, ...], ...]


def count(predictions: Predictions, how: Confidence) -> Counts:
    """Measure binary or multi-class answers.

    Averages are over the classes that occur in `true`; one that was never answered has precision 0 there, as in
    scikit-learn. A row whose answer is no number is wrong: it counts in the denominators of accuracy, recall and
    specificity, and in no precision.

    Shares have the interval of `proportion`. With weights, its n is Kish's effective size, (sum w)^2 / sum w^2 (Kish
    1965), of the rows in the denominator. With groups, all intervals are of the cluster bootstrap; a share of exactly
    0 or 1, which no resample can move, has the interval of as many rows as there are groups.

    Example:
        >>> p = Predictions(Task.BINARY, np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), names=("ok", "fraud"))
        >>> c = count(p, Confidence())
        >>> c.metrics["accuracy"].value, c.per_class["fraud"]["recall"].value, c.confusion
        (0.75, 0.5, ((2, 0), (1, 1)))
    """
    classes, weights, groups = len(predictions.names), predictions.weights, predictions.groups
    cell = cells_of(predictions)
    rows = table(cell, classes)
    now = rows if weights is None else table(cell, classes, weights)
    drawn = resampled_margins(cell, classes, how, weights=weights, groups=groups)
    shares = _Shares(
        margins_of(now),
        margins_of(now if weights is None else table(cell, classes, weights**2)),
        None if groups is None else drawn,
        0 if groups is None else len(np.unique(groups)),
        how,
    )
    confusion = tuple(tuple(int(n) for n in row[:-1]) for row in rows)
    per_class = {name: _of_class(index, name, shares, drawn) for index, name in enumerate(predictions.names)}
    metrics = dict(_of_whole(shares, drawn, len(cell)))
    positive = predictions.positive
    if predictions.task is Task.BINARY and positive is not None:
        metrics["prevalence"] = shares.figure(
            lambda m: m.support[..., positive], lambda m: m.total[..., 0], "all weights are 0"
        )
    return Counts(metrics, per_class, confusion)


@dataclass(frozen=True, eq=False)
class _Shares:
    """Makes figures of shares.

    Args:
        now: sums of weights.
        squares: sums of squared weights; the same as `now` where all rows count once.
        drawn: resampled margins where groups are given, else None.
        clusters: number of groups.
        how: level and kind of interval.
    """

    now: Margins
    squares: Margins
    drawn: Margins | None
    clusters: int
    how: Confidence

    def figure(self, top: _Part, bottom: _Part, why: str) -> Figure:
        """The share `top(margins) / bottom(margins)`; missing with `why` where the bottom is 0."""
        below = float(bottom(self.now))
        if below <= 0:
            return Figure.missing(why, 0)
        share = min(float(top(self.now)) / below, 1.0)
        if self.drawn is not None:
            found = resampled(share, ratio(top(self.drawn), bottom(self.drawn)), self.how.expanded, below)
            if found.low is not None or 0 < share < 1:
                return found
            size = float(min(self.clusters, below))
        else:
            size = below**2 / float(bottom(self.squares))
        part = proportion(share * size, size, level=self.how.level, interval=self.how.interval)
        return Figure(share, part.low, part.high, below if self.drawn is not None else size)


_Part = Callable[[Margins], np.ndarray]


def _of_class(index: int, name: str, shares: _Shares, drawn: Margins) -> Mapping[str, Figure]:
    now = shares.now
    support = float(now.support[index])
    occurs = support > 0
    f1 = Figure.missing(f"no row is '{name}'", 0)
    if occurs:
        f1 = resampled(float(f_score(now)[index]), _one(f_score, drawn, index), shares.how.expanded, support)
    return {
        "precision": shares.figure(
            lambda m: m.right[..., index], lambda m: m.answered[..., index], f"never answered '{name}'"
        ),
        "recall": shares.figure(lambda m: m.right[..., index], lambda m: m.support[..., index], f"no row is '{name}'"),
        "f1": f1,
        "specificity": shares.figure(
            lambda m: m.cleared[..., index], lambda m: m.negatives[..., index], f"every row is '{name}'"
        ),
        "support": Figure(support, n=float(now.total[0])),
    }


def _of_whole(shares: _Shares, drawn: Margins, rows: int) -> Mapping[str, Figure]:
    now = shares.now
    if not now.total[0] > 0:
        why = "all weights are 0"
        return {name: Figure.missing(why, rows) for name in ("accuracy", "majority_accuracy", *_MEASURES)}
    largest = int(np.argmax(now.support))
    found = {
        "accuracy": shares.figure(lambda m: m.right.sum(axis=-1), lambda m: m.total[..., 0], ""),
        "majority_accuracy": shares.figure(lambda m: m.support[..., largest], lambda m: m.total[..., 0], ""),
    }
    for name, measure in _MEASURES.items():
        value = float(measure(now))
        if name == "mcc" and not np.isfinite(value):
            found[name] = Figure.missing("only one class occurs, or only one is ever answered", rows)
        else:
            found[name] = resampled(value, measure(drawn), shares.how.expanded, rows)
    return found


def ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Elementwise; NaN for 0 of 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(top / bottom)


def f_score(m: Margins) -> np.ndarray:
    """F1 of each class, shape `(..., classes)`; NaN for a class that neither occurs nor is answered."""
    return ratio(2 * m.right, m.support + m.answered)


def mcc(m: Margins) -> np.ndarray:
    """Matthews correlation of any number of classes (Gorodkin 2004), shape `(...)`; NaN where one side is constant.

    Rows without an answer are a class of their own that never occurs.
    """
    total = m.total[..., 0]
    unsaid = m.silent.sum(axis=-1)
    with np.errstate(invalid="ignore"):
        covariance = m.right.sum(axis=-1) * total - (m.support * m.answered).sum(axis=-1)
        true = total**2 - (m.support**2).sum(axis=-1)
        said = total**2 - (m.answered**2).sum(axis=-1) - unsaid**2
        # In two steps: the product of the two may overflow where counts are integers.
        return ratio(covariance, np.sqrt(true.astype(float)) * np.sqrt(np.maximum(said, 0).astype(float)))


def _one(measure: Callable[[Margins], np.ndarray], m: Margins, index: int) -> np.ndarray:
    part = slice(index, index + 1)
    return measure(Margins(m.right[..., part], m.answered[..., part], m.support[..., part], m.silent[..., part]))[
        ..., 0
    ]


def _precision(m: Margins) -> np.ndarray:
    return np.asarray(np.nan_to_num(ratio(m.right, m.answered)))


def _recall(m: Margins) -> np.ndarray:
    return np.asarray(np.nan_to_num(ratio(m.right, m.support)))


def _f1(m: Margins) -> np.ndarray:
    return np.asarray(np.nan_to_num(f_score(m)))


def _macro(measure: Callable[[Margins], np.ndarray]) -> Callable[[Margins], np.ndarray]:
    return lambda m: ratio((measure(m) * (m.support > 0)).sum(axis=-1), (m.support > 0).sum(axis=-1))


def _weighted(measure: Callable[[Margins], np.ndarray]) -> Callable[[Margins], np.ndarray]:
    return lambda m: ratio((measure(m) * m.support).sum(axis=-1), m.total[..., 0])


_MEASURES: Mapping[str, Callable[[Margins], np.ndarray]] = {
    "balanced_accuracy": _macro(_recall),
    "mcc": mcc,
    "macro_precision": _macro(_precision),
    "macro_recall": _macro(_recall),
    "macro_f1": _macro(_f1),
    "weighted_precision": _weighted(_precision),
    "weighted_recall": _weighted(_recall),
    "weighted_f1": _weighted(_f1),
}
