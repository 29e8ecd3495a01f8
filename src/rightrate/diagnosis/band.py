"""Good, fair or bad: the band of a whole training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rightrate.diagnosis.check import Check
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

Band = Literal["good", "fair", "bad"]

#: The convention of the verdict's default policy: a precision or recall of 80 % is good, one below 50 % is bad.
GOOD, BAD = 0.80, 0.50
#: A validation loss has risen where its end is so far above its best, as a share of the best.
RISE = 0.10


@dataclass(frozen=True)
class BandReading:
    """A band and why.

    Args:
        band: None where there is not enough data.
        why: one sentence.
    """

    band: Band | None
    why: str


def band_of(reading: Reading, answers: Sequence[tuple[Rule, Check]]) -> BandReading:
    """Bad where anything is bad; good where everything is good; else fair.

    Good: the validation loss ends at its best within noise, accuracy too, precision and recall are 80 % or more where
    they were logged, and no rule fired above a hint. Bad: a critical finding; the validation loss rose by a tenth;
    accuracy fell to where it began; precision or recall below 50 %. Without validation it is fair at best.
    """
    if reading.watched is None or reading.points < 2 or reading.best is None:
        return BandReading(None, "There are fewer than two points of a loss.")
    fired = [check for _, check in answers if check.is_fired]
    bad = _bad(reading, fired)
    if bad:
        return BandReading("bad", bad)
    return BandReading(*_fair_or_good(reading, fired))


def _bad(reading: Reading, fired: list[Check]) -> str:
    critical = next((check for check in fired if check.severity is Severity.CRITICAL), None)
    if critical is not None:
        return critical.why
    assert reading.best is not None
    rise = reading.best.rise / max(abs(reading.best.value), 1e-12)
    if reading.val_loss is not None and rise > RISE and reading.best.rise > (reading.noise or 0.0):
        return f"The validation loss ended {rise:.0%} above its best."
    for name, value in _last(reading, ("val_precision", "val_recall")).items():
        if value < BAD:
            return f"{name} ended at {value:.0%}, below {BAD:.0%}."
    return ""


def _fair_or_good(reading: Reading, fired: list[Check]) -> tuple[Band, str]:
    if reading.val_loss is None:
        return "fair", "No validation was logged: nothing is known about new data."
    for name, value in _last(reading, ("val_precision", "val_recall")).items():
        if value < GOOD:
            return "fair", f"{name} ended at {value:.0%}, below {GOOD:.0%}."
    warning = next((check for check in fired if check.severity is Severity.WARNING), None)
    if warning is not None:
        return "fair", warning.why
    assert reading.best is not None
    if reading.best.rise > (reading.noise or 0.0):
        return "fair", "The validation loss ended above its best by more than its noise."
    return "good", "The validation loss fell and ended at its best, within its noise."


def _last(reading: Reading, names: tuple[str, ...]) -> dict[str, float]:
    last = {}
    for name in names:
        values = reading.metric(name)
        if values is not None and np.isfinite(values).any():
            last[name] = float(values[np.isfinite(values)][-1])
    return last
