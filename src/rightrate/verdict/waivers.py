"""What a policy lets fail for now: waivers, while they last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from rightrate.diagnosis import Finding, Severity
from rightrate.verdict.judgement import Criterion, Status
from rightrate.verdict.policy import Policy, Waiver


def waived(criteria: Iterable[Criterion], policy: Policy, today: date) -> list[Criterion]:
    """The criteria with those that a waiver holds for marked as waived; an expired waiver holds for nothing."""
    return [_waive(criterion, policy.waive, today) for criterion in criteria]


def waived_findings(findings: Iterable[Finding], policy: Policy, today: date) -> list[Finding]:
    """The findings; one that a waiver for all classes holds for is no longer critical, and says so."""
    return [_waive_finding(finding, policy.waive, today) for finding in findings]


def expired(policy: Policy, today: date) -> list[Finding]:
    """A finding for each waiver whose last day has passed: it holds for nothing, and somebody must decide anew."""
    return [
        Finding(
            "RR415",
            f"The waiver of {w.code}{f' for {chr(39)}{w.class_name}{chr(39)}' if w.class_name else ''} ended on "
            f"{w.expires}: it holds no more.",
            Severity.CRITICAL,
            "Mend what it waived, or decide anew: a later day with a reason, or a line less in the policy.",
        )
        for w in policy.waive
        if today > w.expires
    ]


def _waive_finding(finding: Finding, waivers: Iterable[Waiver], today: date) -> Finding:
    for waiver in waivers:
        same = waiver.code == finding.code and waiver.class_name is None
        if same and today <= waiver.expires and finding.severity is Severity.CRITICAL:
            title = f"{finding.title} Waived until {waiver.expires}: {waiver.reason}"
            return replace(finding, severity=Severity.WARNING, title=title)
    return finding


def _waive(criterion: Criterion, waivers: Iterable[Waiver], today: date) -> Criterion:
    for waiver in waivers:
        same = waiver.code == criterion.code and waiver.class_name in (None, criterion.class_name)
        if same and today <= waiver.expires and criterion.status is not Status.PASSED:
            return replace(criterion, status=Status.WAIVED, reason=f"waived until {waiver.expires}: {waiver.reason}")
    return criterion
