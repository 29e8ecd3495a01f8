"""The loss is the same in every epoch: nothing learns.

What it does
------------
Fires where the loss stays identical, to the rounding of float32, over three points or more. The validation loss is
looked at where there is one: the training loss of a frozen network still shakes with dropout and augmentation.

Why it matters
--------------
No rate helps a network whose weights do not move. They are frozen, or have no gradient: dead units, labels that are cut
off from the loss, a loss that is constant (one softmax unit), a rate of 0.

What to do
----------
Look at `len(model.trainable_weights)`; compile after `layer.trainable = True`, not before; take one batch and look at
the gradients. Only then raise the rate.

Edge cases
----------
Fewer than 3 points are not enough. A rate that is far too small moves the loss little but steadily, by 100 roundings or
more: clear here, and a matter of RR113. Where the rate is known and a hundredth of the lowest in use, it explains that
nothing is seen to move: the cause is then a rate that is too low. A loss that stands where no untrained network is,
with an accuracy by chance, was thrown there by steps that were too large: the cause is then a rate that is too high. A
log that keeps few decimals cannot show small moves: then it is a warning, and the advice names both. NaN is left out; a
logged rate of 0 is named.

References
----------
IEEE 754 float32. Keras's guide on transfer learning: `trainable` takes effect when the model is compiled. Lu, Dying
ReLU and initialization (2019).
"""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.curves.movement import is_rounded, moves_at_all
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.thrown_away import is_thrown_away, start_again
from rightrate.diagnosis.usual_rate import is_far_below, times_below, usual_rates

#: Points from which "the same each time" means something.
MIN_POINTS = 3
#: A training loss that was so many times what the loss stands at now has moved: batches differ by less.
MOVED = 3.0


def check(reading: Reading) -> Check:
    """See the module."""
    values = reading.watched
    finite = np.empty(0) if values is None else values[np.isfinite(values)]
    if finite.size < MIN_POINTS:
        return not_enough_data(f"{finite.size} points of a loss; it takes {MIN_POINTS}.")
    name = "val_loss" if reading.val_loss is not None else "loss"
    evidence = {"first": float(finite[0]), "last": float(finite[-1]), "points": int(finite.size)}
    if moves_at_all(finite):
        return clear(f"{name} moved, from {finite[0]:.7g} to {finite[-1]:.7g}.", evidence)
    if _moved_before(reading, float(finite[0])):
        return clear(f"{name} stands still, but the training loss was far higher at first: weights moved.", evidence)
    at = (float(reading.steps[0]), float(reading.steps[-1]))
    if _is_zero(reading.learning_rate):
        why = f"{name} stayed at {finite[0]:.7g} over {finite.size} points: the learning rate was 0."
        return fired(Severity.CRITICAL, why, "Give the optimizer a rate above 0; look at its schedule.", evidence, at)
    level = float(finite[-1])
    if is_thrown_away(reading, level):
        why = (
            f"{name} stands at {level:.5g}, where no untrained network is, and the answers are by chance: the first "
            "steps threw the network there."
        )
        return fired(Severity.CRITICAL, why, start_again(reading), evidence, at, Cause.RATE_TOO_HIGH)
    if is_far_below(reading):
        return _too_slow(reading, name, finite, at)
    if is_rounded(finite):
        why = f"{name} stayed at {finite[0]:.7g} over {finite.size} points, to the decimals that were logged."
        advice = (
            "Look at len(model.trainable_weights) first. If it is not 0, train for an epoch at 100 times the rate: a "
            "loss that then moves was only too slow to be seen."
        )
        return fired(Severity.WARNING, why, advice, evidence, at)
    why = f"{name} stayed at {finite[0]:.7g} over {finite.size} points, to the last digit: no weight that counts moves."
    advice = (
        "Look at len(model.trainable_weights) and at the gradients of one batch: the network is frozen, dead, or not "
        f"connected to its loss. {_of_rate(reading)}"
    )
    return fired(Severity.CRITICAL, why, advice, evidence, at)


def _too_slow(reading: Reading, name: str, finite: FloatArray, at: tuple[float, float]) -> Check:
    """What is said where the rate alone explains that nothing is seen to move."""
    usual = usual_rates(reading)[0]
    why = (
        f"{name} stayed at {finite[0]:.7g} over {finite.size} points: at a rate of {reading.peak:.2g}, "
        f"{times_below(reading):.2g} times below the lowest in use, steps are too small to be seen."
    )
    advice = f"Try a learning rate of {usual:.2g}. If nothing moves there either, look at len(model.trainable_weights)."
    evidence = {"first": float(finite[0]), "last": float(finite[-1]), "points": int(finite.size), "usual": usual}
    return fired(Severity.CRITICAL, why, advice, evidence, at, Cause.RATE_TOO_LOW)


def _of_rate(reading: Reading) -> str:
    return "The rate is not the cure." if reading.peak is not None else "Only a rate below 1e-6 would look the same."


def _moved_before(reading: Reading, level: float) -> bool:
    """Whether the first training losses were far above where everything stands now: then large steps did it."""
    curve = reading.training.curves.get("loss")
    highest = (
        float(np.max(curve.values, where=np.isfinite(curve.values), initial=-np.inf)) if curve is not None else 0.0
    )
    return highest > MOVED * abs(level)


def _is_zero(rates: FloatArray | None) -> bool:
    finite = np.empty(0) if rates is None else rates[np.isfinite(rates)]
    return bool(finite.size and np.all(finite == 0))


RULE = Rule("RR161", "nothing-moves", Cause.DATA, check, __doc__ or "")
