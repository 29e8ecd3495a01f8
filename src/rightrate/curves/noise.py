"""How much a curve shakes around its own course: the noise floor below which no difference means anything."""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import FloatArray

#: Turns a median absolute deviation into the standard deviation of a normal distribution: 1 / Phi^-1(3/4).
MAD_TO_SIGMA = 1.4826
#: The variance of x[i-1] - 2 x[i] + x[i+1] for independent x of variance 1: 1 + 4 + 1.
_SECOND_DIFFERENCE_VARIANCE = 6.0
#: Points below which the curvature of the descent itself cannot be told from noise.
MIN_POINTS = 4


def noise_floor(values: FloatArray) -> float | None:
    """Standard deviation of the noise on a curve, estimated from its second differences.

    Second differences do not see a straight descent, and see little of a bent one; their median does not see a few
    jumps. (Gasser, Sroka and Jennen-Steinmetz, Biometrika 1986, estimate a residual variance so.)

    Args:
        values: shape `(points,)`, equally spaced; points that are not finite are left out.

    Returns:
        The noise, in the unit of the values; None with fewer than `MIN_POINTS` finite points. It is 0 for a curve that
        does not shake at all.

    Example:
        >>> round(noise_floor(np.array([5.0, 4.0, 3.0, 2.0, 1.0])), 6)
        0.0
        >>> noise_floor(np.array([1.0, np.nan, 2.0])) is None
        True
    """
    finite = values[np.isfinite(values)]
    if finite.size < MIN_POINTS:
        return None
    second = np.abs(np.diff(finite, 2))
    return float(MAD_TO_SIGMA * np.median(second) / np.sqrt(_SECOND_DIFFERENCE_VARIANCE))


def roughness(values: FloatArray) -> float | None:
    """Share of a curve's whole path that is spent going up: 0 for a steady fall, 0.5 for mere shaking, 1 for a rise.

    Args:
        values: shape `(points,)`; points that are not finite are left out.

    Returns:
        From 0 to 1; None with fewer than 2 finite points, or where nothing moves.

    Example:
        >>> roughness(np.array([3.0, 2.0, 2.5, 1.0]))
        0.16666666666666666
    """
    moves = np.diff(values[np.isfinite(values)])
    path = float(np.abs(moves).sum())
    return float(moves[moves > 0].sum()) / path if path > 0 else None
