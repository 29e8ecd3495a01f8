"""The shapes a learning rate can follow. Each function returns a `Schedule`; counts are optimizer steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from rightrate.errors import UsageError, nearest
from rightrate.schedules.schedule import FloatArray, Schedule

# Share of the steps that warms up where nobody says otherwise. 10 % is the upper end of what the Deep Learning
# Tuning Playbook advises and what BERT fine-tuning studies use (Mosbach et al., arXiv:2006.04884).
WARMUP_SHARE = 0.1
# Share of the steps that cools down in warm-up-stable-decay: 20 % is where the curves of Hägele et al.
# (arXiv:2405.18392, figure 5) flatten.
COOLDOWN_SHARE = 0.2
# Slanted triangular: the share that rises and the ratio of peak to lowest rate (Howard and Ruder,
# arXiv:1801.06146, section 3.2).
SLANTED_CUT, SLANTED_RATIO = 0.1, 32.0
# One-cycle: start at peak/25, rise over 30 %, end at peak/10000 (fastai's fit_one_cycle uses 25, 0.25 and 1e5;
# PyTorch's OneCycleLR 25, 0.3 and 1e4, taken here).
ONE_CYCLE_START, ONE_CYCLE_RISE, ONE_CYCLE_END = 25.0, 0.3, 1e4


def _check(steps: int, **counts: int) -> None:
    if steps < 1:
        raise UsageError(f"A schedule needs at least one step. Received: steps={steps}.")
    for name, count in counts.items():
        if not 0 <= count <= steps:
            raise UsageError(f"`{name}` must lie between 0 and steps={steps}. Received: {name}={count}.")


def _warmed(shape: FloatArray, warmup: int) -> FloatArray:
    """Multiply the first `warmup` steps by a ramp that reaches 1 at the last of them."""
    ramp = np.ones_like(shape)
    ramp[:warmup] = (np.arange(warmup) + 1) / max(warmup, 1)
    return shape * ramp


def _after_warmup(warmup: int) -> str:
    if warmup == 0:
        return ""
    return f"Warm up over {warmup} step{'s' if warmup != 1 else ''}, then "


def _sentence(warmup: int, text: str) -> str:
    prefix = _after_warmup(warmup)
    return prefix + text if prefix else text[0].upper() + text[1:]


def constant(peak: float, steps: int, warmup: int = 0) -> Schedule:
    """Keep the peak to the end, after an optional linear warm-up.

    Example:
        >>> constant(peak=0.1, steps=4, warmup=2).rates.tolist()
        [0.05, 0.1, 0.1, 0.1]
    """
    _check(steps, warmup=warmup)
    return Schedule("constant", peak, _warmed(np.ones(steps), warmup), _sentence(warmup, "keep {peak} to the end"))


def linear(peak: float, steps: int, warmup: int = 0) -> Schedule:
    """Fall linearly from the peak towards 0, after an optional linear warm-up.

    Example:
        >>> linear(peak=1.0, steps=4).rates.tolist()
        [1.0, 0.75, 0.5, 0.25]
    """
    _check(steps, warmup=warmup)
    left = np.clip((steps - np.arange(steps)) / max(steps - warmup, 1), 0, 1)
    return Schedule("linear", peak, _warmed(left, warmup), _sentence(warmup, "fall linearly from {peak} towards 0"))


def cosine(peak: float, steps: int, warmup: int = 0) -> Schedule:
    """Fall along half a cosine from the peak towards 0 (Loshchilov and Hutter, arXiv:1608.03983).

    Example:
        >>> cosine(peak=1.0, steps=4).rates.round(3).tolist()
        [1.0, 0.854, 0.5, 0.146]
    """
    _check(steps, warmup=warmup)
    progress = np.clip((np.arange(steps) - warmup) / max(steps - warmup, 1), 0, 1)
    shape = _warmed((1 + np.cos(np.pi * progress)) / 2, warmup)
    return Schedule("cosine", peak, shape, _sentence(warmup, "fall along a cosine from {peak} towards 0"))


def warmup_stable_decay(peak: float, steps: int, warmup: int = 0, cooldown: int | None = None) -> Schedule:
    """Hold the peak, then fall linearly towards 0 over the last `cooldown` steps (default: a fifth).

    Trainings of different lengths share the part before the cool-down (Hägele et al., arXiv:2405.18392).

    Example:
        >>> warmup_stable_decay(peak=1.0, steps=5, warmup=1, cooldown=2).rates.tolist()
        [1.0, 1.0, 1.0, 1.0, 0.5]
    """
    cooldown = round(COOLDOWN_SHARE * steps) if cooldown is None else cooldown
    _check(steps, warmup=warmup, cooldown=cooldown)
    left = np.clip((steps - np.arange(steps)) / max(cooldown, 1), 0, 1)
    shape = _warmed(left, warmup)
    return Schedule(
        "warmup_stable_decay",
        peak,
        shape,
        _sentence(
            warmup,
            f"hold {{peak}}, and cool down linearly towards 0 over the last {cooldown} of {steps} steps",
        ),
    )


def one_cycle(peak: float, steps: int, warmup: int | None = None) -> Schedule:
    """Rise along a cosine from peak/25 to the peak, then fall along one to peak/10000 (Smith, arXiv:1708.07120).

    Example:
        >>> one_cycle(peak=1.0, steps=10).rates.argmax()
        np.int64(3)
    """
    rise = round(ONE_CYCLE_RISE * steps) if warmup is None else warmup
    _check(steps, warmup=rise)
    step = np.arange(steps, dtype=np.float64)
    up = np.clip(step / max(rise, 1), 0, 1)
    down = np.clip((step - rise) / max(steps - 1 - rise, 1), 0, 1)
    start, end = 1 / ONE_CYCLE_START, 1 / ONE_CYCLE_END
    rising = start + (1 - start) * (1 - np.cos(np.pi * up)) / 2
    falling = end + (1 - end) * (1 + np.cos(np.pi * down)) / 2
    shape = np.where(step < rise, rising, falling)
    return Schedule(
        "one_cycle",
        peak,
        shape,
        f"Rise along a cosine to {{peak}} over {rise} steps, then fall along one to almost 0",
    )


def slanted_triangular(peak: float, steps: int, warmup: int | None = None) -> Schedule:
    """Rise linearly over the first tenth, then fall linearly to peak/32 (ULMFiT, arXiv:1801.06146).

    Example:
        >>> slanted_triangular(peak=1.0, steps=10).rates.round(2).tolist()[:3]
        [0.03, 1.0, 0.89]
    """
    cut = max(1, int(SLANTED_CUT * steps)) if warmup is None else warmup
    _check(steps, warmup=cut)
    step = np.arange(steps, dtype=np.float64)
    progress = np.where(step < cut, step / max(cut, 1), 1 - (step - cut) / max(steps - cut, 1))
    shape = (1 + np.clip(progress, 0, 1) * (SLANTED_RATIO - 1)) / SLANTED_RATIO
    return Schedule(
        "slanted_triangular",
        peak,
        shape,
        f"Rise linearly to {{peak}} over {cut} steps, then fall linearly to a 32nd",
    )


def from_rates(rates: npt.ArrayLike) -> Schedule:
    """Wrap a user's own table of learning rates, shape `(steps,)`; the peak is its largest value.

    Example:
        >>> from_rates([0.1, 0.2, 0.05]).with_peak(1.0).rates.tolist()
        [0.5, 1.0, 0.25]
    """
    table = np.asarray(rates, dtype=np.float64)
    if table.ndim != 1 or table.size == 0 or not np.all(np.isfinite(table)) or table.min() < 0 or table.max() <= 0:
        raise UsageError("A table of learning rates must be one-dimensional, finite, not negative and not all 0.")
    peak = float(table.max())
    return Schedule(
        "own",
        peak,
        table / peak,
        "Follow the schedule that the model was compiled with, with its peak at {peak}",
    )


#: The names that `--schedule` and `schedule=` take, besides "auto".
SCHEDULES: tuple[tuple[str, Callable[..., Schedule]], ...] = (
    ("constant", constant),
    ("cosine", cosine),
    ("linear", linear),
    ("one_cycle", one_cycle),
    ("slanted_triangular", slanted_triangular),
    ("warmup_stable_decay", warmup_stable_decay),
)

_WARMED_BY_DEFAULT = ("cosine", "linear", "warmup_stable_decay")


def make(name: str, peak: float, steps: int) -> Schedule:
    """Return the named schedule with its default warm-up (none for "constant", which means what it says).

    Raises:
        UsageError: for a name that is not in `SCHEDULES`; the nearest ones are offered.

    Example:
        >>> make("linear", 0.1, 100).describe()
        'Warm up over 10 steps, then fall linearly from 0.1 towards 0.'
    """
    functions = dict(SCHEDULES)
    if name not in functions:
        raise UsageError(f"Unknown schedule {name!r}. {nearest(name, [*functions, 'auto'])}")
    if name in _WARMED_BY_DEFAULT:
        return functions[name](peak=peak, steps=steps, warmup=round(WARMUP_SHARE * steps))
    return functions[name](peak=peak, steps=steps)
