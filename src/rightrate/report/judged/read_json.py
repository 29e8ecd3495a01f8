"""Read a judgement back from its JSON, for comparing two verdicts: what does not fit is refused, never guessed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from rightrate.diagnosis import Finding, Severity
from rightrate.errors import DataError
from rightrate.scoring.figure import Figure
from rightrate.verdict import Band, Comparison, Criterion, Judgement, OperatingPoint, Outcome, Slice, Status

FORMAT = "rightrate-verdict"
#: Of a judgement that could not run: no verdict.
NOT_RUN_FORMAT = "rightrate-could-not-run"
#: Grows when a field changes its meaning or goes away, not when one is added.
FORMAT_VERSION = 1

_AGAIN = "Write the verdict again with `rightrate judge --json`."
_E = TypeVar("_E", bound=Enum)
_T = TypeVar("_T")


def from_json(data: object) -> Judgement:
    """Return the judgement that `to_json` told; fields that this version does not know are passed over.

    Files of older versions hold no curves: then `curves` is empty. `policy` and the evidence of findings come back as
    plain values.

    Raises:
        DataError: `data` is no verdict, one of a newer format, or a field is missing or of the wrong kind.

    Example:
        >>> from_json({"format": "something else"})
        Traceback (most recent call last):
        rightrate.errors.DataError: Expected a verdict: a JSON object with "format": "rightrate-verdict"...
    """
    if isinstance(data, Mapping) and data.get("format") == NOT_RUN_FORMAT:
        why = str(data.get("reason"))[:500]
        raise DataError(f"Expected a verdict, and received a note that the model could not be judged: {why} {_AGAIN}")
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise DataError(
            f'Expected a verdict: a JSON object with "format": "{FORMAT}", and received {_received(data)}. {_AGAIN}'
        )
    found = data.get("format_version")
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise DataError(f'"format_version" is {_shown(found)}, where a whole number from 1 is expected. {_AGAIN}')
    if found > FORMAT_VERSION:
        raise DataError(
            f"This verdict has format version {found}; this rightrate reads up to {FORMAT_VERSION}. "
            f"It was written by a newer version: install that one, or judge again with this one."
        )
    return _judgement(_Object(data, "the verdict"))


def _received(data: object) -> str:
    if not isinstance(data, Mapping):
        return f"a {type(data).__name__}"
    return f'"format": {_shown(data["format"])}' if "format" in data else "an object without it"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


class _Object:
    """A JSON object whose fields are read with their kind checked; `path` says where it is."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, Mapping):
            raise DataError(f"{path} is {_shown(data)}, where an object is expected. {_AGAIN}")
        self.data: Mapping[str, Any] = data
        self.path = path

    def get(self, key: str) -> Any:
        if key not in self.data:
            raise DataError(f'"{key}" of {self.path} is missing. {_AGAIN}')
        return self.data[key]

    def wrong(self, key: str, expected: str) -> DataError:
        return DataError(f'"{key}" of {self.path} is {_shown(self.data[key])}, where {expected} is expected. {_AGAIN}')

    def text(self, key: str) -> str:
        value = self.get(key)
        if not isinstance(value, str):
            raise self.wrong(key, "a text")
        return value

    def text_or_none(self, key: str) -> str | None:
        return None if self.get(key) is None else self.text(key)

    def flag(self, key: str) -> bool:
        value = self.get(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def number(self, key: str) -> float | None:
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.wrong(key, "a finite number or null")
        return value

    def count(self, key: str) -> int | None:
        value = self.number(key)
        if value is not None and (value < 0 or value != int(value)):
            raise self.wrong(key, "a count or null")
        return None if value is None else int(value)

    def choice(self, key: str, kind: type[_E]) -> _E:
        try:
            return kind(self.text(key))
        except ValueError as error:
            if isinstance(error, DataError):
                raise
            raise self.wrong(key, "one of " + ", ".join(member.value for member in kind)) from None

    def many(self, key: str, read: Callable[[_Object], _T]) -> tuple[_T, ...]:
        return tuple(read(_Object(item, f"{self._inside(key)} {i}")) for i, item in enumerate(self._list(key), 1))

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._list(key)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(key, "a list of texts")
        return tuple(values)

    def values(self, key: str) -> tuple[float, ...]:
        """Numbers; null, which JSON has for what is no number, becomes NaN."""
        found = self._list(key)
        if not all(one is None or (isinstance(one, (int, float)) and not isinstance(one, bool)) for one in found):
            raise self.wrong(key, "a list of numbers and nulls")
        return tuple(math.nan if one is None else float(one) for one in found)

    def counts(self, key: str) -> tuple[tuple[int, ...], ...]:
        rows = self._list(key)
        whole = all(
            isinstance(row, list)
            and len(row) == len(rows)
            and all(isinstance(cell, int) and not isinstance(cell, bool) and cell >= 0 for cell in row)
            for row in rows
        )
        if not whole:
            raise self.wrong(key, "a square of counts")
        return tuple(tuple(row) for row in rows)

    def inner(self, key: str) -> _Object:
        return _Object(self.get(key), self._inside(key))

    def each(self, read: Callable[[_Object], _T]) -> dict[str, _T]:
        return {name: read(self.inner(name)) for name in self.data}

    def _inside(self, key: str) -> str:
        return key if self.path == "the verdict" else f"{self.path}, {key}"

    def _list(self, key: str) -> list[Any]:
        value = self.get(key)
        if not isinstance(value, list):
            raise self.wrong(key, "a list")
        return value


def _judgement(told: _Object) -> Judgement:
    confusion, names = told.counts("confusion"), told.texts("class_names")
    if confusion and len(confusion) != len(names):
        raise told.wrong("confusion", f"a square of counts with a row for each of the {len(names)} classes")
    about = told.inner("about")
    return Judgement(
        outcome=told.choice("outcome", Outcome),
        reason=told.text("reason"),
        criteria=told.many("criteria", _criterion),
        findings=told.many("findings", _finding),
        next_steps=told.texts("next_steps"),
        metrics=told.inner("metrics").each(_figure),
        per_class=told.inner("per_class").each(lambda figures: figures.each(_figure)),
        confusion=confusion,
        class_names=names,
        positive=told.text_or_none("positive"),
        task=told.text("task"),
        rows=told.count("rows") or 0,
        threshold=told.number("threshold"),
        operating_points=told.many("operating_points", _point),
        comparison=None if told.get("comparison") is None else _comparison(told.inner("comparison")),
        slices=told.many("slices", _slice),
        policy=dict(told.inner("policy").data),
        about={label: about.text(label) for label in about.data},
        curves=told.inner("curves").each(_columns) if "curves" in told.data else {},
    )


def _columns(told: _Object) -> dict[str, tuple[float, ...]]:
    return {name: told.values(name) for name in told.data}


def _figure(told: _Object) -> Figure:
    value = told.number("value")
    if value is None:
        return Figure.missing(told.text("why"), told.number("n"))
    return Figure(value, told.number("low"), told.number("high"), told.number("n"))


def _criterion(told: _Object) -> Criterion:
    bar = told.inner("bar")
    minimum, maximum = (bar.number(end) if end in bar.data else None for end in ("min", "max"))
    if (minimum is None) == (maximum is None):
        raise told.wrong("bar", 'an object with "min" or "max"')
    return Criterion(
        code=told.text("code"),
        name=told.text("name"),
        metric=told.text("metric"),
        figure=_figure(told),
        status=told.choice("status", Status),
        proven=told.flag("proven"),
        said=told.text("said"),
        class_name=told.text_or_none("class"),
        minimum=minimum,
        maximum=maximum,
        band=None if told.get("band") is None else told.choice("band", Band),
        advice=told.text("advice"),
        needed=told.count("needed"),
        blocks=told.flag("blocks"),
        reason=told.text("reason"),
    )


def _finding(told: _Object) -> Finding:
    return Finding(
        told.text("code"),
        told.text("title"),
        told.choice("severity", Severity),
        told.text("advice"),
        dict(told.inner("evidence").data),
    )


def _point(told: _Object) -> OperatingPoint:
    return OperatingPoint(
        goal=told.text("goal"),
        threshold=told.number("threshold"),
        feasible=told.flag("feasible"),
        precision=_figure(told.inner("precision")),
        recall=_figure(told.inner("recall")),
        alarms=_figure(told.inner("alarms")),
        said=told.text("said"),
        cost=told.number("cost"),
    )


def _comparison(told: _Object) -> Comparison:
    return Comparison(
        baseline=told.text("baseline"),
        fixes=told.count("fixes"),
        breaks=told.count("breaks"),
        p_value=told.number("p_value"),
        differences=told.inner("differences").each(_figure),
        said=told.text("said"),
    )


def _slice(told: _Object) -> Slice:
    return Slice(told.text("column"), told.text("value"), told.text("metric"), _figure(told.inner("figure")))
