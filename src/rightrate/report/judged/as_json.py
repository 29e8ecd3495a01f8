"""A judgement as strict JSON, and back: `docs/verdict-format.md` describes it, `docs/verdict.schema.json` checks it.

A figure is always `{"value", "low", "high", "n"}`; where it was not measured, `value` is null and `why` says why.
JSON has no NaN and no infinity: a figure with such a value is told as not measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from rightrate.report import words
from rightrate.report.judged.read_json import FORMAT, FORMAT_VERSION, from_json
from rightrate.report.judged.sections import plain
from rightrate.scoring.figure import Figure
from rightrate.verdict import Comparison, Criterion, Judgement, OperatingPoint

__all__ = ["FORMAT", "FORMAT_VERSION", "from_json", "to_json"]


def to_json(judgement: Judgement) -> dict[str, Any]:
    """Return plain dicts, lists, texts, numbers and None, as the schema has them.

    Example:
        >>> from rightrate.verdict import Outcome
        >>> told = to_json(Judgement(Outcome.FIT, "Every bar is cleared.", (), metrics={"mae": Figure(1.5, n=3)}))
        >>> told["outcome"], told["metrics"]["mae"]
        ('FIT', {'value': 1.5, 'low': None, 'high': None, 'n': 3})
    """
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "rightrate": version("rightrate"),
        "outcome": judgement.outcome.value,
        "reason": judgement.reason,
        "task": judgement.task,
        "rows": int(judgement.rows),
        "positive": judgement.positive,
        "threshold": _number(judgement.threshold),
        "class_names": list(judgement.class_names),
        "criteria": [_criterion(criterion) for criterion in judgement.criteria],
        "findings": [
            {
                "code": finding.code,
                "title": finding.title,
                "severity": finding.severity.value,
                "advice": finding.advice,
                "evidence": plain(finding.evidence),
            }
            for finding in judgement.findings
        ],
        "next_steps": list(judgement.next_steps),
        "metrics": _figures(judgement.metrics),
        "per_class": {str(name): _figures(figures) for name, figures in judgement.per_class.items()},
        "confusion": [[int(count) for count in counts] for counts in judgement.confusion],
        "operating_points": [_point(point) for point in judgement.operating_points],
        "comparison": None if judgement.comparison is None else _comparison(judgement.comparison),
        "slices": [
            {"column": part.column, "value": part.value, "metric": part.metric, "figure": figure(part.figure)}
            for part in judgement.slices
        ],
        "policy": plain(judgement.policy),
        "about": {str(label): str(text) for label, text in judgement.about.items()},
        "curves": {
            str(name): {str(column): [_number(value) for value in values] for column, values in columns.items()}
            for name, columns in judgement.curves.items()
        },
    }


def figure(measured: Figure) -> dict[str, Any]:
    """Return a figure as JSON.

    Example:
        >>> figure(Figure.missing("no row is 'fraud'", n=0))
        {'value': None, 'low': None, 'high': None, 'n': 0, 'why': "no row is 'fraud'"}
    """
    value = _number(measured.value)
    known = {
        "value": value,
        "low": None if value is None else _number(measured.low),
        "high": None if value is None else _number(measured.high),
        "n": _number(measured.n),
    }
    if value is not None:
        return known
    if measured.value is None:
        return {**known, "why": "no reason was given" if measured.why is None else measured.why}
    return {**known, "why": f"it is {words.number(float(measured.value))}"}


def _figures(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {str(name): figure(measured) for name, measured in figures.items()}


def _number(value: float | None) -> float | int | None:
    """Return a number as JSON has it: whole ones without a point, and None for those that are not finite."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)


def _criterion(criterion: Criterion) -> dict[str, Any]:
    bar = {"min": _number(criterion.minimum), "max": _number(criterion.maximum)}
    return {
        "code": criterion.code,
        "name": criterion.name,
        "metric": criterion.metric,
        "class": criterion.class_name,
        "why": None,
        **figure(criterion.figure),
        "bar": {end: value for end, value in bar.items() if value is not None},
        "band": None if criterion.band is None else criterion.band.value,
        "status": criterion.status.value,
        "proven": bool(criterion.proven),
        "said": criterion.said,
        "advice": criterion.advice,
        "needed": None if criterion.needed is None else int(criterion.needed),
        "blocks": bool(criterion.blocks),
        "reason": criterion.reason,
    }


def _point(point: OperatingPoint) -> dict[str, Any]:
    return {
        "goal": point.goal,
        "threshold": _number(point.threshold),
        "feasible": bool(point.feasible),
        "precision": figure(point.precision),
        "recall": figure(point.recall),
        "alarms": figure(point.alarms),
        "cost": _number(point.cost),
        "said": point.said,
    }


def _comparison(against: Comparison) -> dict[str, Any]:
    return {
        "baseline": against.baseline,
        "fixes": None if against.fixes is None else int(against.fixes),
        "breaks": None if against.breaks is None else int(against.breaks),
        "p_value": _number(against.p_value),
        "differences": _figures(against.differences),
        "said": against.said,
    }
