"""fastai's `history.csv`: one row an epoch, counted from 0, with the time as words."""

from __future__ import annotations

from rightrate.importers.logs.csv_formats import read_one
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import canonical

FORMAT = "fastai history.csv"

VALIDATION = "valid_loss"
"""Where this column is, metrics without a split are measured on the validation data; without it, on the training data.
Source: `fastai/learner.py`, `Recorder.before_fit`."""


def recognises(start: Start) -> bool:
    """The columns begin with epoch, train_loss; `time` ends them or `valid_loss` follows.

    Source: `fastai/callback/progress.py`, `CSVLogger`, writes `Recorder.metric_names`.
    """
    return start.header[:2] == ("epoch", "train_loss") and (
        start.header[2:3] == (VALIDATION,) or start.header[-1] == "time"
    )


def _read(start: Start, columns: Columns) -> Log:
    named = dict(columns)
    for name in start.header:
        if VALIDATION in start.header and _is_metric(name) and name not in columns.values():
            named.setdefault(canonical(f"valid_{name}"), name)
    return read_one(start, named, FORMAT, keep=lambda name: name != "time")


def _is_metric(name: str) -> bool:
    """Whether a column is a metric without a split."""
    return name not in ("epoch", "time") and not name.startswith(("train_", "valid_"))


IMPORTER = Importer(FORMAT, recognises, _read)
