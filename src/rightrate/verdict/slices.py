"""Parts of the rows, the worst first, with intervals that allow for having looked at many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rightrate.diagnosis import Finding, Severity
from rightrate.errors import DataError
from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import Measurement, measure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.proportion import proportion
from rightrate.scoring.read_classes import counted
from rightrate.verdict.judgement import Slice
from rightrate.verdict.policy import Policy
from rightrate.verdict.sanity import FEWEST_ROWS
from rightrate.verdict.words import interval_words, percent

#: More parts than this of one column are no slices but identities.
MOST_VALUES = 200
#: Of tasks without classes: the larger the worse.
_ERRORS = {Task.REGRESSION: "mae", Task.TOKENS: "perplexity"}


def cut(predictions: Predictions, slices: Mapping[str, object]) -> dict[tuple[str, str], np.ndarray]:
    """The rows of each part: `(column, value)` -> mask of shape `(n,)`.

    Raises:
        DataError: a column of another length, or with so many values that its parts are single rows.
    """
    found = {}
    for column, values in slices.items():
        array = np.asarray(values).astype(str)
        if array.shape != (predictions.size,):
            raise DataError(
                f"The slice column '{column}' has shape {array.shape}; expected one value for each of the "
                f"{predictions.size} rows."
            )
        names = np.unique(array)
        if len(names) > MOST_VALUES:
            raise DataError(
                f"The slice column '{column}' has {len(names)} values; at most {MOST_VALUES} can be looked at. "
                "Group them first (an age into decades)."
            )
        found.update({(column, str(name)): array == name for name in names})
    return found


def measure_slices(
    predictions: Predictions, masks: Mapping[tuple[str, str], np.ndarray], policy: Policy
) -> dict[tuple[str, str], Measurement]:
    """All figures of each part, at a level corrected for the number of parts."""
    level = corrected(policy, len(masks))
    return {
        key: measure(part(predictions, mask), level=level, interval=policy.interval, resamples=policy.resamples,
                     seed=policy.seed, prevalence=policy.prevalence)
        for key, mask in masks.items()
    }  # fmt: skip


def corrected(policy: Policy, parts: int) -> float:
    """The level of each interval, so that all of them hold together as often as one should (Bonferroni).

    Example:
        >>> round(corrected(Policy(), 5), 3)
        0.99
    """
    return 1 - (1 - policy.level) / max(parts, 1)


def part(p: Predictions, mask: np.ndarray) -> Predictions:
    """Some rows of the predictions."""
    groups = None
    if p.groups is not None:
        groups = np.unique(p.groups[mask], return_inverse=True)[1]
    return replace(
        p,
        true=p.true[mask] if len(p.true) else p.true,
        predicted=p.predicted[mask],
        prob=None if p.prob is None else p.prob[mask],
        groups=groups,
        weights=None if p.weights is None else p.weights[mask],
    )


def worst_first(p: Predictions, measured: Mapping[tuple[str, str], Measurement], policy: Policy) -> tuple[Slice, ...]:
    """One figure of each part: recall of the class that alone matters, else balanced accuracy; in other tasks accuracy
    of all labels, mean error or perplexity.

    The worst is the one whose interval ends lowest: one row that is wrong proves nothing, a hundred do. Parts of which
    nothing can be told, and those in which nothing was measured, come last.
    """
    found = [Slice(column, value, *_looked_at(p, one)) for (column, value), one in measured.items()]
    return tuple(sorted(found, key=lambda s: _badness(s, len(found), policy)))


def finding(slices: tuple[Slice, ...], whole: Measurement, p: Predictions, policy: Policy) -> Finding | None:
    """The worst part, where its interval lies wholly below the figure of all rows."""
    if p.task in _ERRORS or not slices:
        return None
    worst = slices[0]
    metric, all_rows = _looked_at(p, whole)
    value, high = worst.figure.value, _end(worst.figure, metric, corrected(policy, len(slices)))
    if value is None or high is None or all_rows.value is None or high >= all_rows.value:
        return None
    return Finding(
        "RR411",
        f"Where {worst.column} is '{worst.value}', {metric.replace('_', ' ')} is {percent(value)} "
        f"({interval_words(worst.figure)}, corrected for {counted(len(slices), 'slice')}), against "
        f"{percent(all_rows.value)} on all rows.",
        Severity.WARNING,
        f"Look at these rows, and add samples like them. A bar for them: slice = '{worst.column}={worst.value}' in the "
        "policy.",
        {"value": value, "high": high, "all_rows": all_rows.value},
    )


def _looked_at(p: Predictions, one: Measurement) -> tuple[str, Figure]:
    if p.task in _ERRORS:
        return _ERRORS[p.task], one.metrics[_ERRORS[p.task]]
    if p.positive is not None and p.only_positive:
        return "recall", one.per_class[p.names[p.positive]]["recall"]
    metric = "accuracy" if p.task is Task.MULTILABEL else "balanced_accuracy"
    return metric, one.metrics[metric]


def _badness(s: Slice, parts: int, policy: Policy) -> tuple[int, float, float, str, str]:
    """Sorts the worst first, and never by the order in which parts were given."""
    sign = -1.0 if s.metric in _ERRORS.values() else 1.0
    end, value = _end(s.figure, s.metric, corrected(policy, parts)), s.figure.value
    known = 2 if value is None else 1 if end is None else 0
    return known, sign * (end or 0.0), sign * (value or 0.0), s.column, s.value


def _end(figure: Figure, metric: str, level: float) -> float | None:
    """The better end of the interval, None where nothing can be told: of a few rows only the exact interval counts,
    because Wilson's calls 0 of 1 proof, and a bootstrap of so few is none."""
    if figure.value is None or figure.low is None or figure.high is None:
        return None
    if metric in _ERRORS.values():
        return figure.low if (figure.n or 0) >= FEWEST_ROWS else None
    if (figure.n or 0) >= FEWEST_ROWS:
        return figure.high
    if metric == "balanced_accuracy" or not figure.n:
        return None
    rows = max(1, round(figure.n))
    return proportion(round(figure.value * rows), rows, level=level, interval="exact").high
