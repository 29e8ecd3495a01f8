"""Good, fair or bad: the band of a whole training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rightrate.diagnosis.check import Check
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import is_by_chance, is_ignorant
from rightrate.diagnosis.metric_names import Metric
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.shares import Share, share_of
from rightrate.scoring.bands import BAD, GOOD

Band = Literal["good", "fair", "bad"]

#: A validation loss has risen where its end is so far above its best, as a share of the best.
RISE = 0.10
#: From here on a rise is said as a multiple.
MANY = 10.0
#: A loss that fell by less than this share of its start has not shown that anything was learned.
LEARNED = 0.10
#: A fall by so many times within the first point, and by less than `LEARNED` after it, is the way back from first steps
#: that went far off.
CAME_BACK = 100.0


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
    they were logged, and no rule fired above a hint. Bad: a critical finding; the validation loss rose by a tenth; an
    accuracy not far above chance fell to where it began, or stood still while the loss did; precision or recall below
    50 %. Without validation it is fair at best.
    """
    fired = [check for _, check in answers if check.is_fired]
    critical = next((check for check in fired if check.severity is Severity.CRITICAL), None)
    if critical is not None:
        return BandReading("bad", critical.why)
    if reading.watched is None or reading.points < 2 or reading.best is None:
        return BandReading(None, "There are fewer than two points of a loss.")
    bad = _bad(reading)
    if bad:
        return BandReading("bad", bad)
    return BandReading(*_fair_or_good(reading, fired))


def _bad(reading: Reading) -> str:
    assert reading.best is not None
    last = reading.best.value + reading.best.rise
    if is_ignorant(reading, last):
        return f"The loss ended at {last:.4g}: no better than a network that knows nothing."
    rise = reading.best.rise / max(abs(reading.best.value), 1e-12)
    if reading.val_loss is not None and rise > RISE and reading.best.rise > (reading.noise or 0.0):
        above = f"{rise:.0%}" if rise < MANY else f"{rise:.2g} times its value"
        return f"The validation loss ended {above} above its best."
    accuracy = _accuracy(reading)
    if accuracy is not None and (said := _not_risen(reading, accuracy)):
        return said
    for name, value in _last(reading, ("val_precision", "val_recall")).items():
        if value < BAD:
            return f"{name} ended at {value:.0%}, below {BAD:.0%}."
    return ""


def _accuracy(reading: Reading) -> Share | None:
    """Of validation, else of training; None where neither was logged at two points."""
    shares = (share_of(reading, Metric.ACCURACY, split) for split in ("val_", ""))
    return next((share for share in shares if share is not None and share.finite.size > 1), None)


def _not_risen(reading: Reading, accuracy: Share) -> str:
    """That an accuracy fell to where it began, or stood there; empty where it rose, or is far above chance anyway."""
    first, last, best = accuracy.finite[0], accuracy.finite[-1], accuracy.finite.max()
    if not is_by_chance(reading) or last - first > accuracy.tolerance:
        return ""
    if best - first > accuracy.tolerance and last <= first:
        return f"{accuracy.name} rose to {best:.1%} and fell to {last:.1%}, where it began."
    if _stood_still(reading):
        return f"{accuracy.name} went from {first:.1%} to {last:.1%}, and the loss stood still: nothing was learned."
    return ""


def _stood_still(reading: Reading) -> bool:
    """Whether the loss that decides gained next to nothing, the way back from its first steps left out."""
    assert reading.watched is not None
    # The first mean of a training loss holds the steps before it settled; a validation comes after them.
    values = reading.watched if reading.val_loss is not None else reading.watched[1:]
    finite = values[np.isfinite(values)]
    return finite.size > 1 and bool(finite[0] - finite[-1] < LEARNED * abs(finite[0]))


def _fair_or_good(reading: Reading, fired: list[Check]) -> tuple[Band, str]:
    if reading.val_loss is None:
        return "fair", "No validation was logged: nothing is known about new data."
    for name, value in _last(reading, ("val_precision", "val_recall")).items():
        if value < GOOD:
            return "fair", f"{name} ended at {value:.0%}, below {GOOD:.0%}."
    doubt = _nothing_shown(reading)
    if doubt:
        return "fair", doubt
    warning = next((check for check in fired if check.severity is Severity.WARNING), None)
    if warning is not None:
        return "fair", warning.why
    assert reading.best is not None
    if reading.best.rise > (reading.noise or 0.0):
        return "fair", "The validation loss ended above its best by more than its noise."
    accuracy = share_of(reading, Metric.ACCURACY)
    if accuracy is not None and (best := accuracy.finite.max()) - accuracy.finite[-1] > accuracy.tolerance:
        return "fair", f"{accuracy.name} ended at {accuracy.finite[-1]:.1%}, below its best of {best:.1%}."
    return "good", "The validation loss fell and ended at its best, within its noise."


def _nothing_shown(reading: Reading) -> str:
    """Why the losses do not show that anything was learned; empty where they do, or the accuracy is good anyway."""
    values = [curve[np.isfinite(curve)] for curve in (reading.loss, reading.val_loss) if curve is not None]
    values = [curve for curve in values if curve.size]
    accuracy = _last(reading, ("val_accuracy", "accuracy"))
    if any(value >= GOOD for value in accuracy.values()) or min(float(curve.min()) for curve in values) <= 0:
        return ""
    start, last = max(float(curve[0]) for curve in values), float(values[-1][-1])
    second = max(float(curve[min(1, curve.size - 1)]) for curve in values)
    if start - last < LEARNED * start:
        return f"The loss went from {start:.4g} to {last:.4g}: that does not show that anything was learned."
    if start > CAME_BACK * second and second - last < LEARNED * second:
        return f"The loss fell from {start:.4g} to {second:.4g} at once and stood there: compare it with the mean's."
    return ""


def _last(reading: Reading, names: tuple[str, ...]) -> dict[str, float]:
    last = {}
    for name in names:
        values = reading.metric(name)
        if values is not None and np.isfinite(values).any():
            last[name] = float(values[np.isfinite(values)][-1])
    return last
