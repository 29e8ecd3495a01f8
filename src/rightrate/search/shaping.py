"""Which shapes of a schedule are compared once the peak is found, what each costs, and which one is chosen. Pure.

Schedules that begin alike share that part of the training: a cool-down branches from the state that the chosen
candidate, or an earlier branch, had where the two part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from rightrate.schedules import Schedule
from rightrate.schedules.family import shared_steps
from rightrate.search.interval import paired
from rightrate.search.state import Look


@dataclass(frozen=True, eq=False)
class Branch:
    """A training that continues another one.

    Args:
        schedule: what it follows.
        parent: 0 for the candidate that was chosen, k for the k-th branch.
        at: the step whose state it continues; 0 for the beginning.
    """

    schedule: Schedule
    parent: int
    at: int

    @property
    def steps(self) -> int:
        """Optimizer steps that it trains."""
        return self.schedule.steps - self.at


@dataclass(frozen=True, eq=False)
class Shaped:
    """A schedule that was trained to its end.

    Args:
        schedule: what was followed.
        values: validation values at the end, by Keras's names.
        shared: first steps that it did not need to train, since another schedule had.
    """

    schedule: Schedule
    values: Mapping[str, float]
    shared: int = 0


def branches(
    base: Schedule,
    shapes: Sequence[Schedule],
    kept: Collection[int],
    left: float,
    cost: Callable[[float], float],
) -> tuple[Branch, ...]:
    """What of `shapes` the budget pays for, in their order.

    Args:
        base: the schedule of the candidate that was chosen.
        kept: the steps at which its state was kept.
        left: full trainings that may be spent.
        cost: steps -> full trainings.

    Example:
        >>> from rightrate.schedules import constant, linear, warmup_stable_decay
        >>> base, others = warmup_stable_decay(0.1, 100), (constant(0.1, 100), linear(0.1, 100))
        >>> [(one.schedule.name, one.at) for one in branches(base, others, {80}, 1.0, lambda steps: steps / 100)]
        [('constant', 80)]
    """
    found: list[Branch] = []
    for shape in shapes:
        shared = shared_steps(base, shape)
        starts = [(max((step for step in kept if step <= shared), default=0), 0)]
        starts += [(shared_steps(one.schedule, shape), place) for place, one in enumerate(found, start=1)]
        at, parent = max(starts, key=lambda start: (start[0], -start[1]))
        # An earlier branch can be left only where it was trained by itself, or where it began.
        while parent and at < found[parent - 1].at:
            parent = found[parent - 1].parent
        if parent == 0:
            at = max((step for step in kept if step <= at), default=0)
        branch = Branch(shape, parent, at)
        if cost(branch.steps) <= left + 1e-9 and branch.steps > 0:
            found.append(branch)
            left -= cost(branch.steps)
    return tuple(found)


def best_shape(base: Look, looks: Sequence[Look | None]) -> int:
    """Which schedule is chosen: 0 for the one that the rates were compared with, k for the k-th of the others.

    Another one must be better by more than a standard error of the paired difference, so that a change of the schedule
    is more than chance; of those the best. One that comes nearer to what a model must reach is better.

    Args:
        base: the last look at the candidate that was chosen.
        looks: the last looks at the others, None for one that was lost.

    Example:
        >>> best_shape(Look(10, 0.5), [Look(10, 0.6), None, Look(10, 0.4)])
        3
    """
    ranked = [(look.shortfall, look.score, place) for place, look in enumerate(looks, 1) if look is not None]
    better = [one for one in ranked if _is_better(looks[one[2] - 1], base)]
    return min(better)[2] if better else 0


def _is_better(look: Look | None, base: Look) -> bool:
    if look is None or not math.isfinite(look.score):
        return False
    if look.shortfall != base.shortfall:
        return look.shortfall < base.shortfall
    difference = None if base.losses is None or look.losses is None else paired(base.losses, look.losses)
    if difference is None:
        return look.score < base.score
    return difference.mean < -difference.error
