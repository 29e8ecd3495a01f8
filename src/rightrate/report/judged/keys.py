"""The few figures of a judgement that a first screen shows."""

from __future__ import annotations

import math
from collections.abc import Mapping

from rightrate.report.judged import words as say
from rightrate.report.section import Key
from rightrate.scoring.figure import Figure
from rightrate.verdict import Judgement

# Of numbers and of tokens, the most telling first; as many as there is room for are shown.
_OF_NUMBERS = ("mae", "rmse", "r2", "bias", "perplexity", "mean_loss")
MOST = 3


def keys(judgement: Judgement) -> tuple[Key, ...]:
    """Return precision and recall of the class that matters, or the lowest of all classes, and accuracy.

    Where classes are not what is judged: the errors. At most three, those that were measured.
    """
    named = [] if judgement.positive is None else [judgement.positive]
    names = named if set(named) & set(judgement.per_class) else list(judgement.per_class)
    found: list[tuple[str, str, Figure]] = []
    for metric in ("precision", "recall"):
        figures = {name: judgement.per_class[name][metric] for name in names if metric in judgement.per_class[name]}
        worst = _lowest(figures)
        if worst is not None:
            name = f"'{say.class_name(worst, 24)}'"
            label = f"{metric} of {name}" if len(names) == 1 else f"lowest {metric}, {name}"
            found.append((label[0].upper() + label[1:], metric, figures[worst]))
    for metric in ("accuracy", *_OF_NUMBERS):
        figure = judgement.metrics.get(metric)
        if figure is not None and figure.measured:
            label = say.metric_name(metric)
            found.append((label[0].upper() + label[1:], metric, figure))
    return tuple(Key(label, say.value(metric, one), _note(metric, one)) for label, metric, one in found[:MOST])


def _lowest(figures: Mapping[str, Figure]) -> str | None:
    values = {name: one.value for name, one in figures.items() if one.value is not None and math.isfinite(one.value)}
    if values:
        return min(values, key=lambda name: values[name])
    return next(iter(figures), None)


def _note(metric: str, figure: Figure) -> str:
    ends, rows = say.interval(metric, figure), say.rows_counted(figure.n)
    parts = [ends, f"of {rows} rows" if rows and ends else ""]
    return ", ".join(part for part in parts if part)
