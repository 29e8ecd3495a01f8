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

from rightrate.diagnosis.beside import above, below, final
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule


def check(reading: Reading) -> Check:
    """See the module."""
    lower, higher = below(reading), above(reading)
    if higher.rate is None:
        return not_applicable("No training at a larger learning rate is beside it.")
    own = final(reading)
    evidence = {"final": own, "rate_above": higher.rate, "final_above": higher.final}
    if not higher.better or (lower.better and lower.final <= higher.final):
        return clear(f"The rate above, {higher.rate:.2g}, did not end clearly better ({higher.final:.4g}).", evidence)
    why = (
        f"A learning rate of {higher.rate:.2g} ended at {higher.final:.4g}; this one, {reading.peak:.2g}, at {own:.4g}."
    )
    return fired(Severity.WARNING, why, f"Take {higher.rate:.2g} instead of {reading.peak:.2g}.", evidence)


RULE = Rule("RR112", "slower-than-neighbours", Cause.RATE_TOO_LOW, check, __doc__ or "")
