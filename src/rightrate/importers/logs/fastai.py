"""fastai's `history.csv`: one row an epoch, counted from 0, with the time as words."""

from __future__ import annotations

from rightrate.importers.logs.csv_formats import read_one
from rightrate.importers.logs.log import Columns, Importer, Log, Start

FORMAT = "fastai history.csv"


def recognises(start: Start) -> bool:
    """The columns begin with epoch, train_loss; `time` ends them or `valid_loss` follows.

    Source: `fastai/callback/progress.py`, `CSVLogger`, writes `Recorder.metric_names`.
    """
    return start.header[:2] == ("epoch", "train_loss") and (
        start.header[2:3] == ("valid_loss",) or start.header[-1] == "time"
    )


def _read(start: Start, columns: Columns) -> Log:
    return read_one(start, columns, FORMAT, keep=lambda name: name != "time")


IMPORTER = Importer(FORMAT, recognises, _read)
