"""Any other table as CSV: names by the table of `names.py`, or as the user says with `columns=`."""

from __future__ import annotations

from rightrate.importers.logs.csv_formats import read_one
from rightrate.importers.logs.log import Columns, Importer, Log, Start

FORMAT = "CSV"


def recognises(start: Start) -> bool:
    """The first line is a header."""
    return bool(start.header)


def _read(start: Start, columns: Columns) -> Log:
    return read_one(start, columns, FORMAT)


IMPORTER = Importer(FORMAT, recognises, _read)
