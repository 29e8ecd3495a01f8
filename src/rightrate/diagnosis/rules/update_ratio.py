"""The updates are too large, or too small, against the weights.

What it does
------------
Looks at the logged ratio of the size of an update to the size of the weights it changes. Fires where its median is
above 1e-2, or where hardly any value reaches 1e-5.

Why it matters
--------------
About 1e-3 is a healthy ratio. Ten times as much shakes the weights about with each step; a hundredth of it would take
ten thousands of steps to change them.

What to do
----------
Multiply the rate by what takes the ratio to 1e-3: the advice names the rate.

Edge cases
----------
Without a logged ratio it is not applicable; fewer than 3 values are not enough. The end of a decay has small ratios and
is no reason: for "too small" the 90th percentile counts. Negative values are not a ratio (some tools log its
logarithm): not applicable. Biases and fresh layers that begin at zero have large ratios at first: the median leaves
them out. NaN is left out.

References
----------
Karpathy, CS231n notes, Neural networks part 3, "Ratio of weights:updates": it "should be somewhere around 1e-3". You,
LARS (2017), controls this ratio layer by layer.
"""

from __future__ import annotations

import numpy as np

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.optimizer_curves import UPDATE_RATIO, logged
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Values from which a median means something.
MIN_VALUES = 3
#: CS231n: the healthy ratio; ten times it is too high, a hundredth of it too low.
HEALTHY, HIGH, LOW = 1e-3, 1e-2, 1e-5
#: Percentile that must stay below `LOW`.
LARGEST = 90.0


def check(reading: Reading) -> Check:
    """See the module."""
    curve = logged(reading.training, UPDATE_RATIO)
    if curve is None:
        return not_applicable("The update ratio was not logged.")
    ratios = curve.values[np.isfinite(curve.values)]
    if (ratios < 0).any():
        return not_applicable(f"{curve.name} has negative values, so it is not a ratio but perhaps its logarithm.")
    if ratios.size < MIN_VALUES:
        return not_enough_data(f"{ratios.size} values of the update ratio; it takes {MIN_VALUES}.")
    middle, largest = float(np.median(ratios)), float(np.percentile(ratios, LARGEST))
    evidence = {"median": middle, "percentile_90": largest, "healthy": HEALTHY, "values": int(ratios.size)}
    at = (float(curve.steps[0]), float(curve.steps[-1]))
    if middle > HIGH:
        why = (
            f"Each update changes the weights by {middle:.2g} of their size (median): too much, {HEALTHY:g} is healthy."
        )
        return fired(Severity.WARNING, why, _advice(reading, HEALTHY / middle), evidence, at)
    if largest == 0.0:
        why = f"No update changes the weights: the ratio is 0 at {int((ratios == 0).sum())} of {ratios.size} values."
        advice = "Look at the gradient, at trainable weights and at the rate in force before you change the rate."
        return fired(Severity.WARNING, why, advice, evidence, at)
    if largest < LOW:
        why = (
            f"Each update changes the weights by only {middle:.2g} of their size, nine in ten by less than "
            f"{largest:.2g}: too little, {HEALTHY:g} is healthy."
        )
        return fired(Severity.WARNING, why, _advice(reading, HEALTHY / largest), evidence, at)
    return clear(f"Each update changes the weights by {middle:.2g} of their size (median).", evidence)


def _advice(reading: Reading, factor: float) -> str:
    direction = "Lower" if factor < 1 else "Raise"
    bounded = min(max(factor, 1 / _BOLDEST), _BOLDEST)
    rate = reading.peak
    if not rate:
        return f"{direction} the rate: {bounded:.2g} times what it is would bring the ratio towards {HEALTHY:g}."
    return f"{direction} the rate, from {rate:.2g} to {rate * bounded:.2g}: that brings the ratio towards {HEALTHY:g}."


#: The largest change of the rate that is advised at once: two decades, as far as a first range of rates reaches.
_BOLDEST = 100.0

RULE = Rule("RR172", "update-ratio", Cause.NONE, check, __doc__ or "")
