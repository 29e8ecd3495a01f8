"""Errors of predicted numbers, beside those of always predicting the mean."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rightrate.scoring.bootstrap import Confidence, resampled, row_key, row_multiplicities
from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import Predictions

NAMES = ("mae", "rmse", "r2", "p90_error", "bias", "mean_mae", "mean_rmse")

_SHARE = 0.9


def regression(predictions: Predictions, how: Confidence) -> Mapping[str, Figure]:
    """Measure predicted numbers, in the unit of the truth.

    - mae, rmse: mean absolute error, root of the mean squared error.
    - r2: 1 - squared error / squared error of predicting the mean of these rows; missing where all truths are equal.
    - p90_error: the smallest absolute error that 90 % of the rows do not exceed.
    - bias: mean of predicted - true; above 0 where predictions are too high.
    - mean_mae, mean_rmse: the errors of predicting the mean of these rows.

    Rows whose answer is no number have no error: they are left out, and each figure's n says of how many rows it is.
    Intervals are of a bootstrap over rows, or over groups.

    Example:
        >>> from rightrate.scoring.predictions import Task
        >>> p = Predictions(Task.REGRESSION, np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 5.0]))
        >>> f = regression(p, Confidence())
        >>> round(f["mae"].value, 3), round(f["bias"].value, 3), f["p90_error"].value
        (0.667, 0.667, 2.0)
    """
    # Its import takes longer than judging a small table of classes, which needs none of it.
    from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

    kept = predictions.answered & np.isfinite(predictions.true)
    true, said = (np.asarray(a[kept], dtype=float) for a in (predictions.true, predictions.predicted))
    weight = np.ones(len(true)) if predictions.weights is None else np.asarray(predictions.weights, float)[kept]
    groups = None if predictions.groups is None else predictions.groups[kept]
    if not weight.any():
        why = "no row has a number for an answer" if not len(true) else "all weights are 0"
        return dict.fromkeys(NAMES, Figure.missing(why, len(true)))
    error = said - true
    centred = true - np.average(true, weights=weight)
    # Equal truths leave rounding after centring; it is not a variance.
    varies = float(np.ptp(true[weight > 0])) > 0
    order = np.argsort(np.abs(error), kind="stable")
    columns = np.vstack([np.ones_like(error), np.abs(error), error**2, error, np.abs(centred), centred, centred**2])
    columns = (columns * weight)[:, order]
    key = row_key(true, said, weight)[order]
    size = np.abs(error)[order]
    sums, p90 = [], []
    for drawn in row_multiplicities(key, how, groups=None if groups is None else groups[order]):
        sums.append(columns @ drawn)
        p90.append(size[_first_reaching(drawn * weight[order][:, None])])
    drawn_values = _values(np.concatenate(sums, axis=1))
    drawn_values["p90_error"] = np.concatenate(p90)
    mean = np.full_like(true, np.average(true, weights=weight))
    values = {
        "mae": mean_absolute_error(true, said, sample_weight=weight),
        "rmse": mean_squared_error(true, said, sample_weight=weight) ** 0.5,
        "r2": r2_score(true, said, sample_weight=weight) if varies else np.nan,
        "p90_error": size[_first_reaching(weight[order][:, None])[0]],
        "bias": np.average(error, weights=weight),
        "mean_mae": mean_absolute_error(true, mean, sample_weight=weight),
        "mean_rmse": mean_squared_error(true, mean, sample_weight=weight) ** 0.5,
    }
    found = {name: resampled(float(values[name]), drawn_values[name], how.expanded, len(true)) for name in NAMES}
    if not varies:
        found["r2"] = Figure.missing("all true values are equal", len(true))
    return found


def _values(sums: np.ndarray) -> dict[str, np.ndarray]:
    """Figures of resamples from the totals of the columns, shape `(7, resamples)`."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mae, squared, bias, mean_mae, mean, centred = sums[1:] / sums[0]
        variance = np.maximum(centred - mean**2, 0.0)
        return {
            "mae": mae,
            "rmse": np.sqrt(squared),
            "r2": np.where(variance > 0, 1 - squared / variance, np.nan),
            "bias": bias,
            # From the mean of all rows: that of a resample differs by less than its interval.
            "mean_mae": mean_mae,
            "mean_rmse": np.sqrt(variance),
        }


def _first_reaching(weights: np.ndarray) -> np.ndarray:
    """In each column the first row at which 90 % of the weight is reached, shape `(columns,)`."""
    reached = np.cumsum(weights, axis=0)
    # 0.9 of 10 rows is 9 rows, whatever the sums have been rounded to.
    return np.asarray(np.argmax(reached >= _SHARE * reached[-1] * (1 - 1e-12), axis=0))
