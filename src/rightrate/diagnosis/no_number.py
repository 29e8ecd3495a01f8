"""A loss that became NaN or infinite and stayed so: thrown there by its rate, or by the data."""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import Curve, FloatArray
from rightrate.curves.divergence import RISE, batch_noise, rise_limit
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, fired
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.usual_rate import is_usual

#: Batches that must have been calm before NaN for the rate not to be the first suspect, where the rate is not known: at
#: rates that are far too large the second or third loss is broken.
CALM = 4
#: The last losses that must not have risen.
LATEST = 3
#: A neighbour at this part of the rate or less that broke as well says that the rate is not it.
LOWER = 1 / 3


def no_number(reading: Reading, curve: Curve) -> Check | None:
    """What is to be said of a loss that ends at no number; None where it ends at one.

    Args:
        reading: whose loss it is.
        curve: with at least one point.
    """
    finite = np.isfinite(curve.values)
    if finite[-1]:
        return None
    start = int(np.flatnonzero(finite)[-1]) + 1 if finite.any() else 0
    at = (float(curve.steps[start]), float(curve.steps[-1]))
    what = "NaN" if math.isnan(curve.values[start]) else "infinite"
    evidence: dict[str, float | int | str | None] = {"step": at[0], "finite_before": int(finite.sum())}
    is_data = _is_data(reading, curve, start)
    if start == 0:
        why = f"{curve.name} was {what} from its first value on."
    else:
        before = float(curve.values[start - 1])
        evidence["last_finite"] = before
        calm = ", out of a calm loss," if is_data else ""
        why = f"{curve.name} became {what} at {reading.at(at[0])}, after {before:.4g}{calm}"
        why += f"{'' if calm else ','} and did not come back."
    advice = _of_data(reading, curve, start) if is_data else _of_rate(reading, what, start)
    return fired(Severity.CRITICAL, why, advice, evidence, at, Cause.DATA if is_data else None)


def _is_data(reading: Reading, curve: Curve, start: int) -> bool:
    """Whether data or loss function come first: there was no rise, or a usual rate, or a lower one that broke too."""
    before = curve.values[:start][np.isfinite(curve.values[:start])]
    if curve.name == "val_loss":
        return _is_calm_training(reading)
    by_batch = reading.is_by_batch
    if start == 0:
        return by_batch or is_usual(reading)
    if not _is_calm(before, by_batch):
        return False
    enough = by_batch and before.size >= CALM
    return enough or is_usual(reading) or _broke_lower(reading)


def _is_calm(before: FloatArray, by_batch: bool) -> bool:
    """Whether the last losses lie within what the first ones and their noise allow."""
    first = before[:LATEST] if by_batch else before[:1]
    if not first.size or not first[0] > 0:
        return False
    limit = rise_limit(first.tolist(), batch_noise(before)) if by_batch else RISE * float(first[0])
    return bool(before[-LATEST:].max() <= limit)


def _is_calm_training(reading: Reading) -> bool:
    """Whether there is a training loss that is a number to the end and has not risen: then validation rows broke."""
    curve = reading.training.curves.get("loss")
    if curve is None or len(curve) < 2 or not np.isfinite(curve.values).all():
        return False
    return _is_calm(curve.values, reading.is_by_batch)


def _broke_lower(reading: Reading) -> bool:
    """Whether a neighbour at a usual rate, far below this one, ended at no number as well."""
    for training in reading.neighbours:
        other, loss = Reading(training), training.curves.get("loss")
        if reading.peak is None or other.peak is None or loss is None or not len(loss):
            continue
        if other.peak <= LOWER * reading.peak and is_usual(other) and not np.isfinite(loss.values[-1]):
            return True
    return False


def _of_data(reading: Reading, curve: Curve, start: int) -> str:
    if curve.name == "val_loss":
        return (
            "Look for NaN and infinity in the inputs and labels of the validation rows: the training loss is a number."
        )
    advice = (
        "Look for NaN and infinity in the inputs and labels, and for a logarithm, root or division of 0 in the loss"
    )
    if start == 0 and reading.is_by_batch:
        return f"{advice}: no step had been made."
    lower = f"a rate of {reading.peak / 10:.2g}" if reading.peak is not None else "a tenth of the rate"
    return f"{advice}. Only if there is none, train again with {lower}."


def _of_rate(reading: Reading, what: str, start: int) -> str:
    rate = reading.peak
    new = f"with a rate of {rate / 10:.2g} instead of {rate:.2g}" if rate is not None else "with a tenth of the rate"
    advice = f"Train again from the starting weights {new}."
    return advice if start else f"{advice} If it is {what} there too, look for NaN in the inputs and labels."
