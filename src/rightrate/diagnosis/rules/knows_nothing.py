"""The network answers by chance: its first steps took away what it had.

What it does
------------
Fires where a classifier's loss stands still at the level of one that knows nothing, and did not creep there: it was far
higher at first, or the validation loss moves to and fro.

Why it matters
--------------
Steps that are far too large throw the weights to where every sample gets the same answer and no gradient comes back.
By epoch this looks calm: the loss is flat, nothing jumps, and more epochs change nothing.

What to do
----------
Train again from the starting weights with a tenth of the rate. If it stays there at every rate, look at the labels:
shuffled ones leave nothing to learn.

Edge cases
----------
Fewer than 4 points are not enough. Knowing nothing is told by the number of classes (a loss of ln(classes)), or, where
nobody says it, by an accuracy that hardly takes two values and a loss that fits always answering one class. Without
both it is not applicable: a regression's loss has no level of knowing nothing. A loss that creeps down from there at
every point is `stuck`'s, one that does not move at all `nothing-moves`'s, and one that lost a twentieth or more over
the second half, at every point, is learning. A loss that came down to there step by step while the accuracy got lost,
or that was far above it in the first batch already, may have a penalty in it that outweighs the rest: both are named,
the penalty first. Where one class has most of the rows, a network that always answers it looks well by accuracy:
`recall-collapses` looks there.

References
----------
Lu et al., Dying ReLU and initialization (2019): a dead network answers with one constant, the mean of the targets.
"""

from __future__ import annotations

import math

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.diagnosis.advice import TENTH, other_rate
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.descent import descent
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.ignorance import falls_steadily, ignorant_loss, is_above_chance, is_rescaled
from rightrate.diagnosis.metric_names import Metric, curve_name
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.thrown_away import is_thrown_away

#: Points from which a level that nothing leaves is no slow beginning.
MIN_POINTS = 4
#: Range of the second half of the training loss, as a share of it, up to which it stands still. In the development half
#: of benchmarks/diagnosis.py right-rate trainings have 0.04 and more; the other conditions tell those apart.
STILL = 0.10
#: A training loss that falls by so much in the second half, at every point, is learning: of the development half of
#: benchmarks/diagnosis.py all 81 readings that this rule tells are told with it and without.
LEARNS = 0.05
#: Knowing nothing begins at this share of ln(classes): unequal classes are worth a little.
NEARLY = 0.97
#: Up to so many times it, it is called that level.
NEAR = 1.1
#: Largest share of rows that one class may have for its accuracy to be told from learning.
MOST = 0.70
#: The cross-entropy of answering with the classes' shares is at most so many times -ln(share of the largest), for up to
#: `MOST` of the rows in it and two classes: (0.7 ln 0.7 + 0.3 ln 0.3) / ln 0.7 = 1.7; equal classes have 1.
OF_LARGEST = 1.7
#: And at least so many: the class that it answers may be rarer in the rows of the accuracy than in those of the loss.
LEAST = 0.80
#: Always answering one class gives at most so many different accuracies over the second half: one for each class that
#: it changes to.
ANSWERS = 3
#: Without validation only this tells it from too low a rate: batches shake a training loss even where it creeps down.
#: The first training loss is so many times the last where the first steps blew up. At too low a rate it is 1.05 times.
BLEW_UP = 1.3
#: A fall of the training accuracy that shows that something had been learned: 20 points.
FORGOTTEN = 0.2

#: One answer to every row has the accuracy of its class's share, which differs by some points between training and
#: validation; a training accuracy that is 10 points higher tells rows apart, if only by heart.
BY_HEART = 0.1


def check(reading: Reading) -> Check:
    """See the module."""
    loss = reading.loss
    if loss is None:
        return not_applicable("No training loss was logged.")
    finite = loss[np.isfinite(loss)]
    if finite.size < MIN_POINTS:
        return not_enough_data(f"The training loss has {finite.size} values; it takes {MIN_POINTS}.")
    late = finite[finite.size // 2 :]
    level, move = float(np.median(late)), float(np.ptp(late)) / max(abs(float(np.median(late))), 1e-12)
    start = float(loss[0]) if np.isfinite(loss[0]) else math.inf
    classes, shares = ignorant_loss(reading), _late_accuracy(reading)
    if classes is None and shares is None:
        return not_applicable("Neither the number of classes nor an accuracy is known: no level of knowing nothing.")
    evidence = {"level": level, "move": move, "start": start, "knows_nothing": classes}
    if move > STILL:
        return clear(f"The training loss still moved by {move:.0%} in the second half.", evidence)
    if move > LEARNS and np.all(np.diff(late) < 0):
        return clear(f"The training loss fell by {move:.0%} in the second half, at every point.", evidence)
    thrown = is_thrown_away(reading, level)
    if classes is not None and level >= NEARLY * classes and not is_above_chance(reading):
        than = "which" if level <= NEAR * classes else "worse than what"
        what = f"{than} knowing nothing of {reading.setting.classes} classes gives ({classes:.4g})"
    elif shares is not None and _is_one_answer(shares, level) and not _tells_training_rows_apart(reading, shares):
        what = f"with an accuracy of {np.median(shares):.1%}, which answering one class each time gives"
    elif thrown and shares is not None:
        what = f"where no untrained network is, with an accuracy of {np.median(shares):.1%}"
    else:
        return clear(f"The training loss came to {level:.4g}, and the answers differ from row to row.", evidence)
    course = descent(reading) if reading.val_loss is not None else None
    if start < BLEW_UP * level and (course is None or course.steady) and not thrown:
        return clear(f"The loss stands at {level:.4g}, where it began: that is no sign of large steps.", evidence)
    why = f"The network knows nothing: for half of the training its loss has stood at {level:.4g}, {what}."
    at = (float(reading.steps[finite.size // 2]), float(reading.steps[-1]))
    lower = f"rain again from the starting weights with {other_rate(reading, TENTH)}."
    if is_rescaled(reading) or (falls_steadily(reading.steps, loss) and _had_learned(reading)):
        advice = f"{_PENALTY} If there is none, t{lower}"
        return fired(Severity.CRITICAL, why, advice, evidence, at, Cause.DATA)
    return fired(Severity.CRITICAL, why, f"T{lower}", evidence, at)


def _had_learned(reading: Reading) -> bool:
    """Whether the training accuracy was far better once: then no first step threw the network there."""
    name = curve_name(reading.training.curves, Metric.ACCURACY, "")
    values = reading.metric(name) if name is not None else None
    finite = values[np.isfinite(values)] if values is not None else np.empty(0)
    return finite.size > 0 and float(finite.max()) > float(finite[-1]) + FORGOTTEN


_PENALTY = (
    "The loss came down to there: a penalty in it (kernel_regularizer) may outweigh what there is to learn. Take a "
    "tenth of the penalty first."
)


def _is_one_answer(shares: FloatArray, level: float) -> bool:
    """Whether an accuracy and a loss are those of a network that gives every row the same answer."""
    share = float(np.median(shares))
    if not 0.0 < share <= MOST or np.unique(shares).size > ANSWERS:
        return False
    return LEAST <= level / -math.log(share) <= OF_LARGEST


def _tells_training_rows_apart(reading: Reading, shares: FloatArray) -> bool:
    """Whether the training accuracy is above that of validation by more than one answer to every row explains."""
    name = curve_name(reading.training.curves, Metric.ACCURACY, "")
    values = reading.metric(name) if name is not None else None
    finite = values[np.isfinite(values)] if values is not None else np.empty(0)
    return finite.size > 0 and float(finite[-1]) > float(np.median(shares)) + BY_HEART


def _late_accuracy(reading: Reading) -> FloatArray | None:
    """The accuracy over the second half, of validation where there is one, shape `(points,)`; None if not logged."""
    names = list(reading.training.curves)
    name = curve_name(names, Metric.ACCURACY) or curve_name(names, Metric.ACCURACY, "")
    values = reading.metric(name) if name is not None else None
    finite = values[np.isfinite(values)] if values is not None else np.empty(0)
    return finite[finite.size // 2 :] if finite.size >= MIN_POINTS else None


RULE = Rule("RR106", "knows-nothing", Cause.RATE_TOO_HIGH, check, __doc__ or "")
