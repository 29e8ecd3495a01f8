"""Ultralytics (YOLO) `results.csv`: padded headers, the loss in parts, one learning rate a parameter group."""

from __future__ import annotations

import numpy as np

from rightrate.importers.logs.assemble import About, one_training
from rightrate.importers.logs.axis import choose
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.csv_rows import CsvReader
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import check_columns
from rightrate.importers.logs.table import Rows

FORMAT = "Ultralytics results.csv"

THREE_GROUPS = ("lr/pg0", "lr/pg1", "lr/pg2")
"""With three groups `pg0` is the biases, whose rate starts high in the warm-up (`warmup_bias_lr`); `pg1` is the
weights with decay, the rate that was asked for. Source: `ultralytics/engine/trainer.py`, `build_optimizer`."""


def recognises(start: Start) -> bool:
    """An `epoch` column, a `train/...loss` column, and a `metrics/...` or `lr/pg0` column."""
    return (
        start.header[:1] == ("epoch",)
        and any(name.startswith("train/") and name.endswith("loss") for name in start.header)
        and any(name.startswith("metrics/") or name == "lr/pg0" for name in start.header)
    )


def _read(start: Start, columns: Columns) -> Log:
    path = str(start.path)
    check_columns(columns, start.header, path)
    reader = CsvReader(start, lambda name: name != "time" or name in columns.values())
    rows = Rows(choose(start.header, columns, path))
    reader.feed(rows)
    named = dict(columns)
    warnings = [*reader.warnings, *rows.warnings]
    for split, name in (("train/", "loss"), ("val/", "val_loss")):
        if name not in columns and _add_total(rows.collector, split):
            named[name] = split + TOTAL
    rates = tuple(name for name in rows.collector.names if name.startswith("lr/pg"))
    if rates == THREE_GROUPS or len(rates) == 1:
        named.setdefault("learning_rate", rates[min(1, len(rates) - 1)])
    elif rates and "learning_rate" not in columns:
        warnings.append(
            f"No curve 'learning_rate' was read: there are {len(rates)} groups of weights. "
            f'Say which with columns={{"learning_rate": {rates[0]!r}}}.'
        )
    for name in rows.collector.names:
        # Ultralytics measures its metrics on the validation data.
        if name.startswith("metrics/") and name not in named.values():
            named.setdefault("val_" + name.removeprefix("metrics/"), name)
    about = About(start.path.name, path, rows.unit)
    trainings, more = one_training(rows.collector, about, named)
    return Log(trainings, (*warnings, *more), FORMAT)


TOTAL = "(sum of its losses)"


def _add_total(collector: Collector, split: str) -> bool:
    """Add the sum of a split's losses, which is what is trained on; the parts are weighted already.

    Only where every part has a value at the same epochs.
    """
    parts = [name for name in collector.names if name.startswith(split) and name.endswith("loss")]
    if len(parts) < 2:
        return False
    points = [collector.column(name) for name in parts]
    if any(not np.array_equal(part.steps, points[0].steps) for part in points):
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        collector.extend(split + TOTAL, points[0].steps, np.sum([part.values for part in points], axis=0))
    return True


IMPORTER = Importer(FORMAT, recognises, _read)
