"""Which rates cannot be told apart from the chosen one: paired differences on the same validation samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

#: Standard errors at which two rates count as told apart: 95 % of a normal distribution, two-sided.
APART = 1.96
#: What another seed moves a final loss by, as a share of it. Between three seeds at the best rate it is 7 % in the
#: median (development half of benchmarks/search_oracle.py); with 5 % the interval holds the best rate in 92 % with
#: all trained and in 97 % with the budget of large trainings, with none in 86 and 81 %.
SEED_NOISE = 0.05
#: Fewest pairs that say anything about their spread.
FEWEST_PAIRS = 8


@dataclass(frozen=True)
class Difference:
    """Mean and standard error of `other - chosen`, sample by sample; positive means the other is worse."""

    mean: float
    error: float

    @property
    def excess(self) -> float:
        """How far the difference lies beyond what chance explains; above 0 means told apart (as worse)."""
        return self.mean - APART * self.error

    def of_any_seed(self, level: float, done: float) -> Difference:
        """The same where the training may have another seed, and was compared before its end.

        Args:
            level: what the chosen one's loss is there.
            done: share of the training that was done, above 0. What is left may change the difference: the noise grows
                with one over its root.

        Example:
            >>> Difference(0.1, 0.0).of_any_seed(level=1.0, done=0.25)
            Difference(mean=0.1, error=0.1)
        """
        noise = SEED_NOISE * abs(level) / math.sqrt(done)
        return Difference(self.mean, math.hypot(self.error, noise)) if math.isfinite(self.mean) else self


def paired(chosen: FloatArray, other: FloatArray) -> Difference | None:
    """Compare two candidates on the samples that both were measured on (the first of each array).

    Returns None with fewer than `FEWEST_PAIRS` pairs. A loss that is not finite counts as infinitely worse.

    Example:
        >>> paired(np.zeros(100), np.ones(100))
        Difference(mean=1.0, error=0.0)
    """
    n = min(len(chosen), len(other))
    if n < FEWEST_PAIRS:
        return None
    difference = np.asarray(other[:n]) - np.asarray(chosen[:n])
    if not np.all(np.isfinite(difference)):
        return Difference(math.inf, 0.0)
    return Difference(float(difference.mean()), float(difference.std(ddof=1) / math.sqrt(n)))


def interval(
    rates: Sequence[float], differences: Sequence[Difference | None], chosen: int
) -> tuple[float, float] | None:
    """The rates around `rates[chosen]` that cannot be told apart from it.

    Walking outwards, the interval ends between the last rate that cannot be told apart and the first one that
    can, where the excess of its difference over chance, read linearly on the log axis, passes 0. It ends at the
    last rate tried where none on that side is told apart.

    Args:
        rates: ascending.
        differences: against the chosen one, None where not measured (those are passed over).
        chosen: index of the chosen rate.

    Returns:
        `(low, high)`, or None where no other rate was measured in pairs.

    Example:
        >>> far, near = Difference(1.0, 0.1), Difference(0.01, 0.1)
        >>> interval([1e-4, 1e-3, 1e-2], [far, Difference(0.0, 0.0), near], 1)
        (0.000636..., 0.01)
    """
    if all(d is None for i, d in enumerate(differences) if i != chosen):
        return None
    low = _end(rates, differences, chosen, -1)
    high = _end(rates, differences, chosen, +1)
    return low, high


def _end(rates: Sequence[float], differences: Sequence[Difference | None], chosen: int, direction: int) -> float:
    last, last_excess = rates[chosen], None
    index = chosen + direction
    while 0 <= index < len(rates):
        difference = differences[index]
        if difference is not None:
            if difference.excess > 0:
                return _crossing(last, last_excess, rates[index], difference)
            last, last_excess = rates[index], difference.excess
        index += direction
    return last


def _crossing(inside: float, inside_excess: float | None, outside: float, difference: Difference) -> float:
    if not math.isfinite(difference.excess):
        return inside
    # The chosen rate itself differs by nothing; beside it the error of the difference grows from 0 as well, so
    # the neighbour's own error stands for it.
    below = -APART * difference.error if inside_excess is None else inside_excess
    share = -below / (difference.excess - below) if difference.excess > below else 0.0
    return float(10 ** (math.log10(inside) + share * (math.log10(outside) - math.log10(inside))))
