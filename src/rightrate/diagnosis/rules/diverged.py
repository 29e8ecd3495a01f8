"""The training diverged.

What it does
------------
Fires where the training or validation loss becomes NaN or infinite and does not come back, or ends far above where it
began, or where a classifier ends clearly above the loss of one that knows nothing, ln(classes), and answers by chance.

Why it matters
--------------
The weights have been thrown away from anything useful. More epochs will not bring them back.

What to do
----------
Train again from the starting weights with a tenth of the rate. If it diverges there too, look for NaN in the inputs,
for a logarithm or a division in a loss of your own, and at mixed precision. NaN that comes out of a calm loss, without
a rise before it, is one of these first: the cause is then `data`.

Edge cases
----------
A validation loss that rose while the training loss fell is overfitting, and `overfitting`'s. NaN in the very first
batch says that data or loss are broken: a lower rate is not the cure, and the advice says so. NaN in the validation
loss alone is in the validation rows. One NaN between good values is not divergence. Losses of single batches must rise
by more than what batches differ by. Weights of samples and penalties lift a loss above ln(classes): a loss that falls
steadily, or one with an accuracy far above chance, or that was as high in the first batch, is compared with its start
alone. A loss that may be negative is compared with its start only as far as it stays positive.

References
----------
Smith, Cyclical learning rates (2017): a loss that grows again marks the largest usable rate. fastai, Lightning and
ktrain stop their range tests at 4 times the best loss; here the first value is taken, which a fine-tuning must beat.
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import Curve, FloatArray
from rightrate.curves.divergence import MOST_RISE, RISE, WINDOW, batch_noise, beginning, rise_limit
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import UNKNOWN_CLASSES, falls_steadily, is_above_chance, is_by_chance, is_rescaled
from rightrate.diagnosis.no_number import no_number
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Overfitting alone does not raise a validation loss to so many times its first value: in the development half of
#: benchmarks/diagnosis.py it ends at 5 times at most, and what blew up at 1500 times and more.
BLOWN = 100.0
#: A classifier ends at so many times ln(classes).
IGNORANT_FACTOR = 1.5
#: A first value above so many times ln(classes) is no beginning that an end may be compared with: no untrained network
#: has it (see `blew_up`).
LOST_FACTOR = 8.0


def check(reading: Reading) -> Check:
    """See the module."""
    curves = [curve for name in ("loss", "val_loss") if (curve := reading.training.curves.get(name)) is not None]
    curves = [curve for curve in curves if len(curve)]
    if not curves:
        return not_enough_data("No loss was logged.")
    for curve in curves:
        lost = no_number(reading, curve) or _ends_high(reading, curve)
        if lost is not None:
            return lost
    last = curves[-1]
    if len(last) < 2:
        return not_enough_data(f"{last.name} has 1 value; it takes 2 to see where it goes.")
    return clear(
        f"{last.name} went from {last.values[0]:.4g} to {last.values[-1]:.4g} and stayed a number.",
        {"first": float(last.values[0]), "last": float(last.values[-1])},
    )


def _ends_high(reading: Reading, curve: Curve) -> Check | None:
    first, last, limit = _risen(reading, curve)
    overfits = curve.name == "val_loss" and _learned(reading.training.curves.get("loss"))
    if overfits:
        limit = BLOWN * first if first > 0 else math.inf
    ignorant, least = _knowing_nothing(reading, first)
    if not (overfits or _is_short(reading, curve) or _is_explained(reading, curve)):
        limit = min(limit, least)
    if not last > limit:
        return None
    evidence = {"first": first, "last": last, "limit": limit, "knows_nothing": ignorant}
    if last > RISE * first or ignorant is None:
        why = f"{curve.name} ended at {last:.4g}, above the {first:.4g} it began with."
    else:
        why = f"{curve.name} ended at {last:.4g}, where a network that knows nothing has {_level(reading, ignorant)}."
    at = (float(curve.steps[0]), float(curve.steps[-1]))
    return fired(Severity.CRITICAL, why, _advice(reading), evidence, at)


def _knowing_nothing(reading: Reading, first: float) -> tuple[float | None, float]:
    """ln(classes), None where that is not known, and the loss that no such network ends at, infinite where unknown."""
    classes = reading.setting.classes
    if classes is None:
        return (UNKNOWN_CLASSES, UNKNOWN_CLASSES) if is_by_chance(reading) else (None, math.inf)
    if classes <= 1:
        return None, math.inf
    ignorant = math.log(classes)
    # A first value far above knowing nothing is part of the climb already.
    return ignorant, max(IGNORANT_FACTOR * ignorant, min(first, LOST_FACTOR * ignorant))


def _level(reading: Reading, ignorant: float) -> str:
    return f"{ignorant:.4g}{'' if reading.setting.classes is not None else ' at most'}"


def _is_explained(reading: Reading, curve: Curve) -> bool:
    """Whether a loss above that of knowing nothing is one: weights or a penalty in it, and no divergence."""
    values = reading.loss if curve.name == "loss" else reading.val_loss
    steadily = values is not None and falls_steadily(reading.steps, values)
    return is_rescaled(reading) or is_above_chance(reading) or steadily


def _learned(loss: Curve | None) -> bool:
    """Whether the training loss ended below its first value: then a validation loss that rose is overfitting."""
    return loss is not None and len(loss) > 1 and bool(loss.values[-1] < loss.values[0])


#: Values at the end whose median is "where it ended" where each is the loss of one batch.
_BATCHES = WINDOW


def _is_short(reading: Reading, curve: Curve) -> bool:
    """Whether there are too few losses of batches to tell the beginning from the end."""
    return curve.name == "loss" and reading.is_by_batch and len(curve) < 2 * _BATCHES


def _risen(reading: Reading, curve: Curve) -> tuple[float, float, float]:
    """Where a curve began, where it ended, and what it may end at; NaN where it is too short to have both.

    One hard epoch at the end is not the end: the lower of the last two counts.
    """
    values = curve.values
    last = float(values[-2:].min()) if values.size > 2 else float(values[-1])
    if curve.name != "loss" or not reading.is_by_batch:
        first = float(values[0])
        return first, last, RISE * first if first > 0 else math.inf
    first = beginning(values.tolist())
    if _is_short(reading, curve):
        return (first, last, MOST_RISE * first) if first > 0 and values.size > 2 else (np.nan, np.nan, np.nan)
    return first, float(np.median(values[-_BATCHES:])), rise_limit(values[:_BATCHES].tolist(), _noise(values))


#: The last values that the noise of batches is taken from: enough to be sure of it, and quick for a million steps.
_MOST_VALUES = 20_000


def _noise(values: FloatArray) -> float | None:
    return batch_noise(values[-_MOST_VALUES:])


def _advice(reading: Reading) -> str:
    rate = reading.peak
    new = f"with a rate of {rate / 10:.2g} instead of {rate:.2g}" if rate is not None else "with a tenth of the rate"
    return f"Train again from the starting weights {new}."


RULE = Rule("RR101", "diverged", Cause.RATE_TOO_HIGH, check, __doc__ or "")
