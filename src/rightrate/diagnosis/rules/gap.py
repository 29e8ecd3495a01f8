"""The gap between training and validation grows.

What it does
------------
Fires where the validation loss ends above the training loss by more than noise and by a good part of itself, and the
distance grows, while the validation loss has not turned yet. A hint while validation gains or stands still; a warning
once it has begun to rise, by more than noise but less than RR121 asks for.

Why it matters
--------------
A growing gap is the first sign of overfitting. What the network now learns holds for its training rows only.

What to do
----------
Where validation still gains, nothing yet: go on, and keep the weights of the best epoch. Where it does not, stop there;
more data, augmentation, dropout or weight decay narrow the gap, more epochs do not.

Edge cases
----------
Keras's training loss is a mean over the epoch, before the validation, and dropout and augmentation raise it: the true
gap is larger than the one that is measured here, never smaller. Where the validation loss has turned it is
overfitting, and RR121 says so. A steady gap is no finding: some gap is ordinary. NaN is left out.

References
----------
Goodfellow, Bengio and Courville, Deep learning (2016), section 5.2: the generalisation gap. The limit is ours.
"""

from __future__ import annotations

import math

from rightrate.curves.curve import FloatArray
from rightrate.curves.trend import trend
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading, tolerance
from rightrate.diagnosis.rule import Rule

#: Points from which a course of the gap can be told.
MIN_POINTS = 4
#: The gap as a share of the validation loss from which it is told: validation at three times the training loss. In the
#: development half of benchmarks/diagnosis.py it is told of 4 of 47 right-rate trainings; at half the loss, of 9.
SHARE = 2 / 3
#: A rise of validation above its best, as a share of it, that is RR121's to tell.
TURNED = 0.05


def check(reading: Reading) -> Check:
    """See the module."""
    if reading.both is None:
        return not_applicable("A gap takes a training loss and a validation loss.")
    steps, loss, val_loss = reading.both
    if steps.size < MIN_POINTS:
        return not_enough_data(f"{steps.size} points with both losses; it takes {MIN_POINTS}.")
    lowest = float(val_loss.min())
    if float(val_loss[-1]) - lowest > max(TURNED * abs(lowest), tolerance(val_loss) or 0.0):
        return clear("The validation loss has turned; that is more than a gap, and RR121 looks at it.")
    return _judge(reading, steps, val_loss, loss)


def _judge(reading: Reading, steps: FloatArray, val_loss: FloatArray, loss: FloatArray) -> Check:
    gap = val_loss - loss
    half = max(3, gap.size // 2)
    widening = trend(steps[-half:], gap[-half:])
    last, share = float(gap[-1]), float(gap[-1]) / max(abs(float(val_loss[-1])), 1e-12)
    noise = math.hypot(tolerance(val_loss) or 0.0, tolerance(loss) or 0.0)
    evidence = {"loss": float(loss[-1]), "val_loss": float(val_loss[-1]), "gap": last, "share": share, "noise": noise}
    if last <= noise or share < SHARE:
        return clear(
            f"The validation loss ended at {val_loss[-1]:.4g} and the training loss at {loss[-1]:.4g}.", evidence
        )
    grown = last - float(gap[-half])
    if widening is None or not widening.rises or grown <= noise:
        return clear(f"The gap between the losses ended at {last:.4g} and did not grow beyond noise.", evidence)
    at = (float(steps[-half]), float(steps[-1]))
    why = f"The validation loss ended at {val_loss[-1]:.4g}, the training loss at {loss[-1]:.4g}, and the gap grows"
    course = trend(steps[-half:], val_loss[-half:])
    if course is not None and course.falls:
        advice = "Go on, and keep the weights of the best epoch by val_loss."
        return fired(Severity.HINT, f"{why}, though validation still gains.", advice, evidence, at)
    advice = "Stop when val_loss stops gaining; more data, augmentation, dropout or weight decay would narrow the gap."
    since = f"since {reading.at(at[0])}"
    # The noise of the half alone: over the whole curve the bend of the first descent counts as noise.
    rise = float(val_loss[-1]) - float(val_loss.min())
    if course is not None and course.rises and rise > (tolerance(val_loss[-half:]) or 0.0):
        return fired(Severity.WARNING, f"{why}; validation has begun to rise {since}.", advice, evidence, at)
    return fired(Severity.HINT, f"{why}; validation has gained nothing steady {since}.", advice, evidence, at)


RULE = Rule("RR124", "gap", Cause.OVERFITTING, check, __doc__ or "")
