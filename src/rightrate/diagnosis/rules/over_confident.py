"""The validation loss rises while the metric does not fall: over-confidence.

What it does
------------
Fires where the validation loss has risen from its best by more than noise, the training loss went on falling, and a
validation metric (accuracy, AUC or F-score) ended as good as it was at that best, or better.

Why it matters
--------------
The network answers as well as before and is surer of its mistakes. Which answer is most likely is still right as often;
how likely it is said to be is not. The loss and the metric now choose different epochs.

What to do
----------
Choose the epoch by the metric that you care about. Where probabilities are used (thresholds, costs, "send to a person
below 90 %"), choose by the loss, or calibrate: temperature scaling on validation rows, or train with label smoothing
of 0.1.

Edge cases
----------
A metric that falls as well is plain overfitting, and RR121 says so. Where the training loss rose too, the training is
unstable; where the loss was never below that of a network that knows nothing, it is a divergence. A metric within its
noise stays; where that noise is above 5 points (few validation rows) a fall cannot be ruled out, and the rule is clear.
Fewer than 4 validations are not enough. NaN is left out.

References
----------
Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks (2017). Mueller, Kornblith and Hinton, When
does label smoothing help? (2019).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rightrate.curves.curve import FloatArray
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import is_ignorant
from rightrate.diagnosis.metric_names import Metric
from rightrate.diagnosis.reading import Reading, tolerance
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.rules import diverged
from rightrate.diagnosis.shares import Share, share_of

Mask = npt.NDArray[np.bool_]

#: Validations from which a rise can be told from a wobble.
MIN_POINTS = 4
#: The rise of the loss above its best, as a share of it: RR121's, so that both speak of the same trainings.
RISE = 0.05
#: With a noise of the metric above this, "it stayed" says nothing: 5 points are a fall that people act on.
MOST_NOISE = 0.05


def check(reading: Reading) -> Check:
    """See the module."""
    metrics = [share for one in _METRICS if (share := share_of(reading, one)) is not None]
    if reading.val_loss is None or not metrics:
        return not_applicable("It takes a validation loss and a validation accuracy, AUC or F-score between 0 and 1.")
    share = metrics[0]
    both = np.isfinite(reading.val_loss) & np.isfinite(share.values)
    if int(both.sum()) < MIN_POINTS:
        return not_enough_data(f"{int(both.sum())} validations with loss and {share.name}; it takes {MIN_POINTS}.")
    losses, loss = reading.val_loss[both], reading.loss
    best = int(losses.argmin())
    lowest, last = float(losses[best]), float(losses[-1])
    evidence = {"best": lowest, "last": last, "noise": tolerance(losses)}
    if last - lowest <= max(RISE * abs(lowest), tolerance(losses) or 0.0):
        return clear(f"The validation loss ended at {last:.4g}, within noise of its best, {lowest:.4g}.", evidence)
    if _never_learned(reading, losses):
        return clear(
            f"The validation loss ended at {last:.4g}: nothing was learned that it could be too sure of.", evidence
        )
    if loss is not None and not _fell(loss[both][best:]):
        return clear("The validation loss rose, but the training loss did not go on falling.", evidence)
    return _judge(reading, share, both, best, evidence)


def _judge(reading: Reading, share: Share, both: Mask, best: int, evidence: dict[str, float | None]) -> Check:
    steps, values = reading.steps[both], share.values[both]
    then, now, noise = float(values[best]), float(values[-1]), share.tolerance
    evidence = {**evidence, "metric_then": then, "metric_now": now, "metric_noise": noise}
    when = reading.at(steps[best])
    if now < then and noise > MOST_NOISE:
        why = f"{share.name} went from {then:.1%} to {now:.1%}; its noise is {100 * noise:.0f} points."
        return clear(why, evidence)
    if now < then - noise:
        return clear(
            f"{share.name} fell with it, from {then:.1%} at {when} to {now:.1%}: that is overfitting.", evidence
        )
    highest = int(values.argmax())
    moved = f"went from {then:.1%} to {now:.1%}" + (f" (its noise is {100 * noise:.1f} points)" if now < then else "")
    why = (
        f"Since {when} the validation loss rose from {evidence['best']:.4g} to {evidence['last']:.4g}, while "
        f"{share.name} {moved}: the network is surer of its mistakes, not worse at answering."
    )
    keep = f"keep {when}, scale the temperature on validation rows, or train with label smoothing"
    if values[highest] <= then:
        advice = f"Loss and {share.name} are both best at {when}: {keep}."
    else:
        chosen = f"choose by {share.name} ({reading.at(steps[highest])}, {values[highest]:.1%})"
        advice = f"If only the answers count, {chosen}; if the probabilities count, {keep}."
    return fired(Severity.WARNING, why, advice, evidence, (float(steps[best]), float(steps[-1])))


#: The first that was logged decides.
_METRICS = (Metric.ACCURACY, Metric.RANKING, Metric.F_SCORE)


def _never_learned(reading: Reading, losses: FloatArray) -> bool:
    return is_ignorant(reading, float(losses.min())) or diverged.check(reading).is_fired


def _fell(loss: FloatArray) -> bool:
    finite = loss[np.isfinite(loss)]
    return finite.size >= 2 and bool(finite[-1] < finite[0])


RULE = Rule("RR133", "over-confident", Cause.OVERFITTING, check, __doc__ or "")
