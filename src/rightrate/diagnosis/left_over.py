"""What is left of a loss once everything is learned: next to nothing, and how it moves there says nothing."""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.reading import Reading

#: Share of the starting loss below which nothing is left to win: a hundredth of ln 2 is an answer that is right and
#: 99 % sure. In the development half of benchmarks/diagnosis.py it silences 1 training in 100 at too high a rate, of
#: which another rule tells; the macro-F1 is the same.
NEXT_TO_NOTHING = 0.01


def is_next_to_nothing(reading: Reading, level: float) -> bool:
    """Whether a loss at `level` has next to nothing left of the highest loss that the training began with.

    Example:
        >>> from rightrate.curves.curve import Curve
        >>> from rightrate.curves.training import Training
        >>> loss = Curve("loss", np.array([1, 2, 3]), np.array([0.7, 0.02, 0.004]))
        >>> reading = Reading(Training("run", {"loss": loss}, "epoch", None, ""))
        >>> is_next_to_nothing(reading, 0.02), is_next_to_nothing(reading, 0.004)
        (False, True)
    """
    start = highest_start(reading)
    return start is not None and 0 <= level < NEXT_TO_NOTHING * start


def highest_start(reading: Reading) -> float | None:
    """The highest first value of the losses, of training and of validation; None where none is finite."""
    first = [curve[np.isfinite(curve)][:1] for curve in (reading.val_loss, reading.loss) if curve is not None]
    start = np.concatenate(first) if first else np.empty(0)
    return float(start.max()) if start.size else None
