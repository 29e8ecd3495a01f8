"""Figures where a row may have several labels, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from rightrate.scoring.bootstrap import Confidence, key_of_classes, resampled, row_key, row_multiplicities
from rightrate.scoring.counts import ratio
from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import Predictions
from rightrate.scoring.proportion import proportion

NAMES = (
    "accuracy",
    *(f"{mean}_{name}" for mean in ("micro", "macro", "weighted", "samples") for name in ("precision", "recall", "f1")),
    "cardinality_true",
    "cardinality_answered",
)


@dataclass(frozen=True)
class Labels:
    """What was measured: of the whole, and label name -> precision, recall, f1, specificity, support."""

    metrics: Mapping[str, Figure]
    per_label: Mapping[str, Mapping[str, Figure]]


def multilabel(predictions: Predictions, how: Confidence) -> Labels:
    """Measure multi-label answers.

    - accuracy: share of rows in which every label is right (subset accuracy).
    - micro_: over all labels of all rows at once. macro_: mean over the labels that occur; weighted_: the same,
      weighted by how often each does. samples_: mean over rows; a row with nothing to divide by (no label answered,
      or none there) is not measured and left out, as with scikit-learn's `zero_division=nan`.
    - cardinality_true, cardinality_answered: labels a row.

    An answer that is no number (-1) is wrong: it misses a label that is there, and it does not clear one that is not.

    Shares of one label have the interval of `proportion` (Kish's effective size with weights, the cluster bootstrap
    with groups); the rest of a bootstrap over rows or groups.
    """
    true, said = predictions.true == 1, predictions.predicted == 1
    cleared = (predictions.true != 1) & (predictions.predicted == 0)
    n, labels = true.shape
    weight = np.ones(n) if predictions.weights is None else np.asarray(predictions.weights, float)
    if not weight.any():
        missing = Figure.missing("all weights are 0" if n else "there are no rows", n)
        none = dict.fromkeys(("precision", "recall", "f1", "specificity", "support"), missing)
        return Labels(dict.fromkeys(NAMES, missing), dict.fromkeys(predictions.names, none))
    rows = np.column_stack([np.ones(n), *_of_rows(true, said, predictions.true == predictions.predicted)])
    # Columns: right, answered, support, cleared of each label.
    counts = np.hstack([true & said, said, true, cleared])
    adds = sparse.csc_array((sparse.csr_array(counts) * weight[:, None]).T)
    columns = (rows * weight[:, None]).T
    each = (predictions.true, predictions.predicted)
    key = row_key(weight, start=key_of_classes(lambda: ((a[:, i], b[:, i]) for a, b in [each] for i in range(labels))))
    drawn = [
        np.vstack([adds @ some, columns @ some]).T
        for some in row_multiplicities(key, how, groups=predictions.groups, work=max(1, labels // 10))
    ]
    now = np.concatenate([weight @ counts, columns.sum(axis=1)])
    squares = np.concatenate([weight**2 @ counts, weight**2 @ rows])
    clusters = 0 if predictions.groups is None else len(np.unique(predictions.groups))
    totals = _Totals(now, squares, np.concatenate(drawn), labels, clusters, how)
    return Labels(_of_whole(totals, n), {name: _of_label(totals, i, name) for i, name in enumerate(predictions.names)})


@dataclass(frozen=True, eq=False)
class _Totals:
    """Sums over rows: of each label right, answered, support and cleared, then rows and what `_of_rows` says."""

    now: np.ndarray
    squares: np.ndarray
    drawn: np.ndarray
    labels: int
    clusters: int
    how: Confidence

    def part(self, totals: np.ndarray, which: int) -> np.ndarray:
        """One block of labels, shape `(..., labels)`."""
        return np.asarray(totals[..., which * self.labels : (which + 1) * self.labels])

    def rows(self, totals: np.ndarray) -> np.ndarray:
        """What is summed over rows, shape `(..., 1 + columns)`."""
        return np.asarray(totals[..., 4 * self.labels :])

    def share(self, top: tuple[np.ndarray, np.ndarray], bottom: tuple[np.ndarray, ...], why: str) -> Figure:
        """A share from its (now, drawn) numerator and (now, drawn, squares) denominator."""
        below = float(bottom[0])
        if below <= 0:
            return Figure.missing(why, 0)
        value = min(float(top[0]) / below, 1.0)
        size = below**2 / float(bottom[2])
        if self.clusters:
            found = resampled(value, ratio(top[1], bottom[1]), self.how.expanded, below)
            if found.low is not None or 0 < value < 1:
                return found
            # A share of 0 or 1 that no resample can move: as many rows as there are groups.
            size = min(float(self.clusters), below)
        part = proportion(value * size, size, level=self.how.level, interval=self.how.interval)
        return Figure(value, part.low, part.high, below if self.clusters else size)


def _of_rows(true: np.ndarray, said: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, ...]:
    """Of each row: all right; labels there and answered; precision, recall and F1, and whether each is measured."""
    both, there, answered = ((a.sum(axis=1)).astype(float) for a in (true & said, true, said))
    shares = ((both, answered), (both, there), (2 * both, there + answered))
    values = (np.nan_to_num(ratio(top, bottom)) for top, bottom in shares)
    return np.asarray(same.all(axis=1)), there, answered, *values, *(bottom > 0 for _, bottom in shares)


def _of_label(t: _Totals, index: int, name: str) -> Mapping[str, Figure]:
    all_rows = [t.rows(a)[..., 0] for a in (t.now, t.drawn, t.squares)]
    right, answered, support, cleared = (
        [t.part(a, which)[..., index] for a in (t.now, t.drawn, t.squares)] for which in range(4)
    )
    absent = tuple(rows - there for rows, there in zip(all_rows, support, strict=True))
    occurs = float(support[0]) > 0
    f1 = Figure.missing(f"no row is '{name}'", 0)
    if occurs:
        f1 = resampled(
            float(2 * right[0] / (support[0] + answered[0])),
            ratio(2 * right[1], support[1] + answered[1]),
            t.how.expanded,
            float(support[0]),
        )
    return {
        "precision": t.share((right[0], right[1]), tuple(answered), f"never answered '{name}'"),
        "recall": t.share((right[0], right[1]), tuple(support), f"no row is '{name}'"),
        "f1": f1,
        "specificity": t.share((cleared[0], cleared[1]), absent, f"every row is '{name}'"),
        "support": Figure(float(support[0]), n=float(all_rows[0])),
    }


def _of_whole(t: _Totals, n: int) -> Mapping[str, Figure]:
    now, drawn, squares = (t.rows(a) for a in (t.now, t.drawn, t.squares))
    found = {"accuracy": t.share((now[1], drawn[:, 1]), (now[0], drawn[:, 0], squares[0]), "")}
    values, replicates = (_averages(t, a) for a in (t.now, t.drawn))
    why = {
        "micro_precision": "no label was ever answered",
        "micro_recall": "no label occurs",
        "micro_f1": "no label occurs",
        "samples_precision": "no label was ever answered",
        "samples_f1": "no label occurs or was ever answered",
    }
    for name, value in values.items():
        if np.isfinite(value):
            found[name] = resampled(float(value), replicates[name], t.how.expanded, n)
        else:
            found[name] = Figure.missing(why.get(name, "no label occurs"), n)
    return {name: found[name] for name in NAMES}


def _averages(t: _Totals, totals: np.ndarray) -> dict[str, np.ndarray]:
    right, answered, support = (t.part(totals, which) for which in range(3))
    rows = t.rows(totals)
    all_right, all_answered, all_support = (a.sum(axis=-1) for a in (right, answered, support))
    occurs = support > 0
    found = {
        "micro_precision": ratio(all_right, all_answered),
        "micro_recall": ratio(all_right, all_support),
        "micro_f1": np.where(all_support > 0, ratio(2 * all_right, all_support + all_answered), np.nan),
    }
    for name, top, bottom in (
        ("precision", right, answered),
        ("recall", right, support),
        ("f1", 2 * right, support + answered),
    ):
        each = np.nan_to_num(ratio(top, bottom))
        found[f"weighted_{name}"] = ratio((each * support).sum(axis=-1), all_support)
        found[f"macro_{name}"] = ratio((each * occurs).sum(axis=-1), occurs.sum(axis=-1))
    for at, name in enumerate(("cardinality_true", "cardinality_answered"), start=2):
        found[name] = ratio(rows[..., at], rows[..., 0])
    for at, name in enumerate(("samples_precision", "samples_recall", "samples_f1"), start=4):
        found[name] = ratio(rows[..., at], rows[..., at + 3])
    return found
