"""The loss of a network that knows nothing: above it, nothing was learned that a finding could be about.

ln(classes) is it for a plain cross-entropy alone. Weights of samples, classes or outputs multiply the loss, and
penalties are added to it; no log says so. It shows in the loss of the very first batch, in an accuracy far above
chance, and in a loss that falls steadily from where it began.
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.trend import trend
from rightrate.diagnosis.metric_names import Metric, curve_name
from rightrate.diagnosis.reading import Reading

#: A mean cross-entropy over an epoch that no untrained network has: ln(22 000).
UNKNOWN_CLASSES = 10.0
#: With known classes, so many times ln(classes): a badly scaled head begins at 2 to 3 times it.
TIMES = 4.0
#: A first batch above so many times ln(classes) is no plain cross-entropy of a usual network: weights, or a penalty, or
#: inputs that are not scaled.
RESCALED = 1.5
#: An accuracy is far above chance from here on the way from 1 / classes to 1: what answering one class each time gives
#: stays below it unless three of four rows are of that class.
ABOVE_CHANCE = 0.5
#: Share of the pairs of points that fall, from which a loss falls steadily (as in `descent`).
STEADY = 0.95
#: The loss that saturated probabilities give a wrong answer: Keras keeps them 1e-7 away from 0, and -ln(1e-7) is 16.1;
#: in float32 a little less near 1. (`epsilon` of Keras's configuration.)
CLIPPED = (15.0, 16.2)


def ignorant_loss(reading: Reading) -> float | None:
    """ln(classes), the cross-entropy of equal probabilities, or the loss of the first batch where that is far above it.

    None where the classes are not known.

    Example:
        >>> from rightrate.curves.setting import Setting
        >>> from rightrate.curves.training import Training
        >>> round(ignorant_loss(Reading(Training("a", {}, "epoch", None, "", Setting(classes=10)))), 3)
        2.303
    """
    classes = reading.setting.classes
    if classes is None or classes <= 1:
        return None
    plain, first = math.log(classes), reading.first_batch
    return first if first is not None and first > RESCALED * plain else plain


def is_rescaled(reading: Reading) -> bool:
    """Whether the first batch says that the loss is no plain cross-entropy of a usual network."""
    classes, first = reading.setting.classes, reading.first_batch
    plain = math.log(classes) if classes is not None and classes > 1 else UNKNOWN_CLASSES / RESCALED
    return first is not None and first > RESCALED * plain


def untrained_limit(reading: Reading) -> float | None:
    """A loss that no untrained network has on average; None where nothing says that this is a classifier."""
    known = ignorant_loss(reading)
    if known is not None:
        return TIMES * known
    if not is_classifier(reading):
        return None
    return max(UNKNOWN_CLASSES, TIMES * (reading.first_batch or 0.0))


def is_classifier(reading: Reading) -> bool:
    """Whether the number of classes is known, or an accuracy was logged."""
    classes = reading.setting.classes
    return (classes is not None and classes > 1) or bool(_accuracy_names(reading))


def is_ignorant(reading: Reading, loss: float) -> bool:
    """Whether a loss is no better than that of a network that knows nothing; False where the classes are not known."""
    limit = ignorant_loss(reading)
    return limit is not None and loss >= limit and not is_above_chance(reading)


def is_above_chance(reading: Reading) -> bool:
    """Whether an accuracy ended far above chance, of validation or of training; False where none was logged."""
    classes = reading.setting.classes
    chance = 1.0 / classes if classes is not None and classes > 1 else 0.5
    lasts = [_last(reading, name) for name in _accuracy_names(reading)]
    return any(last is not None and chance + ABOVE_CHANCE * (1.0 - chance) <= last <= 1.0 for last in lasts)


def is_by_chance(reading: Reading) -> bool:
    """Whether an accuracy was logged, and none of them ended far above chance."""
    return bool(_accuracy_names(reading)) and not is_above_chance(reading)


def falls_steadily(steps: FloatArray, values: FloatArray) -> bool:
    """Whether nearly every later value is below every earlier one; False with fewer than 3 points."""
    course = trend(steps, values)
    return course is not None and course.slope < 0 and course.agreement >= STEADY


def is_saturated(reading: Reading, loss: float) -> bool:
    """Whether a loss is what surely wrong answers cost after Keras's clipping, at the accuracy that was logged.

    Then the network gives every row the same answer with all its might, and has no gradient left.
    """
    lasts = [_last(reading, name) for name in _accuracy_names(reading)]
    wrong = [1.0 - last for last in lasts if last is not None and 0.0 <= last < 1.0]
    return not is_above_chance(reading) and any(
        CLIPPED[0] <= loss / share <= CLIPPED[1] for share in wrong if share > 0
    )


def _accuracy_names(reading: Reading) -> list[str]:
    names = [curve_name(reading.training.curves, Metric.ACCURACY, split) for split in ("val_", "")]
    return [name for name in names if name is not None and len(reading.training.curves[name])]


def _last(reading: Reading, name: str) -> float | None:
    values = reading.training.curves[name].values
    finite = values[np.isfinite(values)]
    return float(finite[-1]) if finite.size else None
