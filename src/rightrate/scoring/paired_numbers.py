"""Two models that predict numbers for the same rows: which one is closer, and by how much their errors differ."""

from __future__ import annotations

import numpy as np

from rightrate.errors import DataError
from rightrate.scoring.bootstrap import Confidence, resampled, row_key, row_multiplicities
from rightrate.scoring.counts import ratio
from rightrate.scoring.figure import Figure
from rightrate.scoring.paired import Paired, check_same_rows
from rightrate.scoring.predictions import Predictions

#: MAE of the model over that of the baseline, less 1: -0.1 is an error smaller by a tenth.
RELATIVE = "relative_mae"


def compare_numbers(
    model: Predictions, baseline: Predictions, *, level: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Paired:
    """Compare the errors of two models on the same rows; rows to which one of them has no answer are left out.

    Returns:
        `fixes` and `breaks` are rows on which the model is closer, and further off; `p_value` is of the exact sign
        test. `differences` of mae and rmse are in the unit of the truth and above 0 where the model is worse;
        `relative_mae` is missing where the baseline makes no error.

    Raises:
        DataError: the two are not about the same rows, or no row has both answers.

    Example:
        >>> from rightrate.scoring.predictions import Task
        >>> true = np.arange(4.0)
        >>> model, baseline = (Predictions(Task.REGRESSION, true, true + off) for off in (0.5, 1.0))
        >>> paired = compare_numbers(model, baseline)
        >>> paired.fixes, paired.breaks, paired.differences["mae"].value, paired.differences["relative_mae"].value
        (4, 0, -0.5, -0.5)
    """
    # scipy.stats takes a third of a second to load: only where there is a baseline.
    from scipy.stats import binomtest

    check_same_rows(model, baseline, "true values")
    kept = model.answered & baseline.answered
    if not kept.any():
        raise DataError("No row has a number from both models; expected some to compare. Predict the same rows again.")
    weights, groups = (None if part is None else part[kept] for part in (model.weights, model.groups))
    true = model.true[kept]
    errors = [np.abs(p.predicted[kept] - true) for p in (model, baseline)]
    closer, further = int((errors[0] < errors[1]).sum()), int((errors[0] > errors[1]).sum())
    p_value = float(binomtest(min(closer, further), closer + further, 0.5).pvalue) if closer + further else 1.0
    weight = np.ones(len(true)) if weights is None else weights
    columns = np.vstack([np.ones_like(true), errors[0], errors[1], errors[0] ** 2, errors[1] ** 2]) * weight
    units = len(true) if groups is None else len(np.unique(groups))
    how = Confidence(level, resamples=resamples, seed=seed, units=units)
    key = row_key(true, *errors, weight)
    drawn = np.concatenate([columns @ part for part in row_multiplicities(key, how, groups=groups)], axis=1)
    now, replicates = _differences(columns.sum(axis=1)), _differences(drawn)
    found = {name: _figure(float(now[name]), replicates[name], how, len(true)) for name in now}
    return Paired(closer, further, p_value, found)


def _differences(sums: np.ndarray) -> dict[str, np.ndarray]:
    """From totals of weight, absolute and squared errors, shape `(5,)` or `(5, resamples)`."""
    total, *errors = sums
    mae, before, squared, squared_before = (ratio(each, total) for each in errors)
    return {
        "mae": mae - before,
        "rmse": np.sqrt(squared) - np.sqrt(squared_before),
        RELATIVE: ratio(mae, before) - 1,
    }


def _figure(value: float, replicates: np.ndarray, how: Confidence, n: int) -> Figure:
    if not np.isfinite(value):
        return Figure.missing("the baseline makes no error", n)
    return resampled(value, replicates, how.expanded, n)
