"""False positives rise: the precision falls.

What it does
------------
Fires where the validation precision, or the count of false positives, got worse than its best by more than noise and
stayed so, without more positives being found for it.

Why it matters
--------------
A network that learns the noise of its training rows sees positives where there are none. Every false alarm costs
someone's time.

What to do
----------
Keep the weights of the epoch before; try a third of the rate, and more regularisation. If the recall can spare it, a
higher threshold brings the precision back at once.

Edge cases
----------
A precision that falls while the recall rises is a moved threshold, not a fault. Early precisions that rest on a handful
of answers do not count as the best. Where the training precision fell as well it is not noise learned by heart, and the
rule is clear. Fewer than 4 validations are not enough. NaN is left out.

References
----------
Davis and Goadrich, The relationship between precision-recall and ROC curves (2006). A count of n varies by sqrt(n)
(Poisson).
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.diagnosis.advice import THIRD, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.metric_names import Metric
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.shares import SURE, Share, counts_of, share_of

#: Validations from which a lasting fall can be told from a dip.
MIN_POINTS = 4
#: The best precision counts only from points whose recall was at least this share of the highest.
FOUND = 0.5
#: Values at the end, all of which must be worse: one dip is not a fall.
LAST = 2


def check(reading: Reading) -> Check:
    """See the module."""
    precision, false = share_of(reading, Metric.PRECISION), counts_of(reading, Metric.FALSE_POSITIVES)
    if precision is not None:
        return _of_precision(reading, precision)
    if false is None:
        return not_applicable("No validation precision between 0 and 1 and no count of false positives was logged.")
    return _of_counts(reading, false)


def _of_precision(reading: Reading, precision: Share) -> Check:
    found = share_of(reading, Metric.RECALL)
    there = np.isfinite(precision.values) if found is None else np.isfinite(precision.values + found.values)
    if int(there.sum()) < MIN_POINTS:
        return not_enough_data(f"{int(there.sum())} validations with precision; it takes {MIN_POINTS}.")
    steps, values = reading.steps[there], precision.values[there]
    recall = found.values[there] if found is not None else np.ones(values.size)
    best = int(np.where(recall >= FOUND * float(recall.max()), values, -1.0).argmax())
    then, now, noise = float(values[best]), float(values[-1]), precision.tolerance
    evidence = {
        "best": then, "last": now, "noise": noise, "answered": precision.rows,
        "recall_then": float(recall[best]) if found is not None else None,
        "recall_now": float(recall[-1]) if found is not None else None,
    }  # fmt: skip
    after = values[best + 1 :][-LAST:]
    if after.size < LAST or not bool((after < then - noise).all()):
        return clear(f"{precision.name} ended at {now:.0%}, its best was {then:.0%} (noise {noise:.0%}).", evidence)
    if found is not None and recall[-1] > recall[best] + found.tolerance:
        bought = f"recall went from {recall[best]:.0%} to {recall[-1]:.0%}"
        return clear(f"{precision.name} fell from {then:.0%} to {now:.0%}, but {bought} for it.", evidence)
    if _fell_in_training(reading, steps[best]):
        return clear(
            f"{precision.name} fell from {then:.0%} to {now:.0%}, and in training too: no overfitting.", evidence
        )
    when = reading.at(steps[best])
    why = f"{precision.name} fell from {then:.0%} at {when} to {now:.0%}: false positives rise."
    return fired(Severity.WARNING, why, _advice(reading, when), evidence, (float(steps[best]), float(steps[-1])))


def _of_counts(reading: Reading, false: FloatArray) -> Check:
    hits = counts_of(reading, Metric.TRUE_POSITIVES)
    there = np.isfinite(false) if hits is None else np.isfinite(false + hits)
    if int(there.sum()) < MIN_POINTS:
        return not_enough_data(f"{int(there.sum())} validations with counts; it takes {MIN_POINTS}.")
    steps, values = reading.steps[there], false[there]
    found = hits[there] if hits is not None else np.ones(values.size)
    # A network that answers "positive" to nothing has no false positives, and is not the best for that.
    best = int(np.where(found >= FOUND * float(found.max()), values, np.inf).argmin())
    then, now = float(values[best]), float(values[-1])
    noise = SURE * math.sqrt(max(then + now, 1.0))
    evidence = {
        "fewest": then,
        "last": now,
        "noise": noise,
        "true_then": float(found[best]),
        "true_now": float(found[-1]),
    }
    after = values[best + 1 :][-LAST:]
    if after.size < LAST or not bool((after > then + noise).all()):
        return clear(f"False positives ended at {now:.0f}; the fewest were {then:.0f}.", evidence)
    if hits is not None and found[-1] - found[best] >= now - then:
        return clear(f"False positives rose from {then:.0f} to {now:.0f}, true ones by as many or more.", evidence)
    when = reading.at(steps[best])
    why = f"False positives on the validation rows rose from {then:.0f} at {when} to {now:.0f}."
    return fired(Severity.WARNING, why, _advice(reading, when), evidence, (float(steps[best]), float(steps[-1])))


def _fell_in_training(reading: Reading, since: float) -> bool:
    training = share_of(reading, Metric.PRECISION, split="")
    if training is None:
        return False
    after = training.values[reading.steps >= since]
    after = after[np.isfinite(after)]
    return after.size >= 2 and bool(after[-1] < after[0] - training.tolerance)


def _advice(reading: Reading, when: str) -> str:
    third = other_rate(reading, THIRD)
    return (
        f"Keep the weights of {when}, or try {third}; a higher threshold brings precision back at the cost of recall."
    )


RULE = Rule("RR142", "false-positives-rise", Cause.OVERFITTING, check, __doc__ or "")
