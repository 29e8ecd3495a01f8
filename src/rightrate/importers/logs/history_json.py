"""Keras's `History.history` as JSON, alone or with `epoch` and `params`; as pandas writes it, too; of several runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rightrate.curves.training import Training
from rightrate.errors import DataError
from rightrate.importers.logs.assemble import About, assemble, nothing_in
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.json_text import count, document
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import check_columns
from rightrate.importers.logs.numbers import LARGEST_STEP, json_number
from rightrate.importers.logs.records import read_records

FORMAT = "History JSON"


def recognises(start: Start) -> bool:
    """One JSON document: an object, or a list of objects."""
    text = "\n".join(start.lines).lstrip()
    return re.match(r"\{\s*(\"|$)|\[\s*(\{|$)", text) is not None


def _read(start: Start, columns: Columns) -> Log:
    path = str(start.path)
    value = _split_by_pandas(document(start.path))
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        if all(_lists(part) for part in value):
            histories: dict[str, Any] = {str(place): part for place, part in enumerate(value)}
        else:
            return read_records(start, columns, value, FORMAT, list)
    elif isinstance(value, dict) and value and all(_is_history(part) for part in value.values()):
        histories = value
    elif isinstance(value, dict) and _is_history(value):
        histories = {start.path.name: value}
    else:
        raise DataError(
            f"The log '{path}' is JSON without curves. Expected an object of lists, as "
            'json.dump(history.history, file) writes: {"loss": [0.9, 0.5], "val_loss": [0.8, 0.6]}.'
        )
    check_columns(columns, {name for history in histories.values() for name in _curves(history)}, path)
    trainings: list[Training] = []
    warnings: list[str] = []
    for name, history in histories.items():
        note = f"{name}: " if len(histories) > 1 else ""
        training, more = _training(name, history, columns, path, note)
        trainings += [training] if training else []
        warnings += more
    if not trainings:
        raise nothing_in(path)
    return Log(tuple(trainings), tuple(warnings), FORMAT)


def _training(
    name: str, history: Mapping[str, Any], columns: Columns, path: str, note: str
) -> tuple[Training | None, list[str]]:
    collector = Collector()
    curves = _curves(history)
    epochs, warnings = _epochs(history, max(map(len, curves.values()), default=0), note)
    for curve, values in curves.items():
        for place, value in _points(values):
            number = json_number(value)
            if number is not None:
                collector.add(curve, epochs[place] if place < len(epochs) else place, number)
    params = history.get("params")
    steps = count(params.get("steps")) if isinstance(params, dict) else None
    of_this = {key: raw for key, raw in columns.items() if raw in collector.names}
    training, more = assemble(collector, About(name, path, "epoch", steps, note=note), of_this)
    return training, warnings + more


def _epochs(history: Mapping[str, Any], points: int, note: str) -> tuple[list[int], list[str]]:
    """The number of each epoch, from 0; those of `epoch` where they fit."""
    given = history.get("epoch")
    if not isinstance(given, list):
        return list(range(points)), []
    numbers = [json_number(value) for value in given]
    usable = [int(n) for n in numbers if n is not None and abs(n) < LARGEST_STEP and n == int(n)]
    if len(usable) == len(given) == points:
        return usable, []
    return list(range(points)), [
        f"{note}'epoch' does not have one whole number a value; the epochs are counted instead."
    ]


def _points(values: Any) -> list[tuple[int, Any]]:
    if isinstance(values, list):
        return list(enumerate(values))
    return [(int(key), value) for key, value in values.items()]


def _curves(history: Mapping[str, Any]) -> dict[str, Any]:
    inner = history.get("history")
    source = inner if isinstance(inner, dict) else history
    return {
        name: values
        for name, values in source.items()
        if name not in ("epoch", "params", "history") and (isinstance(values, list) or _is_index(values))
    }


def _is_index(values: Any) -> bool:
    """Whether a mapping is a column as pandas's `to_json` writes it: row numbers to values."""
    return isinstance(values, dict) and bool(values) and all(re.fullmatch(r"[0-9]{1,9}", key) for key in values)


def _split_by_pandas(value: Any) -> Any:
    """What `DataFrame.to_json(orient="split")` writes, as an object of lists; anything else as it is."""
    if not isinstance(value, dict) or set(value) != {"columns", "index", "data"}:
        return value
    names, rows = value["columns"], value["data"]
    if not isinstance(names, list) or not isinstance(rows, list):
        return value
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return value
    return {str(name): [row[place] for row in rows] for place, name in enumerate(names)}


def _lists(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(part, list) for part in value.values())


def _is_history(value: Any) -> bool:
    return isinstance(value, dict) and bool(_curves(value))


IMPORTER = Importer(FORMAT, recognises, _read)
