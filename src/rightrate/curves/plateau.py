"""A level that a curve has reached, and how far it shakes around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.noise import noise_floor, roughness
from rightrate.curves.trend import trend

#: Share of the path that goes up: mere shaking is one half; a fall or a rise is 0 or 1.
UP, DOWN = 0.25, 0.75


@dataclass(frozen=True)
class Plateau:
    """A curve that neither falls nor rises.

    Args:
        level: the median of its values.
        noise: standard deviation of single values around it, as `noise_floor` says it.
    """

    level: float
    noise: float

    @property
    def shake(self) -> float:
        """The noise as a share of the level; infinite at a level of 0."""
        return self.noise / abs(self.level) if self.level else np.inf


def plateau(steps: FloatArray, values: FloatArray) -> Plateau | None:
    """The plateau that a stretch of a curve is, or None where it falls, rises, or has too few finite points.

    Args:
        steps, values: shape `(points,)`; points that are not finite are left out.

    Example:
        >>> steps = np.arange(8.0)
        >>> round(plateau(steps, np.array([0.5, 0.52, 0.49, 0.51, 0.5, 0.52, 0.48, 0.51])).level, 3)
        0.505
        >>> plateau(steps, 1.0 / (1.0 + steps)) is None
        True
    """
    course, rough, noise = trend(steps, values), roughness(values), noise_floor(values)
    if course is None or noise is None or rough is None or course.falls or course.rises or not UP <= rough <= DOWN:
        return None
    return Plateau(float(np.median(values[np.isfinite(values)])), noise)
