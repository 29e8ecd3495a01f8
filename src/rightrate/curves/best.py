"""The best point of a curve, and which others cannot be told from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import FloatArray


@dataclass(frozen=True)
class Best:
    """The smallest value of a curve.

    Args:
        index: which point it is.
        value: the value there.
        first: the first point that is within the tolerance of it: from here on nothing was gained.
        rise: the last finite value minus `value`; 0 where the best is the last.
    """

    index: int
    value: float
    first: int
    rise: float


def best(values: FloatArray, tolerance: float = 0.0) -> Best | None:
    """The smallest finite value; None where there is none.

    Args:
        values: shape `(points,)`; the first of several equal values counts.
        tolerance: how far above the smallest a value is still as good, in the unit of the values.

    Example:
        >>> best(np.array([3.0, 1.1, 1.0, 2.0, np.nan]), tolerance=0.2)
        Best(index=2, value=1.0, first=1, rise=1.0)
    """
    finite = np.flatnonzero(np.isfinite(values))
    if not finite.size:
        return None
    index = int(finite[values[finite].argmin()])
    value = float(values[index])
    first = int(finite[np.flatnonzero(values[finite] <= value + tolerance)[0]])
    return Best(index, value, first, float(values[finite[-1]]) - value)
