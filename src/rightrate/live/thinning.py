"""`Thinned`: a curve of any length as at most 501 points, such that no spike is lost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

#: Stretches of a curve, each of which keeps its lowest and its highest point. A chart of 1280 pixels shows no more.
MOST = 250


def _none() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True, eq=False)
class Thinned:
    """What is kept of a curve.

    Args:
        width: steps of a stretch, a power of two.
        steps, values: the lowest and the highest point of each stretch, by rising stretch.
        last: the newest point, or None; it may be among them.
        lost_at: the first step whose value is NaN or infinite, or None.
    """

    width: int = 1
    steps: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    values: np.ndarray = field(default_factory=_none)
    last: tuple[int, float] | None = None
    lost_at: int | None = None


def add(curve: Thinned, steps: np.ndarray, values: np.ndarray) -> Thinned:
    """The curve with more points, in any order and any portions: what is kept depends on the points alone.

    Args:
        steps: whole numbers from 0.
        values: as many; those that are NaN or infinite are not drawn, only noted.

    Example:
        >>> curve = add(Thinned(), np.arange(1000), np.where(np.arange(1000) == 700, 9.0, 1.0))
        >>> curve.width, len(curve.steps) <= 2 * MOST, float(curve.values.max())
        (4, True, 9.0)
    """
    finite = np.isfinite(values)
    lost_at = curve.lost_at
    if not finite.all():
        first = int(steps[~finite].min())
        lost_at = first if lost_at is None else min(first, lost_at)
        steps, values = steps[finite], values[finite]
    if not len(steps):
        return replace(curve, lost_at=lost_at)
    newest = len(steps) - 1 - int(np.argmax(steps[::-1]))
    last = curve.last
    if last is None or steps[newest] >= last[0]:
        last = (int(steps[newest]), float(values[newest]))
    steps = np.concatenate([curve.steps, steps]).astype(np.int64)
    values = np.concatenate([curve.values, values]).astype(np.float64)
    width = curve.width
    while True:
        steps, values, stretches = _extremes(steps, values, width)
        if stretches <= MOST:
            return Thinned(width, steps, values, last, lost_at)
        width *= 2


def back_to(curve: Thinned, step: int) -> Thinned:
    """The curve without what came after a step: the training was taken back to it."""
    kept = curve.steps <= step
    steps, values = curve.steps[kept], curve.values[kept]
    last = curve.last
    if last is not None and last[0] > step:
        last = None
        if len(steps):
            newest = int(np.argmax(steps))
            last = (int(steps[newest]), float(values[newest]))
    lost_at = curve.lost_at if curve.lost_at is not None and curve.lost_at <= step else None
    return Thinned(curve.width, steps, values, last, lost_at)


def points(curve: Thinned) -> tuple[np.ndarray, np.ndarray]:
    """What is drawn: the kept points and the newest one, by rising step."""
    steps, values = curve.steps, curve.values
    if curve.last is not None:
        steps, values = np.append(steps, curve.last[0]), np.append(values, curve.last[1])
    order = np.lexsort((values, steps))
    steps, values = steps[order], values[order]
    fresh = np.ones(len(steps), dtype=bool)
    fresh[1:] = (np.diff(steps) != 0) | (np.diff(values) != 0)
    return steps[fresh], values[fresh]


def fewer(curve: Thinned, most: int) -> Thinned:
    """The same in longer stretches, so that at most `most` points are drawn (but for the newest)."""
    steps, values, width = curve.steps, curve.values, curve.width
    stretches = len(steps)
    while stretches > max(1, most // 2):
        width *= 2
        steps, values, stretches = _extremes(steps, values, width)
    return Thinned(width, steps, values, curve.last, curve.lost_at)


def best(curve: Thinned, *, larger_is_better: bool = False) -> tuple[int, float] | None:
    """Step and value of the best point of all, not only of those that are kept; None where there is none."""
    if not len(curve.values):
        return None
    value = float(curve.values.max() if larger_is_better else curve.values.min())
    return int(curve.steps[curve.values == value].min()), value


def _extremes(steps: np.ndarray, values: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, int]:
    """The lowest and the highest point of each stretch, the earliest of equals, and how many stretches there are."""
    stretch = steps // width
    rising = np.lexsort((steps, values, stretch))
    falling = np.lexsort((steps, -values, stretch))
    firsts = np.flatnonzero(np.diff(stretch[rising], prepend=-1))  # the same in both orders
    chosen = np.unique(np.concatenate([rising[firsts], falling[firsts]]))
    steps, values = steps[chosen], values[chosen]
    order = np.lexsort((values, steps))
    steps, values = steps[order], values[order]
    same = np.flatnonzero((np.diff(steps) == 0) & (np.diff(values) == 0)) + 1
    return np.delete(steps, same), np.delete(values, same), len(firsts)
