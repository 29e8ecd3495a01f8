"""The rate was cut while the loss was still falling.

What it does
------------
Looks at each cut of the rate: a fall by a constant factor between two stretches at one rate, as `ReduceLROnPlateau` and
step schedules make. Fires where the loss fell beyond its noise over the points before the cut, and went on at less than
a third of that pace after it.

Why it matters
--------------
A cut is a trade: finer steps for slower ones. Made before the loss is at its level, it is only slower.

What to do
----------
Give the callback more patience than the loss has bumps, and a `min_delta` above its noise; let it watch the loss that
you care about. Or use a decay that falls to zero over the whole training.

Edge cases
----------
Without a logged rate, or without a cut, it is not applicable. 3 points before and 2 after a cut are needed. Of cuts in
a row the first is looked at. A cut that made the loss fall faster was right: clear. A callback that watches another
metric may cut while the loss falls; the finding stands, and the advice names the metric. NaN is left out.

References
----------
Keras `ReduceLROnPlateau`: `patience`, `min_delta` (1e-4, an absolute number), `cooldown`. You, How does learning rate
decay help modern neural networks? (2019): a cut helps at a level, where the large rate shakes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.trend import trend
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.rate_course import rate_course
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Points before a cut that are looked at, at most and at least, and points after it.
LOOK_BACK, MIN_BEFORE, MIN_AFTER = 4, 3, 2
#: The pace after the cut, as a share of the pace before it, below which it is "only slower".
SLOWER = 1 / 3
#: Share of the pairs of points before the cut that must agree that the loss falls: a callback cuts after a bump or two,
#: so less than the 0.9 of a sure trend. Of 4 points, 5 of 6 pairs.
AGREEMENT = 0.8
#: Share of the loss that the rest of the training would have gained at half the pace before the cut (a descent
#: flattens), as in RR111.
GAIN = 0.10


@dataclass(frozen=True)
class _Cut:
    index: int
    before: float  # the rate
    after: float
    fell: float  # of the loss, over the points before the cut
    pace: float  # fall of the loss for each point before the cut, and after it
    pace_after: float
    lost: float  # what half the pace would have gained by the next cut, or the end


def check(reading: Reading) -> Check:
    """See the module."""
    course, values = rate_course(reading.learning_rate), reading.watched
    if course is None or values is None:
        return not_applicable("The learning rate was not logged." if course is None else "No loss was logged.")
    cuts = course.cuts
    if not cuts.size:
        return not_applicable("The rate was never cut from one level to the next.")
    ends = [*(int(cut) for cut in cuts[1:]), course.rates.size]
    starts = [0, *(int(cut) for cut in cuts[:-1])]
    read = [
        _read(course.rates, values, start, int(cut), end) for start, cut, end in zip(starts, cuts, ends, strict=True)
    ]
    known = [cut for cut in read if cut is not None]
    if not known:
        return not_enough_data(f"No cut has {MIN_BEFORE} points of the loss before it and {MIN_AFTER} after it.")
    noise = reading.noise or 0.0
    early = [cut for cut in known if _too_early(cut, noise, float(values[np.isfinite(values)][-1]))]
    if not early:
        return clear(
            f"None of the cuts of the rate ({len(known)}) came while the loss was falling and slowed it.",
            {"cuts": len(known)},
        )
    return _found(reading, early[0], len(known))


def _read(rates: FloatArray, values: FloatArray, start: int, cut: int, end: int) -> _Cut | None:
    before = np.arange(max(start, cut - LOOK_BACK), cut)
    before = before[np.isfinite(values[before])]
    after = np.arange(cut, end)
    after = after[np.isfinite(values[after])]
    if before.size < MIN_BEFORE or after.size < MIN_AFTER:
        return None
    course = trend(before.astype(np.float64), values[before])
    falls = course is not None and course.slope < 0 and course.agreement >= AGREEMENT
    pace = -course.slope if course is not None and falls else 0.0
    # The better of the last two points before the cut: a callback cuts right after a bump, which is no level.
    stood = float(values[before[-2:]].min())
    pace_after = (stood - float(np.median(values[after[-MIN_AFTER:]]))) / after.size
    return _Cut(
        cut, float(rates[cut - 1]), float(rates[cut]), pace * before.size, pace, pace_after, pace / 2 * after.size
    )


def _too_early(cut: _Cut, noise: float, last: float) -> bool:
    if not (cut.pace > 0 and cut.fell > noise and cut.pace_after <= SLOWER * cut.pace):
        return False
    return cut.lost > max(GAIN * abs(last), noise)


def _found(reading: Reading, cut: _Cut, cuts: int) -> Check:
    unit = reading.training.unit
    factor = cut.after / cut.before
    each = "an epoch" if unit == "epoch" else "from one point to the next"
    why = (
        f"The rate was cut from {cut.before:.2g} to {cut.after:.2g} at {reading.when(cut.index)}, while the loss was "
        f"still falling by {cut.pace:.2g} {each}; after the cut it fell by {max(cut.pace_after, 0.0):.2g}."
    )
    watched = [name for name in reading.setting.monitored or () if name != "val_loss"]
    metric = f" It watches {watched[0]}: let it watch val_loss." if watched else ""
    advice = (
        f"Keep {cut.before:.2g} for longer: double the patience of the callback, and give it a min_delta of "
        f"{reading.noise or 0.0:.1g}, the noise of the loss.{metric}"
    )
    evidence: dict[str, float | int | str | None] = {
        "cut_at": float(reading.steps[cut.index]), "rate_before": cut.before, "factor": factor, "pace_before": cut.pace,
        "pace_after": cut.pace_after, "noise": reading.noise, "cuts": cuts, "unit": unit,
    }  # fmt: skip
    return fired(Severity.WARNING, why, advice, evidence, (float(reading.steps[cut.index]), float(reading.steps[-1])))


RULE = Rule("RR155", "cut-too-early", Cause.SCHEDULE, check, __doc__ or "")
