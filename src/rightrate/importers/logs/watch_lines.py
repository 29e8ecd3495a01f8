"""The log of `rr.Watch`: JSON lines under a header that says how the training was set up (docs/watch.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.errors import DataError
from rightrate.importers.logs.assemble import nothing_in
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.json_text import count, parse
from rightrate.importers.logs.log import Columns, Log, Start
from rightrate.importers.logs.names import check_columns
from rightrate.importers.logs.numbers import LARGEST_STEP, json_number
from rightrate.importers.logs.text import Lines

FORMAT = "rightrate watch"
VERSION = 1
"""The newest version that is understood."""

HEADER = "rightrate"
"""The key that a header has, and no other line."""

_MARK_STARTS = ('{"rightrate"', '{"intervention"')
"""How the lines begin that may give up earlier ones."""

_NO_VALUES = ("finding", "intervention")
"""Keys of lines that say something without measuring anything."""


def is_header(record: Any) -> bool:
    """Whether a line is the header of such a log.

    Example:
        >>> is_header({"rightrate": "watch", "version": 1}), is_header({"step": 1, "loss": 0.5})
        (True, False)
    """
    return isinstance(record, dict) and record.get(HEADER) == "watch"


def read_watch(start: Start, columns: Columns, warnings: list[str], records: Iterator[Mapping[str, Any]]) -> Log:
    """Read the trainings of such a log.

    Args:
        start: where it is.
        columns: which column is which quantity, where the user says it.
        warnings: filled by `records` once they are read.
        records: its lines.

    Edge cases: what a training was taken back from, by a rescue or a resumed run, is left out. A training without a
    value yet is left out too.

    Raises:
        DataError: a newer version, or nothing measured yet.
    """
    path = str(start.path)
    marks = _marks(start)
    passed = 0
    found: list[_Part] = []
    for record in records:
        passed += _mark(record) is not None
        if is_header(record):
            _check_version(record, path)
            if "back_to" not in record or not found:
                found.append(_Part(str(record.get("training", "training"))))
            found[-1].know(record)
        elif found:
            found[-1].take(record, marks[passed] if passed < len(marks) else LARGEST_STEP)
    trainings = [part.training(path, columns) for part in found if part.collector.names]
    if not trainings:
        raise nothing_in(path)
    more = [f"{part.strange} lines have no whole number as `step` and were left out." for part in found if part.strange]
    return Log(tuple(trainings), (*warnings, *more), FORMAT)


def _mark(record: Mapping[str, Any]) -> int | None:
    """The step above which a line gives up what stands before it; a new training gives up nothing. None: no mark."""
    if next(iter(record), None) not in (HEADER, "intervention"):
        return None
    back_to = json_number(record.get("back_to"))
    if back_to is not None and back_to == back_to:
        return int(min(max(back_to, 0), LARGEST_STEP))
    return LARGEST_STEP if is_header(record) else None


def _marks(start: Start) -> list[int]:
    """For the lines before each mark, and after the one before it, the highest step that stays."""
    found = []
    for line in Lines(start.path, start.head):
        if line.startswith(_MARK_STARTS):  # of a long log almost all lines measure a step: they are parsed once only
            try:
                record = parse(line)
            except ValueError:
                continue
            mark = _mark(record) if isinstance(record, dict) else None
            if mark is not None:
                found.append(mark)
    for i in range(len(found) - 2, -1, -1):
        if found[i] < LARGEST_STEP:
            found[i] = min(found[i], found[i + 1])
    return found


def _check_version(header: Mapping[str, Any], path: str) -> None:
    version = count(header.get("version")) or VERSION
    if version > VERSION:
        raise DataError(
            f"The log '{path}' is of version {version} of rr.Watch's format. Expected at most {VERSION}: read it with "
            "the rightrate that wrote it, or a newer one."
        )


@dataclass
class _Part:
    name: str
    collector: Collector = field(default_factory=Collector)
    setting: dict[str, Any] = field(default_factory=dict)
    steps_per_epoch: int | None = None
    strange: int = 0

    def know(self, record: Mapping[str, Any]) -> None:
        said = record.get("setting")
        known = dict(said) if isinstance(said, Mapping) else {}
        self.steps_per_epoch = (
            self.steps_per_epoch or count(record.get("steps_per_epoch")) or count(known.get("steps_per_epoch"))
        )
        self.setting.update(known)

    def take(self, record: Mapping[str, Any], highest: int) -> None:
        if "setting" in record:
            self.know(record)
        elif not any(key in record for key in _NO_VALUES):
            step = json_number(record.get("step"))
            if step is None or not 0 <= step <= LARGEST_STEP or step != int(step):
                self.strange += 1
            elif step <= highest:
                for name, value in record.items():
                    number = None if name in ("step", "epoch") else json_number(value)
                    if number is not None:
                        self.collector.add(name, int(step), number)

    def training(self, path: str, columns: Columns) -> Training:
        check_columns(columns, self.collector.names, path)
        said = {raw: name for name, raw in columns.items()}
        curves = {}
        for raw in self.collector.names:
            points, name = self.collector.column(raw), said.get(raw, raw)
            if name not in curves or raw in said:
                curves[name] = Curve(name, points.steps, points.values)
        return Training(self.name, curves, "step", self.steps_per_epoch, path, _setting(self.setting))


def _setting(said: Mapping[str, Any]) -> Setting:
    """What a header says, as far as it makes sense: a damaged line is no reason not to read the rest."""
    known: dict[str, Any] = {}
    for one in fields(Setting):
        value = said.get(one.name)
        if one.name == "monitored":
            if isinstance(value, list) and all(isinstance(name, str) for name in value):
                known[one.name] = tuple(value)
        elif one.name == "optimizer":
            known[one.name] = value if isinstance(value, str) else None
        elif one.name in ("pretrained", "fresh_head", "mixed_precision"):
            known[one.name] = value if isinstance(value, bool) else None
        else:
            known[one.name] = count(value)
    return Setting(**known)
