"""A diagnosis as strict JSON: `docs/diagnosis-format.md` describes it, `docs/diagnosis.schema.json` checks it.

JSON has no NaN and no infinity: such a value is null, and `not_finite` beside it says which it was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from rightrate.curves.curve import Curve
from rightrate.curves.training import Training
from rightrate.diagnosis.comparison import Comparison
from rightrate.diagnosis.examine import Answer, Examined
from rightrate.report.diagnosed import words as say
from rightrate.report.diagnosed.document import Diagnosed

FORMAT = "rightrate-diagnosis"
FORMAT_VERSION = 1

#: Longer curves are left out: whoever needs them has the log. Ordinary logs have 3 to 20 points.
MOST_POINTS = 200


def to_json(shown: Diagnosed) -> dict[str, Any]:
    """Return plain dicts, lists, texts, numbers and None, as the schema has them."""
    several = shown.examined if shown.has_several else ()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "rightrate": version("rightrate"),
        **_examined(shown.main),
        "comparison": None if shown.comparison is None else _comparison(shown.comparison),
        "trainings": [_examined(one) for one in several],
        "warnings": list(shown.warnings),
    }


def _examined(examined: Examined) -> dict[str, Any]:
    leading = examined.leading
    return {
        "training": _training(examined.training),
        "leading": {
            "cause": leading.cause.value,
            "code": leading.code,
            "sentence": leading.sentence,
            "advice": leading.advice,
        },
        "band": examined.band.band,
        "band_why": examined.band.why,
        "findings": [
            {
                "code": one.code,
                "title": one.title,
                "severity": one.severity.value,
                "advice": one.advice,
                "evidence": _evidence(one.evidence),
            }
            for one in examined.findings
        ],
        "rules": [_answer(answer) for answer in examined.answers],
    }


def _training(training: Training) -> dict[str, Any]:
    return {
        "name": training.name,
        "source": training.source,
        "unit": training.unit,
        "steps_per_epoch": training.steps_per_epoch,
        "points": max((len(curve) for curve in training.curves.values()), default=0),
        "setting": {
            name: list(value) if isinstance(value, tuple) else value for name, value in training.setting.known.items()
        },
        "curves": {name: _curve(curve) for name, curve in training.curves.items()},
    }


def _curve(curve: Curve) -> dict[str, Any]:
    if len(curve) > MOST_POINTS:
        return {"points": len(curve), "steps": None, "values": None, "not_finite": []}
    return {
        "points": len(curve),
        "steps": [int(step) for step in curve.steps],
        "values": [number(float(value)) for value in curve.values],
        "not_finite": [
            {"step": int(step), "why": say.loss(float(value))}
            for step, value in zip(curve.steps, curve.values, strict=True)
            if not math.isfinite(value)
        ],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    check = answer.check
    return {
        "code": answer.rule.code,
        "name": answer.rule.name,
        "cause": answer.cause.value,
        "outcome": check.outcome.value,
        "severity": None if check.severity is None else check.severity.value,
        "why": check.why,
        "advice": check.advice,
        "evidence": _evidence(check.evidence),
        "at": None if check.at is None else [number(end) for end in check.at],
        "ignored": answer.ignored,
    }


def _evidence(evidence: Mapping[str, float | int | str | None]) -> dict[str, Any]:
    """The numbers by name; what is no finite number is told in words."""
    return {str(name): value if isinstance(value, str) else _told(value) for name, value in evidence.items()}


def _told(value: float | int | None) -> float | int | str | None:
    if value is None or math.isfinite(value):
        return number(value)
    return say.loss(float(value))


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "quantity": comparison.quantity,
        "chosen": comparison.chosen,
        "next_rate": number(comparison.next_rate),
        "sentence": comparison.sentence,
        "advice": comparison.advice,
        "rows": [
            {
                "name": row.name,
                "learning_rate": number(row.learning_rate),
                "final": number(row.final),
                "why": None if math.isfinite(row.final) else f"it is {say.loss(row.final)}",
                "best": number(row.best),
                "place": row.place,
            }
            for row in comparison.rows
        ],
    }


def number(value: float | int | None) -> float | int | None:
    """A number as JSON has it: whole ones without a point, None for those that are not finite.

    Example:
        >>> number(3.0), number(0.5), number(float("nan")), number(None)
        (3, 0.5, None, None)
    """
    if value is None or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else float(value)
