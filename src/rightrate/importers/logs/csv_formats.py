"""What the CSV formats share: read all rows, choose the axis, make one training."""

from __future__ import annotations

from collections.abc import Callable

from rightrate.importers.logs.assemble import About, nothing_in, nothing_yet, one_training
from rightrate.importers.logs.axis import choose
from rightrate.importers.logs.csv_rows import INDEX_NAMES, CsvReader
from rightrate.importers.logs.log import Columns, Log, Start
from rightrate.importers.logs.names import check_columns
from rightrate.importers.logs.table import Rows


def read_one(
    start: Start, columns: Columns, format_name: str, *, keep: Callable[[str], bool] = lambda name: True
) -> Log:
    """Read a CSV with one training.

    Args:
        start: with its header.
        columns: of the user.
        format_name: for the result.
        keep: whether a column is of interest.

    Raises:
        NothingYetError: it has no row yet.
        DataError: no number in it, a column that is not there, or two that could be the loss.
    """
    path = str(start.path)
    check_columns(columns, start.header, path)
    named = [name for name in start.header if keep(name) and name.lower() not in INDEX_NAMES]
    reader = CsvReader(start, lambda name: keep(name) or name in columns.values())
    rows = Rows(choose(named, columns, path))
    reader.feed(rows)
    if not rows.count:
        raise nothing_yet(path)
    if not rows.collector.names:
        raise nothing_in(path, [*reader.warnings, *rows.warnings])
    about = About(start.path.name, path, rows.unit, epoch_column=rows.axis.epoch_column)
    trainings, warnings = one_training(rows.collector, about, columns)
    return Log(trainings, (*reader.warnings, *rows.warnings, *warnings), format_name)
