"""When a training has clearly diverged: a state machine over the losses of its batches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.noise import noise_floor

#: Batches whose median is compared; fewer would let one hard batch decide.
WINDOW = 8
# The loss must stand at this multiple of where it began. Learning-rate finders stop at 4 times the best loss
# (fastai, Lightning, ktrain); a fine-tuning may climb for a while and come back, so the start is taken, not the best.
FACTOR = 4.0
#: And above what a network that knows nothing would score by this factor (2 ln classes for cross-entropy).
IGNORANT_FACTOR = 2.0


#: Batches whose highest loss is where a training begins, since some batches are easy; and the multiple of the first one
#: from which they are no hard batches but the climb itself.
FIRST, CLIMB = 4, 30.0


def beginning(losses: Sequence[float]) -> float:
    """The loss from which a climb counts: the highest of the first batches, or the very first where they climbed.

    Args:
        losses: of batches, in order; at least one.

    Example:
        >>> beginning([0.4, 0.9, 0.7]), beginning([2.4, 990.0, 1.2e6])
        (0.9, 2.4)
    """
    first, highest = float(losses[0]), max(float(loss) for loss in losses[:FIRST])
    return first if first > 0 and not highest <= CLIMB * first else highest


#: What a rise must be above the beginning. A rate that is right ends below its first value; of the right-rate trainings
#: in benchmarks/diagnosis.py none ends above 1.2 times it.
RISE = 1.5
#: And so many standard deviations of what single batches differ by, in logarithms: of 60 curves that only shake, with a
#: standard deviation of 1 over 300 steps and looked at again at each 5 %, 2 pass; without this 20 do.
SIGMAS = 1.5
#: A rise by so many times counts however much batches differ: what has blown up shakes by orders of magnitude.
MOST_RISE = 30.0


def rise_limit(first: Sequence[float], noise: float | None) -> float:
    """The level that the latest batches must exceed for the loss to have risen: beyond chance, and so that it matters.

    Args:
        first: losses of the first batches, in order; at least one.
        noise: what `batch_noise` says of the batches; None where it is not known.

    Returns:
        In the unit of the losses; infinite where they did not begin above 0.

    Example:
        >>> rise_limit([1.0, 0.9, 0.8, 0.9], noise=0.0), round(rise_limit([1.0, 0.9, 0.8, 0.9], noise=1.0), 1)
        (1.5, 6.7)
    """
    start = beginning(first)
    if not start > 0:
        return math.inf
    return start * min(MOST_RISE, RISE * math.exp(min(SIGMAS * (noise or 0.0), 100.0)))


def batch_noise(losses: Sequence[float] | FloatArray) -> float | None:
    """The standard deviation of the logarithm of single losses around their course.

    Batches differ by a share of the loss: its logarithm shakes alike on every level, and a climb by a factor at each
    step is a straight line.

    Returns:
        None with fewer than 4 values that are finite and above 0.

    Example:
        >>> round(batch_noise([1.0, 10.0, 100.0, 1000.0]), 6)
        0.0
    """
    values = np.asarray(losses, dtype=np.float64)
    return noise_floor(np.log(values[np.isfinite(values) & (values > 0)]))


@dataclass(frozen=True)
class Watcher:
    """State: the first losses, and the latest `WINDOW` of them.

    Args:
        ignorant: the loss of a network that knows nothing, e.g. ln(classes); None where nobody knows it.
    """

    ignorant: float | None = None
    first: tuple[float, ...] = ()
    latest: tuple[float, ...] = ()
    reason: str | None = None

    def see(self, loss: float) -> Watcher:
        """Return the state after one more batch; `reason` says why the training is lost, once it is.

        Example:
            >>> Watcher().see(float("nan")).reason
            'the loss became NaN'
        """
        if self.reason is not None:
            return self
        if not math.isfinite(loss):
            return replace(self, reason=f"the loss became {'NaN' if math.isnan(loss) else 'infinite'}")
        first = self.first if len(self.first) == WINDOW else (*self.first, loss)
        latest = (*self.latest, loss)[-WINDOW:]
        new = Watcher(self.ignorant, first, latest)
        if len(latest) < WINDOW:
            return new
        # The very first losses belong to the untrained state; a later one may already be part of the climb.
        start = max(abs(first[0]), 1e-12)
        middle = sorted(latest)[WINDOW // 2]
        limit = max(FACTOR * start, IGNORANT_FACTOR * (self.ignorant or 0.0))
        if middle > limit and middle > rise_limit(first, batch_noise(latest)):
            return replace(new, reason=f"the loss rose from {first[0]:.3g} to {middle:.3g}")
        return new
