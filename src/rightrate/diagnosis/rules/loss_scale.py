"""The loss scale of mixed precision collapses.

What it does
------------
Looks at the logged loss scale. Fires where it has fallen by a factor of 64 or more, or to 1 or below, has not
recovered, and was still falling in the second half of the training.

Why it matters
--------------
The scale is halved each time a gradient is infinite or NaN, and that step is thrown away. A scale that falls again and
again says that steps overflow at any scale: something in the network leaves the range of float16.

What to do
----------
Use bfloat16 (`mixed_bfloat16`), which needs no scale. Else keep the softmax, the loss and normalisations in float32,
and clip the gradient. If the gradient norm grows too, lower the rate.

Edge cases
----------
Without a logged loss scale it is not applicable; fewer than 4 values are not enough. A scale begins too large on
purpose and is halved a few times in the first steps: a fall that is over by the middle of the log is clear. A scale of
1 throughout is switched off. NaN is left out.

References
----------
Micikevicius, Mixed precision training (2018). Keras `LossScaleOptimizer`: begins at 2^15, halves at each overflow,
doubles after 2000 good steps. PyTorch `GradScaler`: the same from 2^16.
"""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.optimizer_curves import LOSS_SCALE, logged
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Values from which "again and again" can be told.
MIN_VALUES = 4
#: A fall by 2^6 is six overflows more than good stretches; from 2^15 it leaves 2^9.
FALL = 2.0**6
#: A scale of 1 scales nothing: gradients that overflow at it overflow without it.
NOTHING = 1.0
#: Back at this multiple of its lowest value, a scale has recovered: two good stretches.
RECOVERED = 4.0


def check(reading: Reading) -> Check:
    """See the module."""
    curve = logged(reading.training, LOSS_SCALE)
    if curve is None:
        return not_applicable("No loss scale was logged.")
    there = np.isfinite(curve.values) & (curve.values >= 0)
    scales, steps = curve.values[there], curve.steps[there]
    if scales.size < MIN_VALUES:
        return not_enough_data(f"{scales.size} values of the loss scale; it takes {MIN_VALUES}.")
    top = int(scales.argmax())
    largest, last, lowest = float(scales[top]), float(scales[-1]), float(scales[top:].min())
    middle = float(scales[scales.size // 2])
    evidence = {"largest": largest, "lowest": lowest, "middle": middle, "last": last}
    fell = last <= largest / FALL or (last <= NOTHING and largest > NOTHING)
    if not fell or last >= RECOVERED * max(lowest, np.finfo(np.float64).tiny):
        return clear(f"The loss scale went from {largest:g} to {last:g}.", evidence)
    if last > NOTHING and last >= middle:
        return clear(f"The loss scale found its level, {last:g}, in the first half, and fell no more.", evidence)
    halved = f"halved {np.log2(largest) - np.log2(last):.0f} times" if last > 0 else "halved to nothing"
    why = f"The loss scale fell from {largest:g} to {last:g} ({halved}) and did not recover: steps overflow on and on."
    return fired(Severity.WARNING, why, _advice(reading), evidence, (float(steps[top]), float(steps[-1])))


def _advice(reading: Reading) -> str:
    rate = reading.peak
    lower = f" If the gradient norm grows too, take a rate of {rate / 3:.2g}." if rate else ""
    return (
        "Train in mixed_bfloat16, or keep softmax, loss and normalisation in float32, and clip the gradient at 1.0 "
        f"(global_clipnorm).{lower}"
    )


RULE = Rule("RR173", "loss-scale", Cause.DATA, check, __doc__ or "")
