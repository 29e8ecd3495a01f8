"""JSON lines: one record a line, written while the training runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rightrate.importers.logs.json_regular import regular_records
from rightrate.importers.logs.json_text import parse
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.records import CHUNK, Piece, flat_record, read_pieces
from rightrate.importers.logs.text import Lines, texts
from rightrate.importers.logs.watch_lines import is_header, read_watch

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
    if _has_header(start):
        warnings: list[str] = []
        return read_watch(start, columns, warnings, _records(start, warnings))
    reader = _Reader(Lines(start.path, start.head))
    return read_pieces(start, columns, reader.pieces(), FORMAT, reader.warnings)


def _has_header(start: Start) -> bool:
    """Whether `rr.Watch` wrote it: its first line says so."""
    first = next((line for line in start.lines if line.strip()), "")
    try:
        return is_header(parse(first))
    except ValueError:
        return False


def _records(start: Start, warnings: list[str]) -> Iterator[Mapping[str, Any]]:
    """The records one by one; `warnings` are complete when all were given."""
    reader = _Reader(Lines(start.path, start.head))
    yield from reader.records()
    warnings += reader.warnings()


class _Reader:
    """Reads the records of a file, and remembers which lines were none."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._place = 0
        self._damaged: list[int] = []

    def pieces(self) -> Iterator[Piece]:
        """The records, some thousands at a time; the first as they are, because they say what there is."""
        is_first = True
        while lines := self._lines.take(CHUNK):
            table = None if is_first else regular_records(lines)
            if table is not None:
                self._place += table[1]
                yield table
                continue
            records = list(map(flat_record, self._records(texts(lines))))
            is_first = is_first and not records
            if records:
                yield records

    def records(self) -> Iterator[Mapping[str, Any]]:
        """The records one by one."""
        while lines := self._lines.take(CHUNK):
            yield from self._records(texts(lines))

    def _records(self, lines: list[str]) -> Iterator[Mapping[str, Any]]:
        for line in lines:
            self._place += 1
            if not line.strip():
                continue
            try:
                value = parse(line)
            except ValueError:
                value = None
            if isinstance(value, dict):
                yield value
            else:
                self._damaged.append(self._place)

    def warnings(self) -> list[str]:
        """What was left out; for when all was read."""
        found = []
        damaged = self._damaged
        if not self._lines.ended and damaged[-1:] == [self._place]:
            damaged = damaged[:-1]
            found.append("The last line is cut off and was left out.")
        if damaged:
            found.append(f"{len(damaged)} lines are no JSON objects and were left out; the first is line {damaged[0]}.")
        return found


IMPORTER = Importer(FORMAT, recognises, _read)
