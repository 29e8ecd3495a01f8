"""The loss was still falling steadily when the training ended.

What it does
------------
Fires where the loss that decides fell at nearly every point of the training, its last third still took off a good
share of what is left, and a good share of the first loss is left.

Why it matters
--------------
The epochs were spent on the way. A larger rate goes the same way in fewer.

What to do
----------
Try three times the rate. If that is worse, train longer at this one.

Edge cases
----------
Fewer than 3 points are not enough. A loss that wavers as it falls is at the pace that the noise of its steps allows: it
is clear, and `best-is-last` says that more epochs may help. So is one that has lost seven eighths of its start: it came
down at a good pace, and needs time. Where hardly anything was learned, `stuck` says so instead. NaN is left out.

References
----------
Smith, A disciplined approach to neural network hyper-parameters (2018), section 4: a slow, steady descent underfits.
"""

from __future__ import annotations

from rightrate.diagnosis.advice import TRIPLE, other_rate
from rightrate.diagnosis.beside import above
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear, fired
from rightrate.diagnosis.descent import descent, no_descent
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.progress import END, still_running
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.rules.stuck import LEARNED

#: Share of what is left that the last third took off. In the development half of benchmarks/diagnosis.py the macro-F1
#: by epoch is 0.75 at 0.10, 0.76 at 0.07 and 0.05.
LATE = 0.07
#: Share of the first loss from which a steady fall says nothing of the rate: above it as many trainings of that half
#: are at the right rate as at too small a one, and below it four times as many at too small a one.
MOST = 0.875


def check(reading: Reading) -> Check:
    """See the module."""
    course = descent(reading)
    if course is None:
        return no_descent(reading)
    early = still_running(reading, END)
    if early is not None:
        return early
    evidence = {"last": course.last, "late": course.late, "learned": course.learned}
    if not course.steady:
        return clear("The loss did not fall steadily.", evidence)
    if course.late <= LATE or course.learned < LEARNED:
        return clear(
            f"The last third took off {course.late / (1 + course.late):.0%}, after {course.learned:.0%} in all.",
            evidence,
        )
    if course.learned > MOST:
        return clear(f"The loss lost {course.learned:.0%} of its start: it fell at a good pace.", evidence)
    if above(reading).no_better:
        return clear(
            f"The loss was still falling, but the rate above, {above(reading).rate:.2g}, was no better.", evidence
        )
    share = course.late / (1 + course.late)
    third = reading.points - 1 - max(1, reading.points // 3)
    why = f"The loss was still falling steadily when the training ended: its last third took off {share:.0%}."
    advice = f"Try {other_rate(reading, TRIPLE)}; if that is worse, train longer at this one."
    # Alone it is true of one right rate in three (benchmarks/diagnosis.py, development half).
    severity = Severity.WARNING if reading.neighbours else Severity.HINT
    return fired(severity, why, advice, evidence, (float(reading.steps[third]), float(reading.steps[-1])))


RULE = Rule("RR111", "still-falling", Cause.RATE_TOO_LOW, check, __doc__ or "")
