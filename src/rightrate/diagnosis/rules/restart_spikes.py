"""The rate jumped up again, the loss with it, and it has not come back to where it was.

What it does
------------
Looks at each restart: the rate rises by half or more in mid-course, after it had fallen. Fires where the loss rises
with it beyond any other rise and no later point is better than the level before the restart.

Why it matters
--------------
A warm restart is meant to leave one minimum and end in a better one. Where the training ends before it has come down
again, the restart has only cost.

What to do
----------
Use the weights from before the restart. Next time let the last cycle end with the training, restart at a third of the
peak, or leave restarts out: one decay over the whole training is a good default.

Edge cases
----------
Without a logged rate, or without a restart, it is not applicable; a warm-up is no restart. A restart whose next points
are missing is not enough data. A restart that came back below the level before it was worth it: clear.

References
----------
Loshchilov and Hutter, SGDR (2017): performance is worse right after a restart, and is read at the ends of cycles.
"""

from __future__ import annotations

import itertools

import numpy as np

from rightrate.curves.curve import FloatArray
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired, not_applicable, not_enough_data
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.rate_course import rate_course
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

#: Points right after a restart in which the loss may jump: the restart's own, and the one behind it.
JUMP_WITHIN = 2
#: Height of the jump over the level before, as a share of it: what a final loss may differ by and still be called right
#: in benchmarks/diagnosis.py.
JUMP = 0.10
#: Points before the restart whose best is the level.
LEVEL_POINTS = 2


def check(reading: Reading) -> Check:
    """See the module."""
    course, values = rate_course(reading.learning_rate), reading.watched
    if course is None:
        return not_applicable("The learning rate was not logged.")
    if values is None:
        return not_applicable("No loss was logged.")
    restarts = [int(index) for index in course.restarts]
    if not restarts:
        return not_applicable("The rate never rose again after it had fallen.")
    noise = _largest_rise(values, restarts)
    seen, lost = 0, None
    for index in restarts:
        before = values[max(0, index - LEVEL_POINTS) : index]
        after = values[index:]
        if not np.isfinite(before).any() or not np.isfinite(after).any():
            continue
        seen += 1
        level = float(before[np.isfinite(before)].min())
        jump = after[:JUMP_WITHIN][np.isfinite(after[:JUMP_WITHIN])]
        height = float(jump.max()) if jump.size else level
        best_after = float(after[np.isfinite(after)].min())
        jumped = height - level > max(noise, JUMP * abs(level))
        if jumped and best_after >= level and lost is None:
            lost = (index, level, height, best_after)
    if not seen:
        return not_enough_data("No restart has a loss before it and one after it.")
    if lost is None:
        return clear(
            f"After each of {seen} restarts the loss did not jump, or came back below its level.", {"restarts": seen}
        )
    index, level, height, best_after = lost
    rates = course.rates
    why = (
        f"The rate jumped from {rates[index - 1]:.2g} to {rates[index]:.2g} at {reading.when(index)}, the loss with it "
        f"from {level:.4g} to {height:.4g}; the best since is {best_after:.4g}."
    )
    advice = (
        f"Keep the weights of {reading.when(index - 1)}. Let the last cycle end with the training, restart at "
        f"{rates[index] / 3:.2g}, or leave restarts out."
    )
    evidence: dict[str, float | int | str | None] = {
        "restarts": seen, "restart_at": float(reading.steps[index]), "rate": float(rates[index]), "level": level,
        "height": height, "best_after": best_after, "noise": noise,
    }  # fmt: skip
    return fired(Severity.HINT, why, advice, evidence, (float(reading.steps[index]), float(reading.steps[-1])))


def _largest_rise(values: FloatArray, restarts: list[int]) -> float:
    """The largest rise from one point to the next that no restart made; 0 where there is none.

    The noise of the whole curve would have the restarts in it, and a cycle is too short for one of its own.
    """
    finite = np.flatnonzero(np.isfinite(values))
    made = {index + k for index in restarts for k in range(JUMP_WITHIN)}
    rises = [
        values[b] / 2 - values[a] / 2  # halves: two large losses of either sign have no difference
        for a, b in itertools.pairwise(finite)
        if not made & set(range(int(a) + 1, int(b) + 1))
    ]
    return 2.0 * min(max([0.0, *(float(rise) for rise in rises)]), 1e300)


RULE = Rule("RR156", "restart-spikes", Cause.SCHEDULE, check, __doc__ or "")
