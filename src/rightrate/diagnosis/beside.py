"""What the trainings beside one, at other rates, say of its rate."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rightrate.diagnosis.check import Check, clear, fired, not_applicable
from rightrate.diagnosis.comparison import AS_GOOD
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading


@dataclass(frozen=True)
class Beside:
    """The neighbours of a training on one side of its rate.

    Args:
        rate: of the one that ended best; None where no neighbour is on this side.
        final: the loss it ended at, infinite where none ended at a number.
        better: whether that is clearly lower than where this training ended.
    """

    rate: float | None
    final: float
    better: bool

    def ended_above(self, loss: float) -> bool:
        """Whether there is a neighbour and it ended higher than `loss`, by however little."""
        return self.rate is not None and self.final > loss

    @property
    def no_better(self) -> bool:
        """Whether there is a neighbour and it did not end clearly better: this side is not where to go."""
        return self.rate is not None and not self.better


def above(reading: Reading) -> Beside:
    """The neighbours at larger rates."""
    return _side(reading, lambda rate, own: rate > own)


def below(reading: Reading) -> Beside:
    """The neighbours at smaller rates."""
    return _side(reading, lambda rate, own: rate < own)


def final(reading: Reading) -> float:
    """The last value of the loss that decides; infinite where it is no number or was not logged."""
    values = reading.watched
    if values is None or not values.size or not np.isfinite(values[-1]):
        return math.inf
    return float(values[-1])


def _side(reading: Reading, belongs: Callable[[float, float], bool]) -> Beside:
    own = reading.peak
    nobody = Beside(None, math.inf, False)
    if own is None:
        return nobody
    ends = [
        (final(other), other.peak)
        for training in reading.neighbours
        if (other := Reading(training)).peak is not None and belongs(other.peak, own)
        and (other.val_loss is None) == (reading.val_loss is None)
    ]  # fmt: skip
    if not ends:
        return nobody
    lowest, rate = min(ends)
    mine = final(reading)
    margin = max(AS_GOOD * abs(lowest), reading.noise or 0.0)
    return Beside(rate, lowest, lowest + margin < mine if math.isfinite(lowest) else False)


def prefer(side: Beside, other: Beside, reading: Reading, where: str) -> Check:
    """Whether the training on one side is the one to take.

    Args:
        side: where the rate would go.
        other: the other side; where that ended lower still, it is the one to go to.
        where: `"below"` or `"above"`.
    """
    if side.rate is None:
        size = "larger" if where == "above" else "smaller"
        return not_applicable(f"No training at a {size} learning rate is beside it.")
    own = final(reading)
    evidence = {"final": own, f"rate_{where}": side.rate, f"final_{where}": side.final}
    if not side.better or (other.better and other.final < side.final):
        return clear(f"The rate {where}, {side.rate:.2g}, did not end clearly better ({side.final:.4g}).", evidence)
    why = f"A learning rate of {side.rate:.2g} ended at {side.final:.4g}; this one, {reading.peak:.2g}, at {own:.4g}."
    return fired(Severity.WARNING, why, f"Take {side.rate:.2g} instead of {reading.peak:.2g}.", evidence)
