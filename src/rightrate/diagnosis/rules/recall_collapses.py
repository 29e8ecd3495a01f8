"""The recall of the positive class collapses while the accuracy looks well.

What it does
------------
Fires where the validation recall, after it had been 50 % or more, ended below that by more than the number of positive
rows explains, while the accuracy rose or stayed. It is critical where less than half of the best is left.

Why it matters
--------------
This is how a network with 98 % accuracy misses nearly all that it was made to find: where positives are rare, "never
positive" is the cheapest way to be right.

What to do
----------
Give the positive class weight (`class_weight={0: 1, 1: negatives / positives}`), or draw it more often; judge by recall
and precision, not by accuracy; and set the threshold on validation rows.

Edge cases
----------
An untrained network that calls everything positive has a recall of 100 % and has learned nothing. Where accuracy,
precision and recall are all logged, only a recall that came with better answers than guessing counts as its best. An
accuracy that fell too is another fault. Where recall is logged without accuracy, the rule is not applicable. Fewer than
3 validations are not enough. NaN is left out.

References
----------
He and Garcia, Learning from imbalanced data (2009), section 2: accuracy deceives. The 50 % is the convention of
rightrate's default policy.
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.metric_names import Metric
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.shares import positive_shares, share_of
from rightrate.scoring.bands import BAD

#: Validations from which a fall can be told.
MIN_POINTS = 3
#: The recall that is left, as a share of its best, below which it has collapsed.
LEFT = 0.50
#: A precision above the share of positives by this factor is better than guessing. Untrained networks of the
#: development half of benchmarks/diagnosis.py reach a median of 1.1 times it by chance.
BETTER = 1.25


def check(reading: Reading) -> Check:
    """See the module."""
    recall, accuracy = share_of(reading, Metric.RECALL), share_of(reading, Metric.ACCURACY)
    if recall is None or accuracy is None:
        return not_applicable("It takes a validation recall and a validation accuracy between 0 and 1.")
    both = np.isfinite(recall.values) & np.isfinite(accuracy.values)
    if int(both.sum()) < MIN_POINTS:
        return not_enough_data(f"{int(both.sum())} validations with recall and accuracy; it takes {MIN_POINTS}.")
    steps, values, right = reading.steps[both], recall.values[both], accuracy.values[both]
    earned = np.where(_earned(reading)[both], values, -1.0)
    best = int(earned.argmax())
    then, now = float(earned[best]), float(values[-1])
    evidence = {
        "best": max(then, 0.0), "last": now, "noise": recall.tolerance,
        "accuracy_then": float(right[best]), "accuracy_now": float(right[-1]), "positives": recall.rows,
    }  # fmt: skip
    if then < 0.0:
        return clear("The recall never came with better answers than guessing, so there was none to lose.", evidence)
    if then < BAD or now >= BAD or then - now <= recall.tolerance:
        return clear(
            f"{recall.name} ended at {now:.0%}, its best was {then:.0%} (noise {recall.tolerance:.0%}).", evidence
        )
    if right[-1] < right[best] - accuracy.tolerance:
        return clear(f"{recall.name} fell from {then:.0%} to {now:.0%}, and the accuracy fell with it.", evidence)
    when = reading.at(steps[best])
    why = (
        f"{recall.name} fell from {then:.0%} at {when} to {now:.0%}, while the accuracy went from {right[best]:.0%} to "
        f"{right[-1]:.0%}: it finds fewer and fewer of the positives."
    )
    advice = (
        "Weight the positive class (class_weight={0: 1, 1: negatives / positives}) or draw it more often, choose the "
        f"epoch by recall and precision ({when} is there), and set the threshold on validation rows."
    )
    severity = Severity.CRITICAL if now < LEFT * then else Severity.WARNING
    return fired(severity, why, advice, evidence, (float(steps[best]), float(steps[-1])))


def _earned(reading: Reading) -> FloatArray:
    """Which points answered better than guessing; all, where precision or accuracy do not tell."""
    precision, shared = share_of(reading, Metric.PRECISION), positive_shares(reading)
    if precision is None or shared is None:
        return np.ones(reading.points, dtype=bool)
    return np.asarray(precision.values > BETTER * float(np.median(shared[0])))


RULE = Rule("RR141", "recall-collapses", Cause.DATA, check, __doc__ or "")
