"""The validation curve shakes.

What it does
------------
Fires where the validation loss goes up and down again and again, and further than the size of the validation set
explains. Where its rows are not known, it must shake much more than the training loss does.

Why it matters
--------------
Each validation looks at the weights at one moment. Where the rate is too high, the weights jump about, and which epoch
is the last is a matter of luck. Where the validation set is small, a few rows make the same picture and the rate is
not to blame.

What to do
----------
Try a third of the rate, or let it decay to near zero by the end. With a small validation set, first validate on more
rows.

Edge cases
----------
One bump is no shaking: it takes 3 turns. A loss that surely falls at the end is not shaking. A small set that explains
the shaking is clear, and the answer says how many rows would settle it. Where less than a hundredth of the starting
loss is left, its moves do not matter. With fewer than 5 validations it says nothing. NaN is left out.

References
----------
The standard error of a share p of n rows, sqrt(p (1 - p) / n). Prechelt, Early stopping - but when? (1998), on ragged
validation curves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.trend import trend
from rightrate.diagnosis.advice import THIRD, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.left_over import is_next_to_nothing
from rightrate.diagnosis.metric_names import Metric
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.shares import SURE, Share, share_of

#: Validations from which shaking can be told.
MIN_POINTS = 5
#: Turns that make a shaking, and their share of the points between the first and the last. Pure noise turns at two of
#: three points.
MIN_TURNS, TURN_SHARE = 3, 0.25
#: A turn of the loss that counts, as a share of the loss: twice what no rule calls a difference (`SMALLEST_SHARE`).
SMALLEST_TURN = 0.02
#: Where the rows are not known, validation must shake so many times as far as the training loss.
STEADIER = 3.0
#: And by so much of the loss: in the development half of benchmarks/diagnosis.py classifiers at the right rate shake by
#: up to 7 % on 400 rows.
UNKNOWN_TURN = 0.10
#: The loss of a row varies around the mean by about so many times the mean: see RR125. For a network that has not
#: learned it is a tenth of that, so this errs towards silence.
ROW_SPREAD = 2.5


@dataclass(frozen=True)
class Shaking:
    """The turns of a curve.

    Args:
        size: the median distance of the turns that count; 0 where none does.
        turns: how many count.
        enough: whether they are enough to call it shaking.
    """

    size: float
    turns: int
    enough: bool


def check(reading: Reading) -> Check:
    """See the module."""
    accuracy = share_of(reading, Metric.ACCURACY)
    values = reading.val_loss
    if values is None and accuracy is None:
        return not_applicable("No validation loss and no validation accuracy was logged.")
    shown = accuracy.finite if values is None and accuracy is not None else _finite(values)
    if shown.size < MIN_POINTS:
        return not_enough_data(f"{shown.size} validations; it takes {MIN_POINTS}.")
    if values is None:
        assert accuracy is not None
        return _of_accuracy(reading, accuracy)
    return _of_loss(reading, values, accuracy)


def _of_loss(reading: Reading, values: FloatArray, accuracy: Share | None) -> Check:
    finite = _finite(values)
    level = float(np.median(np.abs(finite)))
    seen = _shaking(finite, SMALLEST_TURN * level)
    evidence: dict[str, float | int | str | None] = {"turns": seen.turns, "size": seen.size, "level": level}
    if not seen.enough:
        return clear(f"The validation loss turned {seen.turns} times by {SMALLEST_TURN:.0%} or more.", evidence)
    if is_next_to_nothing(reading, level):
        return clear(f"The validation loss turned {seen.turns} times, around {level:.2g}: nothing is left.", evidence)
    tail = max(3, values.size // 3)
    course = trend(reading.steps[-tail:], values[-tail:])
    if course is not None and course.falls:
        return clear("The validation loss turned, but falls steadily at the end.", evidence)
    what = f"The validation loss turned {seen.turns} times by about {_by(seen.size / max(level, 1e-12))}"
    rows = reading.setting.validation_rows
    if rows is None:
        return _against_training(reading, seen, level, what, evidence)
    explained = SURE * ROW_SPREAD * level / math.sqrt(rows)
    beyond = _shaking(finite, explained).enough
    if accuracy is not None and accuracy.error is not None:
        beyond = beyond or _shaking(accuracy.finite, SURE * accuracy.error).enough
    evidence |= {"explained": explained, "rows": rows}
    if not beyond:
        return _explained(what, rows, rows * (explained / seen.size) ** 2 if seen.size else math.inf, evidence)
    why = f"{what}, more than a validation set of {rows} rows explains."
    return fired(Severity.WARNING, why, _advice(reading), evidence, _whole(reading))


def _of_accuracy(reading: Reading, accuracy: Share) -> Check:
    seen = _shaking(accuracy.finite, SMALLEST_TURN)
    evidence: dict[str, float | int | str | None] = {"turns": seen.turns, "size": seen.size, "rows": accuracy.rows}
    if not seen.enough:
        return clear(f"{accuracy.name} turned {seen.turns} times by {SMALLEST_TURN:.0%} or more.", evidence)
    what = f"{accuracy.name} turned {seen.turns} times by about {100 * seen.size:.0f} points"
    if accuracy.rows is None or accuracy.error is None:
        return clear(f"{what}; without a loss or the number of validation rows that may be chance.", evidence)
    if not _shaking(accuracy.finite, SURE * accuracy.error).enough:
        needed = accuracy.rows * (SURE * accuracy.error / seen.size) ** 2
        return _explained(what, int(accuracy.rows), needed, evidence)
    why = f"{what}, more than a validation set of {accuracy.rows:.0f} rows explains."
    return fired(Severity.WARNING, why, _advice(reading), evidence, _whole(reading))


def _against_training(
    reading: Reading, seen: Shaking, level: float, what: str, evidence: dict[str, float | int | str | None]
) -> Check:
    loss = reading.loss
    finite = _finite(loss) if loss is not None else np.empty(0)
    if finite.size < MIN_POINTS:
        return clear(
            f"{what}; without the training loss or the number of validation rows that may be chance.", evidence
        )
    steadiness = _shaking(finite, 0.0).size / max(float(np.median(np.abs(finite))), 1e-12)
    share = seen.size / max(level, 1e-12)
    evidence |= {"training_size": steadiness}
    if share < UNKNOWN_TURN:
        return clear(f"{what}, which a validation set of a few hundred rows may explain; tell its rows.", evidence)
    if share <= STEADIER * steadiness:
        return clear(f"{what}, and the training loss by about {steadiness:.0%}: validation adds nothing.", evidence)
    why = f"{what}, while the training loss turned by {steadiness:.1%}; a small validation set would look the same."
    return fired(Severity.WARNING, why, _advice(reading), evidence, _whole(reading))


def _shaking(values: FloatArray, least: float) -> Shaking:
    """The points where the curve turns, by the shorter of the two moves around them; those above `least` count."""
    moves = np.diff(values)
    first, second = moves[:-1], moves[1:]
    turns = np.where(np.sign(first) * np.sign(second) < 0, np.minimum(np.abs(first), np.abs(second)), 0.0)
    counted = turns[turns > least]
    needed = max(MIN_TURNS, math.ceil(TURN_SHARE * turns.size))
    return Shaking(float(np.median(counted)) if counted.size else 0.0, int(counted.size), counted.size >= needed)


def _by(share: float) -> str:
    return f"{share:.0%} of its size" if share < 2.0 else f"{share:.3g} times its size"


def _explained(what: str, rows: int, needed: float, evidence: dict[str, float | int | str | None]) -> Check:
    more = f"; {10 * math.ceil(needed / 10)} rows would tell whether it is the rate" if needed < 1e9 else ""
    return clear(f"{what}, which a validation set of {rows} rows explains{more}.", evidence)


def _finite(values: FloatArray | None) -> FloatArray:
    return values[np.isfinite(values)] if values is not None else np.empty(0)


def _whole(reading: Reading) -> tuple[float, float]:
    return float(reading.steps[0]), float(reading.steps[-1])


def _advice(reading: Reading) -> str:
    unknown = reading.setting.validation_rows is None
    more = "; if the validation set is small, validate on more rows first" if unknown else ""
    return f"Try {other_rate(reading, THIRD)}, or a decay to near zero{more}."


RULE = Rule("RR131", "validation-fluctuates", Cause.RATE_TOO_HIGH, check, __doc__ or "")
