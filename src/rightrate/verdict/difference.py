"""What changed between two judgements, and which changes are proven."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from rightrate.scoring.figure import Figure
from rightrate.verdict.judgement import Judgement, Outcome

#: Of a whole evaluation, in this order.
_WHOLE = (
    "accuracy", "balanced_accuracy", "mcc", "macro_f1", "roc_auc", "average_precision", "log_loss", "brier",
    "calibration_error", "mae", "rmse", "r2", "perplexity",
)  # fmt: skip
_BY_CLASS = ("precision", "recall", "f1")
#: Smaller is better.
_ERRORS = ("log_loss", "brier", "calibration_error", "mae", "rmse", "perplexity")


@dataclass(frozen=True)
class Change:
    """One figure in both judgements.

    Args:
        name: "recall of 'fraud'".
        old, new: the figures.
        difference: new minus old, with an interval for independent rows.
        better: whether the change is for the better; None without one.
        proven: whether the interval excludes zero.
    """

    name: str
    old: Figure
    new: Figure
    difference: Figure
    better: bool | None
    proven: bool


@dataclass(frozen=True)
class Difference:
    """Two judgements side by side.

    Args:
        old, new: the outcomes.
        old_reason, new_reason: why.
        changes: figures that both have, the proven ones first.
        only_old, only_new: names of figures that only one of them has.
        mismatch: why the two are not about the same thing, as a sentence; empty where they are.
    """

    old: Outcome
    new: Outcome
    old_reason: str
    new_reason: str
    changes: tuple[Change, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    mismatch: str = ""


def difference(old: Judgement, new: Judgement) -> Difference:
    """Compare two judgements figure by figure.

    The rows are taken as independent: where both judged the same rows, a paired comparison (`baseline=`) proves more.
    """
    before, after = dict(_figures(old)), dict(_figures(new))
    changes = [_change(name, before[name], after[name]) for name in before if name in after]
    changes.sort(key=lambda change: not change.proven)
    return Difference(
        old.outcome,
        new.outcome,
        old.reason,
        new.reason,
        tuple(changes),
        tuple(name for name in before if name not in after),
        tuple(name for name in after if name not in before),
        _mismatch(old, new),
    )


def _mismatch(old: Judgement, new: Judgement) -> str:
    if old.task != new.task:
        return f"The two are about different tasks: {old.task} and {new.task}."
    if set(old.class_names) != set(new.class_names):
        return "The two are about different classes: figures of the whole do not compare."
    if old.positive != new.positive:
        return f"The positive class was '{old.positive}' and is '{new.positive}'."
    return ""


def minus(a: Figure, b: Figure) -> Figure:
    """`a - b`, with an interval from those of both (MOVER: Zou and Donner, Statistics in Medicine 2008).

    Example:
        >>> d = minus(Figure(0.84, 0.76, 0.90, 100), Figure(0.62, 0.52, 0.71, 100))
        >>> round(d.value, 2), round(d.low, 2), round(d.high, 2)
        (0.22, 0.1, 0.34)
    """
    if a.value is None or b.value is None:
        return Figure.missing("it was not measured for both")
    value = a.value - b.value
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return Figure(value)
    low = value - math.hypot(a.value - a.low, b.high - b.value)
    high = value + math.hypot(a.high - a.value, b.value - b.low)
    return Figure(value, low, high)


def _figures(judgement: Judgement) -> Iterator[tuple[str, Figure]]:
    for name in _WHOLE:
        if name in judgement.metrics and judgement.metrics[name].measured:
            yield name, judgement.metrics[name]
    for label, figures in judgement.per_class.items():
        for metric in _BY_CLASS:
            if metric in figures and figures[metric].measured:
                yield f"{metric} of '{label}'", figures[metric]


def _change(name: str, old: Figure, new: Figure) -> Change:
    found = minus(new, old)
    sign = -1 if name in _ERRORS else 1
    assert found.value is not None
    better = None if found.value == 0 else sign * found.value > 0
    proven = found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)
    return Change(name, old, new, found, better, proven)
