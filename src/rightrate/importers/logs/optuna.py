"""Optuna's SQLite storage: the intermediate values of each trial. The file is opened read-only."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator
from typing import Any

from rightrate.curves.training import Unit
from rightrate.errors import DataError
from rightrate.importers.logs.assemble import About, assemble_all, constant
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import canonical, check_columns
from rightrate.importers.logs.numbers import LARGEST_STEP, json_number
from rightrate.importers.logs.said_once import said_once
from rightrate.importers.logs.sqlite_file import is_sqlite, opened

FORMAT = "Optuna storage"

VALUE = "intermediate_value"
"""The name of the curve where the study does not name its metric; Optuna does not store what was reported."""

TYPES = {"NAN": math.nan, "INF_POS": math.inf, "INF_NEG": -math.inf}
"""How values are stored that a database cannot hold. Source: `optuna/storages/_rdb/models.py`."""


def recognises(start: Start) -> bool:
    """An SQLite file; whether it is Optuna's is told on reading."""
    return is_sqlite(start)


def _read(start: Start, columns: Columns) -> Log:
    path = str(start.path)
    try:
        with opened(start.path) as database:
            names = _metric_names(database)
            trials = list(_trials(database, names))
    except (sqlite3.Error, OverflowError, ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"The SQLite file '{path}' is no readable Optuna storage: {error}. Expected its tables studies, trials and "
            "trial_intermediate_values, or those of MLflow's store; give the file of sqlite:///FILE, or copy it while "
            "no study runs."
        ) from error
    if columns:
        check_columns(columns, {"step", *(name for _, collector in trials for name in collector.names)}, path)
    unit: Unit = "epoch" if columns.get("epoch") == "step" else "step"
    parts = ((collector, About(name, path, unit, note=f"{name}: ")) for name, collector in trials)
    trainings, said = assemble_all(parts, columns)
    if not trainings:
        raise DataError(
            f"The Optuna storage '{path}' holds no intermediate value. Expected trials that report their progress: "
            "call trial.report(value, step) in the objective."
        )
    return Log(tuple(trainings), tuple(said_once(said)), FORMAT)


def _metric_names(database: sqlite3.Connection) -> dict[int, str]:
    """Names of the only metric of a study, by the study's id, where `set_metric_names` gave it."""
    found = {}
    query = "SELECT study_id, value_json FROM study_system_attributes WHERE key = 'study:metric_names'"
    for study, text in database.execute(query):
        names = json.loads(text)
        if isinstance(names, list) and len(names) == 1 and isinstance(names[0], str):
            found[study] = names[0]
    return found


def _trials(database: sqlite3.Connection, names: dict[int, str]) -> Iterator[tuple[str, Collector]]:
    several = len(database.execute("SELECT study_id FROM studies").fetchall()) > 1
    kinds = {row[1] for row in database.execute("PRAGMA table_info(trial_intermediate_values)")}
    # Storages of before Optuna 3 have no type column; there NULL is NaN.
    kind = "v.intermediate_value_type" if "intermediate_value_type" in kinds else "NULL"
    query = (
        f"SELECT s.study_name, t.number, t.trial_id, t.study_id, v.step, v.intermediate_value, {kind} "
        "FROM trial_intermediate_values v JOIN trials t ON t.trial_id = v.trial_id "
        "JOIN studies s ON s.study_id = t.study_id ORDER BY t.trial_id, v.step"
    )
    rates = _rates(database)
    current, collector, name = None, Collector(), ""
    for study_name, number, trial, study, step, value, stored in database.execute(query):
        if trial != current:
            if current is not None:
                yield name, _with_rate(collector, rates.get(current))
            current, collector = trial, Collector()
            name = f"{study_name}/trial {number}" if several else f"trial {number}"
        measured = TYPES.get(stored, math.nan) if value is None else json_number(value)
        if measured is not None and isinstance(step, int) and abs(step) <= LARGEST_STEP:
            collector.add(names.get(study, VALUE), step, measured)
    if current is not None:
        yield name, _with_rate(collector, rates.get(current))


def _rates(database: sqlite3.Connection) -> dict[Any, tuple[str, float]]:
    """The learning rate of each trial, where exactly one parameter has such a name."""
    found: dict[Any, list[tuple[str, float]]] = {}
    for trial, name, value in database.execute("SELECT trial_id, param_name, param_value FROM trial_params"):
        rate = json_number(value)
        if isinstance(name, str) and rate is not None and canonical(name) == "learning_rate":
            found.setdefault(trial, []).append((name, rate))
    return {trial: rates[0] for trial, rates in found.items() if len(rates) == 1}


def _with_rate(collector: Collector, rate: tuple[str, float] | None) -> Collector:
    if rate is not None and collector.names:
        constant(collector, rate[0], rate[1], collector.names[0])
    return collector


IMPORTER = Importer(FORMAT, recognises, _read)
