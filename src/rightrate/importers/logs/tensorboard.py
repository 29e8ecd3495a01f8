"""TensorBoard event files, read without TensorFlow: one file, or a folder with several runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rightrate.curves.training import Training, Unit
from rightrate.importers.logs.assemble import About, assemble, nothing_in
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.event_blocks import EventReader
from rightrate.importers.logs.folders import name_of, walk
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import SPLITS, check_columns
from rightrate.importers.logs.wire import DamagedError, blocks, is_event_file

FORMAT = "TensorBoard"

NOT_CURVES = ("hp_metric", "epoch")
"""Tags of PyTorch Lightning that are a placeholder and a counter."""


def recognises(start: Start) -> bool:
    """A file of TFRecords that begins with an event, or a folder with such a file in it or below."""
    if not start.path.is_dir():
        return is_event_file(start.head)
    return any(_events(folder, files) for folder, _, files in walk(start.path))


def _events(folder: Path, files: list[str]) -> list[Path]:
    found = []
    for name in files:
        # TensorBoard itself reads only files with this in their name; the content is checked as well.
        if "tfevents" in name:
            try:
                with (folder / name).open("rb") as file:
                    if is_event_file(file.read(16)):
                        found.append(folder / name)
            except OSError:
                continue
    return found


@dataclass
class _Run:
    """What one folder of event files holds, for epochs and steps apart: Keras writes both."""

    epochs: Collector = field(default_factory=Collector)
    steps: Collector = field(default_factory=Collector)
    clock: Collector = field(default_factory=Collector)


def _read(start: Start, columns: Columns) -> Log:
    warnings: list[str] = []
    runs: dict[str, _Run] = {}
    for run_name, split, files in _runs(start.path):
        run = runs.setdefault(run_name, _Run())
        for file in files:
            _read_file(file, split, run, warnings)
    path = str(start.path)
    if columns:
        tags = {name for run in runs.values() for part in (run.epochs, run.steps) for name in part.names}
        check_columns(columns, tags, path)
    trainings: list[Training] = []
    for name, run in runs.items():
        both = bool(run.epochs.names and run.steps.names)
        for collector, unit in ((run.epochs, "epoch"), (run.steps, "step")):
            training, more = _training(name, collector, unit, run.clock, both, columns, path, len(runs) > 1)
            trainings += [training] if training else []
            warnings += more
    if not trainings:
        raise nothing_in(path)
    return Log(tuple(trainings), tuple(warnings), FORMAT)


def _training(
    name: str, collector: Collector, unit: str, clock: Collector, both: bool, columns: Columns, path: str, several: bool
) -> tuple[Training | None, list[str]]:
    counted: Unit = "epoch" if unit == "epoch" else "step"
    if both and counted == "step":
        name += " (batches)"
    note = f"{name}: " if several or both else ""
    epoch_column = None
    if counted == "step" and clock.names:
        points = clock.column("epoch")
        collector.extend("epoch", points.steps, points.values)
        epoch_column = "epoch"
    of_this: Mapping[str, str] = {key: raw for key, raw in columns.items() if raw in collector.names}
    return assemble(collector, About(name, path, counted, epoch_column=epoch_column, note=note), of_this)


def _runs(path: Path) -> list[tuple[str, str, list[Path]]]:
    """The runs: name, prefix of its tags, event files in the order of their names, which begin with the time.

    Sibling folders `train` and `validation`, as Keras's callback writes them, are one run.
    """
    if not path.is_dir():
        return [(path.name, "", [path])]
    found = []
    for folder, _, files in walk(path):
        events = _events(folder, files)
        if not events:
            continue
        word = folder.name.lower()
        if word in SPLITS and folder != path:
            found.append((name_of(folder.parent, path), SPLITS[word], events))
        else:
            found.append((name_of(folder, path), "", events))
    return found


def _read_file(path: Path, split: str, run: _Run, warnings: list[str]) -> None:
    collectors = {"epochs": run.epochs, "steps": run.steps, "clock": run.clock}
    reader = EventReader(lambda tag: _curve_of(tag, split))
    with path.open("rb") as file:
        try:
            for block in blocks(file):
                for points in reader.read(block):
                    counted, name = points.curve
                    # Keras's callback counts epochs from 0, also where a resumed run begins at another.
                    steps = points.steps + 1 if counted == "epochs" else points.steps
                    collectors[counted].extend(name, steps, points.values)
        except DamagedError as error:
            warnings.append(
                f"The event file '{path.name}' is cut off or damaged ({error}); what comes before was read."
            )
    if reader.damaged:
        warnings.append(f"{reader.damaged} damaged events of '{path.name}' were left out.")


def _curve_of(tag: str, split: str) -> tuple[str, str] | None:
    """Which collector a tag belongs to, and the name of its curve there.

    Example:
        >>> _curve_of("epoch_loss", "val_"), _curve_of("batch_loss", ""), _curve_of("hp_metric", "")
        (('epochs', 'val_loss'), ('steps', 'loss'), None)
    """
    if tag == "epoch":
        return "clock", tag
    if tag in NOT_CURVES or tag.startswith("evaluation_"):
        # `evaluation_..._vs_iterations` repeats the values of the validation epochs.
        return None
    if tag.startswith("epoch_"):
        name = tag.removeprefix("epoch_")
        # Keras writes the learning rate beside the training losses only, and it belongs to no split.
        return "epochs", name if name == "learning_rate" else split + name
    return "steps", split + tag.removeprefix("batch_")


IMPORTER = Importer(FORMAT, recognises, _read)
