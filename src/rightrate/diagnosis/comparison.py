"""`compare`: several trainings of the same thing at different rates: which was too low, which too high, what to try."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from rightrate.curves.best import best
from rightrate.curves.training import Training
from rightrate.diagnosis.reading import Reading

Place = Literal["right", "too low", "too high", "unknown"]

#: A training whose final loss is within this share of the best one's, or within its own noise, is as good: the share
#: by which `benchmarks/diagnosis.py` and the published comparisons of diagnosers call a rate right.
AS_GOOD = 0.10
#: Two rates that are further apart than this leave room for a better one in between: half a decade.
GAP = 10**0.5 * 1.01
#: How far beyond the last rate the next one is tried: half a decade.
BEYOND = 10**0.5


@dataclass(frozen=True)
class Row:
    """One training of a comparison.

    Args:
        name: of the training.
        learning_rate: its peak; None where the log does not say.
        final: the last loss, of validation where there is one; NaN or infinite where it diverged.
        best: the smallest finite loss; None where there is none.
        place: where its rate lies.
    """

    name: str
    learning_rate: float | None
    final: float
    best: float | None
    place: Place


@dataclass(frozen=True)
class Comparison:
    """Several trainings, compared.

    Args:
        quantity: what is compared: `"val_loss"`, or `"loss"` where a training has no validation.
        rows: by rising rate, those without a known rate last.
        chosen: the name of the training that ended best; None where none ended at a number.
        next_rate: a rate that is worth a try; None where the best one has close neighbours on both sides, or rates are
            not known.
        sentence: which rate was too low, which too high, and where the sweet spot lies.
        advice: what to try next and why.
    """

    quantity: str
    rows: tuple[Row, ...]
    chosen: str | None
    next_rate: float | None
    sentence: str
    advice: str


def compare(trainings: Sequence[Training]) -> Comparison:
    """Compare trainings by the loss they ended at.

    Args:
        trainings: two or more; those without any loss are left out.

    Edge cases: a training that ended at NaN is worse than any number. Trainings at the same rate (seeds) are judged by
    their mean. Where rates are not known, the best is named and no place is given.

    Example:
        >>> from rightrate.curves.curve import Curve
        >>> def at(rate, last):
        ...     losses = Curve("val_loss", np.array([1, 2]), np.array([1.0, last]))
        ...     rates = Curve("learning_rate", np.array([1, 2]), np.array([rate, rate]))
        ...     return Training(f"{rate:g}", {"val_loss": losses, "learning_rate": rates}, "epoch", None, "")
        >>> compare([at(1e-4, 0.9), at(1e-3, 0.4), at(1e-2, 0.8)]).sentence
        'The best rate of 3 is 0.001 (val_loss 0.4). Too low: 0.0001 (0.9). Too high: 0.01 (0.8).'
    """
    readings = [reading for training in trainings if (reading := Reading(training)).watched is not None]
    quantity = "val_loss" if all(reading.val_loss is not None for reading in readings) else "loss"
    rows = [_row(reading, quantity) for reading in readings]
    rows.sort(key=lambda row: (row.learning_rate is None, row.learning_rate or 0.0))
    means = _mean_by_rate(rows)
    finite = {rate: mean for rate, mean in means.items() if math.isfinite(mean)}
    if not finite:
        return _without_rates(quantity, rows)
    best_rate = min(finite, key=finite.__getitem__)
    noise = max(reading.noise or 0.0 for reading in readings if reading.peak == best_rate)
    limit = finite[best_rate] + max(AS_GOOD * abs(finite[best_rate]), noise)
    places = {rate: _place(rate, mean, best_rate, limit) for rate, mean in means.items()}
    placed = tuple(row if row.learning_rate is None else replace(row, place=places[row.learning_rate]) for row in rows)
    chosen = min((row for row in placed if row.learning_rate == best_rate), key=lambda row: _or_infinite(row.final))
    next_rate, advice = _next(sorted(means), places, best_rate)
    return Comparison(quantity, placed, chosen.name, next_rate, _sentence(quantity, means, places, best_rate), advice)


def _row(reading: Reading, quantity: str) -> Row:
    values = reading.metric(quantity)
    if values is None:
        return Row(reading.training.name, reading.peak, math.nan, None, "unknown")
    lowest = best(values)
    return Row(reading.training.name, reading.peak, float(values[-1]), lowest.value if lowest else None, "unknown")


def _mean_by_rate(rows: Sequence[Row]) -> dict[float, float]:
    """The mean final loss at each known rate, infinite where one of its trainings was lost."""
    finals: dict[float, list[float]] = {}
    for row in rows:
        if row.learning_rate is not None:
            finals.setdefault(row.learning_rate, []).append(_or_infinite(row.final))
    return {rate: float(np.mean(values)) for rate, values in finals.items()}


def _place(rate: float, mean: float, best_rate: float, limit: float) -> Place:
    if mean <= limit:
        return "right"
    return "too low" if rate < best_rate else "too high"


def _without_rates(quantity: str, rows: list[Row]) -> Comparison:
    """No rate is known, or none of the known ones ended at a number."""
    known = [row.learning_rate for row in rows if row.learning_rate is not None]
    ended = [row for row in rows if math.isfinite(row.final)]
    if known:
        rate = min(known) / 10
        lost = tuple(replace(row, place="too high" if row.learning_rate is not None else "unknown") for row in rows)
        sentence = f"Every rate from {min(known):.3g} to {max(known):.3g} ended at no number: all are too high."
        return Comparison(quantity, lost, None, rate, sentence, f"Try {rate:.2g}, a tenth of the smallest.")
    if not ended:
        return Comparison(quantity, tuple(rows), None, None, "None of the trainings ended at a number.", _TELL_RATES)
    chosen = min(ended, key=lambda row: row.final)
    sentence = f"{chosen.name} ended best ({quantity} {chosen.final:.4g}); the logs do not say the learning rates."
    return Comparison(quantity, tuple(rows), chosen.name, None, sentence, _TELL_RATES)


_TELL_RATES = "Log the learning rate, or say it, to hear which rate was too low and which too high."


def _next(rates: list[float], places: dict[float, Place], best_rate: float) -> tuple[float | None, str]:
    if len(rates) == 1:
        return None, "All ran at one rate: train at a third and at three times of it to see which way is better."
    if best_rate == rates[-1]:
        rate = best_rate * BEYOND
        return rate, f"The best rate is the largest tried: try {rate:.2g}, half a decade above it."
    if best_rate == rates[0]:
        rate = best_rate / BEYOND
        return rate, f"The best rate is the smallest tried: try {rate:.2g}, half a decade below it."
    at = rates.index(best_rate)
    below, above = rates[at - 1], rates[at + 1]
    side = max((below, above), key=lambda one: (abs(math.log(one / best_rate)), places[one] == "right"))
    if max(side / best_rate, best_rate / side) <= GAP:
        return None, f"Keep {best_rate:.3g}: its neighbours are no better, and less than half a decade away."
    rate = math.sqrt(side * best_rate)
    return rate, f"Keep {best_rate:.3g}, or try {rate:.2g}, half-way to {side:.3g}, where nothing was tried."


def _sentence(quantity: str, means: dict[float, float], places: dict[float, Place], best_rate: float) -> str:
    words = f"The best rate of {len(means)} is {best_rate:.3g} ({quantity} {means[best_rate]:.4g})."
    alike = [rate for rate in sorted(means) if places[rate] == "right" and rate != best_rate]
    if alike:
        words += f" As good: {', '.join(f'{rate:.3g}' for rate in alike)}."
    for place in ("too low", "too high"):
        rates = [rate for rate in sorted(means) if places[rate] == place]
        if rates:
            words += f" {place.capitalize()}: {', '.join(f'{rate:.3g} ({_loss(means[rate])})' for rate in rates)}."
    return words


def _loss(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "no number"


def _or_infinite(value: float) -> float:
    return value if math.isfinite(value) else math.inf
