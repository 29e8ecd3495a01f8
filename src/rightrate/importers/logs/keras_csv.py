"""Keras's `CSVLogger`: one row an epoch, counted from 0."""

from __future__ import annotations

from rightrate.importers.logs.csv_formats import read_one
from rightrate.importers.logs.log import Columns, Importer, Log, Start

FORMAT = "Keras CSVLogger"


def recognises(start: Start) -> bool:
    """An `epoch` column first, the training columns in alphabetical order after it, `loss` among them.

    Source: `keras/src/callbacks/csv_logger.py` sorts the keys, then adds those of validation.
    """
    if start.header[:1] != ("epoch",) or "loss" not in start.header:
        return False
    training = [name for name in start.header[1:] if not name.startswith("val_")]
    return training == sorted(training)


def _read(start: Start, columns: Columns) -> Log:
    return read_one(start, columns, FORMAT)


IMPORTER = Importer(FORMAT, recognises, _read)
