"""The validation loss lies below the training loss.

What it does
------------
Fires, as a hint, where the validation loss at the end lies clearly below the training loss, also below that of the
next epoch.

Why it matters
--------------
It looks wrong and mostly is not. Dropout and augmentation act in training only, a regulariser may count in one loss
and not in the other, and wrong labels among the training rows alone raise their loss. Rarely it is a leak: rows that
are in both sets, or a validation set that is easier.

What to do
----------
Nothing, where there is dropout or augmentation. Where there is none, look for rows that are in both sets, and for
wrong labels among the training rows.

Edge cases
----------
Keras's training loss of an epoch is its mean, so it lags half an epoch behind validation and lies above it in every
fast descent. So each validation is compared with the smaller of its own epoch's training loss and the next one's; the
last epoch, which has none after it, is left out. Where validation is no better than a network that knows nothing, it is
no riddle but a failed training, and the rule is clear. NaN is left out. Fewer than 3 points are not enough.

References
----------
Keras FAQ, Why is my training loss much higher than my testing loss?
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import is_ignorant
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Points of both losses from which it can be told: two to compare and one after them.
MIN_POINTS = 3
#: Validation lies below by so much of the training loss. Two random parts of the same data differ, too: the losses of
#: untrained networks by up to 17 % in the development half of benchmarks/diagnosis.py (225 and 400 rows).
SHARE = 0.20
#: The loss of a row varies around the mean by about so many times the mean (standard deviation): measured as the
#: spread of batch losses in the last epoch of the 42 right-rate trainings there (0.5 to 5.6, median 2.4).
ROW_SPREAD = 2.5


def check(reading: Reading) -> Check:
    """See the module."""
    if reading.both is None:
        return not_applicable("It takes a training loss and a validation loss to compare.")
    steps, loss, val_loss = reading.both
    if steps.size < MIN_POINTS:
        return not_enough_data(f"{steps.size} points with both losses; it takes {MIN_POINTS}.")
    lagging = np.minimum(loss[:-1], loss[1:])
    compared = max(2, lagging.size // 3)
    below = (lagging - val_loss[:-1])[-compared:]
    rows = reading.setting.validation_rows
    share = max(SHARE, ROW_SPREAD / math.sqrt(rows)) if rows is not None else SHARE
    evidence = {
        "loss": float(lagging[-1]),
        "val_loss": float(val_loss[-2]),
        "below": float(np.median(below)),
        "needed_share": share,
    }
    if not bool((below > share * np.abs(lagging[-compared:])).all()):
        return clear(
            f"The validation loss does not lie below the training loss by {share:.0%} or more at the end, "
            "counted half an epoch later.",
            evidence,
        )
    if is_ignorant(reading, float(val_loss[-1])):
        return clear(
            "Neither loss ended below that of a network that knows nothing; their order means nothing.", evidence
        )
    at = (float(steps[-1 - compared]), float(steps[-2]))
    why = (
        f"The validation loss ({val_loss[-2]:.4g} at {reading.at(at[1])}) lies below the training loss, "
        f"also below the next one's ({lagging[-1]:.4g}). That is no fault in itself."
    )
    return fired(Severity.HINT, why, _advice(), evidence, at)


def _advice() -> str:
    return (
        "With dropout, augmentation or noisy training labels this is expected and nothing needs to change; "
        "without them, look for rows that are in both sets."
    )


RULE = Rule("RR125", "validation-better", Cause.NONE, check, __doc__ or "")
