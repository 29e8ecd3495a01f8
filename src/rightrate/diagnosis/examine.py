"""`examine`: every rule's answer for one training, the cause that leads, and the band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from rightrate.curves.training import Training
from rightrate.diagnosis.band import BandReading, band_of
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check
from rightrate.diagnosis.finding import Finding, Severity
from rightrate.diagnosis.leading import Leading, beside_band, leading_of
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import Rule
from rightrate.diagnosis.rules import RULES
from rightrate.diagnosis.silenced import silenced
from rightrate.errors import UsageError

_ORDER = (Severity.CRITICAL, Severity.WARNING, Severity.HINT)


@dataclass(frozen=True)
class Answer:
    """What one rule said.

    Args:
        rule: which rule.
        check: its answer.
        ignored: the user's reason for not wanting to hear of it; None where it counts.
    """

    rule: Rule
    check: Check
    ignored: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it fired and is to be told."""
        return self.check.is_fired and self.ignored is None

    @property
    def cause(self) -> Cause:
        """What it points to: as a rule the rule's, in some cases another."""
        return self.check.cause or self.rule.cause

    @property
    def finding(self) -> Finding:
        """The answer as a finding; only where it fired."""
        assert self.check.severity is not None
        return Finding(self.rule.code, self.check.why, self.check.severity, self.check.advice, self.check.evidence)


@dataclass(frozen=True, eq=False)
class Examined:
    """All that is said of one training.

    Args:
        training: what was looked at.
        answers: one for each of `RULES`, in their order: none is left out.
        leading: the cause that leads.
        band: good, fair or bad, and why.
    """

    training: Training
    answers: tuple[Answer, ...]
    leading: Leading
    band: BandReading

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What fired and is not ignored: the leading one first, then by severity, then by code."""
        fired = [answer for answer in self.answers if answer.counts]
        fired.sort(key=lambda one: (one.rule.code != self.leading.code, _ORDER.index(one.finding.severity)))
        return tuple(answer.finding for answer in fired)


def examine(
    training: Training,
    neighbours: Sequence[Training] = (),
    ignore: Mapping[str, str] = MappingProxyType({}),
) -> Examined:
    """Ask every rule about a training.

    Args:
        training: with any curves, also none.
        neighbours: other trainings of the same thing, for the rules that compare.
        ignore: the reason by code for each rule that is not to be told.

    Raises:
        UsageError: `ignore` names a code that no rule has.
    """
    unknown = sorted(set(ignore) - {rule.code for rule in RULES})
    if unknown:
        raise UsageError(f"No rule has the code {unknown[0]!r}. Codes: {', '.join(rule.code for rule in RULES)}.")
    reading = Reading(training, tuple(neighbours))
    answers = tuple(Answer(rule, rule.check(reading), ignore.get(rule.code)) for rule in RULES)
    counting = [(answer.rule, answer.check) for answer in answers if answer.ignored is None]
    leading = leading_of(reading, counting)
    answers = tuple(replace(answer, check=silenced(answer.rule, answer.check, leading)) for answer in answers)
    counting = [(answer.rule, answer.check) for answer in answers if answer.ignored is None]
    band = band_of(reading, counting)
    return Examined(training, answers, beside_band(leading, band, reading.points), band)
