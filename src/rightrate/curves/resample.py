"""A curve on other points than those it was measured at."""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import Curve, FloatArray


def means_before(curve: Curve, points: FloatArray) -> FloatArray:
    """The mean of a curve since the point before: what Keras calls the loss of an epoch.

    Args:
        curve: measured at least as often as the points lie.
        points: shape `(points,)`, rising steps; each takes the values after the point before it, up to itself.

    Returns:
        Shape `(points,)`; NaN where nothing was measured in between; NaN or infinite where one of the values is.

    Example:
        >>> curve = Curve("loss", np.array([1, 2, 3, 4]), np.array([4.0, 2.0, 2.0, 1.0]))
        >>> means_before(curve, np.array([2.0, 4.0, 6.0])).tolist()
        [3.0, 1.5, nan]
    """
    ends = np.searchsorted(curve.steps, points, side="right")
    starts = np.concatenate([[0], ends[:-1]])
    counts = ends - starts
    means = np.full(points.size, np.nan)
    filled = counts > 0
    if filled.any():
        with np.errstate(invalid="ignore", over="ignore"):  # infinite losses have no mean, and say so as NaN
            sums = np.add.reduceat(curve.values[: ends[-1]], starts[filled])
            means[filled] = sums / counts[filled]
    return means


def latest_at(curve: Curve, points: FloatArray) -> FloatArray:
    """The latest value of a curve at each point: NaN where nothing new was measured since the point before.

    Example:
        >>> curve = Curve("val_accuracy", np.array([2, 5]), np.array([0.5, 0.7]))
        >>> latest_at(curve, np.array([2.0, 4.0, 6.0])).tolist()
        [0.5, nan, 0.7]
    """
    ends = np.searchsorted(curve.steps, points, side="right")
    starts = np.concatenate([[0], ends[:-1]])
    values = np.full(points.size, np.nan)
    new = ends > starts
    values[new] = curve.values[ends[new] - 1]
    return values


def grid(curve: Curve, most: int) -> FloatArray:
    """The steps of a curve, or `most` of them at equal distances where there are more; the last is always among them.

    Example:
        >>> grid(Curve("loss", np.arange(1, 11), np.ones(10)), 3).tolist()
        [3.0, 6.0, 10.0]
    """
    steps = curve.steps.astype(np.float64)
    if steps.size <= most:
        return steps
    chosen = np.arange(1, most + 1) * steps.size // most - 1
    return np.asarray(steps[chosen], dtype=np.float64)
