"""Most positives are missed, and the network is still learning: it underfits.

What it does
------------
Fires where the validation recall ends below 50 % and is falling or hardly rose, while the loss is still on its way
down. Where no recall is logged, the counts of true positives and false negatives tell it.

Why it matters
--------------
A network that has not learned long enough, or at too low a rate, answers with the more frequent class. Its accuracy
looks well from the first epoch on.

What to do
----------
Try three times the rate, or train longer. If the recall stays low when the loss has come to rest, it is not the rate:
weight the positive class or move the threshold.

Edge cases
----------
Where the loss has come to rest or rises, low recall is no sign of a low rate, and the rule is clear and says what it is
instead; so it is where the loss began far above that of a network that knows nothing, which a high rate does. Where
training finds the positives and validation does not, it is not underfitting. Fewer than 3 validations are not enough.
NaN is left out.

References
----------
He and Garcia, Learning from imbalanced data (2009). The 50 % is the convention of rightrate's default policy.
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.trend import trend
from rightrate.diagnosis.advice import TRIPLE, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import ignorant_loss
from rightrate.diagnosis.metric_names import Metric
from rightrate.diagnosis.progress import HALF, still_running
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.shares import Share, counts_of, share_of
from rightrate.scoring.bands import BAD

#: Validations from which a course can be told.
MIN_POINTS = 3
#: A recall that rose by less than ten points in the whole training hardly rose: the 50 % is five such trainings away.
RISEN = 0.10
#: A loss above so many times ln(classes) was thrown there by a high rate; a fresh head begins below it (development
#: half of benchmarks/diagnosis.py: at most 1.3 times it at rates that are too low or right).
EXPLODED = 2.0


def check(reading: Reading) -> Check:
    """See the module."""
    recall = share_of(reading, Metric.RECALL) or _of_counts(reading)
    if recall is None:
        return not_applicable("No validation recall between 0 and 1, and no counts to make it from, were logged.")
    there = np.isfinite(recall.values)
    if int(there.sum()) < MIN_POINTS:
        return not_enough_data(f"{int(there.sum())} validations with recall; it takes {MIN_POINTS}.")
    early = still_running(reading, HALF)
    if early is not None:
        return early
    steps, values = reading.steps[there], recall.values[there]
    first, now = float(values[0]), float(values[-1])
    evidence = {"first": first, "last": now, "noise": recall.tolerance, "positives": recall.rows}
    if now >= BAD:
        return clear(f"{recall.name} ended at {now:.0%}.", evidence)
    # The lowest point, not the first: what falls at once and then climbs back is being learned.
    if now > float(values.min()) + max(RISEN, recall.tolerance):
        return clear(f"{recall.name} ended at {now:.0%} and is rising, from {float(values.min()):.0%}.", evidence)
    if not _still_learns(reading):
        return clear(
            f"{recall.name} ended at {now:.0%}, but the loss no longer falls: class weights or the threshold, not a "
            "low rate.",
            evidence,
        )
    trained = share_of(reading, Metric.RECALL, split="")
    if trained is not None and trained.finite[-1] >= BAD:
        return clear(
            f"{recall.name} ended at {now:.0%}, in training at {trained.finite[-1]:.0%}: no underfit.", evidence
        )
    went = "fell" if first > now + recall.tolerance else "hardly rose"
    since = f" (it began at {first:.0%})" if went == "fell" else ""
    why = f"{recall.name} {went} and ended at {now:.0%}{since}, while the loss is still on its way down."
    return fired(Severity.WARNING, why, _advice(reading), evidence, (float(steps[0]), float(steps[-1])))


def _of_counts(reading: Reading) -> Share | None:
    hits, misses = counts_of(reading, Metric.TRUE_POSITIVES), counts_of(reading, Metric.FALSE_NEGATIVES)
    if hits is None or misses is None:
        return None
    positives = hits + misses
    values = np.divide(hits, positives, out=np.full(hits.size, np.nan), where=positives > 0)
    if not np.isfinite(values).any():
        return None
    return Share(Metric.RECALL, "The validation recall", values, float(np.nanmedian(positives)))


def _still_learns(reading: Reading) -> bool:
    """Whether a loss surely falls over the whole training and at its end, and did not come down from an explosion."""
    if any(_exploded(reading, losses) for losses in (reading.loss, reading.val_loss)):
        return False
    losses = (reading.val_loss, reading.loss)
    return any(one is not None and _falls(reading.steps, one) for one in losses)


def _exploded(reading: Reading, losses: FloatArray | None) -> bool:
    finite = losses[np.isfinite(losses)] if losses is not None else np.empty(0)
    # A recall is of one class against the rest, so two classes where nobody says more.
    ignorant = ignorant_loss(reading) or math.log(2.0)
    return finite.size > 0 and float(finite.max()) > EXPLODED * ignorant


def _falls(steps: FloatArray, losses: FloatArray) -> bool:
    tail = max(MIN_POINTS, losses.size // 2)
    whole, end = trend(steps, losses), trend(steps[-tail:], losses[-tail:])
    return whole is not None and end is not None and whole.falls and end.falls


def _advice(reading: Reading) -> str:
    more = other_rate(reading, TRIPLE)
    return f"Try {more}, or train longer; if recall stays low when the loss is at rest, weight the positive class."


RULE = Rule("RR143", "missed-positives", Cause.RATE_TOO_LOW, check, __doc__ or "")
