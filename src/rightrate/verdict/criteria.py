"""From figures and bars to criteria: passed, failed, or not enough evidence, each in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rightrate.scoring.bootstrap import Confidence
from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import Measurement
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.prevalence import precision_at_prevalence
from rightrate.scoring.proportion import fewest, further_needed, proportion
from rightrate.scoring.read_classes import counted
from rightrate.verdict.difference import minus
from rightrate.verdict.judgement import Band, Criterion, Status
from rightrate.verdict.metrics import written
from rightrate.verdict.policy import CRITERIA, Evidence, Policy
from rightrate.verdict.words import interval_words, percent

#: Codes of criteria, stable; a waiver names one of them.
RECALL, PRECISION, REQUIRED, BETTER_THAN_MEAN, NOT_WORSE, BETTER_THAN_GUESSING = CRITERIA
#: Fewer rows, or groups of rows, than this decide nothing about any figure: 16 right ones of 16 are what proves 80 %
#: (Wilson, 95 %), and a bootstrap of fewer knows only the values that it has seen.
FEWEST = 16


def default_criteria(predictions: Predictions, measured: Measurement, policy: Policy) -> list[Criterion]:
    """The bars of the default policy: precision and recall of each class that matters; a regression beats the mean.

    With a production prevalence it is the precision there. A class so frequent that guesses come near both bars must
    also be told apart from the others better than by guessing.
    """
    if predictions.task is Task.REGRESSION:
        return [_better_than_mean(measured.metrics["r2"], measured.units, policy)]
    if predictions.task is Task.TOKENS:
        return []
    groups, found = groups_of(predictions), []
    names = matters(predictions)
    for name in names:
        figures, at = measured.per_class[name], None
        found.append(_share(RECALL, "recall", name, figures["recall"], policy, groups))
        precision = figures["precision"]
        if policy.prevalence is not None and predictions.task is Task.BINARY:
            precision, at = _in_production(name, predictions, measured, policy)
        found.append(_share(PRECISION, "precision", name, precision, policy, groups, at))
        support = figures["support"]
        frequent = support.value and support.n and support.value / support.n >= (policy.good + policy.bad) / 2
        if frequent and len(names) == 1:  # else the bars of the other classes say so, and more
            found.append(_better_than_guessing(name, figures, policy))
    return found


def _in_production(name: str, predictions: Predictions, measured: Measurement, policy: Policy) -> tuple[Figure, float]:
    """Precision of a class at its share in production, and that share."""
    assert policy.prevalence is not None
    index = predictions.names.index(name)
    if index == predictions.positive:
        return measured.metrics["precision_at_prevalence"], policy.prevalence
    units = predictions.size if predictions.groups is None else len(np.unique(predictions.groups))
    how = Confidence(policy.level, policy.interval, policy.resamples, policy.seed, units)
    rest = 1 - policy.prevalence
    return precision_at_prevalence(replace(predictions, positive=index), rest, how), rest


def matters(predictions: Predictions) -> tuple[str, ...]:
    """Names of the classes that decide: the positive one where the caller named it, else all."""
    if predictions.positive is not None and predictions.only_positive:
        return (predictions.names[predictions.positive],)
    return predictions.names


def status(
    figure: Figure, minimum: float | None, maximum: float | None, policy: Policy, few_rows: bool
) -> tuple[Status, bool]:
    """The three-valued rule, and whether the interval proves it.

    Args:
        few_rows: fewer rows than could prove the bar even if all were right; then a point value alone decides nothing.

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
    if policy.evidence is Evidence.INTERVAL or few_rows:
        return Status.NOT_ENOUGH_EVIDENCE, False
    return (Status.PASSED if sign * value >= sign * bar else Status.FAILED), False


def band(figure: Figure, policy: Policy) -> Band | None:
    """How a precision or recall reads; None where it was not measured."""
    if figure.value is None:
        return None
    if figure.value >= policy.good:
        return Band.GOOD
    return Band.BAD if figure.value < policy.bad else Band.FAIR


def groups_of(predictions: Predictions) -> int | None:
    """How many groups the rows fall into; None where rows are independent."""
    return None if predictions.groups is None else len(np.unique(predictions.groups))


def _share(
    code: str,
    metric: str,
    name: str,
    figure: Figure,
    policy: Policy,
    groups: int | None,
    prevalence: float | None = None,
) -> Criterion:
    found, proven = status(figure, policy.good, None, policy, few(figure, policy.good, policy))
    found, proven = doubted(figure, policy.good, found, proven, policy)
    title = f"{metric} of '{name}'"
    if prevalence is not None:
        title += f" at a prevalence of {percent(prevalence)}"
    found, proven = of_groups(found, proven, figure, groups, _fewest(policy))
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
        said=sentence(title, figure, policy.good, None, found, proven, metric, groups),
        needed=needed(figure, policy.good, policy) if not proven else None,
    )


def _better_than_mean(figure: Figure, units: int | None, policy: Policy) -> Criterion:
    found, proven = of_enough(*_above_zero(figure, policy), figure, units)
    said = sentence("R2 (0 is always predicting the mean)", figure, 0.0, None, found, proven, "r2", units)
    name = "better than always predicting the mean"
    return Criterion(BETTER_THAN_MEAN, name, "r2", figure, found, proven, said, minimum=0.0)


def _better_than_guessing(name: str, figures: Mapping[str, Figure], policy: Policy) -> Criterion:
    figure = _informedness(figures)
    found, proven = _above_zero(figure, policy)
    return Criterion(
        code=BETTER_THAN_GUESSING,
        name=f"better than guessing '{name}'",
        metric="informedness",
        figure=figure,
        status=found,
        proven=proven,
        said=_guessed(name, figure, figures, found),
        minimum=0.0,
    )


def _guessed(name: str, figure: Figure, figures: Mapping[str, Figure], found: Status) -> str:
    """Recall beside the share of the others that are taken for the class: who guesses has both alike."""
    recall, specificity = figures["recall"].value, figures["specificity"].value
    if figure.value is None or recall is None or specificity is None:
        return f"whether '{name}' is told from the rest better than by guessing was not measured: {figure.why}"
    start = "it" if found is Status.PASSED else "nothing proves that it"
    ends = "" if figure.low is None or figure.high is None else (
        f", interval {100 * figure.low:+.0f} to {100 * figure.high:+.0f}"
    )  # fmt: skip
    return (
        f"{start} tells '{name}' from the rest better than by guessing: it answers '{name}' in {percent(recall)} of "
        f"the rows that are, and in {percent(1 - specificity)} of those that are not ({100 * figure.value:+.1f} points"
        f"{ends}, where a guess has 0)"
    )


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


def _above_zero(figure: Figure, policy: Policy) -> tuple[Status, bool]:
    found, proven = status(figure, 0.0, None, policy, few_rows=False)
    if figure.value == 1.0 and figure.low is None and (figure.n or 0) >= _fewest(policy):
        return Status.PASSED, True  # perfect: no row could change it, so that it has no interval
    # Above zero by any amount counts only where it is proven: that bar is low enough.
    if figure.low is None or (found is Status.PASSED and figure.low <= 0):
        return Status.NOT_ENOUGH_EVIDENCE, False
    return found, proven


def of_groups(
    found: Status, proven: bool, figure: Figure, units: int | None, least: int = FEWEST
) -> tuple[Status, bool]:
    """A pass on fewer than `least` groups is none, however many rows they have: they prove nothing about other
    patients or documents."""
    if found is Status.PASSED and units is not None and units < least and (figure.n or 0) > units:
        return Status.NOT_ENOUGH_EVIDENCE, False
    return found, proven


def of_enough(found: Status, proven: bool, figure: Figure, units: int | None) -> tuple[Status, bool]:
    """Nothing is decided on fewer than `FEWEST` rows or groups, either way."""
    if min(float("inf") if figure.n is None else figure.n, float("inf") if units is None else units) < FEWEST:
        return Status.NOT_ENOUGH_EVIDENCE, False
    return found, proven


def doubted(figure: Figure, bar: float, found: Status, proven: bool, policy: Policy) -> tuple[Status, bool]:
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


def few(figure: Figure, bar: float, policy: Policy) -> bool:
    """Fewer rows than could prove the bar if all were right, or no interval, as with one group.

    A bar of 1 is proven by no number: the value decides.
    """
    if figure.low is None:
        return True
    return bar < 1 and figure.n is not None and figure.n < fewest(bar, policy.level, policy.interval)


def needed(figure: Figure, bar: float, policy: Policy) -> int | None:
    """Further rows that would settle a bar on a share, if the share stays."""
    if bar >= 1:
        return None
    if figure.value is None or not figure.n:
        return fewest(bar, policy.level, policy.interval)
    return further_needed(figure.value * figure.n, figure.n, bar, level=policy.level, interval=policy.interval)


def sentence(
    name: str,
    figure: Figure,
    minimum: float | None,
    maximum: float | None,
    found: Status,
    proven: bool,
    metric: str,
    units: int | None = None,
) -> str:
    """What became of a bar, with its numbers; `units` are the groups that the rows fall into, or the rows."""
    form = written(metric)
    bar = minimum if minimum is not None else maximum
    assert bar is not None
    asked = f"{form(bar)} {'or more' if minimum is not None else 'or less'} is asked for"
    if figure.value is None:
        return f"{name} was not measured: {figure.why}; {asked}"
    interval = interval_words(figure, form)
    said = f"{name} is {form(figure.value)}{f' ({interval})' if interval else ''}; {asked}"
    if found is Status.NOT_ENOUGH_EVIDENCE:
        return f"{said}, and {_so_many(figure, units)} cannot tell"
    return said if proven else f"{said} (likely, not proven)"


def _so_many(figure: Figure, units: int | None) -> str:
    if units is not None and (figure.n or 0) > units:
        return counted(units, "group")
    return counted(round(figure.n), "row") if figure.n else "so few rows"
