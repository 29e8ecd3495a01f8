"""The gradient norm grew tenfold, or spiked before the loss rose.

What it does
------------
Looks at the logged gradient norm. Fires where its level at the end is 10 times its lowest level before, beyond its own
noise, or where single values of 10 times its median come right before a rise of the loss. Critical where the loss has
risen too.

Why it matters
--------------
A growing gradient at a constant rate means growing steps: the training is leaving the region in which it was stable.
The norm shows it before the loss does.

What to do
----------
Clip the gradient at the number that is named (`global_clipnorm` of a Keras optimizer): the 90th percentile of the norm
while all was well. If that clips most steps, a third of the rate is the better cure.

Edge cases
----------
Without a logged gradient norm it is not applicable; fewer than 6 values are not enough. A norm that is large at first
and falls is an ordinary start. A spike after which the loss goes on as before is clear: the optimizer bore it. Infinite
values under a loss scale are skipped steps, and left out with NaN; a norm that stays NaN to the end is critical.

References
----------
Pascanu, On the difficulty of training recurrent neural networks (2013): clipping at a number taken from the average
norm. Chowdhery, PaLM (2022), section 5.1: loss spikes, and clipping at 1.0. Wortsman, Small-scale proxies for
large-scale transformer training instabilities (2023).
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import Curve, FloatArray
from rightrate.curves.noise import noise_floor
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.optimizer_curves import GRADIENT_NORM, LOSS_SCALE, logged
from rightrate.diagnosis.reading import Reading, tolerance
from rightrate.diagnosis.rule import Rule

#: Values from which levels can be told.
MIN_VALUES = 6
#: Growth of the level, or height of a spike over the median. A fall of the same size in a warm-up is ordinary; PaLM's
#: and Wortsman's unstable trainings pass it.
FACTOR = 10.0
#: Growth in noise floors of the logarithm.
NOISES = 4.0
#: Stretches whose medians are the levels: the norm of single batches is far from its level.
STRETCHES = 6
#: Share of the values right after a spike in which the loss must rise for the spike to count.
SOON = 0.10
#: The highest spikes that are looked at, so that a log of a million steps is quick.
MOST_SPIKES = 30
#: Percentile of the healthy stretch at which to clip: one step in ten is touched.
CLIP_AT = 90.0


def check(reading: Reading) -> Check:
    """See the module."""
    curve = logged(reading.training, GRADIENT_NORM)
    if curve is None:
        return not_applicable("The gradient norm was not logged.")
    usable = np.isfinite(curve.values) & (curve.values > 0)
    if int(usable.sum()) < MIN_VALUES:
        return not_enough_data(f"{int(usable.sum())} values of the gradient norm; it takes {MIN_VALUES}.")
    lost = _no_number(reading, curve, usable)
    if lost is not None:
        return lost
    steps, norms = curve.steps[usable], curve.values[usable]
    return _growth(reading, steps, norms) or _spike(reading, steps, norms) or _steady(norms)


def _steady(norms: FloatArray) -> Check:
    middle = float(np.median(norms))
    return clear(
        f"The gradient norm stayed around {middle:.3g}; the largest is {norms.max():.3g}.",
        {"median": middle, "largest": float(norms.max())},
    )


def _no_number(reading: Reading, curve: Curve, usable: np.ndarray) -> Check | None:
    if np.isfinite(curve.values[-1]) or logged(reading.training, LOSS_SCALE) is not None:
        return None
    last = int(np.flatnonzero(usable)[-1])
    at = (float(curve.steps[last]), float(curve.steps[-1]))
    why = f"The gradient norm was no number from {reading.training.unit} {curve.steps[last + 1]} on."
    return fired(
        Severity.CRITICAL, why, _advice(reading, curve.values[usable]), {"last": float(curve.values[last])}, at
    )


def _growth(reading: Reading, steps: np.ndarray, norms: FloatArray) -> Check | None:
    logs = np.log10(norms)
    levels = np.array([float(np.median(part)) for part in np.array_split(logs, min(STRETCHES, norms.size // 2))])
    lowest = int(levels[:-1].argmin())
    growth = float(levels[-1] - levels[lowest])
    noise = noise_floor(logs) or 0.0
    if growth < np.log10(FACTOR) or growth <= NOISES * noise:
        return None
    start = int(lowest * norms.size / levels.size)
    rose = _rose(_losses(reading), float(steps[start]), float(steps[-1]), float(steps[-1] - steps[0]) / levels.size)
    low, high = 10.0 ** levels[lowest], 10.0 ** levels[-1]
    evidence = {"lowest": low, "last": high, "growth": _power(growth), "noise": noise, "loss_rose": int(rose)}
    why = f"The gradient norm grew from {low:.3g} to {high:.3g}, {_times(growth)}, since {_at(reading, steps[start])}"
    why += ", and the loss rose." if rose else "."
    healthy = norms[: start + max(1, norms.size // levels.size)]
    severity = Severity.CRITICAL if rose else Severity.WARNING
    return fired(severity, why, _advice(reading, healthy), evidence, (float(steps[start]), float(steps[-1])))


def _spike(reading: Reading, steps: np.ndarray, norms: FloatArray) -> Check | None:
    middle = float(np.median(norms))
    high = np.flatnonzero(norms / FACTOR > middle)
    soon = SOON * float(steps[-1] - steps[0])
    losses = _losses(reading)
    later = high[high >= MIN_VALUES // 2]  # the first values are the ordinary, large start
    for index in later[np.sort(norms[later].argsort()[-MOST_SPIKES:])]:
        at = float(steps[index])
        if _rose(losses, at, at + soon, soon):
            why = (
                f"The gradient norm spiked to {norms[index]:.3g} at {_at(reading, at)}, {norms[index] / middle:.0f} "
                f"times its median of {middle:.3g}, and the loss rose after it."
            )
            evidence = {"spike": float(norms[index]), "median": middle, "spikes": int(high.size)}
            return fired(Severity.WARNING, why, _advice(reading, norms[norms <= FACTOR * middle]), evidence, (at, at))
    return None


def _losses(reading: Reading) -> list[tuple[Curve, float]]:
    """The losses that were logged, without what is no number, each with its noise."""
    found = [curve for name in ("loss", "val_loss") if (curve := reading.training.curves.get(name)) is not None]
    kept = [(curve, np.isfinite(curve.values)) for curve in found]
    finite = [Curve(curve.name, curve.steps[there], curve.values[there]) for curve, there in kept if there.any()]
    return [(curve, tolerance(curve.values) or 0.0) for curve in finite]


def _rose(losses: list[tuple[Curve, float]], since: float, until: float, width: float) -> bool:
    """Whether a loss ended `until` higher than it stood `since`, by more than its noise; medians over `width` steps."""
    for loss, noise in losses:
        start, end = (int(index) for index in np.searchsorted(loss.steps, [since, until], side="right"))
        count = max(_FEW, int(np.searchsorted(loss.steps, since + width, side="right")) - start)
        end = max(end, min(start + _FEW, len(loss)))
        before, after = loss.values[max(0, start - count) : start], loss.values[max(start, end - count) : end]
        if not before.size or not after.size:
            continue
        spread = (1 / before.size + 1 / after.size) ** 0.5
        if float(np.median(after)) / 2 - float(np.median(before)) / 2 > noise * max(1.0, SURE * spread) / 2:
            return True
    return False


#: Noises (two standard deviations) that medians of n values must differ by, times the root of 1/n + 1/n: four standard
#: errors of their difference, one of which is 1.25 deviations times that root (Kenney and Keeping, 1962).
SURE = 2.5
#: Values whose median is the loss before and after, at least: one batch is not a rise.
_FEW = 3


def _advice(reading: Reading, healthy: FloatArray) -> str:
    clip = float(np.percentile(healthy, CLIP_AT))
    rate = reading.peak
    lower = f"a rate of {rate / 3:.2g} instead of {rate:.2g}" if rate else "a third of the rate"
    return f"Clip the gradient at {clip:.2g} (global_clipnorm={clip:.2g}); if that clips most steps, take {lower}."


def _at(reading: Reading, step: float) -> str:
    return f"{reading.training.unit} {step:g}"


def _power(decades: float) -> float:
    return float(10.0 ** min(decades, 300.0))


def _times(decades: float) -> str:
    return f"{_power(decades):.3g} times"


RULE = Rule("RR171", "gradient-norm", Cause.RATE_TOO_HIGH, check, __doc__ or "")
