"""Where a curve's level changes: the one point that best splits it into two levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import FloatArray


@dataclass(frozen=True)
class Change:
    """A split of a curve in two.

    Args:
        index: the first point of the second part.
        before, after: the median of each part.
        explained: share of the curve's squared deviation that two levels explain and one does not, 0 to 1.
    """

    index: int
    before: float
    after: float
    explained: float


def change_point(values: FloatArray, margin: int = 2) -> Change | None:
    """The split into two levels that leaves the least squared deviation (binary segmentation, one step of it).

    Args:
        values: shape `(points,)`; points that are not finite are left out, and `index` counts the finite ones only.
        margin: fewest points of a part.

    Returns:
        None with fewer than two parts' points, or where nothing varies.

    Example:
        >>> change_point(np.array([5.0, 5.0, 5.0, 1.0, 1.0, 1.0]))
        Change(index=3, before=5.0, after=1.0, explained=1.0)
    """
    finite = values[np.isfinite(values)]
    if finite.size < 2 * margin:
        return None
    whole = float(((finite - finite.mean()) ** 2).sum())
    if whole <= 0.0:
        return None
    splits = np.arange(margin, finite.size - margin + 1)
    sums, squares = np.cumsum(finite), np.cumsum(finite**2)
    left = squares[splits - 1] - sums[splits - 1] ** 2 / splits
    right = (squares[-1] - squares[splits - 1]) - (sums[-1] - sums[splits - 1]) ** 2 / (finite.size - splits)
    least = int((left + right).argmin())
    index = int(splits[least])
    explained = min(1.0, max(0.0, 1.0 - float(left[least] + right[least]) / whole))
    return Change(index, float(np.median(finite[:index])), float(np.median(finite[index:])), explained)
