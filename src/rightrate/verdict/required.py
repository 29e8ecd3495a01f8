"""The bars of the user's own: what a policy requires beside the default."""

from __future__ import annotations

from collections.abc import Mapping

from rightrate.errors import UsageError, nearest
from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import Measurement
from rightrate.scoring.read_classes import shown
from rightrate.verdict import criteria as bars
from rightrate.verdict.judgement import Criterion, Status
from rightrate.verdict.metrics import COUNTS, SHARES, check_bar
from rightrate.verdict.policy import Policy, Requirement


def required_criteria(
    measured: Measurement, policy: Policy, slices: Mapping[tuple[str, str], Measurement]
) -> list[Criterion]:
    """The bars of a policy, in its order.

    Args:
        slices: the figures of each part of the rows, by `(column, value)`.

    Raises:
        UsageError: a metric, class or slice that this evaluation does not have: an unknown bar must not pass.
    """
    return [_required(requirement, measured, policy, slices) for requirement in policy.require]


def _required(
    r: Requirement, measured: Measurement, policy: Policy, slices: Mapping[tuple[str, str], Measurement]
) -> Criterion:
    part = _part(r, measured, slices)
    figure = _figure(r, part)
    check_bar(r.metric, r.minimum, r.maximum, "the policy")
    name = (
        r.metric
        + (f" of '{r.class_name}'" if r.class_name else "")
        + (f" where {'='.join(r.slice_name)}" if r.slice_name else "")
    )
    bar = r.minimum if r.minimum is not None else r.maximum
    assert bar is not None
    is_share = r.metric in SHARES and r.minimum is not None
    found, proven = _status(r, figure, part.units, policy)
    return Criterion(
        code=bars.REQUIRED,
        name=name,
        metric=r.metric,
        class_name=r.class_name,
        figure=figure,
        minimum=r.minimum,
        maximum=r.maximum,
        status=found,
        proven=proven,
        said=bars.sentence(name, figure, r.minimum, r.maximum, found, proven, r.metric, part.units),
        needed=bars.needed(figure, bar, policy) if not proven and is_share else None,
        blocks=r.severity == "block",
        reason=r.reason,
    )


def _part(r: Requirement, measured: Measurement, slices: Mapping[tuple[str, str], Measurement]) -> Measurement:
    if r.slice_name is None:
        return measured
    if r.slice_name in slices:
        return slices[r.slice_name]
    asked = "=".join(r.slice_name)
    if r.slice_name[0] not in {column for column, _ in slices}:
        raise UsageError(
            f"The policy asks for the slice {asked}, and the rows were not cut by '{r.slice_name[0]}': a bar that was "
            f"not looked at cannot pass. Say --slice {r.slice_name[0]} on the command line, or "
            f"slices={{'{r.slice_name[0]}': values}} in Python."
        )
    raise UsageError(
        f"The policy asks for the slice {asked}, which these rows do not have: a bar that was not looked at cannot "
        f"pass. {nearest(asked, [f'{column}={value}' for column, value in slices])}"
    )


def _figure(r: Requirement, part: Measurement) -> Figure:
    figures = part.metrics
    if r.class_name is not None:
        if r.class_name not in part.per_class:
            raise UsageError(
                f"The policy asks for the class '{r.class_name}', which is not among those judged. "
                f"{nearest(r.class_name, part.per_class)}"
            )
        figures = part.per_class[r.class_name]
    if r.metric in figures:
        return figures[r.metric]
    if r.class_name is None and any(r.metric in of_class for of_class in part.per_class.values()):
        raise UsageError(
            f"The policy asks for '{r.metric}', which is measured for each class, and `class` is missing. Name one: "
            f"class = {next(iter(part.per_class))!r} (class_name=… in Python); the classes are {shown(part.per_class)}."
        )
    raise UsageError(
        f"The policy asks for '{r.metric}', which is not measured here: a bar that was not looked at cannot pass. "
        f"{nearest(r.metric, figures)}"
    )


def _status(r: Requirement, figure: Figure, units: int | None, policy: Policy) -> tuple[Status, bool]:
    bar = r.minimum if r.minimum is not None else r.maximum
    assert bar is not None
    if figure.value is None:
        return Status.FAILED, False  # a bar that somebody set and that nothing was measured for must not slip through
    if r.metric in COUNTS:
        sign = 1.0 if r.minimum is not None else -1.0
        return (Status.PASSED if sign * figure.value >= sign * bar else Status.FAILED), True
    is_share = r.metric in SHARES and r.minimum is not None
    found, proven = bars.status(figure, r.minimum, r.maximum, policy, is_share and bars.few(figure, bar, policy))
    if is_share:
        found, proven = bars.doubted(figure, bar, found, proven, policy)
        return bars.of_groups(found, proven, figure, units)
    return bars.of_enough(found, proven, figure, units)
