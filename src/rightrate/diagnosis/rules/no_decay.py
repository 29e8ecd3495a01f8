"""The rate stayed constant to the end, and the loss only shakes around a level.

What it does
------------
Fires where the loss that decides neither falls nor rises over the second half of the training but goes up and down
around a level by several per cent, the training loss falls no more either, and the rate was constant. Where the rate
was not logged it says so and stays a hint. A validation loss that jumps by a tenth of its level or more has more than
a schedule against it: its cause is a rate that is too high.

Why it matters
--------------
At a constant rate the weights circle around a minimum at a distance that the rate sets. More epochs at this rate do not
come closer; a smaller rate does within a few.

What to do
----------
Let the rate fall to zero over the same number of epochs (cosine or linear), or cut it to a tenth for the last quarter.
Where the loss jumps by a tenth or more, begin with a third of the rate too.

Edge cases
----------
Fewer than 6 points are not enough. A rate that has fallen to half of its peak or less is a schedule: not applicable.
Shaking that only a small validation set makes does not count where the training loss goes on falling. Without
validation a loss that shakes by more than a quarter of its level is on no plateau: clear, for batches differ as much.
One around a level above its start or above ln(classes) is not near a minimum: left to `diverged` and `knows-nothing`.
NaN is left out.

References
----------
Robbins and Monro (1951): rates that do not fall do not converge under noise. Smith, Kindermans, Ying and Le, Don't
decay the learning rate, increase the batch size (2018): the noise of SGD is proportional to the rate. Hu, MiniCPM
(2024): most of the gain of a schedule comes in its decay.
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.plateau import plateau
from rightrate.curves.trend import trend
from rightrate.diagnosis.advice import THIRD, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, Evidence, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import is_ignorant
from rightrate.diagnosis.left_over import highest_start, is_next_to_nothing
from rightrate.diagnosis.progress import END, still_running
from rightrate.diagnosis.rate_course import rate_course
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Points from which a level can be told, and how many of them the last half has at least.
MIN_POINTS, MIN_TAIL = 6, 4
#: A rate that ends at this share of its peak or below has decayed.
DECAYED = 0.5
#: Shaking (standard deviation, as a share of the level) from which it is worth a change: half of the 10 % by which a
#: final loss is called wrong in benchmarks/diagnosis.py.
SHAKE = 0.05
#: Shaking of a training loss from which it is no plateau any more.
WILD = 0.25
#: Shaking of a validation loss from which the rate itself is too high: in the development half of
#: benchmarks/diagnosis.py 15 of 16 such trainings ended more than a tenth above a smaller constant rate.
LOUD = 0.10
#: Share that the training loss may lose over the tail for the loss to be at a level. At 0.40 the macro-F1 of that half
#: was 0.776, at 0.45 it is 0.778; without this, 0.781, and a training loss that halved was said to fall no more.
GAINED = 0.45


def check(reading: Reading) -> Check:
    """See the module."""
    values, course = reading.watched, rate_course(reading.learning_rate)
    if course is not None and course.rates[-1] <= DECAYED * course.peak:
        return not_applicable(f"The rate fell, from {course.peak:.2g} to {course.rates[-1]:.2g}.")
    finite = 0 if values is None else int(np.isfinite(values).sum())
    if values is None or finite < MIN_POINTS:
        return not_enough_data(f"{finite} points; it takes {MIN_POINTS} to tell a level from a descent.")
    early = still_running(reading, END)
    if early is not None:
        return early
    tail = max(MIN_TAIL, values.size // 2)
    at_level = plateau(reading.steps[-tail:], values[-tail:])
    if at_level is None or not np.isfinite(at_level.shake):
        return clear("The loss does not shake around a level at the end.", {"points": tail})
    level, shake = at_level.level, at_level.shake
    evidence = {"level": level, "shake": shake, "points": tail, "learning_rate": reading.peak}
    if shake < SHAKE:
        return clear(f"The loss shakes around {level:.4g} at the end by only {shake:.1%}.", evidence)
    start = highest_start(reading)
    if start is None or level > start or is_ignorant(reading, level):
        return clear(f"The loss is on no plateau: it jumps around {level:.4g} by {shake:.0%}.", evidence)
    if is_next_to_nothing(reading, level):
        return clear(f"The loss shakes by {shake:.0%}, around {level:.2g}: nothing is left to win.", evidence)
    if reading.loss is not None and _goes_down(reading.steps[-tail:], reading.loss[-tail:]):
        return clear("The training loss still falls: it is not at a level.", evidence)
    at = (float(reading.steps[-tail]), float(reading.steps[-1]))
    if shake >= LOUD and reading.val_loss is not None:
        rest = "" if reading.loss is None else ", and the training loss falls steadily no more"
        why = f"since {reading.when(-tail)} the validation loss jumps around {level:.4g} by {shake:.0%}{rest}."
        return _too_high(reading, why, evidence, at, is_constant=course is not None)
    if shake > WILD:
        return clear(f"The loss is on no plateau: it jumps around {level:.4g} by {shake:.0%}.", evidence)
    where = f"since {reading.when(-tail)} the loss only shakes around {level:.4g} by {shake:.0%}"
    if course is None:
        why = f"From one point to the next, {where}; if the rate was constant, it was never given a decay."
        return fired(Severity.HINT, why, _advice(None), evidence, at)
    why = f"The rate was {course.peak:.2g} to the end, and {where}."
    return fired(Severity.WARNING, why, _advice(course.peak), evidence, at)


def _too_high(reading: Reading, why: str, evidence: Evidence, at: tuple[float, float], *, is_constant: bool) -> Check:
    """The rate itself is too high; only an if where it was not logged, since it may have decayed."""
    severity = Severity.WARNING if is_constant else Severity.HINT
    why = f"The rate is too high: {why}" if is_constant else f"If the rate was constant, it is too high: {why}"
    advice = f"Try {other_rate(reading, THIRD)}, and let it fall to 0 over the same epochs (cosine)."
    return fired(severity, why, advice, evidence, at, Cause.RATE_TOO_HIGH)


def _goes_down(steps: FloatArray, values: FloatArray) -> bool:
    """Whether a loss falls, or has lost `GAINED` of itself, bumps or not."""
    course, finite = trend(steps, values), values[np.isfinite(values)]
    if course is not None and course.falls:
        return True
    return finite.size > 1 and finite[0] > 0 and bool(finite[-1] < (1 - GAINED) * finite[0])


def _advice(rate: float | None) -> str:
    end = f"from {rate:.2g} to 0" if rate is not None else "to 0"
    return f"Let the rate fall {end} over the same epochs (cosine), or cut it to a tenth for the last quarter."


RULE = Rule("RR151", "no-decay", Cause.SCHEDULE, check, __doc__ or "")
