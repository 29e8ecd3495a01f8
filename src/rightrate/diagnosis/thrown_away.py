"""A network that stands still where no untrained one is: steps that were too large threw it there."""

from __future__ import annotations

from rightrate.diagnosis.advice import TENTH, other_rate
from rightrate.diagnosis.ignorance import is_by_chance, is_saturated, untrained_limit
from rightrate.diagnosis.reading import Reading

#: A loss within this share of the first batch's was there before the first step.
WAS_THERE = 0.9


def is_thrown_away(reading: Reading, level: float) -> bool:
    """Whether a loss that stands still at `level` was thrown there.

    It is far above that of an untrained network, or that of sure and wrong answers, the accuracy is by chance, and the
    first batch, where it is known, was lower. False where no accuracy was logged: weights may have lifted the loss.

    Example:
        >>> import numpy as np
        >>> from rightrate.curves.curve import Curve
        >>> from rightrate.curves.training import Training
        >>> accuracy = Curve("accuracy", np.array([1, 2]), np.array([0.1, 0.1]))
        >>> reading = Reading(Training("a", {"accuracy": accuracy}, "epoch", None, ""))
        >>> is_thrown_away(reading, 14.45), is_thrown_away(reading, 2.30)
        (True, False)
    """
    limit, first = untrained_limit(reading), reading.first_batch
    if not is_by_chance(reading) or (first is not None and first >= WAS_THERE * level):
        return False
    return is_saturated(reading, level) or (limit is not None and level > limit)


def start_again(reading: Reading) -> str:
    """What to do then."""
    lower = other_rate(reading, TENTH)
    return (
        f"Train again from the starting weights with {lower}. If it stands there too, scale the inputs and look at "
        "len(model.trainable_weights)."
    )
