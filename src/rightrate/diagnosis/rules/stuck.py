"""Hardly anything was learned: the loss crept down from where it began.

What it does
------------
Fires where the loss that decides fell steadily through the whole training, and yet most of what it began with is left.

Why it matters
--------------
A network that learns at a useful rate leaves its starting loss behind in the first epochs and then wavers. One that
creeps, without a single step back, is moved too little by each step.

What to do
----------
Try ten times the rate. If the loss then creeps as well, try ten times more.

Edge cases
----------
Fewer than 3 points are not enough. A loss that stands still, to the rounding of its numbers, is a frozen or dead
network and `nothing-moves`'s. A loss that can be negative has no share that is left: clear. So is a training whose
accuracy is good: with label smoothing or a penalty most of the loss stays. So is one whose training loss fell by more
than half, whatever its validation loss did. A loss that has settled at a constant rate is at its floor, which noise in
the targets makes: clear.

References
----------
benchmarks/diagnosis.py, development half: trainings at too small a rate fall at every step. Goodfellow et al., Deep
Learning (2016), section 11.4.1: a rate that is too small can stay stuck at a high training error.
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.movement import moves_at_all
from rightrate.diagnosis.advice import TENFOLD, other_rate
from rightrate.diagnosis.beside import above
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired
from rightrate.diagnosis.descent import descent, no_descent
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.metric_names import Metric
from rightrate.diagnosis.progress import HALF, still_running
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.shares import share_of

#: Share of the starting loss that must be gone. Right-rate trainings of the development half of
#: benchmarks/diagnosis.py that fall at every step have lost 0.5 and more of it.
LEARNED = 0.45
#: Share of the starting training loss from which a validation loss that crept was not for want of learning. No training
#: at too low a rate in that half that this rule tells has lost more than 0.49 of it.
TRAINED = 0.55
#: Up to this share it is called hardly anything.
HARDLY = 0.10
#: An accuracy from which a loss that is left says nothing: label smoothing and penalties leave one. No training at too
#: low a rate in the development half of benchmarks/diagnosis.py that this rule tells has more.
ANSWERS_WELL = 0.99

#: What creeps goes on creeping: of the trainings of the development half of benchmarks/diagnosis.py that this rule
#: tells, the last third made 2.9 % of the gain or more after a cosine that no log shows, and 6.5 % at a constant rate.
SETTLED = 0.025
#: From this part of its peak down a rate has decayed.
DECAYED = 0.5


def check(reading: Reading) -> Check:
    """See the module."""
    course = descent(reading)
    if course is None:
        return no_descent(reading)
    early = still_running(reading, HALF)
    if early is not None:
        return early
    evidence = {"start": course.start, "last": course.last, "learned": course.learned}
    if not course.steady:
        return clear("The loss did not fall steadily.", evidence)
    if course.learned >= LEARNED:
        return clear(f"{course.learned:.0%} of the starting loss was gone at the end.", evidence)
    trained = _learned_in_training(reading)
    if trained >= TRAINED:
        return clear(f"{trained:.0%} of the starting training loss was gone at the end: it did learn.", evidence)
    if reading.watched is not None and not moves_at_all(reading.watched):
        return clear("The loss did not move at all: that is no slow learning.", evidence)
    late = _late_share(reading)
    if late is not None and late < SETTLED:
        return clear(
            f"The last third made {late:.0%} of the whole gain: the loss has settled, and creeps no more.", evidence
        )
    # Not "no better by a tenth": far below the right rate half a decade gains less than that, and gains it surely.
    if above(reading).ended_above(course.last):
        return clear(f"The rate above, {above(reading).rate:.2g}, ended no lower.", evidence)
    good = _answers_well(reading)
    if good is not None:
        return clear(f"The accuracy ended at {good:.1%}: what is left of the loss is not left to learn.", evidence)
    much = "Little" if course.learned > HARDLY else "Hardly anything"
    why = (
        f"{much} was learned: the loss crept from {course.start:.4g} to {course.last:.4g}, down at "
        f"{_everywhere(reading)}, and {1 - course.learned:.0%} of it is left."
    )
    at = (float(reading.steps[0]), float(reading.steps[-1]))
    return fired(Severity.WARNING, why, f"Try {other_rate(reading, TENFOLD)}.", evidence, at)


def _everywhere(reading: Reading) -> str:
    """Where the loss fell: at "nearly every" point with a step back or a gap. A point is no step: batches waver."""
    falls = reading.watched is not None and bool(np.all(np.diff(reading.watched) < 0))
    point = "validation" if reading.val_loss is not None else "look"
    return f"{'every' if falls else 'nearly every'} {'epoch' if reading.training.unit == 'epoch' else point}"


def _learned_in_training(reading: Reading) -> float:
    """Share of the first training loss that is gone at the end; 0 where no training loss tells."""
    loss = reading.loss[np.isfinite(reading.loss)] if reading.loss is not None else np.empty(0)
    return float(1 - loss[-1] / loss[0]) if loss.size and loss[0] > 0 else 0.0


def _late_share(reading: Reading) -> float | None:
    """Share of the whole gain that the last third made; None where the rate had decayed, which slows any training."""
    rates, values = reading.learning_rate, reading.watched
    assert values is not None
    if rates is not None and reading.peak is not None:
        known = rates[np.isfinite(rates)]
        if known.size and known[-1] < DECAYED * reading.peak:
            return None
    finite = values[np.isfinite(values)]
    gained, late = finite[0] - finite[-1], finite[-1 - max(1, finite.size // 3)] - finite[-1]
    return float(late / gained) if gained > 0 else None


def _answers_well(reading: Reading) -> float | None:
    """The last accuracy, of training or of validation, where it says that hardly a row is left to learn."""
    shares = [share_of(reading, Metric.ACCURACY, split) for split in ("val_", "")]
    last = max((float(share.finite[-1]) for share in shares if share is not None and share.finite.size), default=0.0)
    return last if last >= ANSWERS_WELL else None


RULE = Rule("RR113", "stuck", Cause.RATE_TOO_LOW, check, __doc__ or "")
