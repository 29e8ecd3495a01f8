"""Where a curve is going: its slope, which a few wild points cannot turn, and whether the sign is sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import FloatArray

#: A slope is called sure where at least this share of all pairs of points agree with its sign. Of five points in any
#: order (no trend), 10 of 10 or 9 of 10 pairs agree downwards in 5 of 120 orders: 4 %.
SURE_SHARE = 0.9
#: Fewer points have too few pairs for `SURE_SHARE` to mean anything.
MIN_POINTS = 3


@dataclass(frozen=True)
class Trend:
    """A robust straight line through a curve.

    Args:
        slope: the median of the slopes of all pairs of points (Theil-Sen), per unit of the steps.
        agreement: share of the pairs whose slope has the sign of `slope`; 1 is a strictly monotonic curve.
        points: how many points were used.
    """

    slope: float
    agreement: float
    points: int

    @property
    def falls(self) -> bool:
        """Whether it surely falls."""
        return self.slope < 0 and self.agreement >= SURE_SHARE

    @property
    def rises(self) -> bool:
        """Whether it surely rises."""
        return self.slope > 0 and self.agreement >= SURE_SHARE


def trend(steps: FloatArray, values: FloatArray) -> Trend | None:
    """The Theil-Sen slope of a curve of at most a few hundred points (all pairs are looked at).

    Written out, because importing `scipy.stats` for these two lines takes longer than diagnosing a log; the tests
    hold it to `scipy.stats.theilslopes`.

    Args:
        steps, values: shape `(points,)`; points that are not finite are left out.

    Returns:
        None with fewer than `MIN_POINTS` finite points.

    Example:
        >>> trend(np.array([1.0, 2.0, 3.0, 4.0]), np.array([4.0, 3.0, 9.0, 1.0])).slope
        -1.0
    """
    finite = np.isfinite(values)
    x, y = steps[finite], values[finite]
    if x.size < MIN_POINTS:
        return None
    first, second = np.triu_indices(x.size, 1)
    slopes = (y[second] - y[first]) / (x[second] - x[first])
    slope = float(np.median(slopes))
    return Trend(slope, float(np.mean(np.sign(slopes) == np.sign(slope))), int(x.size))
