"""`Curve`: one measured quantity of one training, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rightrate.errors import DataError

#: Larger values count as infinite: their squares are no numbers (the largest is 1.8e308), and no loss is so large that
#: has not blown up.
LARGEST = 1e150
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Curve:
    """One quantity over the steps of one training.

    Args:
        name: what was measured, in Keras's words: `"loss"`, `"val_loss"`, `"val_accuracy"`.
        steps: shape `(points,)`, number of optimizer steps done when the value was measured; strictly rising.
        values: shape `(points,)`; NaN and infinity are allowed and kept, values beyond 1e150 become infinite.

    Edge cases: no points at all is a valid curve, whose `last` and `best_step` are None.

    Example:
        >>> curve = Curve("val_loss", np.array([10, 20, 30]), np.array([0.9, 0.5, 0.6]))
        >>> curve.last, curve.best_step
        (0.6, 20)
    """

    name: str
    steps: IntArray
    values: FloatArray

    def __post_init__(self) -> None:
        steps = np.asarray(self.steps, dtype=np.int64)
        values = np.asarray(self.values, dtype=np.float64)
        if values.size and np.any(np.abs(values) > LARGEST):
            values = np.where(np.abs(values) > LARGEST, np.copysign(np.inf, values), values)
        if steps.ndim != 1 or steps.shape != values.shape:
            raise DataError(
                f"A curve needs as many steps as values, both one-dimensional. Received steps of shape "
                f"{steps.shape} and values of shape {values.shape} for {self.name!r}."
            )
        if steps.size > 1 and not bool(np.all(np.diff(steps) > 0)):
            raise DataError(f"The steps of curve {self.name!r} must rise strictly. Received {steps.tolist()[:8]}.")
        steps.setflags(write=False)
        values.setflags(write=False)
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return int(self.steps.size)

    @property
    def last(self) -> float | None:
        """The last value, which may be NaN; None where there are no points."""
        return float(self.values[-1]) if len(self) else None

    @property
    def best_step(self) -> int | None:
        """The step with the smallest finite value; None where there is none."""
        finite = np.isfinite(self.values)
        if not finite.any():
            return None
        return int(self.steps[np.where(finite, self.values, np.inf).argmin()])
