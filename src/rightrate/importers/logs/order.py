"""Puts the points of one curve in order: a resumed run overwrites, a late point is sorted in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Ordered:
    """Points in order.

    Args:
        steps: shape `(points,)`, strictly rising.
        values: shape `(points,)`.
        overwritten: how many points of the input were left out, because the steps went back to them later.
        repeated: how many were left out, because the next point has the same step and another value.
        late: how many points were moved to where they belong.
    """

    steps: IntArray
    values: FloatArray
    overwritten: int = 0
    late: int = 0
    repeated: int = 0


def in_order(steps: IntArray, values: FloatArray) -> Ordered:
    """Order the points as they were meant.

    A point at a step that was logged before is a restart: later values win, and what had been logged from that step on
    belongs to a training that was given up (TensorBoard purges a restarted run in the same way). A point that goes back
    to a step not logged before came late, as asynchronous loggers write; it is sorted in. Of neighbours at one step the
    last counts; where they are equal, one value was written twice, and nothing was left out.

    Args:
        steps: shape `(points,)`, in the order of the log.
        values: shape `(points,)`.

    Example:
        >>> ordered = in_order(np.array([1, 2, 3, 2]), np.array([0.9, 0.8, 0.7, 0.6]))
        >>> ordered.steps.tolist(), ordered.values.tolist(), ordered.overwritten
        ([1, 2], [0.9, 0.6], 2)
    """
    if steps.size < 2 or bool(np.all(np.diff(steps) > 0)):
        return Ordered(steps, values)
    again = np.append(steps[1:] == steps[:-1], False)
    equal = np.append((values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1])), False)
    repeated = int(np.count_nonzero(again & ~equal))
    steps, values = steps[~again], values[~again]
    _, first, inverse = np.unique(steps, return_index=True, return_inverse=True)
    seen_before = first[inverse] < np.arange(steps.size)
    far = np.iinfo(np.int64).max
    restarts = np.where(seen_before, steps, far)
    lowest_later = np.append(np.minimum.accumulate(restarts[::-1])[::-1][1:], far)
    kept = steps < lowest_later
    steps, values = steps[kept], values[kept]
    order = np.argsort(steps, kind="stable")
    late = int(np.count_nonzero(steps < np.maximum.accumulate(steps))) if steps.size else 0
    return Ordered(steps[order], values[order], int(np.count_nonzero(~kept)), late, repeated)
