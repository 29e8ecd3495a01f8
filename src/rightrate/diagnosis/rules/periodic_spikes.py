"""The training loss spikes with a fixed period: the order of the data shows.

What it does
------------
Takes the loss of single steps, takes its slow course out, and looks at what is left by place within a period: the steps
of an epoch where they are known, else the period at which the loss is most like itself. Fires where one place is among
the highest of nearly every period, more often than chance makes it, twice as high as the next place, and far above the
ordinary loss.

Why it matters
--------------
A batch that is hard each time it comes is the same batch: the data is not shuffled, or a part of it is broken. Its
gradient pulls the weights the same way once a period, and a smaller rate only hides it.

What to do
----------
Shuffle: `fit(shuffle=True)` does it for arrays; a `tf.data.Dataset` needs `.shuffle` with a buffer of many batches.
Then look at the samples of the batch that is named.

Edge cases
----------
Without the loss of single steps it is not applicable. It takes 4 periods of 4 values each. Values at unequal distances
have no place in a period: not applicable. A loss that steps down at each epoch (learning by heart) or that is a running
mean over the epoch has no spikes: only what rises and comes back counts. Keras repeats one order of an array in every
epoch after `keras.utils.set_random_seed` (Keras 3.15, TensorFlow): the losses then have a period, but no place stands
out alone. The last place of an epoch is left out: that batch is often smaller, and shakes more. NaN is left out too.

References
----------
Box and Jenkins, Time series analysis (1970): the autocorrelation and its standard error, 1 / sqrt(n). By chance, a
place is among the highest tenth of a period in one of ten periods: the binomial distribution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rightrate.curves.curve import Curve, FloatArray
from rightrate.curves.noise import MAD_TO_SIGMA
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Values of one period at least, and periods at least.
SHORTEST, PERIODS = 4, 4
#: Height of the place over the others, in standard deviations of what single values shake by.
HEIGHT = 4.0
#: And in heights of the next highest place (of those below the `most` highest). In the development half of
#: benchmarks/diagnosis.py every epoch has the same order, and the hardest of ordinary batches stays below 2.
ALONE = 2.0
#: Share of a period's values that are its highest, one at least.
HIGHEST = 0.10
#: Share of the periods in which the place must be among them, and how probable that may be by chance, at any place.
OFTEN, CHANCE = 0.75, 1e-4
#: Height over the loss around it, and as a share of the loss of the first values: the hardest of ordinary batches, read
#: in the same order each epoch, stays below one of the two in the development half of benchmarks/diagnosis.py.
OVER_LEVEL, OVER_START = 1.0, 0.5
#: A period is only searched for where the autocorrelation at it exceeds this, and so many standard errors.
CORRELATION, ERRORS = 0.3, 4.0
#: Values whose median is the course around one, at most: more are slow, and a spike is a few of them.
LONGEST = 101
#: The last values that are looked at: enough for many periods, and quick for a log of a million steps.
MOST_VALUES = 20_000


#: Values whose median is the loss that the training began with.
_FIRST = 8


@dataclass(frozen=True)
class _Spikes:
    period: int  # values
    place: int  # within it, from 0
    height: float
    next_height: float
    noise: float
    often: float
    chance: float


def check(reading: Reading) -> Check:
    """See the module."""
    loss = reading.training.curves.get("loss")
    if reading.training.unit != "step" or loss is None or len(loss) < 2:
        return not_applicable("The loss of single steps was not logged.")
    every = int(loss.steps[1] - loss.steps[0])
    if not bool(np.all(np.diff(loss.steps) == every)):
        return not_applicable("The loss was logged at unequal distances.")
    per_epoch = reading.training.steps_per_epoch
    known = per_epoch // every if per_epoch is not None and per_epoch % every == 0 else None
    if known is not None and known < SHORTEST:
        return not_applicable(f"An epoch has {known} values of the loss, and it takes {SHORTEST} to see a place in it.")
    skipped = max(0, len(loss) - MOST_VALUES)
    skipped += -skipped % known if known is not None else 0  # whole epochs
    values = loss.values[skipped:]
    if values.size < PERIODS * (known or SHORTEST):
        return not_enough_data(f"{values.size} values of the loss; it takes {PERIODS} periods of them.")
    rest = _without_course(values, known)
    periods = [known] if known is not None else _periods(rest)
    found = [
        spikes for period in periods for most in {1, max(1, int(HIGHEST * period))}
        if (spikes := _spikes(rest, period, most, known is not None)) is not None
    ]  # fmt: skip
    level = float(np.median(np.abs(_finite(values)))) if np.isfinite(values).any() else 0.0
    start = float(np.median(np.abs(first))) if (first := _finite(loss.values[:_FIRST])).size else 0.0
    high = [one for one in found if _stands_out(one, level, start)]
    if not high:
        return clear("No place in a period of the steps stands out.", {"values": int(values.size)})
    return _found(loss, high[0], int(loss.steps[skipped]), every, level, at_epoch=known is not None)


def _stands_out(one: _Spikes, level: float, start: float) -> bool:
    high = one.height > max(HEIGHT * one.noise, OVER_LEVEL * level, OVER_START * start, ALONE * one.next_height)
    return high and one.often >= OFTEN and one.chance < CHANCE


def _found(loss: Curve, spikes: _Spikes, first: int, every: int, level: float, at_epoch: bool) -> Check:
    steps = spikes.period * every
    named = f"{steps} steps, one epoch" if at_epoch else f"{steps} steps"
    where = f"at step {spikes.place * every + first} and each period after it"
    why = (
        f"The training loss spikes every {named}, by {spikes.height:.2g} over {level:.2g}, in {spikes.often:.0%} "
        "of the periods: the order of the data shows."
    )
    advice = f"Shuffle the training data anew in each epoch, and look at the samples of the batch {where}."
    evidence: dict[str, float | int | str | None] = {
        "period": steps, "height": spikes.height, "level": level, "noise": spikes.noise, "often": spikes.often,
        "place": spikes.place * every,
    }  # fmt: skip
    return fired(Severity.HINT, why, advice, evidence, (float(loss.steps[0]), float(loss.steps[-1])))


def _without_course(values: FloatArray, period: int | None) -> FloatArray:
    """What is left when the median of the values around each is taken away; NaN stays."""
    around = min(max(SHORTEST, period or SHORTEST * 2), LONGEST) | 1
    finite = np.isfinite(values)
    if not finite.any():
        return values
    latest = np.maximum.accumulate(np.where(finite, np.arange(values.size), -1))
    filled = values[np.where(latest < 0, int(np.flatnonzero(finite)[0]), latest)]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(filled, around // 2, mode="reflect"), around)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(values - np.median(windows, axis=1), dtype=np.float64)


def _periods(rest: FloatArray) -> list[int]:
    """The distance at which the values are most like themselves, if they are so at all."""
    scale = float(np.nanmax(np.abs(np.where(np.isfinite(rest), rest, np.nan)))) if np.isfinite(rest).any() else 0.0
    if scale == 0.0:
        return []
    whole = np.where(np.isfinite(rest), rest, 0.0) / scale
    whole = whole - whole.mean()
    padded = np.fft.rfft(whole, 2 * whole.size)
    correlation = np.fft.irfft(padded * np.conj(padded))[: whole.size // PERIODS + 1]
    if correlation[0] <= 0:
        return []
    correlation = correlation / correlation[0]
    if correlation.size <= SHORTEST:
        return []
    best = int(correlation[SHORTEST:].argmax()) + SHORTEST
    return [best] if correlation[best] > max(CORRELATION, ERRORS / np.sqrt(whole.size)) else []


def _finite(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]


def _spikes(rest: FloatArray, period: int, most: int, is_epoch: bool) -> _Spikes | None:
    """The place of a period that stands highest, over whole periods from the first value on."""
    rows = rest[: rest.size // period * period].reshape(-1, period)
    rows = np.where(np.isfinite(rows), rows, np.nan)[:, : period - 1 if is_epoch else period]
    if np.isnan(rows).all(axis=0).any():
        return None
    medians = np.nanmedian(rows, axis=0) if np.isnan(rows).any() else np.median(rows, axis=0)  # ten times as quick
    ranks = (-np.where(np.isnan(rows), -np.inf, rows)).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    counts = (ranks < most).sum(axis=0)
    place = int(np.lexsort((medians, counts))[-1])
    others = np.delete(rows, place, axis=1)
    others = others[np.isfinite(others)]
    if not others.size:
        return None
    base = float(np.median(others))
    noise = MAD_TO_SIGMA * float(np.median(np.abs(others - base)))
    height = float(medians[place]) - base
    next_height = float(np.sort(medians)[-1 - most]) - base
    count = int(counts[place])
    chance = min(1.0, period * _tail(count, rows.shape[0], most / period))
    return _Spikes(period, place, height, next_height, noise, count / rows.shape[0], chance)


def _tail(count: int, of: int, share: float) -> float:
    """The probability of `count` or more of `of`, at `share` each: the upper bound of Hoeffding."""
    part = count / of
    if part <= share:
        return 1.0
    rest = (1 - part) * math.log((1 - part) / (1 - share)) if part < 1 else 0.0
    return math.exp(-of * (part * math.log(part / share) + rest))


RULE = Rule("RR164", "periodic-spikes", Cause.DATA, check, __doc__ or "")
