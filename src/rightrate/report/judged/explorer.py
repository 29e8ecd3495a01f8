"""`Explorer`: what the slider over thresholds shows and works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rightrate.report import words
from rightrate.report.judged import at_prevalence
from rightrate.report.judged import words as say
from rightrate.report.table import Table
from rightrate.verdict import Judgement

COLUMNS = ("threshold", "tp", "fp", "fn", "tn")
#: What a day brings where nobody says; a round number that is easily replaced.
_ITEMS = 1000.0
_MOST_MARKS = 6


@dataclass(frozen=True)
class Explorer:
    """The counts at each threshold, and where the slider starts.

    Args:
        positive, rest: the class that is looked for, and what the other rows are called.
        data: what the page's script reads, as plain values: thresholds, counts, start, prevalence.
        says: sentences on what is counted and where precision, alarms and cost hold.
        table: the same as a table, for readers without scripts.
        marks: thresholds worth a look, as `(label, index)`.
        costs: of a missed positive and of a false alarm.
        items: a day.
    """

    positive: str
    rest: str
    data: Mapping[str, Any]
    says: tuple[str, ...]
    table: Table
    marks: tuple[tuple[str, int], ...]
    costs: tuple[str, str]
    items: str

    @property
    def last(self) -> int:
        """The last position of the slider."""
        return len(self.data["threshold"]) - 1


def explorer(judgement: Judgement) -> Explorer | None:
    """Return the explorer; None where no counts were taken at other thresholds."""
    weighted = "weighted_counts" in judgement.curves
    curve = judgement.curves.get("weighted_counts" if weighted else "counts", {})
    if judgement.positive is None or not all(curve.get(name) for name in COLUMNS):
        return None
    positive = say.class_name(judgement.positive)
    others = [name for name in judgement.class_names if name != judgement.positive]
    rest = say.class_name(others[0]) if len(others) == 1 else "any other class"
    share = at_prevalence.prevalence(judgement)
    thresholds = curve["threshold"]
    start = _nearest(thresholds, 0.5 if judgement.threshold is None else judgement.threshold)
    data = {
        **{name: [_plain(value) for value in curve[name]] for name in COLUMNS},
        "start": start,
        "prevalence": share.production,
    }
    return Explorer(
        positive,
        rest,
        data,
        _says(positive, weighted, share, judgement),
        _table(curve),
        _marks(judgement, thresholds, start),
        tuple(_number(judgement.policy.get(name), 1.0) for name in ("cost_fn", "cost_fp")),  # type: ignore[arg-type]
        _number(judgement.policy.get("items_per_day"), _ITEMS),
    )


def _says(positive: str, weighted: bool, share: at_prevalence.Prevalence, judgement: Judgement) -> tuple[str, ...]:
    answered = f"A row is answered '{positive}' where its probability of '{positive}' is at the threshold or above."
    if len(judgement.class_names) > 2:
        answered += " All other classes count as one here."
    counted = "Counts are sums of the rows' weights." if weighted else "Counts are rows of this evaluation."
    said = [answered, f"{counted} A threshold that is chosen here looks better on these rows than it is on new ones."]
    if share.production is not None:
        production = words.percent(share.production)
        said.append(f"Alarms, their number a day and the cost are {share.said}: there {production} are '{positive}'.")
    return tuple(said)


def _table(curve: Mapping[str, tuple[float, ...]]) -> Table:
    rows = tuple(
        (
            words.number(at),
            *(_count(value) for value in (tp, fp, fn, tn)),
            words.percent(tp / (tp + fp) if tp + fp else None),
            words.percent(tp / (tp + fn) if tp + fn else None),
        )
        for at, tp, fp, fn, tn in zip(*(curve[name] for name in COLUMNS), strict=True)
    )
    return Table(("threshold", "found", "false alarms", "missed", "rightly left", "precision", "recall"), rows)


def _marks(judgement: Judgement, thresholds: tuple[float, ...], start: int) -> tuple[tuple[str, int], ...]:
    found = {start: "in use" if judgement.threshold is not None else "0.5"}
    for point in judgement.operating_points:
        if point.threshold is not None and point.feasible and len(found) < _MOST_MARKS:
            found.setdefault(_nearest(thresholds, point.threshold), say.short(point.goal, 70))
    return tuple((f"{words.number(thresholds[at])}: {label}", at) for at, label in found.items())


def _nearest(thresholds: tuple[float, ...], wanted: float) -> int:
    return min(range(len(thresholds)), key=lambda i: abs(thresholds[i] - wanted))


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _count(value: float) -> str:
    return words.count(int(value)) if value == int(value) else words.number(value)


def _number(value: object, otherwise: float) -> str:
    return f"{float(value if isinstance(value, (int, float)) else otherwise):.12g}"
