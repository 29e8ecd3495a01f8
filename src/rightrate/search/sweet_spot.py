"""The sweet spot: the rates at which precision and recall are both good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rightrate.scoring.bands import GOOD
from rightrate.search.trial import Ended, Trial


@dataclass(frozen=True)
class SweetSpot:
    """Precision and recall over the rates that were trained to the end, and where both are good.

    Args:
        points: `(learning rate, precision, recall)` by rising rate; None where one was not measured.
        best: the rate at which the smaller of the two is largest, the lower rate of equals; None where nowhere both
            were measured.
        good: the lowest and highest rate at which both are `GOOD` or more; None without one. Rates in between need not
            be.
    """

    points: tuple[tuple[float, float | None, float | None], ...]
    best: float | None
    good: tuple[float, float] | None


def sweet_spot(trials: Sequence[Trial]) -> SweetSpot | None:
    """Read it off the trials; None where none was trained to the end or precision and recall were not measured.

    Example:
        >>> sweet_spot([]) is None
        True
    """
    ended = [one for one in trials if one.ended is Ended.FINISHED and one.scores is not None]
    if not ended:
        return None
    points = tuple((one.learning_rate, one.scores.precision, one.scores.recall) for one in ended if one.scores)
    both = {rate: min(p, r) for rate, p, r in points if p is not None and r is not None}
    good = [rate for rate, least in both.items() if least >= GOOD]
    best = max(both, key=lambda rate: (both[rate], -rate)) if both else None
    return SweetSpot(points, best, (min(good), max(good)) if good else None)
