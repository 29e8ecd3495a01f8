"""The loss of a network that knows nothing: above it, nothing was learned that a finding could be about."""

from __future__ import annotations

import math

from rightrate.diagnosis.reading import Reading


def ignorant_loss(reading: Reading) -> float | None:
    """ln(classes), the cross-entropy of equal probabilities; None where the classes are not known.

    Example:
        >>> from rightrate.curves.setting import Setting
        >>> from rightrate.curves.training import Training
        >>> round(ignorant_loss(Reading(Training("a", {}, "epoch", None, "", Setting(classes=10)))), 3)
        2.303
    """
    classes = reading.setting.classes
    return math.log(classes) if classes is not None and classes > 1 else None


def is_ignorant(reading: Reading, loss: float) -> bool:
    """Whether a loss is no better than that of a network that knows nothing; False where the classes are not known."""
    limit = ignorant_loss(reading)
    return limit is not None and loss >= limit
