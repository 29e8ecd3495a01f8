"""`Leading`: the one cause that is named first when several rules fire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rightrate.diagnosis.band import BandReading
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule

ORDER: tuple[str, ...] = (
    "RR101",
    "RR161",
    "RR162",
    "RR173",
    "RR106",
    "RR107",
    "RR112",
    "RR171",
    "RR108",
    "RR104",
    "RR153",
    "RR156",
    "RR103",
    "RR105",
    "RR154",
    "RR121",
    "RR133",
    "RR142",
    "RR102",
    "RR131",
    "RR151",
    "RR155",
    "RR152",
    "RR113",
    "RR111",
    "RR143",
    "RR141",
)
"""Causes before their consequences; a rule that is not listed never leads."""

NEEDED = 2
"""Points of a loss below which nothing can lead but divergence."""


A_COURSE = 3
"""Points from which the rules tell a course from a step; of fewer, a bad end has no cause that can be named."""
#: Names that are listed where none is a loss.
MOST_NAMES = 4


@dataclass(frozen=True)
class Leading:
    """The leading diagnosis.

    Args:
        cause: one of seven.
        code: of the rule that named it; None for `none` and `not_enough_data`.
        sentence: what it is, with its numbers.
        advice: what to change; empty where there is nothing to change.
    """

    cause: Cause
    code: str | None
    sentence: str
    advice: str = ""


def leading_of(reading: Reading, answers: Sequence[tuple[Rule, Check]]) -> Leading:
    """The first critical rule of `ORDER` that fired, else the first; else that all is well, or nothing can be said."""
    fired = {rule.code: (rule, check) for rule, check in answers if check.is_fired}
    order = [code for code in ORDER if code in fired]
    order.sort(key=lambda code: fired[code][1].severity is not Severity.CRITICAL)  # the rest stays as it is
    for code in order:
        rule, check = fired[code]
        return Leading(check.cause or rule.cause, code, check.why, check.advice)
    if reading.watched is None or reading.points < NEEDED:
        return Leading(Cause.NOT_ENOUGH_DATA, None, f"Not enough data: {_what_is_missing(reading)}.")
    silent = sum(check.outcome is Outcome.CLEAR for _, check in answers)
    return Leading(Cause.NONE, None, f"Nothing wrong was found; {silent} rules looked and are clear.")


def _what_is_missing(reading: Reading) -> str:
    if reading.is_by_stretch:
        there = len(reading.training.curves["loss"])
        batches = reading.batches_for_a_point
        mean = f"the mean of {batches}" if batches < there else "a mean of more"
        return (
            f"{there} batches were logged, and they differ so much that it takes {mean} to be sure of one level, and "
            f"{NEEDED} levels to tell a course; validation_data tells with {A_COURSE} epochs"
        )
    if reading.watched is None:
        return f"no loss was logged, and it takes {NEEDED} points or more{_which_it_may_be(reading)}"
    return f"there is {reading.points} point of the loss, and it takes {NEEDED} or more"


def _which_it_may_be(reading: Reading) -> str:
    """How to say which curve is the loss, where none has a name of it."""
    names = sorted(name for name in reading.training.curves if name != "learning_rate")
    if not names:
        return ""
    there = ", ".join(repr(name) for name in names[:MOST_NAMES])
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"; logged were {there}{more}: if one is the loss, say so with columns (--columns loss={names[0]})"


def beside_band(leading: Leading, band: BandReading, points: int) -> Leading:
    """The leading diagnosis where no rule names a cause, without praise for a training that its band calls bad or fair.

    Args:
        leading: of the rules.
        band: of the whole training.
        points: of its reading.
    """
    if leading.cause is not Cause.NONE or band.band not in ("bad", "fair"):
        return leading
    if band.band == "bad" and points < A_COURSE:
        what = f"{points} points, and it takes {A_COURSE} to name a cause"
        return Leading(Cause.NOT_ENOUGH_DATA, None, f"Not enough data: {what}. {band.why}")
    said = leading.sentence.replace("Nothing wrong was found", "No rule names a cause") if band.band == "bad" else ""
    return replace(leading, sentence=f"{said or leading.sentence} But: {band.why}")
