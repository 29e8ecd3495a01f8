"""The validation loss improves and the accuracy does not.

What it does
------------
Fires where, over the second half of the training, the validation loss fell by so much that the accuracy should have
risen beyond its noise, and it stayed or fell.

Why it matters
--------------
The network grows surer of what it already answers and answers nothing more. Whoever watches the loss alone believes in
progress that no user will see.

What to do
----------
Look at the answers, not the loss: which classes are never given (imbalance), and at which threshold. Train on only
where the accuracy moves again; choose the epoch by the metric that you care about.

Edge cases
----------
How far the accuracy should rise is (1 - accuracy) times the share by which the loss fell. Near 100 % little is left,
and a flat accuracy is healthy. With few validation rows a small rise drowns, and the answer says so. A loss that comes
down from an explosion without getting below ln(classes) is another rule's. Fewer than 4 validations are not enough. NaN
is left out.

References
----------
Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks (2017): loss and accuracy part where the
confidence moves.
"""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import is_ignorant
from rightrate.diagnosis.metric_names import Metric
from rightrate.diagnosis.reading import Reading, tolerance
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.shares import share_of

#: Validations from which two halves can be told apart.
MIN_POINTS = 4
#: The loss must fall by this share in the second half: less may be calibration alone.
FALL = 0.05
#: The accuracy stays where it rises by less than this share of what it should. In the development half of
#: benchmarks/diagnosis.py, wherever the rise is beyond noise at all, 98 % of the stretches at too low
#: and right rates show 0.31 of it or more.
STAYED = 0.25
#: The rise that should be seen must be so many times the noise; at once the noise, a right-rate training was accused.
CLEARLY = 2.0


def check(reading: Reading) -> Check:
    """See the module."""
    accuracy, val_loss = share_of(reading, Metric.ACCURACY), reading.val_loss
    if accuracy is None or val_loss is None:
        return not_applicable("It takes a validation loss and a validation accuracy between 0 and 1.")
    both = np.isfinite(accuracy.values) & np.isfinite(val_loss)
    if int(both.sum()) < MIN_POINTS:
        return not_enough_data(f"{int(both.sum())} validations with loss and accuracy; it takes {MIN_POINTS}.")
    steps, losses, shares = reading.steps[both], val_loss[both], accuracy.values[both]
    start = losses.size // 2 - 1
    before, after = float(losses[start]), float(losses[-1])
    fall = (before - after) / max(abs(before), 1e-12)
    first, last = float(shares[start]), float(shares[-1])
    expected, noise = (1.0 - first) * fall, accuracy.tolerance
    evidence = {
        "loss_before": before, "loss_after": after, "accuracy_before": first, "accuracy_after": last,
        "expected_rise": expected, "noise": noise,
    }  # fmt: skip
    if fall <= FALL or before - after <= (tolerance(losses) or 0.0):
        return clear(f"The validation loss did not fall by {FALL:.0%} in the second half.", evidence)
    if is_ignorant(reading, after):
        return clear(f"The validation loss fell to {after:.4g}, no better than a network that knows nothing.", evidence)
    if expected <= CLEARLY * noise:
        why = (
            f"{accuracy.name} would rise by {100 * expected:.1f} points at most, within its noise of {100 * noise:.1f}."
        )
        return clear(why, evidence)
    highest = float(shares[start:].max())
    if highest - first > min(noise, STAYED * expected):
        return clear(f"{accuracy.name} rose from {first:.1%} to {highest:.1%} with it.", evidence)
    since = reading.at(steps[start])
    why = (
        f"The validation loss fell from {before:.4g} to {after:.4g} since {since}, but {accuracy.name} went from "
        f"{first:.1%} to {last:.1%}: the network grows surer and answers nothing more."
    )
    advice = (
        "See which classes it never answers and at which threshold, and choose the epoch by the metric you care about."
    )
    return fired(Severity.WARNING, why, advice, evidence, (float(steps[start]), float(steps[-1])))


RULE = Rule("RR132", "accuracy-flat", Cause.NONE, check, __doc__ or "")
