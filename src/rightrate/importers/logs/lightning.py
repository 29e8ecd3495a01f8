"""PyTorch Lightning's `metrics.csv`: training and validation values in different rows, mostly empty cells."""

from __future__ import annotations

import re

from rightrate.importers.logs.csv_formats import read_one
from rightrate.importers.logs.log import Columns, Importer, Log, Start

FORMAT = "PyTorch Lightning metrics.csv"

_LIGHTNING_NAMES = re.compile(r"(train|val|valid)[_/].+|lr-.+|.+_(step|epoch)")


def recognises(start: Start) -> bool:
    """`epoch` and `step` are columns, another has a name as Lightning's users and callbacks give, and a cell is empty.

    Source: `lightning/fabric/loggers/csv_logs.py` writes all keys it ever saw, and empty cells for the others.
    """
    if not {"epoch", "step"} <= set(start.header):
        return False
    others = [name for name in start.header if name not in ("epoch", "step")]
    gaps = any(",," in line or line.endswith(",") for line in start.lines[1:])
    return start.delimiter == "," and gaps and any(_LIGHTNING_NAMES.fullmatch(name) for name in others)


def _read(start: Start, columns: Columns) -> Log:
    return read_one(start, columns, FORMAT)


IMPORTER = Importer(FORMAT, recognises, _read)
