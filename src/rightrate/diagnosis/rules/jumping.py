"""The training loss jumps up and down.

What it does
------------
Fires where a quarter or more of the whole way of the training loss goes upwards, by more than its noise.

Why it matters
--------------
The mean of a whole epoch's losses hardly shakes by chance. Where it rises and falls, the steps are so large that they
leap over what they should go down into.

What to do
----------
Try a third of the rate. A larger batch or gradient clipping steadies it too, at the same rate.

Edge cases
----------
Fewer than 4 points are not enough. A curve that shakes by less than a hundredth of the loss is called steady; so is one
whose validation loss fell all the way: then only the batches differ. A loss that rises only where the logged rate
restarts is a hint, and the cause is the schedule. A loss that only rises is not jumping; a rise at the end is looked at
by `rebound` and `diverged`. NaN is left out.

References
----------
LeCun et al., Efficient BackProp (1998), section 4: above the optimal rate the loss oscillates, above twice it diverges.
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import IntArray
from rightrate.curves.noise import roughness
from rightrate.diagnosis.advice import THIRD, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.descent import descent
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.rate_course import rate_course
from rightrate.diagnosis.reading import STRETCH_RISE, Reading
from rightrate.diagnosis.rule import Rule

#: Points with two rises and a fall between them, and one before.
MIN_POINTS = 4
#: Share of the way that goes up. On the development half of benchmarks/diagnosis.py the training loss of right-rate
#: trainings goes up on less than a tenth of its way.
ROUGH = 0.25
#: Share of the loss from which an upward move counts. Means of epochs that differ by 1 % at one level rise by that much
#: twice in 114 of 150 trainings of 10 epochs, and by 5 % in none; in the development half of benchmarks/diagnosis.py as
#: many trainings jump with 5 % as with 1 %.
RISE = 0.05
#: Upward moves, so that one bad epoch is not called jumping.
RISES = 2


def check(reading: Reading) -> Check:
    """See the module."""
    loss = reading.loss
    if loss is None:
        return not_applicable("No training loss was logged.")
    finite = loss[np.isfinite(loss)]
    rough = roughness(finite)
    if finite.size < MIN_POINTS or rough is None:
        return not_enough_data(f"The training loss has {finite.size} values that move; it takes {MIN_POINTS}.")
    least = STRETCH_RISE if reading.is_by_stretch else RISE
    rises = np.diff(finite) > least * np.abs(finite[:-1])
    risen = np.flatnonzero(np.isfinite(loss))[1:][rises]
    evidence = {"upward_share": rough, "rises": int(rises.sum())}
    if rough < ROUGH or rises.sum() < RISES:
        return clear(f"{rough:.0%} of the training loss's way went upwards.", evidence)
    course = descent(reading) if reading.val_loss is not None else None
    if course is not None and course.steady:
        return clear("The training loss shook, but the validation loss fell all the way: the batches differ.", evidence)
    upwards = f"{int(rises.sum())} times, and {rough:.0%} of its way went upwards"
    if _with_restarts(reading, risen):
        why = f"The training loss jumps where the rate restarts: it rose {upwards}, each time with the rate."
        advice = "Let the last cycle end with the training, restart at a third of the peak, or leave restarts out."
        return fired(Severity.HINT, why, advice, evidence, cause=Cause.SCHEDULE)
    why = f"The training loss jumps: it rose {upwards}."
    return fired(Severity.WARNING, why, f"Try {other_rate(reading, THIRD)}.", evidence)


def _with_restarts(reading: Reading, risen: IntArray) -> bool:
    """Whether the logged rate rose anew in mid-course wherever the loss rose, at the same point or the one before."""
    course = rate_course(reading.learning_rate)
    restarts = set() if course is None else {int(index) + late for index in course.restarts for late in (0, 1)}
    return bool(restarts) and all(int(index) in restarts for index in risen)


RULE = Rule("RR102", "jumping", Cause.RATE_TOO_HIGH, check, __doc__ or "")
