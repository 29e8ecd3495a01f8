"""From figures and bars to criteria: passed, failed, or not enough evidence, each in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from rightrate.diagnosis import Finding, Severity
from rightrate.errors import UsageError, nearest
from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import Measurement
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.proportion import fewest, further_needed, proportion
from rightrate.verdict.difference import minus
from rightrate.verdict.judgement import Band, Criterion, Status
from rightrate.verdict.policy import CRITERIA, Evidence, Policy, Requirement, Waiver
from rightrate.verdict.words import interval_words, number, percent

#: Codes of criteria, stable; a waiver names one of them.
RECALL, PRECISION, REQUIRED, BETTER_THAN_MEAN, NOT_WORSE, BETTER_THAN_GUESSING = CRITERIA
#: Figures that are shares of rows, so that counting more of them settles a criterion.
_SHARES = ("precision", "recall", "specificity", "accuracy")
#: Figures that cannot leave 0 to 1, so that a bar outside is a slip (80 for 0.8).
UP_TO_ONE = (
    *_SHARES, "f1", "balanced_accuracy", "macro_precision", "macro_recall", "macro_f1", "weighted_precision",
    "weighted_recall", "weighted_f1", "roc_auc", "average_precision", "calibration_error",
)  # fmt: skip
#: Figures without bounds of 0 and 1, told as plain numbers.
_PLAIN = ("mae", "rmse", "bias", "log_loss", "brier", "perplexity", "mean_loss", "mean_mae", "mean_rmse", "p90_error")


def default_criteria(predictions: Predictions, measured: Measurement, policy: Policy) -> list[Criterion]:
    """The bars of the default policy: precision and recall of each class that matters; a regression beats the mean.

    With a production prevalence it is the precision there. A class so frequent that guesses come near both bars must
    also be told apart from the others better than by guessing.
    """
    if predictions.task is Task.REGRESSION:
        return [_better_than_mean(measured.metrics["r2"], policy)]
    if predictions.task is Task.TOKENS:
        return []
    groups, found = groups_of(predictions), []
    for name in matters(predictions):
        figures = measured.per_class[name]
        found.append(_share(RECALL, "recall", name, figures["recall"], policy, groups))
        precision = figures["precision"]
        if policy.prevalence is not None and predictions.task is Task.BINARY:
            precision = measured.metrics["precision_at_prevalence"]
        found.append(_share(PRECISION, "precision", name, precision, policy, groups))
        support = figures["support"]
        if support.value and support.n and support.value / support.n >= (policy.good + policy.bad) / 2:
            found.append(_better_than_guessing(name, _informedness(figures), policy))
    return found


def matters(predictions: Predictions) -> tuple[str, ...]:
    """Names of the classes that decide: the positive one where there is one, else all."""
    if predictions.positive is not None:
        return (predictions.names[predictions.positive],)
    return predictions.names


def required_criteria(
    measured: Measurement, policy: Policy, slices: Mapping[tuple[str, str], Measurement]
) -> list[Criterion]:
    """The bars of the user's own.

    Raises:
        UsageError: a metric, class or slice that this evaluation does not have: an unknown bar must not pass.
    """
    return [_required(requirement, measured, policy, slices) for requirement in policy.require]


def status(
    figure: Figure, minimum: float | None, maximum: float | None, policy: Policy, few: bool
) -> tuple[Status, bool]:
    """The three-valued rule, and whether the interval proves it.

    Args:
        few: fewer rows than could prove the bar even if all were right; then a point value alone decides nothing.

    The interval decides where it lies on one side of the bar. Where it does not, the policy says whether the point
    value decides (likely, not proven) or nothing does.
    """
    if figure.value is None:
        return Status.NOT_ENOUGH_EVIDENCE, False
    value, low, high = (figure.value, figure.low, figure.high)
    bar, sign = (minimum, 1.0) if minimum is not None else (maximum, -1.0)
    assert bar is not None
    if low is not None and high is not None:
        if min(sign * low, sign * high) >= sign * bar:
            return Status.PASSED, True
        if max(sign * low, sign * high) < sign * bar:
            return Status.FAILED, True
    if policy.evidence is Evidence.INTERVAL or few:
        return Status.NOT_ENOUGH_EVIDENCE, False
    return (Status.PASSED if sign * value >= sign * bar else Status.FAILED), False


def band(figure: Figure, policy: Policy) -> Band | None:
    """How a precision or recall reads; None where it was not measured."""
    if figure.value is None:
        return None
    if figure.value >= policy.good:
        return Band.GOOD
    return Band.BAD if figure.value < policy.bad else Band.FAIR


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


def groups_of(predictions: Predictions) -> int | None:
    """How many groups the rows fall into; None where rows are independent."""
    return None if predictions.groups is None else len(np.unique(predictions.groups))


def _share(code: str, metric: str, name: str, figure: Figure, policy: Policy, groups: int | None) -> Criterion:
    few = _few(figure, policy.good, policy)
    found, proven = _doubted(figure, policy.good, *status(figure, policy.good, None, policy, few), policy)
    title = f"{metric} of '{name}'"
    if metric == "precision" and policy.prevalence is not None:
        title += f" at a prevalence of {percent(policy.prevalence)}"
    if found is Status.PASSED and groups is not None and groups < _fewest(policy):
        # However many rows: so few patients or documents prove nothing about others.
        found, proven = Status.NOT_ENOUGH_EVIDENCE, False
    return Criterion(
        code=code,
        name=title,
        metric=metric,
        class_name=name,
        figure=figure,
        minimum=policy.good,
        band=band(figure, policy),
        status=found,
        proven=proven,
        said=_said(title, figure, policy.good, None, found, proven, metric),
        advice="" if found is Status.PASSED else _advice(metric, name, figure),
        needed=_needed(figure, policy.good, policy) if not proven else None,
    )


def _better_than_mean(figure: Figure, policy: Policy) -> Criterion:
    name, said = "better than always predicting the mean", "R2 (0 is always predicting the mean)"
    advice = "Train longer or at another rate; look at the largest errors."
    return _above_zero(BETTER_THAN_MEAN, name, "r2", figure, policy, said, advice)


def _better_than_guessing(name: str, figure: Figure, policy: Policy) -> Criterion:
    said = f"recall and specificity of '{name}' together, less 1 (0 is guessing, which so frequent a class rewards),"
    advice = f"Judge more rows that are not '{name}', or name the rare class with positive=."
    title = f"better than guessing '{name}'"
    return _above_zero(BETTER_THAN_GUESSING, title, "informedness", figure, policy, said, advice)


def _informedness(figures: Mapping[str, Figure]) -> Figure:
    """Recall + specificity - 1 (Youden 1950): 0 for who answers a class always, never or at random."""
    recall, specificity = figures["recall"], figures["specificity"]
    if recall.value is None or specificity.value is None:
        return Figure.missing(recall.why or specificity.why or "recall or specificity was not measured")
    found = minus(recall, _less(specificity))
    return replace(found, n=(recall.n or 0) + (specificity.n or 0))


def _less(figure: Figure) -> Figure:
    """1 - figure."""
    assert figure.value is not None
    if figure.low is None or figure.high is None:
        return Figure(1 - figure.value)
    return Figure(1 - figure.value, 1 - figure.high, 1 - figure.low)


def _above_zero(code: str, name: str, metric: str, figure: Figure, policy: Policy, said: str, advice: str) -> Criterion:
    found, proven = status(figure, 0.0, None, policy, few=False)
    if figure.value == 1.0 and figure.low is None and (figure.n or 0) >= _fewest(policy):
        found, proven = Status.PASSED, True  # perfect: no row could change it, so that it has no interval
    # Above zero by any amount counts only where it is proven: that bar is low enough.
    elif figure.low is None or (found is Status.PASSED and figure.low <= 0):
        found, proven = Status.NOT_ENOUGH_EVIDENCE, False
    return Criterion(
        code=code,
        name=name,
        metric=metric,
        figure=figure,
        minimum=0.0,
        status=found,
        proven=proven,
        said=_said(said, figure, 0.0, None, found, proven, metric),
        advice="" if found is Status.PASSED else advice,
    )


def _required(
    r: Requirement, measured: Measurement, policy: Policy, slices: Mapping[tuple[str, str], Measurement]
) -> Criterion:
    part = measured
    if r.slice_name is not None:
        if r.slice_name not in slices:
            known = [f"{column}={value}" for column, value in slices]
            raise UsageError(
                f"The policy asks for the slice {'='.join(r.slice_name)}, which these rows do not have: a bar that "
                f"was not looked at cannot pass. {nearest('='.join(r.slice_name), known)}"
            )
        part = slices[r.slice_name]
    figures = part.metrics
    if r.class_name is not None:
        if r.class_name not in part.per_class:
            raise UsageError(
                f"The policy asks for the class '{r.class_name}', which is not among those judged. "
                f"{nearest(r.class_name, part.per_class)}"
            )
        figures = part.per_class[r.class_name]
    if r.metric not in figures:
        raise UsageError(
            f"The policy asks for '{r.metric}', which is not measured here: a bar that was not looked at cannot pass. "
            f"{nearest(r.metric, figures)}"
        )
    figure = figures[r.metric]
    name = (
        r.metric
        + (f" of '{r.class_name}'" if r.class_name else "")
        + (f" where {'='.join(r.slice_name)}" if r.slice_name else "")
    )
    bar = r.minimum if r.minimum is not None else r.maximum
    assert bar is not None
    if r.metric in UP_TO_ONE and not 0 <= bar <= 1:
        raise UsageError(f"The policy's bar for '{r.metric}' must lie between 0 and 1. Received: {bar:g}.")
    few = r.minimum is not None and r.metric in _SHARES and _few(figure, bar, policy)
    found, proven = status(figure, r.minimum, r.maximum, policy, few)
    if r.minimum is not None and r.metric in _SHARES:
        found, proven = _doubted(figure, bar, found, proven, policy)
    if figure.value is None:
        found = Status.FAILED  # a bar that somebody set and that nothing was measured for must not slip through
    return Criterion(
        code=REQUIRED,
        name=name,
        metric=r.metric,
        class_name=r.class_name,
        figure=figure,
        minimum=r.minimum,
        maximum=r.maximum,
        status=found,
        proven=proven,
        said=_said(name, figure, r.minimum, r.maximum, found, proven, r.metric),
        advice="" if found is Status.PASSED else _advice(r.metric, r.class_name, figure),
        needed=_needed(figure, bar, policy) if not proven and r.metric in _SHARES else None,
        blocks=r.severity == "block",
        reason=r.reason,
    )


def _doubted(figure: Figure, bar: float, found: Status, proven: bool, policy: Policy) -> tuple[Status, bool]:
    """A failure on a handful of rows stands only where the exact interval proves it: Wilson's calls 0 of 1 proof."""
    if found is not Status.FAILED or figure.value is None or not figure.n or figure.n >= _fewest(policy):
        return found, proven
    n = max(1, round(figure.n))
    exact = proportion(round(figure.value * n), n, level=policy.level, interval="exact")
    if exact.high is None or exact.high >= bar:
        return Status.NOT_ENOUGH_EVIDENCE, False
    return found, proven


def _fewest(policy: Policy) -> int:
    """Rows, or groups, that the default bar needs at least, all right; a bar of 1 is proven by no number."""
    return fewest(min(policy.good, 0.99), policy.level, policy.interval)


def _few(figure: Figure, bar: float, policy: Policy) -> bool:
    """Fewer rows than could prove the bar if all were right, or no interval, as with one group.

    A bar of 1 is proven by no number: the value decides.
    """
    if figure.low is None:
        return True
    return bar < 1 and figure.n is not None and figure.n < fewest(bar, policy.level, policy.interval)


def _needed(figure: Figure, bar: float, policy: Policy) -> int | None:
    """Further rows that would settle it, if the share stays."""
    if bar >= 1:
        return None
    if figure.value is None or not figure.n:
        return fewest(bar, policy.level, policy.interval)
    return further_needed(figure.value * figure.n, figure.n, bar, level=policy.level, interval=policy.interval)


def _said(
    name: str, figure: Figure, minimum: float | None, maximum: float | None, found: Status, proven: bool, metric: str
) -> str:
    form = number if metric in _PLAIN or metric in ("r2", "mcc", "informedness") else percent
    bar = minimum if minimum is not None else maximum
    assert bar is not None
    asked = f"{form(bar)} {'or more' if minimum is not None else 'or less'} is asked for"
    if figure.value is None:
        return f"{name} was not measured: {figure.why}; {asked}"
    interval = interval_words(figure, form)
    said = f"{name} is {form(figure.value)}{f' ({interval})' if interval else ''}; {asked}"
    if found is Status.NOT_ENOUGH_EVIDENCE:
        return f"{said}, and {f'{figure.n:.0f}' if figure.n else 'so few'} rows cannot tell"
    return said if proven else f"{said} (likely, not proven)"


def _advice(metric: str, name: str | None, figure: Figure) -> str:
    whom = f" of '{name}'" if name else ""
    if figure.value is None:
        return f"Judge more rows{whom}: without them nothing is known about this figure."
    if metric == "recall":
        return f"Lower the threshold first; then weigh or add samples{whom}, and train again."
    if metric == "precision":
        return f"Raise the threshold first; then look at what is taken for '{name}', and add such samples."
    return "See the per-class table for what drags it down."


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
