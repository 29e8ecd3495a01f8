"""A table as Parquet, read piece by piece."""

from __future__ import annotations

from rightrate.errors import DataError
from rightrate.importers.logs.arrow import cells, is_number
from rightrate.importers.logs.assemble import About, one_training
from rightrate.importers.logs.axis import choose
from rightrate.importers.logs.log import Columns, Importer, Log, Start
from rightrate.importers.logs.names import check_columns
from rightrate.importers.logs.table import Rows

FORMAT = "Parquet"

CHUNK = 65_536
"""Rows read at a time: 0.5 MB a column."""


def recognises(start: Start) -> bool:
    """The file begins with Parquet's magic bytes."""
    return start.head.startswith(b"PAR1")


def _read(start: Start, columns: Columns) -> Log:
    # pyarrow takes 0.1 s to load, which reading a CSV need not pay.
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = str(start.path)
    try:
        with pq.ParquetFile(start.path) as file:
            names = [field.name for field in file.schema_arrow if is_number(field.type)]
            check_columns(columns, file.schema_arrow.names, path)
            axis = choose(names, columns, path)
            rows = Rows(axis)
            # Row numbers of pandas are stored as a column of this name.
            wanted = [name for name in names if not name.startswith("__index_level_")]
            for batch in file.iter_batches(CHUNK, columns=wanted):
                rows.feed({name: cells(batch.column(name)) for name in wanted}, batch.num_rows)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"The log '{path}' is no whole Parquet file: {str(error).splitlines()[0]}. "
            "Expected one that its writer has closed: write it again."
        ) from error
    about = About(start.path.name, path, rows.unit, epoch_column=axis.epoch_column)
    trainings, warnings = one_training(rows.collector, about, columns)
    return Log(trainings, (*rows.warnings, *warnings), FORMAT)


IMPORTER = Importer(FORMAT, recognises, _read)
