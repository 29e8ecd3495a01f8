"""The first steps threw the loss up, at a rate that was at its peak from the first step.

What it does
------------
Looks at the loss of single batches. Fires where it rises well above its start within the first tenth of the steps,
beyond the shaking of single batches, came back later, and the rate was at its peak from the first step on. A constant
rate alone is not a finding: most trainings bear it.

Why it matters
--------------
Fresh layers send large, random gradients into layers that had learned something, and Adam takes its first steps at full
length on an estimate from a few batches. What is thrown away then must be learned again.

What to do
----------
Let the rate rise from 0 over the first tenth of the steps. With a fresh head on a pretrained network, train the head
alone first, or give the warm-up a whole epoch.

Edge cases
----------
Without the loss of single steps, or without a logged rate, it is not applicable: epochs cannot show it. A rate that
began at half of its peak or less had a warm-up. One hard batch is not a rise: the median of 3 batches counts. Small
batches differ by a share of the loss, which the rise must exceed as well. NaN in the first steps is divergence and left
to RR101. A loss that never came back below its start, or rose tenfold, has a rate that is too high with any warm-up:
clear here, and a matter of RR104.

References
----------
Goyal, Accurate, large minibatch SGD (2017), section 2.2. Liu, On the variance of the adaptive learning rate (2020).
Kumar, Fine-tuning can distort pretrained features (2022): a fresh head first. Keras's guide on transfer learning says
the same of fresh heads.
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import Curve, FloatArray
from rightrate.curves.divergence import batch_noise
from rightrate.curves.noise import noise_floor
from rightrate.diagnosis.adam_family import is_adam_like
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Share of the steps that are "the first": the usual length of a warm-up (BERT's is 10 % of 100 000 steps and less).
FIRST_SHARE = 0.10
#: And at least so many values, because a short training has few.
FIRST_LEAST = 8
#: Values of single batches from which the start can be told from the rest.
MIN_VALUES = 16
#: Batches whose median is one height, so that one hard batch is not a rise.
WINDOW = 3
#: Height over the start, as a share of it. On right-rate trainings of the development half of benchmarks/diagnosis.py
#: single batches rise by less.
RISE = 0.5
#: Height over the start in noise floors (standard deviations) of single batches, of the loss and of its logarithm:
#: small batches differ by a share of the loss, so that an untrained network's differ most.
NOISES = 4.0
#: The loss came back where its end is below this share of the start.
BACK = 0.75
#: Rises beyond so many times the start are not mended by warm-up: in the development half of benchmarks/diagnosis.py
#: the same rates with a warm-up of a tenth (and a cosine) end 15 % to 53 % lower where the rise was below it; where it
#: was 24 and more, they still end at seven times the best rate's loss and above.
TOO_FAR = 10.0
#: A first rate at this share of the peak or less is a warm-up.
WARM = 0.5


def check(reading: Reading) -> Check:
    """See the module."""
    loss = reading.training.curves.get("loss")
    if reading.training.unit != "step" or loss is None:
        return not_applicable("The loss of single steps was not logged.")
    rates = reading.training.curves.get("learning_rate")
    peak = reading.peak
    if rates is None or peak is None or peak <= 0:
        return not_applicable("The learning rate was not logged.")
    if len(loss) < MIN_VALUES:
        return not_enough_data(f"{len(loss)} values of the loss; it takes {MIN_VALUES}.")
    first = max(FIRST_LEAST, int(FIRST_SHARE * len(loss)))
    begins = _first_rate(rates)
    if begins <= WARM * peak:
        return clear(f"The rate rose from {begins:.2g} to {peak:.2g}: there was a warm-up.", {"peak": peak})
    if not np.isfinite(loss.values[:first]).all():
        return not_applicable(f"The loss is not a number within its first {first} values.")
    if _at_peak_late(rates, peak, float(loss.steps[first - 1])):
        return clear("The rate reached its peak only after the first steps.", {"peak": peak})
    return _judge(reading, loss, first, peak)


def _judge(reading: Reading, loss: Curve, first: int, peak: float) -> Check:
    start = float(loss.values[0])
    heights = _medians(loss.values[:first])
    top = int(heights.argmax())
    height = float(heights[top])
    noise = noise_floor(loss.values[np.isfinite(loss.values)][first:]) or 0.0
    evidence = {"start": start, "height": height, "peak": peak, "noise": noise, "first_values": first}
    spread = min(batch_noise(part) or 0.0 for part in (loss.values[:first], loss.values[first:]))
    by_share = start * math.exp(min(NOISES * spread, 100.0))
    if not (height - start > max(RISE * abs(start), NOISES * noise) and height > by_share):
        return clear(
            f"The loss began at {start:.4g} and rose to no more than {height:.4g} in the first steps.", evidence
        )
    if height > TOO_FAR * abs(start) or not _came_back(reading, loss, first, start):
        what = "never came back" if height <= TOO_FAR * abs(start) else "was far away"
        return clear(f"The loss rose from {start:.4g} to {height:.4g} and {what}: no warm-up mends that.", evidence)
    step = float(loss.steps[top + WINDOW // 2])
    why = (
        f"The loss rose from {start:.4g} to {height:.4g} by step {step:g}, and the rate was at its peak of {peak:.2g} "
        "from the first step."
    )
    warm_up = _warm_up(loss, reading.setting.planned)
    advice = f"Let the rate rise from 0 to {peak:.2g} over {warm_up:g} steps, or take a rate of {peak / 3:.2g}."
    if reading.setting.fresh_head and is_adam_like(reading.setting.optimizer):
        advice += (
            f" With a fresh head and {reading.setting.optimizer}, train the head alone for an epoch before that, with "
            "the other layers frozen."
        )
    return fired(Severity.WARNING, why, advice, evidence, (float(loss.steps[0]), float(loss.steps[first - 1])))


def _came_back(reading: Reading, loss: Curve, first: int, start: float) -> bool:
    ends = [loss.values[np.isfinite(loss.values)][-first:]]
    if reading.val_loss is not None:
        ends.append(reading.val_loss[np.isfinite(reading.val_loss)][-1:])
    return all(float(np.median(end)) < BACK * start for end in ends if end.size)


def _medians(values: FloatArray) -> FloatArray:
    windows = np.lib.stride_tricks.sliding_window_view(values, WINDOW)
    return np.asarray(np.median(windows, axis=1), dtype=np.float64)


def _warm_up(loss: Curve, planned: int | None) -> int:
    """Steps of a warm-up: a share of the whole training, also where it still runs."""
    return max(1, round(FIRST_SHARE * max(float(loss.steps[-1] - loss.steps[0]), float(planned or 0))))


def _first_rate(rates: Curve) -> float:
    finite = rates.values[np.isfinite(rates.values)]
    return float(finite[0])


def _at_peak_late(rates: Curve, peak: float, until: float) -> bool:
    """Whether the rate was still below its peak in all of the first steps."""
    early = rates.values[(rates.steps <= until) & np.isfinite(rates.values)]
    return bool(early.size and early.max() <= WARM * peak)


RULE = Rule("RR153", "no-warm-up", Cause.SCHEDULE, check, __doc__ or "")
