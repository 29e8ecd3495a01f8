"""How a whole training went down: whether steadily, how far, and how much of it at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightrate.curves.trend import trend
from rightrate.diagnosis.check import Check, clear, not_enough_data
from rightrate.diagnosis.reading import Reading

#: Points from which a descent can be told.
MIN_POINTS = 3
#: And where the points are stretches of batches, which chance puts in order too: one time in 720 with 6.
MIN_STRETCHES = 6
#: Share of the pairs of points that fall, from which a descent is steady: the trainings of too small a rate in the
#: development half of benchmarks/diagnosis.py have 0.98 and more, those at the right rate 0.5 to 1.
STEADY = 0.95


@dataclass(frozen=True)
class Descent:
    """The course of the loss that decides.

    Args:
        start: the first training loss, or the first value where that is higher or there is no training loss.
        last: the last value.
        learned: share of `start` that is gone at the end.
        late: share of `last` that the last third of the training took off.
        steady: whether nearly every later value is below every earlier one.
    """

    start: float
    last: float
    learned: float
    late: float
    steady: bool


def descent(reading: Reading) -> Descent | None:
    """None with too few finite points (`MIN_POINTS`, or `MIN_STRETCHES`), or where the loss is not positive."""
    values = reading.watched
    if values is None:
        return None
    finite = values[np.isfinite(values)]
    course = trend(reading.steps, values)
    if finite.size < _least(reading) or course is None or finite.min() <= 0:
        return None
    loss = reading.loss
    start = float(finite[0])
    if loss is not None and np.isfinite(loss[0]):
        start = max(start, float(loss[0]))
    last = float(finite[-1])
    before = float(finite[-1 - max(1, finite.size // 3)])
    return Descent(start, last, 1 - last / start, before / last - 1, course.slope < 0 and course.agreement >= STEADY)


def no_descent(reading: Reading) -> Check:
    """What a rule answers where `descent` is None."""
    values = reading.watched
    points = 0 if values is None else int(np.isfinite(values).sum())
    least = _least(reading)
    if points >= least:
        return clear("The loss is not positive throughout: there is no share of it that is left.")
    return not_enough_data(f"{points} points of the loss; it takes {least}.")


def _least(reading: Reading) -> int:
    return MIN_STRETCHES if reading.is_by_stretch else MIN_POINTS
