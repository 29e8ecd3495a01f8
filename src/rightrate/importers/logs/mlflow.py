"""MLflow's file store: `mlruns/EXPERIMENT/RUN/metrics/NAME`, lines of time, value and step."""

from __future__ import annotations

import re
from pathlib import Path

from rightrate.curves.training import Training, Unit
from rightrate.importers.logs.assemble import About, assemble, nothing_in
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.folders import identity, name_of, subfolders, walk
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import canonical, check_columns
from rightrate.importers.logs.numbers import LARGEST_STEP, NoNumberError, number

FORMAT = "MLflow"

EPOCH_PARAMS = ("epochs", "num_train_epochs", "max_epochs", "epoch")
"""Parameters that say how many epochs were asked for. Source: MLflow's autologging (Keras, Transformers, Lightning)."""


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
    path = str(start.path)
    collectors = []
    warnings: list[str] = []
    for run in _runs(start.path):
        collector, damaged = _collect(run / "metrics")
        collectors.append((run, collector))
        if damaged:
            warnings.append(f"{run.name}: {damaged} lines are no time, value and step and were left out.")
    if columns:
        check_columns(columns, {"step", *(name for _, collector in collectors for name in collector.names)}, path)
    trainings: list[Training] = []
    taken: set[str] = set()
    for run, collector in collectors:
        name = _name(run)
        if name in taken:
            name = f"{name} ({run.name})"
        taken.add(name)
        note = f"{name}: " if len(collectors) > 1 else ""
        epoch_column = next((raw for raw in collector.names if raw == "epoch"), None)
        about = About(name, path, _unit(run, collector, columns), epoch_column=epoch_column, note=note)
        of_this = {key: raw for key, raw in columns.items() if raw in collector.names}
        training, more = assemble(collector, about, of_this)
        trainings += [training] if training else []
        warnings += more
    if not trainings:
        raise nothing_in(path)
    return Log(tuple(trainings), tuple(warnings), FORMAT)


def _collect(metrics: Path) -> tuple[Collector, int]:
    collector, damaged = Collector(), 0
    for folder, _, files in walk(metrics):
        for file_name in files:
            name = name_of(folder / file_name, metrics)
            if name.startswith("system/"):
                continue  # what MLflow measures of the machine, by the minute
            with (folder / file_name).open(encoding="utf-8", errors="replace") as file:
                for line in file:
                    point = _point(line)
                    if point is None:
                        damaged += bool(line.strip())
                    else:
                        collector.add(name, *point)
    return collector, damaged


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


def _unit(run: Path, collector: Collector, columns: Columns) -> Unit:
    """Epochs where the user says that steps are epochs, or where no curve is longer than the epochs asked for."""
    if columns.get("epoch") == "step":
        return "epoch"
    epochs = None
    for name in EPOCH_PARAMS:
        try:
            epochs = number((run / "params" / name).read_text(encoding="utf-8", errors="replace"))
        except (OSError, NoNumberError):
            continue
        break
    losses = [name for name in collector.names if canonical(name) in ("loss", "val_loss", "accuracy", "val_accuracy")]
    if epochs is None or not losses or "epoch" in collector.names:
        return "step"
    last = max(int(collector.column(name).steps[-1]) for name in losses)
    return "epoch" if last <= epochs else "step"


IMPORTER = Importer(FORMAT, recognises, _read)
