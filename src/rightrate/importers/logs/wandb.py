"""Weights & Biases as CSV: an exported chart (several runs in columns), or the history of one run."""

from __future__ import annotations

import re

from rightrate.importers.logs.assemble import About, assemble_all, nothing_in
from rightrate.importers.logs.axis import choose
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.csv_formats import read_one
from rightrate.importers.logs.csv_rows import CsvReader
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import check_columns
from rightrate.importers.logs.said_once import said_once
from rightrate.importers.logs.table import Rows

FORMAT = "Weights & Biases CSV"

_OF_A_RUN = re.compile(r"(?P<run>.+) - (?P<metric>.+)", re.DOTALL)
_BOUND = re.compile(r".+__(MIN|MAX)", re.DOTALL)


def recognises(start: Start) -> bool:
    """Columns `RUN - METRIC` with their `__MIN` and `__MAX` (a chart), or `_step` and `_runtime` (a history)."""
    return _is_history(start) or any(_BOUND.fullmatch(name) and _OF_A_RUN.fullmatch(name) for name in start.header)


def _is_history(start: Start) -> bool:
    return "_step" in start.header and bool({"_runtime", "_timestamp"} & set(start.header))


def _read(start: Start, columns: Columns) -> Log:
    if _is_history(start):
        return read_one(start, columns, FORMAT, keep=lambda name: name == "_step" or not name.startswith("_"))
    path = str(start.path)
    # The x-axis is the column that belongs to no run; `__MIN` and `__MAX` bound what was averaged for the picture.
    shared = [name for name in start.header if not _OF_A_RUN.fullmatch(name)]
    parts = {name: _parts(name) for name in start.header if name not in shared and not _BOUND.fullmatch(name)}
    metrics = {metric for _, metric in parts.values()}
    check_columns(columns, {*shared, *metrics}, path)
    rows = Rows(choose(shared, columns, path))
    reader = CsvReader(start, lambda name: name in shared or parts.get(name, ("", "_"))[1][0] != "_")
    reader.feed(rows)
    by_run: dict[str, Collector] = {}
    for name in rows.collector.names:
        if name in parts:
            run, metric = parts[name]
            points = rows.collector.column(name)
            by_run.setdefault(run, Collector()).extend(metric, points.steps, points.values)
    of_runs = ((collector, About(run, path, rows.unit, note=f"{run}: ")) for run, collector in by_run.items())
    trainings, said = assemble_all(of_runs, columns)
    if not trainings:
        raise nothing_in(path)
    return Log(tuple(trainings), (*reader.warnings, *rows.warnings, *said_once(said)), FORMAT)


def _parts(name: str) -> tuple[str, str]:
    match = _OF_A_RUN.fullmatch(name)
    assert match is not None
    return match["run"], match["metric"]


IMPORTER = Importer(FORMAT, recognises, _read)
