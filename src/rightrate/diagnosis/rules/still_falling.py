"""The loss was still falling steadily when the training ended.

What it does
------------
Fires where the loss that decides falls on in the last third of the training, at a pace that would still gain more than
a tenth of it in a training of twice the length.

Why it matters
--------------
The epochs were spent on the way. A larger rate goes the same way in fewer.

What to do
----------
Try three times the rate (ten times, where little was learned at all). If that is worse, train longer at this rate.

Edge cases
----------
Fewer than 3 points are not enough. A loss that falls only within its noise is not falling. NaN is left out.

References
----------
Smith, A disciplined approach to neural network hyper-parameters (2018), section 4: a slow, steady descent underfits.
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.trend import trend
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Points from which a pace can be told.
MIN_POINTS = 3
#: Share of the loss that as many epochs again would gain at the pace of the end.
GAIN = 0.10


def check(reading: Reading) -> Check:
    """See the module."""
    values = reading.watched
    finite = 0 if values is None else int(np.isfinite(values).sum())
    if values is None or finite < MIN_POINTS:
        return not_enough_data(f"{finite} points; it takes {MIN_POINTS}.")
    tail = max(MIN_POINTS, values.size // 3)
    course = trend(reading.steps[-tail:], values[-tail:])
    last = float(values[np.isfinite(values)][-1])
    if course is None or not course.falls:
        return clear("The loss did not fall steadily at the end.", {"last": last})
    gain = -course.slope * float(reading.steps[-1]) / 2 / max(abs(last), 1e-12)
    evidence = {"last": last, "slope": course.slope, "gain": gain}
    if gain <= GAIN:
        return clear(f"The loss fell on at the end, but only by {gain:.0%} in as many epochs again.", evidence)
    at = (float(reading.steps[-tail]), float(reading.steps[-1]))
    why = f"The loss was still falling when the training ended: as many epochs again would gain about {gain:.0%} of it."
    return fired(Severity.WARNING, why, _advice(reading), evidence, at)


def _advice(reading: Reading) -> str:
    rate = reading.peak
    if rate is None:
        return "Try three times the rate; if that is worse, train longer at this one."
    return f"Try a rate of {3 * rate:.2g} instead of {rate:.2g}; if that is worse, train longer at this one."


RULE = Rule("RR111", "still-falling", Cause.RATE_TOO_LOW, check, __doc__ or "")
