"""The curves of a training as a picture needs them: few enough points, one list for drawing and one for what is NaN."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import Curve, FloatArray
from rightrate.curves.resample import grid, means_before
from rightrate.curves.training import Training
from rightrate.report.axes import Axis, value_axis

#: A loss at so many times the median of all is on its way to infinity: it may leave the picture.
WILD = 1000.0

LOSSES = ("loss", "val_loss")


@dataclass(frozen=True, eq=False)
class Series:
    """One curve on at most as many points as a picture has room for.

    Args:
        name: of the curve.
        steps: shape `(points,)`, where it is drawn.
        values: shape `(points,)`; NaN and infinite where it cannot be drawn.
        has_means: whether several values were averaged into one point.
    """

    name: str
    steps: FloatArray
    values: FloatArray
    has_means: bool


def series(curve: Curve, most: int) -> Series:
    """A curve on at most `most` points, each the mean of the values since the one before.

    Example:
        >>> series(Curve("loss", np.array([1, 2, 3, 4]), np.array([4.0, 2.0, 2.0, 1.0])), 2).values.tolist()
        [3.0, 1.5]
    """
    points = grid(curve, most)
    # The first stretch has no point before it, so it begins with the curve.
    return Series(curve.name, points, means_before(curve, points), points.size < len(curve))


def losses(training: Training, most: int) -> tuple[Series, ...]:
    """Training and validation loss, where they were logged."""
    curves = (training.curves.get(name) for name in LOSSES)
    return tuple(series(curve, most) for curve in curves if curve is not None and len(curve))


def axis_of(drawn: Iterable[Series], *, headroom: float) -> Axis | None:
    """The vertical axis for some series: logarithmic where they span decades; None where nothing is finite."""
    values = np.concatenate([np.empty(0), *(one.values for one in drawn)])
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    limit = WILD * max(float(np.median(np.abs(values))), 1e-300)
    return value_axis(values[values <= limit].tolist(), values[values > limit].tolist(), headroom=headroom)


def ends(drawn: Iterable[Series]) -> tuple[float, float]:
    """The first and the last step of all of them."""
    steps = np.concatenate([one.steps for one in drawn])
    return float(steps.min()), float(steps.max())
