"""The loss shot up in the first steps.

What it does
------------
Fires where, within the first tenth of the training, the loss of a step rises to half again its starting level and
beyond what batches differ by. It needs the losses of single steps.

Why it matters
--------------
The first steps are taken with fresh optimizer statistics and often a fresh head. A spike there throws pretrained
weights away before anything is learned; what follows is a training from scratch.

What to do
----------
Try a third of the rate, or keep it and warm up over the first tenth of the steps.

Edge cases
----------
Logs by epoch cannot show it: not applicable. The very first loss is taken with its two neighbours, since one batch may
be easy. Batches of few rows, and rare rows of great weight, differ by a share of the loss, most before anything is
learned: a spike must exceed what later batches do to the loss around them. A batch that is as far above the others in
each later epoch is a hard one, and no spike. A spike that is infinite counts; one that never comes back is
`diverged`'s.

References
----------
Goyal et al., Accurate, large minibatch SGD (2017), section 2.2, and Gotmare et al. (2019): what warm-up prevents.
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.divergence import batch_noise
from rightrate.curves.noise import noise_floor
from rightrate.diagnosis.advice import THIRD, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Steps whose median is the starting level.
START = 3
#: First steps at least, and as many later ones, to know how much batches differ.
MIN_STEPS = 10
#: The share of the training in which a spike is one of the first steps.
FIRST = 0.10
#: The height: half again the start. On the development half of benchmarks/diagnosis.py the highest of the first steps
#: of a right-rate training is at most 1.3 times its start.
FACTOR = 1.5
#: And so many standard deviations of the batches above it, of the loss and of its logarithm: small batches differ by a
#: share of the loss, so that an untrained network's differ most.
SIGMAS = 4.0

#: And so many times the highest of all later batches: a batch that is always hard is no spike. At rates far too low in
#: the development half of benchmarks/diagnosis.py the ratio is at most 1.2.
BEYOND = 1.3
#: Batches whose median is the loss around one of them.
AROUND = 9
#: One batch in a hundred is harder: the hardest of all would let one outlier in a long training hide any spike.
HARDEST = 0.99
#: A batch that is hard each time stands so many times above the later ones, and at least by this part of how far it
#: stood above the start. In the development half of benchmarks/diagnosis.py every epoch has the same order; at rates
#: too high the batch of the spike is later lower than that.
HARD, AS_HARD = 2.0, 0.5
#: And the ordinary batches still have this part of the starting level: where they were learned meanwhile, what the
#: first steps threw off cannot be told from a hard batch.
UNCHANGED = 0.5


def check(reading: Reading) -> Check:
    """See the module."""
    fine = reading.fine
    if fine is None:
        return not_applicable("The loss of single steps was not logged.")
    if len(fine) < 2 * MIN_STEPS:
        return not_enough_data(f"{len(fine)} steps; it takes {2 * MIN_STEPS}.")
    early = fine.values[: max(MIN_STEPS, int(FIRST * len(fine)))]
    start = float(np.median(early[:START]))
    highest = int(np.argmax(np.where(np.isnan(early), -np.inf, early)))
    height = float(early[highest])
    later = fine.values[early.size :]
    usual = float(np.max(later, where=np.isfinite(later), initial=0.0))
    noise = max(noise_floor(part) or 0.0 for part in (early, later))
    spread = min(batch_noise(part) or 0.0 for part in (early, later))
    by_share = start * math.exp(min(SIGMAS * spread, 100.0))
    limit = max(FACTOR * start, start + SIGMAS * noise, by_share, BEYOND * usual, start * _hardest(later))
    evidence = {"start": start, "highest": height, "step": float(fine.steps[highest])}
    if not (start > 0 and height > limit):
        return clear(f"The highest loss of the first {early.size} steps was {height:.4g}, from {start:.4g}.", evidence)
    if _is_hard_each_epoch(reading, fine.values, highest, start):
        return clear(f"The batch of step {fine.steps[highest]} is hard in the later epochs too: no spike.", evidence)
    why = f"The loss shot up from {start:.4g} to {height:.4g} at step {fine.steps[highest]}, in the first steps."
    advice = f"Try {other_rate(reading, THIRD)}, or a warm-up over the first tenth of the steps."
    return fired(Severity.WARNING, why, advice, evidence, (float(fine.steps[0]), float(fine.steps[highest])))


def _hardest(losses: FloatArray) -> float:
    """How many times the loss around it one of the hardest of these batches has: a rare class, a weight, an outlier."""
    finite = losses[np.isfinite(losses) & (losses > 0)]
    if finite.size < AROUND:
        return 1.0
    windows = np.lib.stride_tricks.sliding_window_view(finite, AROUND)
    ratios = finite[AROUND // 2 : AROUND // 2 + len(windows)] / np.median(windows, axis=1)
    return float(np.quantile(ratios, HARDEST))


def _is_hard_each_epoch(reading: Reading, values: FloatArray, index: int, start: float) -> bool:
    """Whether the batch at the same place of the later epochs is far above the others, too (`periodic_spikes`)."""
    per_epoch = reading.training.steps_per_epoch
    if per_epoch is None or not reading.is_by_batch:
        return False
    same, later = values[index + per_epoch :: per_epoch], values[index + 1 :]
    same, later = same[np.isfinite(same)], later[np.isfinite(later)]
    if not same.size or np.median(later) < UNCHANGED * start:
        return False
    return bool(np.median(same) > max(HARD, AS_HARD * float(values[index]) / start) * np.median(later))


RULE = Rule("RR104", "first-steps-spike", Cause.RATE_TOO_HIGH, check, __doc__ or "")
