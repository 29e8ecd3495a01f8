"""`Check`: what one rule says of one training, whichever of four things that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.finding import Severity

Evidence = Mapping[str, float | int | str | None]
NOTHING: Evidence = MappingProxyType({})


class Outcome(str, Enum):
    """What came of a rule."""

    FIRED = "fired"
    CLEAR = "clear"
    NOT_ENOUGH_DATA = "not_enough_data"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Check:
    """The answer of a rule. Made by `fired`, `clear`, `not_enough_data` and `not_applicable`.

    Args:
        outcome: which of the four.
        why: one sentence with its numbers: what was found; why all is well; how much is missing; why it cannot apply.
        advice: what to change, with numbers; empty unless it fired.
        severity: of this case; None unless it fired.
        evidence: the numbers that were looked at, by name; None is "not measured".
        at: the first and last step of the stretch of the curve where it shows; None where it has no place.
        cause: what this case points to, where that is another cause than the rule's; None where it is the rule's.
    """

    outcome: Outcome
    why: str
    advice: str = ""
    severity: Severity | None = None
    evidence: Evidence = field(default_factory=dict)
    at: tuple[float, float] | None = None
    cause: Cause | None = None

    @property
    def is_fired(self) -> bool:
        return self.outcome is Outcome.FIRED


def fired(
    severity: Severity,
    why: str,
    advice: str,
    evidence: Evidence = NOTHING,
    at: tuple[float, float] | None = None,
    cause: Cause | None = None,
) -> Check:
    """The rule has found what it looks for."""
    return Check(Outcome.FIRED, why, advice, severity, evidence, at, cause)


def clear(why: str, evidence: Evidence = NOTHING) -> Check:
    """The rule has looked and found nothing."""
    return Check(Outcome.CLEAR, why, evidence=evidence)


def not_enough_data(why: str, evidence: Evidence = NOTHING) -> Check:
    """There is something to look at, but not enough of it; `why` says how much is missing."""
    return Check(Outcome.NOT_ENOUGH_DATA, why, evidence=evidence)


def not_applicable(why: str) -> Check:
    """What the rule looks at is not there, and more of the same training would not bring it."""
    return Check(Outcome.NOT_APPLICABLE, why)
