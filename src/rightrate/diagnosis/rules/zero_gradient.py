"""The gradient is zero.

What it does
------------
Fires where the gradient norm was logged and is zero at most points.

Why it matters
--------------
Without a gradient no weight moves, at any rate. (Weight decay still shrinks them.)

What to do
----------
Look at one batch: are all units of a layer dead, is the output saturated, is the loss computed from the weights at all,
do masks or sample weights remove every sample?

Edge cases
----------
Without a logged gradient norm it is not applicable; fewer than 2 values are not enough. Where the loss itself is 0
there is nothing left to learn, and a zero gradient is right: clear. Where the loss stands far above that of an
untrained network, with an accuracy by chance, steps that were too large have put the gradient out: the cause is then a
rate that is too high. NaN is left out.

References
----------
Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010): saturation. Lu,
Dying ReLU and initialization (2019).
"""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.optimizer_curves import GRADIENT_NORM, logged
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.thrown_away import is_thrown_away, start_again

#: A norm below this is zero: the square of the distance of float32 numbers around 1, 1.4e-14, taken a hundred times.
ZERO = 1e-12
#: Values from which "most" means something.
MIN_VALUES = 2
#: Share of the values that must be zero.
MOST = 0.5
#: A loss below this has nothing left to learn: Keras clips probabilities at 1e-7.
LEARNED = 1e-7


def check(reading: Reading) -> Check:
    """See the module."""
    curve = logged(reading.training, GRADIENT_NORM)
    if curve is None:
        return not_applicable("The gradient norm was not logged.")
    norms = curve.values[np.isfinite(curve.values)]
    if norms.size < MIN_VALUES:
        return not_enough_data(f"{norms.size} values of the gradient norm; it takes {MIN_VALUES}.")
    zero = np.abs(norms) < ZERO
    share = float(zero.mean())
    evidence = {"zero_share": share, "values": int(norms.size), "largest": float(norms.max())}
    if share <= MOST:
        return clear(f"The gradient norm is zero at {int(zero.sum())} of {norms.size} values.", evidence)
    loss = reading.loss
    if loss is not None and np.isfinite(loss).any() and abs(float(loss[np.isfinite(loss)][-1])) < LEARNED:
        return clear("The gradient is zero because the training loss is 0: there is nothing left to learn.", evidence)
    why = f"The gradient norm is zero at {int(zero.sum())} of {norms.size} values: no rate can move the weights."
    at = (float(curve.steps[0]), float(curve.steps[-1]))
    if loss is not None and np.isfinite(loss).any() and is_thrown_away(reading, float(loss[np.isfinite(loss)][-1])):
        why += " The loss stands where no untrained network is: the first steps threw the network there."
        return fired(Severity.CRITICAL, why, start_again(reading), evidence, at, Cause.RATE_TOO_HIGH)
    advice = (
        "Take one batch and look at the gradient of each layer: dead units, a saturated output, a mask or sample "
        "weights of 0, or a loss that does not depend on the weights."
    )
    return fired(Severity.CRITICAL, why, advice, evidence, at)


RULE = Rule("RR162", "zero-gradient", Cause.DATA, check, __doc__ or "")
