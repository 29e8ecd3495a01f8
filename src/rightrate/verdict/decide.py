"""From everything measured to one answer, the reason that decided it, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from rightrate.diagnosis import Finding, Severity
from rightrate.errors import UsageError, nearest
from rightrate.scoring.measure import Measurement
from rightrate.scoring.predictions import Predictions
from rightrate.verdict import criteria as bars
from rightrate.verdict import sanity, trap, waivers
from rightrate.verdict.advice import advice
from rightrate.verdict.judgement import (
    Comparison,
    Criterion,
    Judgement,
    OperatingPoint,
    Outcome,
    Slice,
    Status,
)
from rightrate.verdict.metrics import written
from rightrate.verdict.next_steps import further, next_steps
from rightrate.verdict.policy import Policy
from rightrate.verdict.policy_values import as_values
from rightrate.verdict.required import required_criteria
from rightrate.verdict.words import interval_words

_NOTHING_MORE = "Nothing more was asked, so nobody has said how small an error is enough."
_ORDER = (Severity.CRITICAL, Severity.WARNING, Severity.HINT)


def decide(
    predictions: Predictions,
    measured: Measurement,
    policy: Policy,
    *,
    points: Sequence[OperatingPoint] = (),
    comparison: Comparison | None = None,
    not_worse: Criterion | None = None,
    slices: Sequence[Slice] = (),
    slice_figures: Mapping[tuple[str, str], Measurement] | None = None,
    findings: Sequence[Finding] = (),
    about: Mapping[str, str] | None = None,
    today: date | None = None,
) -> Judgement:
    """The judgement of one evaluation.

    Args:
        points: thresholds that could be used instead.
        comparison, not_worse: against a baseline, and the criterion that follows from it.
        slices, slice_figures: parts of the rows; the figures by `(column, value)` serve the policy's own bars.
        findings: known before: how the split was used, duplicates.
        today: for waivers; by default this day.
    """
    found = [
        *bars.default_criteria(predictions, measured, policy),
        *required_criteria(measured, policy, slice_figures or {}),
        *([not_worse] if not_worse is not None else []),
    ]
    day = today or date.today()
    _check_waivers(predictions, policy)
    criteria = sorted(waivers.waived(found, policy, day), key=_rank)
    criteria = [replace(criterion, advice=advice(criterion, predictions)) for criterion in criteria]
    trapped = trap.find(predictions, measured, found, policy)  # who waives a recall has not waived the trap
    all_findings = waivers.waived_findings(
        [*([trapped] if trapped else []), *sanity.check(predictions, measured, policy), *findings],
        policy,
        day,
    )
    all_findings += waivers.expired(policy, day)
    all_findings.sort(key=lambda finding: _ORDER.index(finding.severity))
    outcome = _outcome(criteria, all_findings)
    if outcome is Outcome.FIT and not _asked_more(criteria):
        outcome = Outcome.NOT_ENOUGH_EVIDENCE
    return Judgement(
        outcome=outcome,
        reason=_reason(outcome, criteria, all_findings, trapped),
        criteria=tuple(criteria),
        findings=tuple(all_findings),
        next_steps=next_steps(outcome, predictions, criteria, all_findings, points, policy),
        metrics=measured.metrics,
        per_class=measured.per_class,
        confusion=measured.confusion,
        class_names=predictions.names,
        positive=None if predictions.positive is None else predictions.names[predictions.positive],
        task=predictions.task.value,
        rows=predictions.size,
        threshold=predictions.threshold,
        operating_points=tuple(points),
        comparison=comparison,
        slices=tuple(slices),
        policy=as_values(policy),
        about=dict(about or {}),
        curves=measured.curves,
    )


def _check_waivers(predictions: Predictions, policy: Policy) -> None:
    for waiver in policy.waive:
        if waiver.class_name is not None and waiver.class_name not in predictions.names:
            raise UsageError(
                f"The policy waives {waiver.code} for '{waiver.class_name}', which is not among the classes judged. "
                f"{nearest(waiver.class_name, predictions.names)}"
            )


def _rank(criterion: Criterion) -> tuple[int, int, float]:
    """Those that decide first: blocking failures, proven before likely, the lowest value first."""
    order = (Status.FAILED, Status.NOT_ENOUGH_EVIDENCE, Status.WAIVED, Status.PASSED)
    value = criterion.figure.value
    return (
        order.index(criterion.status) + (0 if criterion.blocks else 4),
        0 if criterion.proven else 1,
        -1.0 if value is None else value,
    )


def _outcome(criteria: Sequence[Criterion], findings: Sequence[Finding]) -> Outcome:
    blocking = [criterion.status for criterion in criteria if criterion.blocks]
    if Status.FAILED in blocking or any(f.severity is Severity.CRITICAL for f in findings):
        return Outcome.NOT_FIT
    if Status.NOT_ENOUGH_EVIDENCE in blocking or not blocking:
        return Outcome.NOT_ENOUGH_EVIDENCE
    return Outcome.FIT


def _asked_more(criteria: Sequence[Criterion]) -> bool:
    """Whether any bar decides beyond "better than always predicting the mean", which a useless model clears as well."""
    return any(criterion.blocks and criterion.code != bars.BETTER_THAN_MEAN for criterion in criteria)


def _reason(
    outcome: Outcome, criteria: Sequence[Criterion], findings: Sequence[Finding], trapped: Finding | None
) -> str:
    blocking = [criterion for criterion in criteria if criterion.blocks]
    if outcome is Outcome.NOT_FIT:
        critical = [f for f in findings if f.severity is Severity.CRITICAL and f is not trapped]
        broken = [f for f in critical if f.code != "RR415"]
        if broken:
            return broken[0].title
        failed = [criterion for criterion in blocking if criterion.status is Status.FAILED]
        if trapped is not None and (trapped in findings or not failed):
            return trapped.title
        if not failed:
            return critical[0].title
        more = f"; {len(failed) - 1} more {'bar is' if len(failed) == 2 else 'bars are'} missed" if failed[1:] else ""
        return f"{_sentence(failed[0].said)}{more}."
    if outcome is Outcome.NOT_ENOUGH_EVIDENCE:
        open_ones = [criterion for criterion in blocking if criterion.status is Status.NOT_ENOUGH_EVIDENCE]
        if not open_ones and blocking:
            return f"{_sentence(blocking[0].said)}. {_NOTHING_MORE}"
        if not open_ones:
            return "No bar was given that these figures could clear: give a bar with a policy, or a baseline."
        first = open_ones[0]
        return f"{_sentence(first.said)}{_more_rows(first)}."
    weakest = [c for c in blocking if c.status is Status.PASSED and c.figure.value is not None]
    held_back = sum(criterion.status is Status.WAIVED for criterion in blocking)
    held = f" {held_back} {'bar is' if held_back == 1 else 'bars are'} waived." if held_back else ""
    if not weakest:
        return f"All bars that were missed are waived.{held}"
    proven = "proven" if all(criterion.proven for criterion in weakest) else "likely, not proven"
    listed = ", ".join(_short(criterion) for criterion in weakest[:2])
    rest = f" and {len(weakest) - 2} more" if len(weakest) > 2 else ""
    return f"All bars are cleared ({proven}): {listed}{rest}.{held}"


def _short(criterion: Criterion) -> str:
    value = criterion.figure.value
    assert value is not None
    if criterion.code == bars.NOT_WORSE:
        return criterion.said.rpartition("; ")[0]  # without what is allowed
    if criterion.maximum is not None or criterion.metric in ("r2", "informedness"):
        return criterion.said.partition("; ")[0] if criterion.class_name is None else criterion.said
    form = written(criterion.metric)
    interval = interval_words(criterion.figure, form)
    return f"{criterion.name} {form(value)}" + (f" ({interval})" if interval else "")


def _more_rows(criterion: Criterion) -> str:
    return f"; about {further(criterion)} would settle it" if criterion.needed else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def with_findings(judgement: Judgement, *findings: Finding) -> Judgement:
    """The same judgement with more to know; the outcome stays."""
    joined = sorted((*judgement.findings, *findings), key=lambda finding: _ORDER.index(finding.severity))
    return replace(judgement, findings=tuple(joined))
