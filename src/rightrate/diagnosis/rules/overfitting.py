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
enough. Where the training loss rose too, the training is unstable and another rule says so. Where validation was never
better than knowing nothing, by loss and by accuracy, while the training loss fell below that, there is no epoch worth
keeping: the data are named, not the length of the training. NaN is left out.

References
----------
Prechelt, Early stopping - but when? (1998): generalisation loss above its minimum, beyond noise.
"""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import ignorant_loss, is_ignorant
from rightrate.diagnosis.metric_names import Metric, curve_name
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Validations from which a turn can be told from a wobble.
MIN_POINTS = 3
#: The rise above the minimum, as a share of it, from which it matters: measured on the development half of
#: benchmarks/diagnosis.py, where a final loss 10 % above the best rate's is called wrong.
RISE = 0.05
#: The rise from which it is critical: a third of what was reached is lost.
CRITICAL_RISE = 0.33

#: From this part of the loss of knowing nothing down, a training loss shows that something was learned by heart.
BY_HEART = 0.9
#: A validation accuracy is chance up to so much above 1 / classes.
BY_CHANCE = 0.1
_NOTHING_HOLDS = (
    "Check that labels belong to their rows, and that validation rows are prepared as training rows are. If they are, "
    "the inputs say nothing of the labels, and no learning rate mends that."
)


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
    at = (float(reading.steps[lowest.index]), float(reading.steps[-1]))
    by_heart = only_by_heart(reading, lowest.value)
    if by_heart:
        severity = Severity.CRITICAL if rise > CRITICAL_RISE else Severity.WARNING
        return fired(severity, by_heart, _NOTHING_HOLDS, evidence, at, Cause.DATA)
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
    return fired(severity, why, advice, evidence, at)


def only_by_heart(reading: Reading, lowest: float) -> str:
    """What is to be said where validation was never better than knowing nothing, and training was; else empty."""
    nothing, loss = ignorant_loss(reading), reading.loss
    if nothing is None or loss is None or not lowest >= nothing > float(loss[-1]) / BY_HEART:
        return ""
    name, classes = curve_name(reading.training.curves, Metric.ACCURACY), reading.setting.classes
    accuracy = reading.metric(name) if name is not None else None
    if accuracy is None or classes is None or not float(np.nanmedian(accuracy)) <= 1 / classes + BY_CHANCE:
        return ""  # a loss that high may be of answers that are right and far too sure
    return (
        f"The training loss fell to {loss[-1]:.4g}, and the validation loss was never below {nothing:.4g}, which "
        "knowing nothing gives: what is learned holds for the training rows only."
    )


def _went_on_falling(loss: np.ndarray, since: int) -> bool:
    after = loss[since:][np.isfinite(loss[since:])]
    return after.size >= 2 and bool(after[-1] < after[0])


RULE = Rule("RR121", "overfitting", Cause.OVERFITTING, check, __doc__ or "")
