"""MLflow's file store: `mlruns/EXPERIMENT/RUN/metrics/NAME`, lines of time, value and step."""

from __future__ import annotations

import re
from pathlib import Path

from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.folders import identity, name_of, subfolders, walk
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.mlflow_run import FORMAT, SYSTEM, Run, is_known, read_runs
from rightrate.importers.logs.numbers import LARGEST_STEP, NoNumberError, number


def recognises(start: Start) -> bool:
    """A folder of runs, of experiments, or one run: `meta.yaml` beside `metrics` somewhere, at most two levels down."""
    return start.path.is_dir() and any(True for _ in _runs(start.path))


def _runs(folder: Path) -> list[Path]:
    """The folders of runs; one that links lead to again is the same one."""
    found = []
    seen: set[tuple[int, int]] = set()
    candidates = [folder]
    for _ in range(3):
        below: list[Path] = []
        for candidate in candidates:
            if identity(candidate) in seen:
                continue
            seen.add(identity(candidate))
            if _is_run(candidate):
                found.append(candidate)
            else:
                below += subfolders(candidate)
        candidates = below
    return found


def _is_run(folder: Path) -> bool:
    return (folder / "meta.yaml").is_file() and (folder / "metrics").is_dir()


def _read(start: Start, columns: Columns) -> Log:
    runs = []
    said: list[tuple[str, str]] = []
    for folder in _runs(start.path):
        metrics, damaged = _collect(folder / "metrics")
        runs.append(Run(_name(folder), folder.name, metrics, _params(folder / "params")))
        if damaged:
            said.append((f"{folder.name}: ", f"{damaged} lines are no time, value and step and were left out."))
    return read_runs(runs, columns, str(start.path), said)


def _collect(metrics: Path) -> tuple[Collector, int]:
    collector, damaged = Collector(), 0
    for folder, _, files in walk(metrics):
        for file_name in files:
            name = name_of(folder / file_name, metrics)
            if name.startswith(SYSTEM):
                continue
            with (folder / file_name).open(encoding="utf-8", errors="replace") as file:
                for line in file:
                    point = _point(line)
                    if point is None:
                        damaged += bool(line.strip())
                    else:
                        collector.add(name, *point)
    return collector, damaged


def _params(folder: Path) -> dict[str, str]:
    found = {}
    for inner, _, files in walk(folder):
        for file in files:
            name = name_of(inner / file, folder)
            if is_known(name):
                try:
                    found[name] = (inner / file).read_text(encoding="utf-8", errors="replace")
                except OSError:
                    continue
    return found


def _point(line: str) -> tuple[int, float] | None:
    """Step and value of a line `TIME VALUE [STEP]`; newer versions add more words, older ones lack the step."""
    words = line.split()
    if len(words) < 2 or not line.endswith("\n"):
        return None
    try:
        value = number(words[1])
        step = number(words[2]) if len(words) > 2 else 0.0
    except NoNumberError:
        return None
    if value is None or step is None or not abs(step) <= LARGEST_STEP or step != int(step):
        return None
    return int(step), value


def _name(run: Path) -> str:
    """The run's name: a tag in newer versions, a key of `meta.yaml`, else the folder."""
    try:
        tag = run / "tags" / "mlflow.runName"
        if tag.is_file():
            return tag.read_text(encoding="utf-8", errors="replace").strip() or run.name
        found = re.search(r"^run_name: *['\"]?(.+?)['\"]? *$", (run / "meta.yaml").read_text(errors="replace"), re.M)
    except OSError:
        return run.name
    return found[1] if found else run.name


IMPORTER = Importer(FORMAT, recognises, _read)
