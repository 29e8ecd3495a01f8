"""The next rate to try, in words and numbers."""

from __future__ import annotations

from rightrate.diagnosis.reading import Reading


def other_rate(reading: Reading, factor: float) -> str:
    """A rate `factor` times the present one, in numbers where the log says what that was.

    Example:
        >>> from rightrate.curves.training import Training
        >>> other_rate(Reading(Training("a", {}, "epoch", None, "")), 0.1)
        'a tenth of the learning rate'
    """
    if reading.peak is not None:
        return f"a learning rate of {reading.peak * factor:.2g} instead of {reading.peak:.2g}"
    return f"{_WORDS[factor]} the learning rate"


_WORDS = {0.1: "a tenth of", 1 / 3: "a third of", 3.0: "three times", 10.0: "ten times"}

TENTH, THIRD, TRIPLE, TENFOLD = _WORDS
