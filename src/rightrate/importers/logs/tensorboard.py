"""TensorBoard event files, read without TensorFlow: one file, or a folder with several runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rightrate.importers.logs.assemble import About, assemble_all, nothing_in
from rightrate.importers.logs.axis import steps_per_epoch
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.event_blocks import EventReader
from rightrate.importers.logs.folders import name_of, subfolders, walk
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import SPLITS, check_columns
from rightrate.importers.logs.order import Ordered
from rightrate.importers.logs.said_once import said_once
from rightrate.importers.logs.trainer_state import TIMES
from rightrate.importers.logs.wire import DamagedError, blocks, is_event_file

FORMAT = "TensorBoard"

PLACEHOLDER = "hp_metric"
"""What PyTorch Lightning writes beside hyperparameters."""

CLOCKS = ("epoch", "train/epoch")
"""Tags of PyTorch Lightning and of Hugging Face's Trainer that say which epoch a step is in."""

MEAN, LOSS = "train/train_loss", "train/loss"
"""What the Trainer writes once at its end, the mean of all steps; and what it writes by step.
Source: `transformers/integrations/integration_utils.py`, `rewrite_logs`."""

ITERATIONS = "evaluation_loss_vs_iterations"
"""Keras repeats the values of the validation epochs at the optimizer's steps, `evaluation_..._vs_iterations`.
Source: `keras/src/callbacks/tensorboard.py`, `on_test_end`."""

TEST = "test"
"""The name of a folder that is a split of its own beside a folder of `SPLITS`, as in TensorFlow's tutorials."""


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
    """What one folder of event files holds, for epochs and steps apart: Keras writes both.

    `clock` holds the epoch at steps; `ends` something at the steps at which epochs were validated.
    """

    epochs: Collector = field(default_factory=Collector)
    steps: Collector = field(default_factory=Collector)
    clock: Collector = field(default_factory=Collector)
    ends: Collector = field(default_factory=Collector)

    def steps_per_epoch(self) -> int | None:
        """From the epochs that were validated and the steps at which they were; None where they do not pair up."""
        if not self.ends.names or "val_loss" not in self.epochs.names:
            return None
        steps, epochs = self.ends.column(ITERATIONS).steps, self.epochs.column("val_loss").steps
        return steps_per_epoch(Ordered(steps, epochs.astype(np.float64))) if steps.size == epochs.size else None


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
    parts = (part for name, run in runs.items() for part in _parts(name, run, columns, path, len(runs) > 1))
    trainings, said = assemble_all(parts, columns)
    if not trainings:
        raise nothing_in(path)
    return Log(tuple(trainings), (*warnings, *said_once(said)), FORMAT)


def _parts(name: str, run: _Run, columns: Columns, path: str, several: bool) -> Iterator[tuple[Collector, About]]:
    """What counts epochs, then what counts steps."""
    both = bool(run.epochs.names and run.steps.names)
    note = f"{name}: " if several or both else ""
    per_epoch = run.steps_per_epoch()
    yield run.epochs, About(name, path, "epoch", per_epoch, note=note)
    if both:
        name += " (batches)"
        note = f"{name}: "
    has_mean = {MEAN, LOSS} <= set(run.steps.names) and run.steps.column(MEAN).steps.size == 1
    if has_mean and MEAN not in columns.values():
        run.steps.leave_out(MEAN)
    epoch_column = None
    if run.clock.names:
        points = run.clock.column("epoch")
        run.steps.extend("epoch", points.steps, points.values)
        epoch_column = "epoch"
    yield run.steps, About(name, path, "step", per_epoch, epoch_column, note)


def _runs(path: Path) -> list[tuple[str, str, list[Path]]]:
    """The runs: name, prefix of its tags, event files in the order of their names, which begin with the time.

    Sibling folders `train` and `validation`, as Keras's callback writes them, are one run; `test` beside them is a
    part of it that is not validation.
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
        elif word == TEST and folder != path and any(one.name.lower() in SPLITS for one in subfolders(folder.parent)):
            found.append((name_of(folder.parent, path), f"{TEST}_", events))
        else:
            found.append((name_of(folder, path), "", events))
    return found


def _read_file(path: Path, split: str, run: _Run, warnings: list[str]) -> None:
    collectors = {"epochs": run.epochs, "steps": run.steps, "clock": run.clock, "ends": run.ends}
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
        >>> _curve_of("epoch_loss", "val_"), _curve_of("batch_loss", ""), _curve_of("eval/runtime", "")
        (('epochs', 'val_loss'), ('steps', 'loss'), None)
    """
    if tag in CLOCKS:
        return "clock", "epoch"
    if tag == ITERATIONS:
        return "ends", tag
    if tag == PLACEHOLDER or tag.startswith("evaluation_") or tag.endswith(TIMES):
        return None
    if tag.startswith("epoch_"):
        name = tag.removeprefix("epoch_")
        # Keras writes the learning rate beside the training losses only, and it belongs to no split.
        return "epochs", name if name == "learning_rate" else split + name
    return "steps", split + tag.removeprefix("batch_")


IMPORTER = Importer(FORMAT, recognises, _read)
