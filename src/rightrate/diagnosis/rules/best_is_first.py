"""The best epoch was the first.

What it does
------------
Fires where the first validation loss is the lowest of all, and the last is above it by more than noise, while the
training loss fell.

Why it matters
--------------
Every epoch after the first made the network worse on new data. The rate went through the useful part of the training in
one epoch, or the network knew the task before it was trained.

What to do
----------
Train again with a tenth of the rate and look at the first epochs. If the first is still the best, the network was there
already: keep it as it is, or freeze more of it.

Edge cases
----------
Without validation it is not applicable. Fewer than 3 validations are not enough. A loss that ends at NaN is
`diverged`'s. Where validation never knew anything while training rows were learned by heart, no rate mends that: clear.

References
----------
Mosbach et al., On the stability of fine-tuning BERT (2021): too large a rate forgets what was pretrained.
"""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.advice import TENTH, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.rules.overfitting import only_by_heart

#: Points from which the first can be told to be the best of several.
MIN_POINTS = 3
#: The rise of the last above the first, as a share of it, that matters.
RISE = 0.05


def check(reading: Reading) -> Check:
    """See the module."""
    values, lowest = reading.val_loss, reading.best
    if values is None:
        return not_applicable("No validation loss was logged.")
    finite = int(np.isfinite(values).sum())
    if finite < MIN_POINTS or lowest is None:
        return not_enough_data(f"{finite} validations; it takes {MIN_POINTS}.")
    rise = lowest.rise / max(abs(lowest.value), 1e-12)
    evidence = {"first": float(values[0]), "best_at": float(reading.steps[lowest.index]), "rise": rise}
    if lowest.index != 0 or rise <= RISE or lowest.rise <= (reading.noise or 0.0):
        return clear(f"The best validation was at {reading.when(lowest.index)}.", evidence)
    if only_by_heart(reading, lowest.value):
        return clear("Validation never knew anything, at its first point neither: RR121 looks at that.", evidence)
    first = reading.when(0)
    why = f"The best validation loss, {lowest.value:.4g}, was the first, at {first}; it ended {rise:.0%} above."
    advice = f"Try {other_rate(reading, TENTH)}; if the first is still the best, the network knew the task already."
    return fired(Severity.WARNING, why, advice, evidence, (float(reading.steps[0]), float(reading.steps[-1])))


RULE = Rule("RR105", "best-is-first", Cause.RATE_TOO_HIGH, check, __doc__ or "")
