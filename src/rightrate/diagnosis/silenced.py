"""What a leading cause makes pointless: advice in the opposite direction, and consequences that look like causes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.check import Check, clear
from rightrate.diagnosis.leading import Leading
from rightrate.diagnosis.rule import Rule

#: Where the training is lost, what happened afterwards is no finding of its own.
AFTER_LOSS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "RR101": frozenset({"RR105", "RR114", "RR121", "RR133", "RR151"}),
        "RR106": frozenset({"RR114", "RR151"}),
        "RR108": frozenset({"RR114"}),
        "RR161": frozenset({"RR106", "RR113"}),
        "RR162": frozenset({"RR106", "RR113"}),
    }
)
#: The cause whose advice is to go the other way.
OPPOSITE: Mapping[Cause, Cause] = MappingProxyType(
    {Cause.RATE_TOO_HIGH: Cause.RATE_TOO_LOW, Cause.RATE_TOO_LOW: Cause.RATE_TOO_HIGH}
)


def silenced(rule: Rule, check: Check, leading: Leading) -> Check:
    """The answer of a rule beside the one that leads: clear where it would contradict it."""
    if not check.is_fired or leading.code is None or rule.code == leading.code:
        return check
    is_opposite = OPPOSITE.get(leading.cause) is (check.cause or rule.cause)
    if is_opposite or rule.code in AFTER_LOSS.get(leading.code, ()):
        return clear(
            f"{leading.code} leads, and what this rule sees follows from it. It saw: {check.why}", check.evidence
        )
    return check
