"""Which shapes a schedule may have at a peak, and which of them begin alike."""

from __future__ import annotations

import numpy as np

from rightrate.schedules.schedule import Schedule
from rightrate.schedules.shapes import (
    WARMUP_SHARE,
    constant,
    cosine,
    linear,
    one_cycle,
    slanted_triangular,
    warmup_stable_decay,
)

#: Shares of the steps that cool down, beside the fifth of `warmup_stable_decay`. Twice as much ended 1.4 % lower in the
#: mean of eight fine-tunings (benchmarks/RESULTS.md, "Shapes"), half as much higher.
LONG_COOLDOWN, SHORT_COOLDOWN = 0.4, 0.1
#: A training that stops early cools down over this share of its own steps, as the whole one does.
COOLS = 0.2


def family(base: Schedule, *, spikes: bool = False, best_step: int | None = None, multiple: int = 1) -> list[Schedule]:
    """The other shapes at the peak of `base`, those first that share most with it, and none twice.

    Args:
        base: a `warmup_stable_decay` without warm-up.
        spikes: the first steps threw the loss up, so that a warm-up is worth a training.
        best_step: where validation was at its best; a training that cools down right after it is among the shapes.
            None where that was the end.
        multiple: of which the steps of such a shorter training are, e.g. those of an epoch.

    Example:
        >>> [one.name for one in family(warmup_stable_decay(0.1, 100))][:4]
        ['warmup_stable_decay', 'constant', 'warmup_stable_decay', 'linear']
    """
    peak, steps = base.peak, base.steps
    warmup = round(WARMUP_SHARE * steps)
    shapes = [
        warmup_stable_decay(peak, steps, cooldown=round(LONG_COOLDOWN * steps)),
        constant(peak, steps),
        warmup_stable_decay(peak, steps, cooldown=round(SHORT_COOLDOWN * steps)),
        *([] if best_step is None else [shorter(peak, best_step, multiple)]),
        *([warmup_stable_decay(peak, steps, warmup=warmup)] if spikes else []),
        linear(peak, steps),
        cosine(peak, steps, warmup=warmup),
        one_cycle(peak, steps),
        slanted_triangular(peak, steps),
    ]
    found = [base]
    for shape in shapes:
        if shape.steps <= steps and not any(np.array_equal(shape.shape, one.shape) for one in found):
            found.append(shape)
    return found[1:]


def shorter(peak: float, best_step: int, multiple: int = 1) -> Schedule:
    """Hold the peak until about `best_step`, then cool down: a training that ends where a longer one overfits.

    Example:
        >>> shorter(0.1, best_step=40, multiple=10).describe()
        'Train 50 steps only: hold 0.1, and cool down linearly towards 0 over the last 10 of 50 steps.'
    """
    steps = max(multiple, -(-round(best_step / (1 - COOLS)) // multiple) * multiple)
    made = warmup_stable_decay(peak, steps, cooldown=max(1, round(COOLS * steps)))
    sentence = f"Train {steps} steps only: {made.sentence[0].lower()}{made.sentence[1:]}"
    return Schedule(made.name, peak, made.shape, sentence)


def shared_steps(one: Schedule, other: Schedule) -> int:
    """How many first steps two schedules have in common, to the last bit: so many need to be trained once only.

    Example:
        >>> shared_steps(warmup_stable_decay(0.1, 100), constant(0.1, 100))
        81
        >>> shared_steps(linear(0.1, 100), linear(0.2, 100))
        0
    """
    most = min(one.steps, other.steps)
    differs = one.rates[:most] != other.rates[:most]
    return int(differs.argmax()) if differs.any() else most
