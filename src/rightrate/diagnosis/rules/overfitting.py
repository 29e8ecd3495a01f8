"""The network overfits: validation turned while training went on.

What it does
------------
Fires where the validation loss has risen from its minimum by more than its noise while the training loss went on
falling. Names the epoch where it turned, and what early stopping would have kept.

Why it matters
--------------
From that epoch on the network learns its training samples by heart. On new data it gets worse with every epoch.

What to do
----------
Keep the weights of the best epoch (early stopping on the validation loss). Then try a rate of a third to a tenth, more
data, augmentation, dropout or weight decay; early stopping alone costs nothing.

Edge cases
----------
Without a validation loss it is not applicable: the training loss cannot show it. Fewer than 3 validations are not
enough. Where the training loss rose too, the training is unstable and another rule says so. NaN is left out.

References
----------
Prechelt, Early stopping - but when? (1998): generalisation loss above its minimum, beyond noise.
"""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import is_ignorant
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Validations from which a turn can be told from a wobble.
MIN_POINTS = 3
#: The rise above the minimum, as a share of it, from which it matters: measured on the development half of
#: benchmarks/diagnosis.py, where a final loss 10 % above the best rate's is called wrong.
RISE = 0.05
#: The rise from which it is critical: a third of what was reached is lost.
CRITICAL_RISE = 0.33


def check(reading: Reading) -> Check:
    """See the module."""
    values, loss, lowest = reading.val_loss, reading.loss, reading.best
    if values is None:
        return not_applicable("No validation loss was logged, and the training loss alone cannot show it.")
    if int(np.isfinite(values).sum()) < MIN_POINTS or lowest is None:
        return not_enough_data(f"{int(np.isfinite(values).sum())} validations; it takes {MIN_POINTS}.")
    rise = lowest.rise / max(abs(lowest.value), 1e-12)
    evidence: dict[str, float | int | str | None] = {
        "best": lowest.value,
        "best_at": float(reading.steps[lowest.index]),
        "last": lowest.value + lowest.rise,
        "rise": rise,
        "noise": reading.noise,
    }
    turned = reading.when(lowest.index)
    if rise <= RISE or lowest.rise <= (reading.noise or 0.0):
        return clear(f"The validation loss ended within noise of its best, {lowest.value:.4g} at {turned}.", evidence)
    if loss is not None and not _went_on_falling(loss, lowest.index):
        return clear(f"The validation loss rose after {turned}, but the training loss did not go on falling.", evidence)
    if is_ignorant(reading, lowest.value):
        return clear(f"The lowest validation loss, {lowest.value:.4g}, is no better than knowing nothing.", evidence)
    why = (
        f"The validation loss turned at {turned} ({lowest.value:.4g}) and rose by {rise:.0%} to "
        f"{lowest.value + lowest.rise:.4g}, while the training loss went on falling."
    )
    advice = f"Stop at {turned}: early stopping on val_loss would have kept {lowest.value:.4g}."
    finite = values[np.isfinite(values)]
    stays = finite.size >= 2 and finite[-2] > (1 + CRITICAL_RISE) * lowest.value  # not one bad point alone
    severity = Severity.CRITICAL if rise > CRITICAL_RISE and stays else Severity.WARNING
    return fired(severity, why, advice, evidence, (float(reading.steps[lowest.index]), float(reading.steps[-1])))


def _went_on_falling(loss: np.ndarray, since: int) -> bool:
    after = loss[since:][np.isfinite(loss[since:])]
    return after.size >= 2 and bool(after[-1] < after[0])


RULE = Rule("RR121", "overfitting", Cause.OVERFITTING, check, __doc__ or "")
