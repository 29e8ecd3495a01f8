"""`Schedule`: the learning rate of every optimizer step of one training."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rightrate.errors import UsageError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Schedule:
    """A table of learning rates: `peak` times a shape.

    Args:
        name: the shape's name, one of `rightrate.schedules.SCHEDULES` or `"own"` for a user's schedule.
        peak: the largest learning rate, above 0.
        shape: shape `(steps,)`, the fraction of the peak at each optimizer step, from 0 to 1.
        sentence: the shape in words; `{peak}` stands for the peak.
        why: why this shape, one sentence; empty where nobody asked.

    Calling it with a step (or an array of steps, counted from 0) gives the rate (or rates); steps beyond the
    end keep the last rate, as a Keras schedule would.

    Example:
        >>> half = Schedule("own", 0.1, np.array([1.0, 0.5]), "{peak}, then half of it")
        >>> half(0), half(1), half(7)
        (0.1, 0.05, 0.05)
        >>> half.describe()
        '0.1, then half of it.'
    """

    name: str
    peak: float
    shape: FloatArray
    sentence: str
    why: str = ""

    def __post_init__(self) -> None:
        shape = np.asarray(self.shape, dtype=np.float64)
        if not (math.isfinite(self.peak) and self.peak > 0):
            raise UsageError(f"The peak of a schedule must be a finite number above 0. Received: peak={self.peak}.")
        if shape.ndim != 1 or shape.size == 0:
            raise UsageError(f"A schedule needs at least one step. Received a shape table of shape {shape.shape}.")
        if not bool(np.all((shape >= 0) & (shape <= 1 + 1e-12))):
            raise UsageError("The shape table of a schedule must lie between 0 and 1; the peak scales it.")
        shape.setflags(write=False)
        object.__setattr__(self, "shape", shape)

    @property
    def steps(self) -> int:
        """Number of optimizer steps of the whole training."""
        return int(self.shape.size)

    def __call__(self, step: int | npt.ArrayLike) -> float | FloatArray:
        index = np.clip(np.asarray(step, dtype=np.int64), 0, self.steps - 1)
        rates = self.peak * self.shape[index]
        return float(rates) if rates.ndim == 0 else rates

    @property
    def rates(self) -> FloatArray:
        """Shape `(steps,)`: the learning rate of every step."""
        return self.peak * self.shape

    def with_peak(self, peak: float) -> Schedule:
        """Return the same shape at another peak."""
        return replace(self, peak=peak)

    def describe(self) -> str:
        """Return what the learning rate does, in one sentence, and why, in another."""
        said = self.sentence.replace("{peak}", f"{self.peak:.3g}") + "."
        return f"{said} {self.why}".strip()
