"""The loss of a classifier went where no untrained network is, and came back.

What it does
------------
Fires where the training loss of a classifier was, over a whole epoch, far above that of a network that knows nothing,
and ended at a number below that.

Why it matters
--------------
The steps threw the weights far away, and what was trained afterwards started from there: what had been pretrained is
lost. Such a training ends calmly and often far from what the network can do.

What to do
----------
Train again from the starting weights with a tenth of the rate. If the first epoch is as high then, it is not the rate:
scale the inputs.

Edge cases
----------
It takes an accuracy or the number of classes to know that the loss is a cross-entropy; a regression's loss may begin
anywhere, and it is not applicable. A loss that never comes back is `diverged`'s. NaN in between counts as far above.

References
----------
A network that knows nothing has a cross-entropy of ln(classes): 10 would be 22 000 classes.
"""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.advice import TENTH, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import ignorant_loss
from rightrate.diagnosis.metric_names import Metric, curve_name
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

MIN_POINTS = 2
#: A mean cross-entropy over an epoch that no untrained network has: ln(22 000).
UNKNOWN_CLASSES = 10.0
#: With known classes, so many times ln(classes): a badly scaled head begins at 2 to 3 times it.
TIMES = 4.0


def check(reading: Reading) -> Check:
    """See the module."""
    loss, ignorant = reading.loss, ignorant_loss(reading)
    if loss is None:
        return not_applicable("No training loss was logged.")
    names = list(reading.training.curves)
    has_accuracy = any(curve_name(names, Metric.ACCURACY, split) for split in ("val_", ""))
    if ignorant is None and not has_accuracy:
        return not_applicable("Nothing says that this is a classifier: a loss may then begin anywhere.")
    if loss.size < MIN_POINTS:
        return not_enough_data(f"{loss.size} points of the training loss; it takes {MIN_POINTS}.")
    limit = TIMES * ignorant if ignorant is not None else UNKNOWN_CLASSES
    heights = np.where(np.isnan(loss), np.inf, loss)
    at, last = int(heights.argmax()), float(loss[-1])
    evidence = {"highest": float(loss[at]), "limit": limit, "last": last}
    if not heights[at] > limit:
        return clear(f"The training loss was at most {heights[at]:.4g}; an untrained network may have that.", evidence)
    if not last < limit:
        return clear(f"The training loss ended at {last:.4g}: it did not come back.", evidence)
    why = (
        f"The training loss was {heights[at]:.3g} at {reading.when(at)}, where a network that knows nothing has "
        f"{ignorant if ignorant is not None else limit:.3g}{'' if ignorant is not None else ' at most'}, and ended "
        f"at {last:.4g}: the first training was thrown away."
    )
    lower = other_rate(reading, TENTH)
    advice = f"Train again from the starting weights with {lower}; if that is as high, scale the inputs."
    return fired(Severity.WARNING, why, advice, evidence, (float(reading.steps[0]), float(reading.steps[at])))


RULE = Rule("RR108", "blew-up", Cause.RATE_TOO_HIGH, check, __doc__ or "")
