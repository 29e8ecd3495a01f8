"""KerasTuner's project folder: the best epoch of each trial, which is all that it keeps."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rightrate.errors import DataError
from rightrate.importers.logs.assemble import About, assemble_all, constant, nothing_in
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.json_text import document
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import canonical, check_columns
from rightrate.importers.logs.numbers import LARGEST_STEP, json_number
from rightrate.importers.logs.said_once import said_once

FORMAT = "KerasTuner project"


def recognises(start: Start) -> bool:
    """A folder with `oracle.json` and `trial_...` folders, or one trial's folder."""
    return start.path.is_dir() and bool(_trials(start.path))


def _trials(folder: Path) -> list[Path]:
    if (folder / "trial.json").is_file():
        return [folder / "trial.json"]
    if not (folder / "oracle.json").is_file():
        return []
    with os.scandir(folder) as entries:
        found = [Path(entry.path) / "trial.json" for entry in entries if entry.name.startswith("trial_")]
    return sorted(path for path in found if path.is_file())


def _read(start: Start, columns: Columns) -> Log:
    path = str(start.path)
    warnings: list[str] = []
    trials = []
    for file in _trials(start.path):
        try:
            trials.append((file.parent.name, *_trial(document(file))))
        except DataError:
            warnings.append(f"'{file.parent.name}/{file.name}' is no whole trial and was left out.")
    if columns:
        check_columns(columns, {name for _, collector, _ in trials for name in collector.names}, path)
    means = [
        (f"{name}: ", f"the values are means of {mean_of} executions.") for name, _, mean_of in trials if mean_of > 1
    ]
    parts = ((collector, About(name, path, "epoch", note=f"{name}: ")) for name, collector, _ in trials)
    trainings, said = assemble_all(parts, columns)
    warnings += said_once([*means, *said])
    if not trainings:
        raise nothing_in(path)
    warnings.append("KerasTuner keeps the best epoch of a trial only: each curve has as many points as were kept.")
    return Log(tuple(trainings), tuple(warnings), FORMAT)


def _trial(state: Any) -> tuple[Collector, int]:
    """The points of a trial, and of how many executions the values are means."""
    collector, executions = Collector(), 1
    metrics = _at(_at(state, "metrics"), "metrics")
    for name, metric in metrics.items():
        observations = metric.get("observations") if isinstance(metric, dict) else None
        for observation in observations if isinstance(observations, list) else ():
            if not isinstance(observation, dict):
                continue
            step, values = json_number(observation.get("step")), observation.get("value")
            numbers = [json_number(value) for value in values] if isinstance(values, list) else [json_number(values)]
            known = [value for value in numbers if value is not None]
            if step is not None and abs(step) <= LARGEST_STEP and known:
                executions = max(executions, len(known))
                # Source: `keras_tuner/engine/tuner_utils.py`, `get_best_step`, counts epochs from 0.
                collector.add(name, int(step) + 1, sum(known) / len(known))
    for name, value in _at(_at(state, "hyperparameters"), "values").items():
        rate = json_number(value)
        if rate is not None and canonical(name) == "learning_rate" and collector.names:
            constant(collector, name, rate, collector.names[0])
    return collector, executions


def _at(value: Any, key: str) -> dict[str, Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    if not isinstance(inner, dict):
        raise DataError(f"A trial without {key!r}.")
    return inner


IMPORTER = Importer(FORMAT, recognises, _read)
