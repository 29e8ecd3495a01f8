"""Training and validation loss both rose again after a minimum.

What it does
------------
Fires where the training loss itself ends above its minimum by more than its noise, at least a tenth of it, and the
validation loss, where there is one, rose too.

Why it matters
--------------
Overfitting raises the validation loss alone. Where the training loss rises as well, the steps carry the weights out of
what they had found.

What to do
----------
Go back to the weights of the minimum and go on with a tenth of the rate, or train again with a third of it.

Edge cases
----------
Fewer than 4 points are not enough. A loss that ends at NaN is `diverged`'s. A last point that is only a wobble, within
twice the noise of the curve, is not a rebound; 3 rises in a row to the end are.

References
----------
Smith, Cyclical learning rates (2017), section 3.3: the loss that rises again marks a rate that is too large.
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.best import best
from rightrate.diagnosis.advice import THIRD, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import STRETCH_RISE, Reading, tolerance
from rightrate.diagnosis.rule import Rule

#: Points with a fall, a lowest one, and a rise of more than one.
MIN_POINTS = 4
#: The rise of the training loss above its minimum, as a share of it, that matters.
RISE = 0.10
#: Rises in a row after the minimum that are no noise: chance puts 4 points in order one time in 24.
IN_A_ROW = 3
#: Then a validation loss that was so many times what it was at the minimum, at any later point, is carried out as well,
#: also where the last point is a low one.
THROWN = 1.5
#: From here on a rise is said as a multiple.
MANY = 10.0


def check(reading: Reading) -> Check:
    """See the module."""
    loss = reading.loss
    if loss is None:
        return not_applicable("No training loss was logged.")
    finite = int(np.isfinite(loss).sum())
    lowest = best(loss)
    if finite < MIN_POINTS or lowest is None:
        return not_enough_data(f"The training loss has {finite} values; it takes {MIN_POINTS}.")
    rise = lowest.rise / max(abs(lowest.value), 1e-12)
    evidence = {"lowest": lowest.value, "at": float(reading.steps[lowest.index]), "rise": rise}
    when = reading.when(lowest.index)
    least = STRETCH_RISE if reading.is_by_stretch else RISE
    climbs = _climbs(loss, lowest.index)
    if rise <= least or (lowest.rise <= (tolerance(loss) or 0.0) and not climbs):
        return clear(f"The training loss ended within noise of its lowest, {lowest.value:.4g} at {when}.", evidence)
    if reading.val_loss is not None and not _rose(reading.val_loss, lowest.index, climbs):
        return clear(f"The training loss rose after {when}, but the validation loss did not.", evidence)
    by = f"by {rise:.0%}" if rise < MANY else f"to {rise + 1:.2g} times its lowest"
    why = f"The training loss rebounded: it rose {by} after {when} ({lowest.value:.4g})."
    advice = f"Go back to {when}, or train again with {other_rate(reading, THIRD)}."
    return fired(
        Severity.WARNING, why, advice, evidence, (float(reading.steps[lowest.index]), float(reading.steps[-1]))
    )


def _rose(values: np.ndarray, since: int, climbs: bool) -> bool:
    after = values[since:][np.isfinite(values[since:])]
    return after.size >= 2 and bool(after[-1] > after[0] or (climbs and after.max() > THROWN * after[0] > 0))


def _climbs(values: np.ndarray, since: int) -> bool:
    after = values[since:][np.isfinite(values[since:])]
    return after.size > IN_A_ROW and bool(np.all(np.diff(after) > 0))


RULE = Rule("RR103", "rebound", Cause.RATE_TOO_HIGH, check, __doc__ or "")
