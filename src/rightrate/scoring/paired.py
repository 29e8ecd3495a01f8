"""Two sets of predictions for the same rows: what one has right and the other has not, and by how much they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from rightrate.errors import DataError
from rightrate.scoring.bootstrap import Confidence
from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import INDEX, Predictions, Task
from rightrate.scoring.proportion import proportion
from rightrate.scoring.read_classes import counted, shown

_CLASSIFIES = (Task.BINARY, Task.MULTICLASS)


@dataclass(frozen=True)
class Paired:
    """The model against the baseline, row by row.

    Args:
        fixes, breaks: rows that only the model, or only the baseline, has right (of numbers: is closer on).
        p_value: of the exact McNemar test: how likely so uneven a split of these rows is by chance.
        differences: metric -> model minus baseline. The intervals of accuracy and recall are Bonett and Price's where
            rows are independent and count once; all others are of a paired bootstrap.
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
    here and there), so that a resample is a draw of counts. With groups, whole groups are drawn. Where rows have
    several labels, a row is right if all of its labels are, and only accuracy is compared.

    Raises:
        DataError: the two are not about the same rows, or answer with something else than classes or labels.
    """
    # scipy.stats takes a third of a second to load: only where there is a baseline.
    from scipy.stats import binomtest

    several = model.task is Task.MULTILABEL and baseline.task is Task.MULTILABEL
    if not several and (model.task not in _CLASSIFIES or baseline.task not in _CLASSIFIES):
        raise DataError(
            "A baseline is compared row by row where both answer with a class, with labels, or with a number in each "
            f"row. Received: {model.task.value} and {baseline.task.value}. Give answers of one kind, or an earlier "
            "verdict."
        )
    baseline = _in_names_of(model, baseline)
    check_same_rows(model, baseline, "true classes")
    if several:
        model, baseline = _all_right_or_not(model), _all_right_or_not(baseline)
    right, before = model.predicted == model.true, baseline.predicted == baseline.true
    fixes, breaks = int((right & ~before).sum()), int((~right & before).sum())
    p_value = float(binomtest(min(fixes, breaks), fixes + breaks, 0.5).pvalue) if fixes + breaks else 1.0
    return Paired(fixes, breaks, p_value, _differences(model, baseline, level, resamples, seed))


def check_same_rows(model: Predictions, baseline: Predictions, what: str) -> None:
    """Raise unless two sets of predictions are about the same rows in the same order.

    Args:
        what: the truth in words, which must be the same.

    Raises:
        DataError: another number of rows, or another truth in one of them.
    """
    rest = f"Expected the same {what} in the same order: predict the same rows with both."
    if model.size != baseline.size:
        raise DataError(
            f"The baseline is about other rows: it has {baseline.size:,} and the model {model.size:,}. {rest}"
        )
    if np.array_equal(model.true, baseline.true):
        return
    if model.true.shape != baseline.true.shape:
        raise DataError(f"The baseline has {what} of shape {baseline.true.shape}, not {model.true.shape}. {rest}")
    differs = (model.true != baseline.true).reshape(model.size, -1).any(axis=1)
    raise DataError(
        f"The baseline has other {what} than the model in {differs.sum():,} of {counted(model.size, 'row')}, first in "
        f"row {int(differs.argmax())} (counted from 0). {rest}"
    )


def _all_right_or_not(p: Predictions) -> Predictions:
    """Rows of several labels as rows of one class, which is answered where every label is right."""
    wrong = (p.true != p.predicted).any(axis=1).astype(INDEX)
    names = ("all labels right", "some wrong")
    return replace(p, task=Task.MULTICLASS, true=np.zeros_like(wrong), predicted=wrong, names=names, positive=None)


def _in_names_of(model: Predictions, baseline: Predictions) -> Predictions:
    """The baseline with the class indices of the model; a class that the model does not know gets one beyond them.

    Either may have answered a class that the other never did, so that the same names have other indices.
    """
    if model.names == baseline.names:
        return baseline
    if model.task is Task.MULTILABEL:
        order = [baseline.names.index(name) for name in model.names if name in baseline.names]
        if len(order) < len(model.names) or len(order) < len(baseline.names):
            raise DataError(
                f"The baseline is about other labels: {shown(baseline.names)}; expected {shown(model.names)}, in "
                "any order."
            )
        return replace(baseline, true=baseline.true[:, order], predicted=baseline.predicted[:, order])
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
    units = model.size if model.groups is None else len(np.unique(model.groups))
    how = Confidence(level, resamples=resamples, seed=seed, units=units)
    drawn = _draw(cell, model.groups, model.weights, resamples, seed)
    rows, now = _counts(cell, None), _counts(cell, model.weights)
    found = {}
    with np.errstate(invalid="ignore"):  # 0 of 0 is NaN, and then not measured
        for name, measure in _MEASURES.items():
            if positive is None and name != "accuracy":
                continue
            value, replicates = (measure(_margin(c, 0)) - measure(_margin(c, 1)) for c in (now, drawn))
            found[name] = _figure(name, float(value[0]), replicates, how, rows)
            if found[name].measured and name in _SHARES and model.groups is None and model.weights is None:
                found[name] = _of_pairs(found[name], *_pairs(rows, slice(*_SHARES[name])), level)
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


def _figure(name: str, value: float, replicates: np.ndarray, how: Confidence, rows: np.ndarray) -> Figure:
    """A difference with the percentiles of its replicates, widened as few rows ask for (`Confidence.expanded`).

    Not BCa: a difference is about symmetric, and with few rows that tell the two apart so discrete that correcting its
    bias does harm (docs/judging.md has the coverage of both).

    Args:
        rows: unweighted counts of all kinds, shape `(1, 64)`.
    """
    size = int(rows.sum())
    if not np.isfinite(value):
        return Figure.missing("it was not measured for both", size)
    sound = replicates[np.isfinite(replicates)]
    if len(sound) < 0.95 * len(replicates):
        return Figure(value, n=size)
    if value == 0 and not sound.any():
        return _alike(name, how, rows)
    low, high = np.quantile(sound, [(1 - how.expanded) / 2, (1 + how.expanded) / 2])
    return Figure(value, float(low), float(high), size)


def _alike(name: str, how: Confidence, rows: np.ndarray) -> Figure:
    """A difference of 0 where no row that counts tells the two apart: one of the rows not seen might.

    By Wilson's interval for 0 of n at most a share s of all rows does; no figure then differs by more than about s, and
    F1, whose numerator counts a row twice, by about 2 s.
    """
    kinds = _margin(rows, 0)[0]
    counts = {"accuracy": kinds.sum(), "recall": kinds[4:].sum(), "precision": kinds[2:4].sum() + kinds[6:].sum()}
    most = proportion(0, min(float(counts.get(name, kinds[2:].sum())), how.units), level=how.level).high
    assert most is not None  # a difference without rows is not measured
    reach = min(1.0, 2 * most if name == "f1" else most)
    return Figure(0.0, -reach, reach, int(rows.sum()))


#: Figures that are shares of independent rows, and of which of the eight kinds.
_SHARES = {"accuracy": (0, 8), "recall": (4, 8)}


def _pairs(rows: np.ndarray, kinds: slice) -> tuple[int, int, int]:
    """Rows of these kinds that only the model has right, that only the baseline has right, and all."""
    pairs = rows.reshape(8, 8)[kinds, kinds]
    return int(pairs[1::2, ::2].sum()), int(pairs[::2, 1::2].sum()), int(pairs.sum())


def _of_pairs(figure: Figure, fixes: int, breaks: int, size: int, level: float) -> Figure:
    """The difference of two paired shares with the interval of Bonett and Price (2012).

    Wald's, with one row more of each kind that tells the two apart: it holds the truth also where there are few such
    rows, or none, of which a bootstrap knows nothing.

    Example:
        >>> f = _of_pairs(Figure(0.0, n=100), 0, 0, 100, 0.95)
        >>> round(f.low, 3), round(f.high, 3)
        (-0.027, 0.027)
    """
    assert figure.value is not None
    fixed, broken = (fixes + 1) / (size + 2), (breaks + 1) / (size + 2)
    centre = fixed - broken
    reach = float(ndtri((1 + level) / 2)) * ((fixed + broken - centre**2) / (size + 2)) ** 0.5
    low, high = max(-1.0, centre - reach), min(1.0, centre + reach)
    return Figure(figure.value, min(low, figure.value), max(high, figure.value), figure.n)
