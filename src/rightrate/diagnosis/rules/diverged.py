"""The training diverged.

What it does
------------
Fires where the training or validation loss becomes NaN or infinite and does not come back, or ends far above where it
began, or where a classifier ends clearly above the loss of one that knows nothing, ln(classes).

Why it matters
--------------
The weights have been thrown away from anything useful. More epochs will not bring them back.

What to do
----------
Train again from the starting weights with a tenth of the rate. If it diverges there too, look for NaN in the inputs,
for a logarithm or a division in a loss of your own, and at mixed precision.

Edge cases
----------
A validation loss that rose while the training loss fell is overfitting, and `overfitting`'s. NaN in the very first
value says that data or loss are broken: a lower rate is not the cure, and the advice says so. One NaN between good
values is not divergence. A loss that may be negative is compared with its start only as far as it stays positive.

References
----------
Smith, Cyclical learning rates (2017): a loss that grows again marks the largest usable rate. fastai, Lightning and
ktrain stop their range tests at 4 times the best loss; here the first value is taken, which a fine-tuning must beat.
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import Curve
from rightrate.curves.divergence import beginning
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading, is_by_batch
from rightrate.diagnosis.rule import Rule

#: The loss ends at so many times its first value. A rate that is right ends below its first value; of the right-rate
#: trainings in benchmarks/diagnosis.py none ends above 1.2 times it.
FACTOR = 1.5
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
        lost = _no_number(reading, curve) or _ends_high(reading, curve)
        if lost is not None:
            return lost
    last = curves[-1]
    if len(last) < 2:
        return not_enough_data(f"{last.name} has 1 value; it takes 2 to see where it goes.")
    return clear(
        f"{last.name} went from {last.values[0]:.4g} to {last.values[-1]:.4g} and stayed a number.",
        {"first": float(last.values[0]), "last": float(last.values[-1])},
    )


def _no_number(reading: Reading, curve: Curve) -> Check | None:
    finite = np.isfinite(curve.values)
    if finite[-1]:
        return None
    start = int(np.flatnonzero(finite)[-1]) + 1 if finite.any() else 0
    at = (float(curve.steps[start]), float(curve.steps[-1]))
    what = "NaN" if math.isnan(curve.values[start]) else "infinite"
    evidence = {"step": at[0], "finite_before": int(finite.sum())}
    if start == 0:
        advice = "Look for NaN in the inputs and labels and at the loss function before you change the rate."
        if reading.training.unit == "epoch":  # a whole epoch is behind the first value
            advice = f"{_advice(reading)} If it is {what} there too, look for NaN in the inputs and labels."
        return fired(Severity.CRITICAL, f"{curve.name} was {what} from its first value on.", advice, evidence, at)
    before = float(curve.values[start - 1])
    why = f"{curve.name} became {what} at {reading.training.unit} {at[0]:g}, after {before:.4g}, and did not come back."
    return fired(Severity.CRITICAL, why, _advice(reading), {**evidence, "last_finite": before}, at)


def _ends_high(reading: Reading, curve: Curve) -> Check | None:
    first, last = _ends(reading, curve)
    overfits = curve.name == "val_loss" and _learned(reading.training.curves.get("loss"))
    limit = (BLOWN if overfits else FACTOR) * first if first > 0 else math.inf  # NaN > 0 is False: too short
    classes = reading.setting.classes
    ignorant = math.log(classes) if classes is not None and classes > 1 else None
    if ignorant is not None and not overfits:
        # A first value far above knowing nothing is part of the climb already.
        limit = min(limit, max(IGNORANT_FACTOR * ignorant, min(first, LOST_FACTOR * ignorant)))
    if not last > limit:
        return None
    evidence = {"first": first, "last": last, "limit": limit, "knows_nothing": ignorant}
    if last > first:
        why = f"{curve.name} ended at {last:.4g}, above the {first:.4g} it began with."
    else:
        why = f"{curve.name} ended at {last:.4g}, where a network that knows nothing has {ignorant:.4g}."
    return fired(Severity.CRITICAL, why, _advice(reading), evidence, (float(curve.steps[0]), float(curve.steps[-1])))


def _learned(loss: Curve | None) -> bool:
    """Whether the training loss ended below its first value: then a validation loss that rose is overfitting."""
    return loss is not None and len(loss) > 1 and bool(loss.values[-1] < loss.values[0])


#: Values at the end whose median is "where it ended" where each is the loss of one batch.
_BATCHES = 8


def _ends(reading: Reading, curve: Curve) -> tuple[float, float]:
    """Where a curve began and where it ended; NaN where it is too short to have both.

    One hard epoch at the end is not the end: the lower of the last two counts.
    """
    values = curve.values
    if curve.name == "loss" and reading.training.unit == "step" and is_by_batch(curve):
        if values.size < 2 * _BATCHES:
            return np.nan, np.nan
        return beginning(values.tolist()), float(np.median(values[-_BATCHES:]))
    return float(values[0]), float(values[-2:].min()) if values.size > 2 else float(values[-1])


def _advice(reading: Reading) -> str:
    rate = reading.peak
    new = f"with a rate of {rate / 10:.2g} instead of {rate:.2g}" if rate is not None else "with a tenth of the rate"
    return f"Train again from the starting weights {new}."


RULE = Rule("RR101", "diverged", Cause.RATE_TOO_HIGH, check, __doc__ or "")
