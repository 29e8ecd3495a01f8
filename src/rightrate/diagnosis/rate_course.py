"""What the learning rate did over a training: constant or not, where it was cut, where it rose again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import FloatArray, IntArray

#: Logged rates that differ by less than this share are one rate: logs print two or three digits of it.
SAME = 0.02
#: A fall to this share or less from one point to the next is a cut. Keras documents `ReduceLROnPlateau(factor=0.1)`;
#: factors from 0.1 to 0.5 are in use, 0.7 is rare. A cosine over 8 points or more never falls so far before its end.
CUT = 0.75
#: A rise by this factor in mid-course is a restart; warm-up is not mid-course.
RESTART = 1.5


@dataclass(frozen=True, eq=False)
class RateCourse:
    """A learning rate on the points of a reading.

    Args:
        rates: shape `(points,)`; the rate in force up to each point, gaps filled with the rate before.
    """

    rates: FloatArray

    @property
    def peak(self) -> float:
        return float(self.rates.max())

    @property
    def is_constant(self) -> bool:
        return float(self.rates.min()) >= (1 - SAME) * self.peak

    @property
    def cuts(self) -> IntArray:
        """The first points at a rate that was cut: constant before, and after it constant or cut again by that factor.

        Of several cuts in a row the first is meant: `ReduceLROnPlateau` cuts on and on where nothing improves.

        Example:
            >>> RateCourse(np.array([1e-2, 1e-2, 1e-2, 1e-3, 1e-3])).cuts.tolist()
            [3]
            >>> RateCourse(np.array([1e-2, 1e-2, 1e-3, 1e-4, 1e-5])).cuts.tolist()
            [2]
            >>> RateCourse(np.array([1.0, 0.9, 0.7, 0.4, 0.1])).cuts.tolist()
            []
        """
        if self.rates.size < 3:
            return np.empty(0, dtype=np.int64)
        before, here = self.rates[:-1], self.rates[1:]
        jumps = (here <= CUT * before) & (before > 0)
        level = np.abs(np.diff(self.rates)) <= SAME * before  # the same rate as the point before
        factors = np.divide(here, before, out=np.ones_like(here), where=jumps)
        again = jumps[1:] & (np.abs(np.diff(factors)) <= SAME * factors[:-1])
        settled = np.append(level[1:] | again, True)  # a cut in the last point has no time to show whether it settled
        came_level = np.insert(level[:-1], 0, False)
        return np.flatnonzero(jumps & settled & came_level) + 1

    @property
    def restarts(self) -> IntArray:
        """The first points at a rate that has jumped up again after it had fallen.

        Example:
            >>> RateCourse(np.array([0.1, 1.0, 0.5, 0.1, 1.0, 0.5])).restarts.tolist()
            [4]
        """
        if self.rates.size < 3:
            return np.empty(0, dtype=np.int64)
        peaks = np.maximum.accumulate(self.rates)[:-1]
        before, here = self.rates[:-1], self.rates[1:]
        return np.flatnonzero((here >= RESTART * before) & (peaks >= RESTART * before)) + 1


def rate_course(rates: FloatArray | None) -> RateCourse | None:
    """The course of a logged rate; None where it was not logged, is never a number, or is 0 or less.

    Args:
        rates: shape `(points,)`; points that are not finite take the rate before them, the first ones the rate after.

    Example:
        >>> rate_course(np.array([np.nan, 0.1, np.nan, 0.2])).rates.tolist()
        [0.1, 0.1, 0.1, 0.2]
    """
    if rates is None or not np.isfinite(rates).any():
        return None
    finite = np.isfinite(rates)
    latest = np.maximum.accumulate(np.where(finite, np.arange(rates.size), -1))
    filled = rates[np.where(latest < 0, int(np.flatnonzero(finite)[0]), latest)]
    if filled.min() < 0 or filled.max() <= 0:
        return None
    return RateCourse(filled)
