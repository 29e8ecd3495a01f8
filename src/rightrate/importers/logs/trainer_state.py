"""Hugging Face `Trainer`: `log_history` of `trainer_state.json`."""

from __future__ import annotations

from typing import Any

from rightrate.errors import DataError
from rightrate.importers.logs.assemble import About, one_training
from rightrate.importers.logs.axis import steps_per_epoch
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.json_text import count, document, flat
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import check_columns
from rightrate.importers.logs.numbers import LARGEST_STEP, json_number

FORMAT = "Hugging Face trainer_state.json"

SUMMARY = "train_runtime"
"""The record that ends a training has this key; its `train_loss` is a mean over all steps, not a point."""

TIMES = ("runtime", "samples_per_second", "steps_per_second", "total_flos")
"""Endings of keys that time. Source: `transformers/trainer_utils.py`, `speed_metrics`."""

NOT_CURVES = (*TIMES, "epoch", "step")
"""Endings of keys that time or count."""


def recognises(start: Start) -> bool:
    """A JSON object with the key `log_history`."""
    text = "\n".join(start.lines)
    return text.lstrip().startswith("{") and '"log_history"' in text


def _read(start: Start, columns: Columns) -> Log:
    path = str(start.path)
    state = document(start.path)
    history = state.get("log_history") if isinstance(state, dict) else None
    if not isinstance(history, list):
        raise DataError(f"'log_history' in '{path}' is no list. Expected the file as the Trainer writes it.")
    collector, epochs = Collector(), Collector()
    without_step = 0
    for record in history:
        if not isinstance(record, dict) or SUMMARY in record:
            continue
        step = json_number(record.get("step"))
        if step is None or not abs(step) <= LARGEST_STEP or step != int(step):
            without_step += 1
            continue
        for name, value in flat(record).items():
            number = json_number(value)
            if number is not None and not name.endswith(NOT_CURVES):
                collector.add(name, int(step), number)
        epoch = json_number(record.get("epoch"))
        if epoch is not None:
            epochs.add("epoch", int(step), epoch)
    check_columns(columns, collector.names, path)
    per_epoch = _per_epoch(state)
    if per_epoch is None and epochs.names:
        per_epoch = steps_per_epoch(epochs.column("epoch"))
    trainings, warnings = one_training(collector, About(start.path.name, path, "step", per_epoch), columns)
    if without_step:
        warnings.insert(0, f"{without_step} records of 'log_history' have no step and were left out.")
    return Log(trainings, tuple(warnings), FORMAT)


def _per_epoch(state: dict[str, Any]) -> int | None:
    """Steps of an epoch, where the whole length is whole epochs (`max_steps` may cut it elsewhere)."""
    steps, epochs = count(state.get("max_steps")), count(state.get("num_train_epochs"))
    return steps // epochs if steps and epochs and steps % epochs == 0 else None


IMPORTER = Importer(FORMAT, recognises, _read)
