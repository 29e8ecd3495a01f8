"""Accuracy, precision, recall as shares of so many rows, and how much of a difference those rows explain."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.noise import noise_floor
from rightrate.diagnosis.metric_names import Metric, curve_name
from rightrate.diagnosis.reading import Reading

#: A difference of two shares below one point of a hundred is nothing a person would act on.
SMALLEST_POINTS = 0.01
#: Standard errors: a difference of two shares beyond so many is no chance of which rows were drawn (95 % of a normal).
SURE = 2.0


@dataclass(frozen=True, eq=False)
class Share:
    """One metric between 0 and 1 on the points of a reading.

    Args:
        metric: what it is.
        name: of the curve.
        values: shape `(points,)`, NaN where it was not measured.
        rows: how many rows it is a share of: all for the accuracy, the positives for the recall, those that were
            called positive for the precision; None where that is not known.
    """

    metric: Metric
    name: str
    values: FloatArray
    rows: float | None

    @cached_property
    def finite(self) -> FloatArray:
        """The values that were measured, in order."""
        return self.values[np.isfinite(self.values)]

    @cached_property
    def tolerance(self) -> float:
        """What a difference of two values must exceed to mean anything; `SMALLEST_POINTS` or more.

        Twice the curve's own noise, or `SURE` standard errors of a difference of two shares of `rows`, whichever is
        more. It takes them as independent; both are measured on the same rows, so the truth is less.
        """
        if not self.finite.size:
            return SMALLEST_POINTS
        own = 2.0 * (noise_floor(self.finite) or 0.0)
        explained = SURE * math.sqrt(2.0) * (self.error or 0.0)
        return max(own, explained, SMALLEST_POINTS)

    @cached_property
    def error(self) -> float | None:
        """The standard error of one value, `sqrt(p (1 - p) / rows)` at the median; None where `rows` is not known."""
        return standard_error(float(np.median(self.finite)), self.rows) if self.finite.size and self.rows else None


def standard_error(share: float, rows: float) -> float:
    """`sqrt(p (1 - p) / rows)`, with p kept half a row away from 0 and 1, where it would claim to be certain.

    Example:
        >>> standard_error(0.5, 100)
        0.05
        >>> round(standard_error(1.0, 50), 3)
        0.014
    """
    nearest = min(0.5, 0.5 / rows)
    kept = min(max(share, nearest), 1.0 - nearest)
    return math.sqrt(kept * (1.0 - kept) / rows)


def share_of(reading: Reading, metric: Metric, split: str = "val_") -> Share | None:
    """A metric of a training as a share of rows.

    Args:
        reading: any.
        metric: accuracy, precision, recall, F-score or AUC; not a count.
        split: `"val_"`, or `""` for training.

    Returns:
        None where it was not logged, was never a number, or has a value that is not between 0 and 1 (in per cent, for
        example; it is not repaired).
    """
    name = curve_name(reading.training.curves, metric, split)
    values = reading.metric(name) if name is not None else None
    if name is None or values is None:
        return None
    values = np.where(np.isfinite(values), values, np.nan)
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() < 0.0 or finite.max() > 1.0:
        return None
    return Share(metric, name, values, _rows_behind(reading, metric) if split else None)


def _rows_behind(reading: Reading, metric: Metric) -> float | None:
    rows = reading.setting.validation_rows
    if metric not in (Metric.RECALL, Metric.PRECISION):
        return rows
    other = Metric.FALSE_NEGATIVES if metric is Metric.RECALL else Metric.FALSE_POSITIVES
    hits, misses = (counts_of(reading, one) for one in (Metric.TRUE_POSITIVES, other))
    if hits is not None and misses is not None:
        counted = (hits + misses)[np.isfinite(hits + misses)]
        if counted.size:
            return max(1.0, float(np.median(counted)))
    if rows is None:
        return None
    shared = positive_shares(reading)
    if shared is None:
        return rows
    positives, called = shared
    return max(1.0, rows * float(np.median(positives if metric is Metric.RECALL else called)))


def counts_of(reading: Reading, metric: Metric) -> FloatArray | None:
    """A count of validation rows on the points, NaN where not measured or below 0; None where it was not logged."""
    name = curve_name(reading.training.curves, metric)
    values = reading.metric(name) if name is not None else None
    if values is None:
        return None
    return np.where(np.isfinite(values) & (values >= 0.0) & (values < 1e15), values, np.nan)


def positive_shares(reading: Reading) -> tuple[FloatArray, FloatArray] | None:
    """The share of the validation rows that are positive, and that were called positive, at each point that tells.

    Accuracy a, precision p and recall r are three equations for it: the positives are (1 - a) / (1 + r / p - 2 r) of
    the rows, and r / p times as many were called so.

    Returns:
        Two arrays of the same length, 1 or more; None where one of the three was not logged or no point tells.
    """
    columns = []
    for metric in (Metric.ACCURACY, Metric.PRECISION, Metric.RECALL):
        name = curve_name(reading.training.curves, metric)
        values = reading.metric(name) if name is not None else None
        if values is None:
            return None
        columns.append(np.where((values >= 0.0) & (values <= 1.0), values, np.nan))
    accuracy, precision, recall = columns
    tells = (accuracy < 1.0) & (precision > _TELLS) & (recall > _TELLS)
    ratio = recall[tells] / precision[tells]
    below = 1.0 + ratio - 2.0 * recall[tells]
    with np.errstate(divide="ignore", invalid="ignore"):
        positives = (1.0 - accuracy[tells]) / below
    real = (below > 0.0) & (positives > 0.0) & (positives <= 1.0)
    if not real.any():
        return None
    return positives[real], np.minimum(1.0, positives[real] * ratio[real])


#: Below this, a precision or recall is none (Keras writes 0 where nothing was called positive).
_TELLS = 1e-6
