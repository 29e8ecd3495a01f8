"""Two sets of predictions for the same rows: what one has right and the other has not, and by how much they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from rightrate.errors import DataError
from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import Predictions, Task

_CLASSIFIES = (Task.BINARY, Task.MULTICLASS)


@dataclass(frozen=True)
class Paired:
    """The model against the baseline, row by row.

    Args:
        fixes, breaks: rows that only the model, or only the baseline, has right.
        p_value: of the exact McNemar test: how likely so uneven a split of these rows is by chance.
        differences: metric -> model minus baseline, with the interval of a paired bootstrap.
    """

    fixes: int
    breaks: int
    p_value: float
    differences: Mapping[str, Figure]


def compare(
    model: Predictions, baseline: Predictions, *, level: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Paired:
    """Compare the answers of two models on the same rows.

    Every row falls into one of few kinds (true class, right or wrong here, right or wrong there, answered as positive
    here and there), so that a resample is a draw of counts. With groups, whole groups are drawn.

    Raises:
        DataError: the two are not about the same rows, or do not answer with one class a row.
    """
    # scipy.stats takes a third of a second to load: only where there is a baseline.
    from scipy.stats import binomtest

    if model.task not in _CLASSIFIES or baseline.task not in _CLASSIFIES:
        raise DataError(
            f"A baseline is compared row by row where both answer with one class a row. Received: {model.task.value} "
            f"and {baseline.task.value}."
        )
    baseline = _in_names_of(model, baseline)
    if model.size != baseline.size or not np.array_equal(model.true, baseline.true):
        raise DataError(
            f"The baseline is about other rows: {model.size} and {baseline.size} rows, and their true classes must be "
            "the same in the same order. Predict the same rows with both."
        )
    right, before = model.predicted == model.true, baseline.predicted == baseline.true
    fixes, breaks = int((right & ~before).sum()), int((~right & before).sum())
    p_value = float(binomtest(min(fixes, breaks), fixes + breaks, 0.5).pvalue) if fixes + breaks else 1.0
    return Paired(fixes, breaks, p_value, _differences(model, baseline, level, resamples, seed))


def _in_names_of(model: Predictions, baseline: Predictions) -> Predictions:
    """The baseline with the class indices of the model; a class that the model does not know gets one beyond them.

    Either may have answered a class that the other never did, so that the same names have other indices.
    """
    if model.names == baseline.names:
        return baseline
    place = {name: index for index, name in enumerate(dict.fromkeys((*model.names, *baseline.names)))}
    # The last entry is what -1, no answer, points at.
    new = np.array([*(place[name] for name in baseline.names), -1])
    return replace(baseline, true=new[baseline.true], predicted=new[baseline.predicted])


def _differences(
    model: Predictions, baseline: Predictions, level: float, resamples: int, seed: int
) -> Mapping[str, Figure]:
    positive = model.positive
    outcomes = [_kinds(p, positive) for p in (model, baseline)]
    # Eight kinds each: positive or not, answered as positive or not, right or not.
    cell = outcomes[0] * 8 + outcomes[1]
    drawn = _draw(cell, model.groups, model.weights, resamples, seed)
    now = _counts(cell, model.weights)
    found = {}
    with np.errstate(invalid="ignore"):  # 0 of 0 is NaN, and then not measured
        for name, measure in _MEASURES.items():
            if positive is None and name != "accuracy":
                continue
            value, replicates = (measure(_margin(c, 0)) - measure(_margin(c, 1)) for c in (now, drawn))
            found[name] = _figure(float(value[0]), replicates, level, model.size)
    return found


def _kinds(p: Predictions, positive: int | None) -> np.ndarray:
    is_positive = p.true == positive if positive is not None else np.zeros(p.size, bool)
    said = p.predicted == positive if positive is not None else np.zeros(p.size, bool)
    return np.asarray(is_positive * 4 + said * 2 + (p.predicted == p.true), dtype=np.int64)


def _counts(cell: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    return np.bincount(cell, weights, minlength=64)[None].astype(float)


def _margin(counts: np.ndarray, which: int) -> np.ndarray:
    """Counts of the eight kinds of the model (0) or the baseline (1), shape `(resamples, 8)`."""
    return np.asarray(counts.reshape(-1, 8, 8).sum(axis=2 - which))


def _accuracy(c: np.ndarray) -> np.ndarray:
    return np.asarray(c[:, 1::2].sum(axis=1) / c.sum(axis=1))


def _recall(c: np.ndarray) -> np.ndarray:
    return np.asarray(c[:, 6:].sum(axis=1) / c[:, 4:].sum(axis=1))


def _precision(c: np.ndarray) -> np.ndarray:
    return np.asarray(c[:, 6:].sum(axis=1) / (c[:, 6:].sum(axis=1) + c[:, 2:4].sum(axis=1)))


def _f1(c: np.ndarray) -> np.ndarray:
    found = c[:, 6:].sum(axis=1)
    return np.asarray(2 * found / (2 * found + c[:, 2:4].sum(axis=1) + c[:, 4:6].sum(axis=1)))


_MEASURES = {"accuracy": _accuracy, "recall": _recall, "precision": _precision, "f1": _f1}


def _draw(
    cell: np.ndarray, groups: np.ndarray | None, weights: np.ndarray | None, resamples: int, seed: int
) -> np.ndarray:
    """Counts of resampled rows, shape `(resamples, 64)`."""
    rng = np.random.default_rng(seed)
    if groups is None and weights is None:
        return rng.multinomial(len(cell), np.bincount(cell, minlength=64) / len(cell), size=resamples).astype(float)
    units = np.arange(len(cell)) if groups is None else groups
    weight = np.ones(len(cell)) if weights is None else weights
    if groups is None:  # rows of one kind are drawn alike, so that their order changes nothing
        order = np.lexsort((weight, cell))
        cell, weight = cell[order], weight[order]
    count = int(units.max()) + 1
    drawn = np.empty((resamples, 64))
    for i in range(resamples):  # one at a time: a table of all draws of a million rows would need gigabytes
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        drawn[i] = np.bincount(cell, weight * times[units], minlength=64)
    return drawn


def _figure(value: float, replicates: np.ndarray, level: float, n: int) -> Figure:
    if not np.isfinite(value):
        return Figure.missing("it was not measured for both", n)
    sound = replicates[np.isfinite(replicates)]
    if len(sound) < 0.95 * len(replicates):
        return Figure(value, n=n)
    low, high = np.quantile(sound, [(1 - level) / 2, (1 + level) / 2])
    return Figure(value, float(low), float(high), n)
