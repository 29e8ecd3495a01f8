"""A larger rate ended clearly better.

What it does
------------
Fires where a training beside this one, at a larger rate, ended with a clearly lower loss, and none at a smaller rate
ended lower still.

Why it matters
--------------
The epochs of this training were spent on the way to where the other one had long been.

What to do
----------
Take the larger rate. Where it is the largest that was tried, try a larger one too.

Edge cases
----------
Without other trainings, or where a log does not say the rates, it is not applicable. Clearly lower is by a tenth of the
loss, and by more than the noise of this training.

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
    return prefer(above(reading), below(reading), reading, "above")


RULE = Rule("RR112", "slower-than-neighbours", Cause.RATE_TOO_LOW, check, __doc__ or "")
