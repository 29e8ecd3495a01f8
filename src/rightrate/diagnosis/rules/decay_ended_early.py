"""The rate had decayed to almost nothing well before learning stopped gaining.

What it does
------------
Fires where the rate was below 5 % of its peak for the last three tenths of the training or longer, the loss still fell
with every bit of rate it was given when that began, and moved no more afterwards.

Why it matters
--------------
The epochs after the decay were spent on nothing, and the loss that they could have gained was left.

What to do
----------
Let the decay end with the training: give it all epochs. If it reached its end by epochs of its own (`decay_steps`, a
number of steps counted with another batch size), count them again.

Edge cases
----------
Fewer than 3 points before or 2 after the decay are not enough. Without a logged rate it is not applicable, nor where
the rate fell in cuts between levels (RR155). A loss that had already stopped when the rate was still large has nothing
left to gain: clear. A cosine to zero over the whole training is below 5 % for its last seventh only.

References
----------
Loshchilov and Hutter, SGDR (2017): the cosine. Hoffmann, Training compute-optimal large language models (2022),
appendix B: a cosine whose length differs from the training's by 25 % costs loss. Keras `CosineDecay`: beyond
`decay_steps` the rate stays at its end.
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.trend import trend
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.rate_course import RateCourse, rate_course
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Share of its peak below which a rate is almost nothing: a cosine is there for the last seventh of its course.
TINY = 0.05
#: Share of the points for which it must have been so. A cosine over the whole training, read at the ends of 7 epochs,
#: is there for two of them, 29 %; Hoffmann et al. find a cosine too short from 25 % on.
EARLY = 0.30
#: Points before and after the decay from which a pace can be told.
MIN_BEFORE, MIN_AFTER = 3, 2
#: With fewer before it is told where the rate was almost nothing for this share of the points.
MOST = 0.5
#: The pace just before the decay's end is taken over so many points: a descent slows, and older points are steeper.
LATEST = 4
#: What the decay could have given the remaining points: the mean of a cosine over its second half, 1/2 - 1/pi.
HELD = 0.18
#: Share of the loss that this would have gained, as in RR111.
GAIN = 0.10
#: What was gained after the decay, as a share of what could have been, below which the loss is frozen.
FROZEN = 0.25


def check(reading: Reading) -> Check:
    """See the module."""
    course, values = rate_course(reading.learning_rate), reading.watched
    if course is None:
        return not_applicable("The learning rate was not logged.")
    if values is None:
        return not_applicable("No loss was logged.")
    if course.cuts.size:
        return not_applicable("The rate fell in cuts, not in a decay: RR155 looks at those.")
    ended = _ended(course.rates)
    after = course.rates.size - ended
    if after < max(MIN_AFTER, EARLY * course.rates.size):
        return clear(
            f"The rate was below {TINY:.0%} of its peak for {after} of {course.rates.size} points.", {"after": after}
        )
    use = np.isfinite(values)
    before = np.flatnonzero(use[:ended])[-LATEST:]
    if before.size < MIN_BEFORE and after >= MOST * course.rates.size and use[ended:].sum() >= MIN_BEFORE:
        return _spent(reading, course, ended, values)
    if before.size < MIN_BEFORE or use[ended:].sum() < MIN_AFTER:
        return not_enough_data(
            f"{before.size} points before the rate was almost nothing and {int(use[ended:].sum())} after; it takes "
            f"{MIN_BEFORE} and {MIN_AFTER}."
        )
    stood, last = float(values[before[-1]]), float(values[use][-1])
    gain = _pace_at_peak(course.rates, values, before) * HELD * after
    evidence: dict[str, float | int | str | None] = {
        "peak": course.peak, "rate_after": float(course.rates[ended]), "after": after, "loss_at_end_of_decay": stood,
        "last": last, "could_have_gained": gain, "noise": reading.noise,
    }  # fmt: skip
    if not gain > max(GAIN * abs(last), reading.noise or 0.0):
        return clear("The loss had stopped falling before the rate was almost nothing.", evidence)
    if stood - last > max(FROZEN * gain, reading.noise or 0.0):
        return clear(f"The loss fell on after the decay, from {stood:.4g} to {last:.4g}.", evidence)
    why = (
        f"The rate was down to {course.rates[ended] / course.peak:.1%} of its peak by {reading.when(ended)}, while the "
        f"loss was still falling; it has stood at {last:.4g} since, for {after} of {course.rates.size} points."
    )
    unit = reading.training.unit
    advice = f"Let the decay last to {unit} {reading.steps[-1]:g}, or stop training at {reading.when(ended)}."
    return fired(Severity.WARNING, why, advice, evidence, (float(reading.steps[ended]), float(reading.steps[-1])))


def _spent(reading: Reading, course: RateCourse, ended: int, values: FloatArray) -> Check:
    """The rate was almost nothing for most of the training, from so early on that no pace was seen before."""
    finite = values[ended:][np.isfinite(values[ended:])]
    first, last, total = float(finite[0]), float(finite[-1]), course.rates.size
    evidence = {"peak": course.peak, "rate_after": float(course.rates[ended]), "after": total - ended, "last": last}
    if first - last > GAIN * abs(last):
        return clear(f"The loss fell on at almost no rate, from {first:.4g} to {last:.4g}.", evidence)
    why = (
        f"The rate was down to {course.rates[ended] / course.peak:.1%} of its peak by {reading.when(ended)}, for "
        f"{total - ended} of {total} points; the loss has stood at {last:.4g} since."
    )
    advice = f"Let the decay last to {reading.at(reading.steps[-1])}: nothing was learned after it."
    return fired(Severity.WARNING, why, advice, evidence, (float(reading.steps[ended]), float(reading.steps[-1])))


def _ended(rates: FloatArray) -> int:
    """The first point from which on the rate stays almost nothing."""
    large = np.flatnonzero(rates > TINY * rates.max())
    return int(large[-1]) + 1


def _pace_at_peak(rates: FloatArray, values: FloatArray, before: np.ndarray) -> float:
    """How far the loss fell for each point's worth of the peak rate, over the points `before`; 0 where it did not."""
    spent, first = np.unique(np.cumsum(rates / rates.max())[before], return_index=True)  # a rate of 0 spends nothing
    with np.errstate(over="ignore", invalid="ignore"):  # a loss of 1e300 has no slope, and does not fall steadily
        course = trend(spent, values[before][first])
    return -course.slope if course is not None and course.falls and np.isfinite(course.slope) else 0.0


RULE = Rule("RR152", "decay-ended-early", Cause.SCHEDULE, check, __doc__ or "")
