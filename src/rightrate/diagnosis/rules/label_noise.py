"""Training stands at a ceiling well short of perfect, and validation is clearly above it.

What it does
------------
Fires where the training accuracy ends well below 100 %, rises no more at a pace that would matter, and validation makes
at most half as many errors, beyond what the number of validation rows explains. Without accuracy it does the same with
the losses.

Why it matters
--------------
Wrong labels in the training data put a ceiling on the training accuracy: with a share p of them, about 1 - p. The rate
is not the cause, and no rate lifts the ceiling; too many epochs lift it by learning wrong labels by heart.

What to do
----------
Look at the training samples with the largest loss: read 50 of them. Judge the training by validation, and stop when
that turns.

Edge cases
----------
Dropout, strong augmentation, mixup and label smoothing look alike, because they are on in training and off in
validation: evaluate the training data without them before you blame the labels. Keras's training accuracy is a mean
over the epoch, so validation is compared with the epoch behind it. Noise that is in validation too cannot be told so.
Fewer than 4 points are not enough; without validation it is not applicable. NaN is left out.

References
----------
Northcutt, Pervasive label errors in test sets (2021). Zhang, Understanding deep learning requires rethinking
generalization (2017): wrong labels are learned late, and by heart.
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import is_ignorant
from rightrate.diagnosis.metric_names import Metric, curve_name
from rightrate.diagnosis.reading import Reading, tolerance
from rightrate.diagnosis.rule import Rule

#: Points from which a ceiling can be told.
MIN_POINTS = 4
#: Training accuracy above this is no ceiling worth a look.
SHORT_OF_PERFECT = 0.90
#: How far validation accuracy must stand above training accuracy, and which share of its errors may be left: together 1
#: of 399 trainings without label noise of the development half of benchmarks/diagnosis.py comes so far (one with a
#: dying rate and 50 validation rows), and half of those with it that learned do.
ABOVE, ERRORS_LEFT = 0.10, 0.5
#: Binomial standard errors of the validation accuracy that the gap must exceed as well.
ERRORS = 3.0
#: At the pace of the last third, as many points again must not close more than this share of the gap.
CLOSES = 0.5
#: The validation loss, as a share of the training loss, where only losses were logged.
LOSS_SHARE = 0.5


def check(reading: Reading) -> Check:
    """See the module."""
    names = reading.training.curves
    name, val_name = curve_name(names, Metric.ACCURACY, ""), curve_name(names, Metric.ACCURACY)
    train, validation = reading.metric(name or ""), reading.metric(val_name or "")
    if train is not None and validation is not None:
        return _by_accuracy(reading, train, validation)
    if reading.loss is None or reading.val_loss is None:
        return not_applicable("Training and validation were not both logged.")
    return _by_loss(reading, reading.loss, reading.val_loss)


def _by_accuracy(reading: Reading, train: FloatArray, validation: FloatArray) -> Check:
    pairs = _pairs(train, validation)
    if pairs is None:
        return not_enough_data(f"Fewer than {MIN_POINTS} points of training and validation accuracy.")
    reached, above, pace = pairs
    gap = above - reached
    rows = reading.setting.validation_rows
    error = ERRORS * math.sqrt(max(above * (1 - above), 0.0) / rows) if rows and 0 <= above <= 1 else 0.0
    evidence = {"accuracy": reached, "val_accuracy": above, "gap": gap, "noise": error}
    halved = 1 - above <= ERRORS_LEFT * (1 - reached)
    if reached > SHORT_OF_PERFECT or not halved or gap <= max(ABOVE, error, tolerance(validation) or 0.0):
        return clear(
            f"Training accuracy ended at {reached:.1%}, validation accuracy at {above:.1%}: no ceiling.", evidence
        )
    if pace > CLOSES * gap:
        return clear(f"Training accuracy, {reached:.1%}, is still on its way to validation's {above:.1%}.", evidence)
    why = (
        f"Training accuracy stands at {reached:.0%} and validation accuracy at {above:.0%}: a ceiling such as "
        f"{1 - reached / max(above, reached):.0%} wrong training labels would put there, and not the rate."
    )
    return fired(Severity.HINT, why, _ADVICE, evidence, (float(reading.steps[0]), float(reading.steps[-1])))


def _by_loss(reading: Reading, train: FloatArray, validation: FloatArray) -> Check:
    pairs = _pairs(-train, -validation)
    if pairs is None:
        return not_enough_data(f"Fewer than {MIN_POINTS} points of training and validation loss.")
    reached, below, pace = -pairs[0], -pairs[1], pairs[2]
    gap = reached - below
    evidence = {"loss": reached, "val_loss": below, "gap": gap, "noise": reading.noise}
    learned = reached < float(train[np.isfinite(train)][0]) and not is_ignorant(reading, reached)
    if not (learned and below < LOSS_SHARE * reached and gap > max(reading.noise or 0.0, tolerance(train) or 0.0)):
        return clear(f"Training loss ended at {reached:.4g}, validation loss at {below:.4g}: no ceiling.", evidence)
    if pace > CLOSES * gap:
        return clear(f"The training loss, {reached:.4g}, is still on its way to validation's {below:.4g}.", evidence)
    why = (
        f"The training loss stands at {reached:.4g} and the validation loss far below it at {below:.4g}: a ceiling "
        "such as wrong training labels put there, and not the rate."
    )
    return fired(Severity.HINT, why, _ADVICE, evidence, (float(reading.steps[0]), float(reading.steps[-1])))


def _pairs(train: FloatArray, validation: FloatArray) -> tuple[float, float, float] | None:
    """Where training ended, where validation stood an epoch before, and what training gained lately.

    Medians of the last third count, so that one point decides nothing.
    """
    both = np.isfinite(train[1:]) & np.isfinite(validation[:-1])
    later, earlier = train[1:][both], validation[:-1][both]
    if later.size < MIN_POINTS - 1:
        return None
    third = max(1, later.size // 3)
    reached, above = float(np.median(later[-third:])), float(np.median(earlier[-third:]))
    gained = reached - float(np.median(later[-2 * third : -third]))
    return reached, above, max(gained, 0.0)


_ADVICE = (
    "Evaluate the training data without dropout and augmentation, which look alike. If it stays so, read the 50 "
    "training samples with the largest loss, and judge by validation."
)

RULE = Rule("RR163", "label-noise", Cause.DATA, check, __doc__ or "")
