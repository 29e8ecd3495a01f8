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
anywhere, and only a fall by a million times at once tells it. Weights of samples or classes and penalties lift a loss:
where the first batch was as high, or each wrong answer costs as much at the end, it is clear. A loss that never comes
back is `diverged`'s. NaN in between counts as far above.

References
----------
A network that knows nothing has a cross-entropy of ln(classes): 10 would be 22 000 classes.
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.diagnosis.advice import TENTH, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import falls_steadily, ignorant_loss, untrained_limit
from rightrate.diagnosis.metric_names import Metric, curve_name
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Points from which something came before and after.
MIN_POINTS = 2
#: Without a cross-entropy a loss may begin anywhere, but the mean of an epoch does not fall by so many times at once:
#: targets in dollars make a squared error of 1e10, and an epoch takes off a hundredfold of it.
ANY_LOSS = 1e6
#: The loss for each wrong answer falls by so many times or more where it had blown up (379 times in the example of the
#: tests); weights multiply it, in every epoch alike: 3 times at most in trainings with weights from 2 to 100.
PER_MISTAKE = 10.0
#: Below this share of wrong answers their number says nothing of the loss.
FEW_WRONG = 0.02
#: And a fall by so many times from one point to the next is no learning.
AT_ONCE = 5.0


def check(reading: Reading) -> Check:
    """See the module."""
    loss, ignorant, limit = reading.loss, ignorant_loss(reading), untrained_limit(reading)
    if loss is None:
        return not_applicable("No training loss was logged.")
    if loss.size < MIN_POINTS:
        return not_enough_data(f"{loss.size} points of the training loss; it takes {MIN_POINTS}.")
    if limit is None:
        return _of_any_loss(reading, loss)
    heights = np.where(np.isnan(loss), np.inf, loss)
    at, last = int(heights.argmax()), float(loss[-1])
    evidence = {"highest": float(loss[at]), "limit": limit, "last": last}
    if not heights[at] > limit:
        return clear(f"The training loss was at most {heights[at]:.4g}; an untrained network may have that.", evidence)
    if not last < limit:
        return clear(f"The training loss ended at {last:.4g}: it did not come back.", evidence)
    if np.isfinite(heights[at]) and _is_weighted(reading, loss, at):
        return clear(
            f"The training loss fell from {loss[at]:.4g} as weights or a penalty let it: with learning.", evidence
        )
    why = (
        f"The training loss was {heights[at]:.3g} at {reading.when(at)}, where a network that knows nothing has "
        f"{ignorant if ignorant is not None else limit:.3g}{'' if ignorant is not None else ' at most'}, and ended "
        f"at {last:.4g}: the first training was thrown away."
    )
    lower = other_rate(reading, TENTH)
    advice = f"Train again from the starting weights with {lower}; if that is as high, scale the inputs."
    return fired(Severity.WARNING, why, advice, evidence, (float(reading.steps[0]), float(reading.steps[at])))


def _of_any_loss(reading: Reading, loss: FloatArray) -> Check:
    """What can be said of a loss that may begin anywhere."""
    first, second, last = float(loss[0]), float(loss[1]), float(loss[-1])
    if not (np.isfinite(loss).all() and second > 0 and first > ANY_LOSS * second):
        return not_applicable("Nothing says that this is a classifier: a loss may then begin anywhere.")
    why = (
        f"The training loss fell from {first:.3g} at {reading.when(0)} to {second:.3g} at {reading.when(1)}, more than "
        f"learning takes off, and ended at {last:.4g}: the first training was thrown away."
    )
    lower = other_rate(reading, TENTH)
    advice = f"Train again from the starting weights with {lower}; if that is as high, scale inputs and targets."
    evidence = {"highest": first, "limit": ANY_LOSS * second, "last": last}
    return fired(Severity.WARNING, why, advice, evidence, (float(reading.steps[0]), float(reading.steps[1])))


def _is_weighted(reading: Reading, loss: FloatArray, at: int) -> bool:
    """Whether a high loss is high by weights or a penalty: it costs alike for each wrong answer, early and late."""
    name = curve_name(reading.training.curves, Metric.ACCURACY, "")
    accuracy = reading.metric(name) if name is not None else None
    with np.errstate(all="ignore"):  # NaN and infinity may be among them
        falls = loss[:-1] / np.maximum(loss[1:], 1e-300)
    if np.any(falls >= AT_ONCE):
        return False
    if accuracy is None:
        return falls_steadily(reading.steps, loss)
    wrong = np.where((accuracy >= 0.0) & (accuracy <= 1.0), 1.0 - accuracy, np.nan)
    late = np.flatnonzero(np.isfinite(loss) & (wrong >= FEW_WRONG))
    late = late[late > at]
    if not late.size or not wrong[at] > 0 or not loss[late[-1]] > 0:
        return False
    return bool(loss[at] / wrong[at] < PER_MISTAKE * loss[late[-1]] / wrong[late[-1]])


RULE = Rule("RR108", "blew-up", Cause.RATE_TOO_HIGH, check, __doc__ or "")
