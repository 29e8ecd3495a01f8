"""`Finding`: one thing that a person should know, with the numbers behind it and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Severity(str, Enum):
    """How much a finding matters."""

    CRITICAL = "critical"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True)
class Finding:
    """One finding.

    Args:
        code: stable, `RR` and three digits; `RR2..` are findings about a search.
        title: one sentence that says what was found, with its numbers.
        severity: critical, warning or hint.
        advice: one sentence that says what to do.
        evidence: the numbers the finding rests on, by name.

    Example:
        >>> Finding("RR201", "The best rate is the largest one tried.", Severity.WARNING, "Widen the range.").code
        'RR201'
    """

    code: str
    title: str
    severity: Severity
    advice: str
    evidence: Mapping[str, float | int | str | None] = field(default_factory=dict)
