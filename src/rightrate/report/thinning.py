"""`thin`: which of many points stand for all of them, where a file or a chart has no room for more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: A candidate's training loss at 1000 points draws a line as full as a screen is wide.
MOST_POINTS = 1000


def thin(values: npt.NDArray[np.float64], most: int = MOST_POINTS) -> npt.NDArray[np.int64]:
    """Return the rising indices of at most `most` points that stand for all of them.

    The first and the last are kept, and so are those that are not finite (thinned above half of `most`).

    Example:
        >>> thin(np.array([1.0, 2.0, np.nan, 4.0, 5.0, 6.0, 7.0]), most=4).tolist()
        [0, 1, 2, 6]
        >>> thin(np.zeros(3)).tolist()
        [0, 1, 2]
    """
    if len(values) <= most:
        return np.arange(len(values))
    odd = np.flatnonzero(~np.isfinite(values))
    odd = odd[_evenly(len(odd), most // 2)] if len(odd) > most // 2 else odd
    kept = np.union1d([0, len(values) - 1], odd)
    others = np.setdiff1d(np.flatnonzero(np.isfinite(values)), kept)
    return np.union1d(kept, others[_evenly(len(others), max(most - len(kept), 0))])


def _evenly(length: int, points: int) -> npt.NDArray[np.int64]:
    return np.unique(np.linspace(0, max(length - 1, 0), min(points, length)).round().astype(np.int64))
