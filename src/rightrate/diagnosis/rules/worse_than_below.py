"""A smaller rate ended clearly better.

What it does
------------
Fires where a training beside this one, at a smaller rate, ended with a clearly lower loss, and none at a larger rate
ended lower still.

Why it matters
--------------
Nothing says more about a rate than the same training at another one.

What to do
----------
Take the smaller rate. Where it is the smallest that was tried, try a smaller one too.

Edge cases
----------
Without other trainings, or where a log does not say the rates, it is not applicable. Clearly lower is by a tenth of the
loss, and by more than the noise of this training. A neighbour that ended at no number is not better than anything.

References
----------
The dense sweeps of benchmarks/diagnosis.py: rates whose final loss is within a tenth of the best one's count as right.
"""

from __future__ import annotations

from rightrate.diagnosis.beside import above, below, prefer
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule


def check(reading: Reading) -> Check:
    """See the module."""
    return prefer(below(reading), above(reading), reading, "below")


RULE = Rule("RR107", "worse-than-below", Cause.RATE_TOO_HIGH, check, __doc__ or "")
