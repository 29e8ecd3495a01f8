"""The curves of a judgement at one prevalence: that of production where the policy gives one, else the rows' own.

Recall does not depend on how frequent the class is; precision and alarms do. A chart that has the curve of the rows
judged and points of production would be read wrongly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rightrate.report import words
from rightrate.scoring.figure import Figure
from rightrate.verdict import Judgement

Curves = Mapping[str, Mapping[str, tuple[float, ...]]]


@dataclass(frozen=True)
class Prevalence:
    """Shares of the positive class.

    Args:
        rows: among the rows judged; None where that was not measured.
        production: in production, where all is shown as it would be there; None without.
    """

    rows: float | None
    production: float | None

    @property
    def shown(self) -> float | None:
        """The one that precision and alarms are shown at."""
        return self.rows if self.production is None else self.production

    @property
    def said(self) -> str:
        """Which one that is, as half a sentence; empty where it is not known.

        Example:
            >>> Prevalence(0.3, 0.01).said, Prevalence(0.3, None).said
            ('at the production prevalence of 1 %', 'at the prevalence of the rows judged, 30 %')
        """
        if self.production is not None:
            return f"at the production prevalence of {words.percent(self.production)}"
        return "" if self.rows is None else f"at the prevalence of the rows judged, {words.percent(self.rows)}"


def prevalence(judgement: Judgement) -> Prevalence:
    """Return the prevalences of a judgement; none of production where nothing can be moved there."""
    own = judgement.metrics.get("prevalence", Figure.missing("")).value
    asked = judgement.policy.get("prevalence")
    moves = own is not None and 0 < own < 1 and isinstance(asked, (int, float))
    return Prevalence(own, float(asked) if moves and isinstance(asked, (int, float)) else None)


def curves(judgement: Judgement) -> Curves:
    """Return the curves with precision and alarms at the prevalence that is shown."""
    found = prevalence(judgement)
    if found.rows is None or found.production is None:
        return judgement.curves
    return {name: _moved(columns, found.rows, found.production) for name, columns in judgement.curves.items()}


def precision_in_use(judgement: Judgement) -> Figure:
    """Return the precision of the positive class at the threshold in use, at the prevalence that is shown."""
    if prevalence(judgement).production is not None:
        return judgement.metrics.get("precision_at_prevalence", Figure.missing("not part of this evaluation"))
    figures = judgement.per_class.get(judgement.positive or "", {})
    return figures.get("precision", Figure.missing("not part of this evaluation"))


def precision_at(precision: float, rows: float, production: float) -> float:
    """Return a precision measured at the prevalence `rows` as it is at that of `production` (Bayes, with odds).

    Args:
        precision: NaN where nothing was answered as positive, and then NaN comes back.
        rows, production: between 0 and 1, both left out.

    Example:
        >>> round(precision_at(0.9, 0.5, 0.01), 3), precision_at(1.0, 0.5, 0.01)
        (0.083, 1.0)
    """
    if not 0 < precision < 1:
        return precision
    odds = precision / (1 - precision) * production / (1 - production) * (1 - rows) / rows
    return odds / (1 + odds)


def _moved(columns: Mapping[str, tuple[float, ...]], rows: float, production: float) -> Mapping[str, tuple[float, ...]]:
    if "precision" not in columns:
        return columns
    moved = tuple(precision_at(value, rows, production) for value in columns["precision"])
    if "alarms" not in columns:
        return {**columns, "precision": moved}
    steps = zip(columns["recall"], columns["precision"], columns["alarms"], strict=True)
    alarms = tuple(_alarms(*step, rows, production) for step in steps)
    return {**columns, "precision": moved, "alarms": alarms}


def _alarms(recall: float, precision: float, alarms: float, rows: float, production: float) -> float:
    """Share of rows that are answered as positive: those found, and the false alarms among the negative ones."""
    if math.isnan(precision):
        return alarms
    false_rate = alarms * (1 - precision) / (1 - rows)
    return production * recall + (1 - production) * false_rate
