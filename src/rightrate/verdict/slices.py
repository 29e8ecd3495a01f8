"""Parts of the rows, the worst first, with intervals that allow for having looked at many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rightrate.diagnosis import Finding, Severity
from rightrate.errors import DataError
from rightrate.scoring.measure import Measurement, measure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.verdict.judgement import Slice
from rightrate.verdict.policy import Policy
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
    """All figures of each part, at a level corrected for the number of parts (Bonferroni)."""
    level = 1 - (1 - policy.level) / max(len(masks), 1)
    return {
        key: measure(part(predictions, mask), level=level, interval=policy.interval, resamples=policy.resamples,
                     seed=policy.seed, prevalence=policy.prevalence)
        for key, mask in masks.items()
    }  # fmt: skip


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


def worst_first(p: Predictions, measured: Mapping[tuple[str, str], Measurement]) -> tuple[Slice, ...]:
    """One figure of each part: recall of the positive class, else accuracy; in other tasks mean error or perplexity."""
    found = []
    for (column, value), one in measured.items():
        if p.task in _ERRORS:
            metric, figure = _ERRORS[p.task], one.metrics[_ERRORS[p.task]]
        elif p.positive is not None:
            metric, figure = "recall", one.per_class[p.names[p.positive]]["recall"]
        else:
            metric, figure = "accuracy", one.metrics["accuracy"]
        found.append(Slice(column, value, metric, figure))
    sign = -1.0 if p.task in _ERRORS else 1.0
    return tuple(sorted(found, key=lambda s: (s.figure.value is None, sign * (s.figure.value or 0.0))))


def finding(slices: tuple[Slice, ...], whole: Measurement, p: Predictions) -> Finding | None:
    """The worst part, where its interval lies wholly below the figure of all rows."""
    if p.task in _ERRORS or not slices:
        return None
    worst = slices[0]
    metric = worst.metric
    all_rows = whole.metrics[metric] if p.positive is None else whole.per_class[p.names[p.positive]][metric]
    value, high = worst.figure.value, worst.figure.high
    if value is None or high is None or all_rows.value is None or high >= all_rows.value:
        return None
    return Finding(
        "RR411",
        f"Where {worst.column} is '{worst.value}', {metric} is {percent(value)} ({interval_words(worst.figure)}, "
        f"corrected for {len(slices)} slices), against {percent(all_rows.value)} on all rows.",
        Severity.WARNING,
        f"Look at these rows, and add samples like them. A bar for them: slice = '{worst.column}={worst.value}' in the "
        "policy.",
        {"value": value, "high": high, "all_rows": all_rows.value},
    )
