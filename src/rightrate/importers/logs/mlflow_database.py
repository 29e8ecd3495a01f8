"""MLflow's SQLite store, `mlflow.db`. The file is opened read-only."""

from __future__ import annotations

import math
import sqlite3
from typing import Any

from rightrate.errors import DataError
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.mlflow_run import FORMAT, SYSTEM, Run, is_known, read_runs
from rightrate.importers.logs.numbers import LARGEST_STEP, json_number
from rightrate.importers.logs.sqlite_file import is_sqlite, opened, tables

TABLES = frozenset({"experiments", "runs", "metrics", "params", "tags"})
"""Source: `mlflow/store/tracking/dbmodels/models.py`."""

INFINITE = 1.7976931348623157e308
"""How infinity is stored; NaN is 0 with a mark. Source: `mlflow/store/tracking/sqlalchemy_store.py`."""


def recognises(start: Start) -> bool:
    """An SQLite file with MLflow's tables."""
    return is_sqlite(start) and tables(start.path) >= TABLES


def _read(start: Start, columns: Columns) -> Log:
    path = str(start.path)
    said: list[tuple[str, str]] = []
    try:
        with opened(start.path) as database:
            deleted = _one(database, "SELECT COUNT(*) FROM runs WHERE lifecycle_stage = 'deleted'")
            runs = _runs(database)
    except (sqlite3.Error, OverflowError, ValueError, TypeError) as error:
        raise DataError(
            f"The SQLite file '{path}' is no readable MLflow store: {error}. Expected its tables runs, metrics and "
            "params as MLflow writes them; copy the file while no run is active."
        ) from error
    if deleted:
        said.append(("", f"Runs that are deleted in MLflow were left out ({deleted})."))
    return read_runs(runs, columns, path, said)


def _one(database: sqlite3.Connection, query: str) -> Any:
    return database.execute(query).fetchone()[0]


def _runs(database: sqlite3.Connection) -> list[Run]:
    """The runs of all experiments that have a metric, in the order in which they began."""
    params: dict[str, dict[str, str]] = {}
    for run, name, value in database.execute("SELECT run_uuid, key, value FROM params"):
        if isinstance(name, str) and isinstance(value, str) and is_known(name):
            params.setdefault(run, {})[name] = value
    metrics = _metrics(database)
    # MLflow before 2 kept the name in a tag only.
    query = (
        "SELECT r.run_uuid, COALESCE(NULLIF(r.name, ''), t.value, r.run_uuid) FROM runs r LEFT JOIN tags t "
        "ON t.run_uuid = r.run_uuid AND t.key = 'mlflow.runName' "
        "WHERE r.lifecycle_stage IS NOT 'deleted' ORDER BY r.start_time, r.run_uuid"
    )
    return [
        Run(str(name), str(run), metrics[run], params.get(run, {}))
        for run, name in database.execute(query)
        if run in metrics
    ]


def _metrics(database: sqlite3.Connection) -> dict[str, Collector]:
    """The metrics of each run, in the order of time, which is that of the log."""
    found: dict[str, Collector] = {}
    query = "SELECT run_uuid, key, step, value, is_nan FROM metrics ORDER BY timestamp, step"
    for run, name, step, stored, is_nan in database.execute(query):
        value = math.nan if is_nan else json_number(stored)
        if value is None or not isinstance(step, int) or abs(step) > LARGEST_STEP:
            continue
        if isinstance(name, str) and not name.startswith(SYSTEM):
            whole = math.copysign(math.inf, value) if abs(value) >= INFINITE else value
            found.setdefault(run, Collector()).add(name, step, whole)
    return found


IMPORTER = Importer(FORMAT, recognises, _read)
