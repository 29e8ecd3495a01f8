"""JSON lines: one record a line, written while the training runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rightrate.importers.logs.json_text import parse
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.records import read_records
from rightrate.importers.logs.text import Lines

FORMAT = "JSON lines"


def recognises(start: Start) -> bool:
    """The first or the second line is a JSON object by itself, with something else than lists in it."""
    filled = [line for line in start.lines if line.strip()][:2]
    return any(_is_record(line) for line in filled)


def _is_record(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        value = parse(line)
    except ValueError:
        return False
    return isinstance(value, dict) and not all(isinstance(part, list | dict) for part in value.values())


def _read(start: Start, columns: Columns) -> Log:
    warnings: list[str] = []
    return read_records(start, columns, _records(start, warnings), FORMAT, lambda: warnings)


def _records(start: Start, warnings: list[str]) -> Iterator[Mapping[str, Any]]:
    damaged = []
    lines = Lines(start.path, start.head)
    place = 0
    for place, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = parse(line)
        except ValueError:
            value = None
        if isinstance(value, dict):
            yield value
        else:
            damaged.append(place)
    if not lines.ended and damaged[-1:] == [place]:
        damaged.pop()
        warnings.append("The last line is cut off and was left out.")
    if damaged:
        warnings.append(f"{len(damaged)} lines are no JSON objects and were left out; the first is line {damaged[0]}.")


IMPORTER = Importer(FORMAT, recognises, _read)
