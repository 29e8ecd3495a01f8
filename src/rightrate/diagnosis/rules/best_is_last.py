"""The best epoch was the last.

What it does
------------
Fires, as a hint, where the lowest validation loss is the last one, and lower than the one before by more than noise.

Why it matters
--------------
Nobody knows where the training would have turned: it was cut off while it still gained.

What to do
----------
Train longer, with early stopping on the validation loss; or take a larger rate and get there in the same time.

Edge cases
----------
Without validation it is not applicable. Fewer than 3 validations are not enough. With a rate that decays to nothing the
best epoch is the last by design, and the gain of the last epoch small: then it is clear.

References
----------
Prechelt, Early stopping - but when? (1998).
"""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.progress import END, still_running
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Points from which the last can be told to be the best of several.
MIN_POINTS = 3
#: The gain of the last step, as a share of the loss, that makes more epochs worth their time.
GAIN = 0.03


def check(reading: Reading) -> Check:
    """See the module."""
    values, lowest = reading.val_loss, reading.best
    if values is None:
        return not_applicable("No validation loss was logged.")
    finite = values[np.isfinite(values)]
    if finite.size < MIN_POINTS or lowest is None:
        return not_enough_data(f"{finite.size} validations; it takes {MIN_POINTS}.")
    early = still_running(reading, END)
    if early is not None:
        return early
    gain = float(finite[-2] - finite[-1])
    share = gain / max(abs(float(finite[-2])), 1e-12)
    evidence = {"best": lowest.value, "gain": share}
    if lowest.index != values.size - 1 or share <= GAIN or gain <= (reading.noise or 0.0):
        return clear(f"The last {reading.training.unit}s gained no more than noise, or were not the best.", evidence)
    why = f"The best validation loss, {lowest.value:.4g}, was the last: it still gained {share:.0%} in the last step."
    return fired(Severity.HINT, why, "Train longer, with early stopping on val_loss.", evidence)


RULE = Rule("RR114", "best-is-last", Cause.NONE, check, __doc__ or "")
