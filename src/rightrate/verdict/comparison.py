"""A model against its baseline: what it fixes and breaks, and whether it is not worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rightrate.errors import UsageError
from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import Measurement
from rightrate.scoring.paired import Paired, compare
from rightrate.scoring.paired_numbers import RELATIVE, compare_numbers
from rightrate.scoring.paired_tokens import RELATIVE_PERPLEXITY, compare_tokens, relative_perplexity
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.read_classes import counted
from rightrate.verdict.criteria import NOT_WORSE, of_enough, status
from rightrate.verdict.difference import minus
from rightrate.verdict.judgement import Comparison, Criterion, Judgement, Status
from rightrate.verdict.policy import Policy
from rightrate.verdict.words import percent

#: Compared by default; only those that were measured for both.
_METRICS = ("accuracy", "recall", "precision", "f1")
_ERRORS = ("mae", "rmse")
#: What decides of numbers and of token losses, both as a share of the baseline's; less is better.
_RELATIVE = (RELATIVE, RELATIVE_PERPLEXITY)
_NAMES = {RELATIVE: "MAE", RELATIVE_PERPLEXITY: "perplexity"}


def against_predictions(model: Predictions, baseline: Predictions, policy: Policy, name: str) -> Comparison:
    """Row by row: exact McNemar test and paired bootstrap; sign test of which is closer (numbers), whose loss is lower
    (documents, or tokens).

    Raises:
        DataError: the two are not about the same rows, or a task that cannot be paired.
    """
    how: dict[str, Any] = {"level": policy.level, "resamples": policy.resamples, "seed": policy.seed}
    rows = counted(model.size, "row")
    if model.task is Task.REGRESSION and baseline.task is Task.REGRESSION:
        said = "it is closer on {fixes}, further off on {breaks} of " + rows
        return _paired(compare_numbers(model, baseline, **how), name, said, "sign", RELATIVE)
    if model.task is Task.TOKENS and baseline.task is Task.TOKENS:
        of = counted(model.size, "token") if model.groups is None else counted(len(np.unique(model.groups)), "document")
        said = "its loss is lower on {fixes}, higher on {breaks} of " + of
        return _paired(compare_tokens(model, baseline, **how), name, said, "sign", RELATIVE_PERPLEXITY)
    paired = compare(model, baseline, **how)
    said = "it fixes {fixes}, breaks {breaks} of " + rows
    return _paired(paired, name, said, "McNemar", _decides(paired.differences))


def _paired(paired: Paired, name: str, said: str, test: str, decides: str) -> Comparison:
    """Args:
    said: with `{fixes}` and `{breaks}`.
    test: the exact test that `p_value` is of.
    decides: the difference that is told.
    """
    counts = said.format(fixes=paired.fixes, breaks=paired.breaks)
    chance = "" if paired.fixes + paired.breaks == 0 else f" (exact {test} test: p = {paired.p_value:.2g})"
    whole = f"Against {name} {counts}{chance}; {_difference(decides, paired.differences)}"
    return Comparison(name, paired.fixes, paired.breaks, paired.p_value, paired.differences, whole)


def against_judgement(predictions: Predictions, measured: Measurement, before: Judgement, name: str) -> Comparison:
    """Figure by figure, where the rows cannot be paired: an earlier verdict.

    Raises:
        UsageError: it is about another task or other classes.
    """
    if before.task != predictions.task.value or set(before.class_names) != set(predictions.names):
        raise UsageError(
            f"{name[:1].upper()}{name[1:]} is about something else: {before.task}, classes "
            f"{list(before.class_names)[:10]}; here {predictions.task.value}, classes {list(predictions.names)[:10]}."
        )
    positive = None if predictions.positive is None else predictions.names[predictions.positive]
    differences = {}
    compared = {Task.REGRESSION: _ERRORS, Task.TOKENS: ("mean_loss",)}.get(predictions.task, _METRICS)
    for metric in compared:
        a = _figure(measured.metrics, measured.per_class, positive, metric)
        b = _figure(before.metrics, before.per_class, positive, metric)
        if a is not None and b is not None:
            differences[metric] = minus(a, b)
    before_mae = before.metrics.get("mae", Figure(None)).value
    if "mae" in differences and before_mae:
        differences[RELATIVE] = _scaled(differences["mae"], 1 / before_mae)
    if "mean_loss" in differences:
        differences[RELATIVE_PERPLEXITY] = relative_perplexity(differences["mean_loss"])
    said = f"Against {name}, whose rows cannot be paired with these: "
    return Comparison(name, None, None, None, differences, said + _difference(_decides(differences), differences))


def not_worse(comparison: Comparison, policy: Policy, units: int | None = None) -> Criterion:
    """Whether the model is not worse than its baseline by more than the margin; of errors, by more than that share.

    Args:
        units: how many rows, or groups, are independent; too few decide nothing.
    """
    metric = _decides(comparison.differences)
    figure = comparison.differences.get(metric, Figure.missing("no figure was measured for both"))
    error = metric in _RELATIVE
    least, most = (None, policy.margin) if error else (-policy.margin, None)
    found, proven = status(figure, least, most, policy, few_rows=False)
    no_worse = figure.low is None or figure.low <= 0 if error else figure.high is None or figure.high >= 0
    if found is Status.FAILED and not proven and no_worse:
        found = Status.NOT_ENOUGH_EVIDENCE  # it may well be no worse at all
    found, proven = of_enough(found, proven, figure, units)
    allowed = f"{percent(policy.margin)} {'more' if error else 'less'} is allowed"
    said = f"{_NAMES.get(metric, metric)} differs by {_points(metric, figure)} from {comparison.baseline}; {allowed}"
    return Criterion(
        code=NOT_WORSE,
        name=f"{_NAMES.get(metric, metric)} not worse than {comparison.baseline}",
        metric=metric,
        figure=figure,
        minimum=least,
        maximum=most,
        status=found,
        proven=proven,
        said=said if proven or found is Status.NOT_ENOUGH_EVIDENCE else f"{said} (likely, not proven)",
    )


def _decides(differences: Mapping[str, Figure]) -> str:
    for metric in _RELATIVE:
        if metric in differences:
            return metric
    return "f1" if "f1" in differences and differences["f1"].measured else "accuracy"


def _difference(metric: str, differences: Mapping[str, Figure]) -> str:
    figure = differences.get(metric, Figure.missing("no figure was measured for both"))
    return f"{_NAMES.get(metric, metric)} {_points(metric, figure)}."


def _points(metric: str, figure: Figure) -> str:
    """A difference of shares in percentage points, a relative one in percent."""
    if figure.value is None:
        return f"not measured ({figure.why})"
    said = f"{100 * figure.value:+.1f} {'%' if metric in _RELATIVE else 'points'}"
    if figure.low is None or figure.high is None:
        return said
    return f"{said} (interval {100 * figure.low:+.1f} to {100 * figure.high:+.1f})"


def _scaled(figure: Figure, by: float) -> Figure:
    value, low, high = (None if end is None else end * by for end in (figure.value, figure.low, figure.high))
    return Figure(value, low, high, figure.n)


def _figure(
    metrics: Mapping[str, Figure], per_class: Mapping[str, Mapping[str, Figure]], positive: str | None, metric: str
) -> Figure | None:
    """Of the positive class, or of the whole."""
    if metric in ("accuracy", "mean_loss", *_ERRORS):
        found = metrics.get(metric)
    else:
        found = None if positive is None else per_class.get(positive, {}).get(metric)
    return found if found is not None and found.measured else None
