"""Which changes between two verdicts are beyond chance, when there are many figures to look at.

Of 20 figures that did not change, one is expected outside its 95 % interval. Holm's step-down procedure (Scandinavian
Journal of Statistics 6, 1979) keeps the chance that any unchanged figure is called proven at 5 % all the same, however
the figures hang together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import ndtr, ndtri

from rightrate.verdict.difference import Difference
from rightrate.verdict.judgement import Judgement
from rightrate.verdict.policy import Policy


def corrected(difference: Difference, old: Judgement, new: Judgement) -> Difference:
    """Return the difference with `proven` corrected for the number of figures compared; the proven ones first.

    The chance of each change comes from its interval, as of a normal distribution on the side of 0. Where the two were
    measured with different levels, the one that proves less is taken at each step.
    """
    levels = [_level(judgement) for judgement in (old, new)]
    chances = [
        _chance(change.difference.value, change.difference.low, change.difference.high, min(levels))
        for change in difference.changes
    ]
    proven = holm(chances, 1 - max(levels))
    changes = [replace(change, proven=is_so) for change, is_so in zip(difference.changes, proven, strict=True)]
    return replace(difference, changes=tuple(sorted(changes, key=lambda change: not change.proven)))


def holm(chances: Sequence[float], alpha: float) -> list[bool]:
    """Tell which of several hypotheses fall, such that any true one falls with a chance of at most `alpha`.

    Args:
        chances: p-values; NaN where there is none, which is no hypothesis.
        alpha: between 0 and 1.

    Example:
        >>> holm([0.04, 0.01, float("nan")], 0.05), holm([0.04, 0.03], 0.05)
        ([True, True, False], [False, False])
    """
    tested = [index for index, chance in enumerate(chances) if not math.isnan(chance)]
    fallen = [False] * len(chances)
    for passed, index in enumerate(sorted(tested, key=lambda index: chances[index])):
        if chances[index] > alpha / (len(tested) - passed):
            break
        fallen[index] = True
    return fallen


def _chance(value: float | None, low: float | None, high: float | None, level: float) -> float:
    """Chance of a difference at least so far from 0 where there is none; NaN without an interval.

    Example:
        >>> round(_chance(0.1, 0.0, 0.2, 0.95), 3), _chance(0.1, None, None, 0.95)
        (0.05, nan)
    """
    if value is None or low is None or high is None:
        return math.nan
    if value == 0:
        return 1.0
    reach = value - low if value > 0 else high - value
    if reach <= 0:
        return 0.0
    return float(2 * ndtr(-float(ndtri((1 + level) / 2)) * np.abs(value) / reach))


def _level(judgement: Judgement) -> float:
    level = judgement.policy.get("level")
    return float(level) if isinstance(level, (int, float)) and 0 < level < 1 else Policy().level
