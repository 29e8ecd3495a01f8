"""Records, each a mapping of names to values, -> the rows of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

import numpy as np

from rightrate.importers.logs.assemble import About, nothing_in, one_training
from rightrate.importers.logs.axis import choose
from rightrate.importers.logs.json_regular import SPLIT_FIELDS
from rightrate.importers.logs.json_text import flat
from rightrate.importers.logs.log import Columns, Log, Start
from rightrate.importers.logs.names import SPLITS, check_columns
from rightrate.importers.logs.numbers import json_number
from rightrate.importers.logs.table import Cells, Rows

CHUNK = 5_000
"""Records turned into columns at a time, a few MB."""

Piece = list[dict[str, Any]] | tuple[dict[str, Cells], int]
"""Some records without nesting; or their columns with numbers, and how many records they are of."""


def flat_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """One record without nesting; names say which split it is about.

    Example:
        >>> flat_record({"mode": "val", "epoch": 1, "loss": 0.5})
        {'epoch': 1, 'val_loss': 0.5}
    """
    values = flat(record)
    for field in SPLIT_FIELDS:
        word = values.get(field)
        if isinstance(word, str) and word.lower() in SPLITS:
            del values[field]
            prefix = SPLITS[word.lower()]
            return {name if _counts(name) else prefix + name: value for name, value in values.items()}
    return values


def _counts(name: str) -> bool:
    return name.lower() in ("epoch", "step", "global_step", "iter", "iteration")


def read_records(
    start: Start,
    columns: Columns,
    records: Iterable[Mapping[str, Any]],
    format_name: str,
    warnings: Callable[[], list[str]],
) -> Log:
    """Read records of one training.

    Args:
        start: where they come from.
        columns: of the user; names of the flat records.
        records: in the order of the log; the first `CHUNK` of them decide what counts the steps.
        format_name: for the result.
        warnings: asked for when all records were read.

    Raises:
        DataError: no number in them, a column that is not there, or two that could be the loss.
    """
    flat_records = map(flat_record, records)
    pieces = iter(lambda: list(islice(flat_records, CHUNK)), [])
    return read_pieces(start, columns, pieces, format_name, warnings)


def read_pieces(
    start: Start, columns: Columns, pieces: Iterator[Piece], format_name: str, warnings: Callable[[], list[str]]
) -> Log:
    """The same for records that come in pieces, the first of them a list.

    Raises:
        DataError: as `read_records`.
    """
    path = str(start.path)
    first = next(pieces, [])
    if not isinstance(first, list) or not first:
        raise nothing_in(path)
    names = list(dict.fromkeys(chain.from_iterable(first)))
    numeric = [name for name in names if any(json_number(record.get(name)) is not None for record in first)]
    check_columns(columns, names, path)
    rows = Rows(choose(numeric, columns, path))
    order: dict[str, None] = {}
    for piece in chain([first], pieces):
        cells, count = (_columns_of(piece), len(piece)) if isinstance(piece, list) else piece
        # One order of all pieces, however they were parsed: what is thinned first depends on it.
        order.update(dict.fromkeys(sorted(cells) if order else cells))
        rows.feed({name: cells[name] for name in order if name in cells}, count)
    about = About(start.path.name, path, rows.unit, epoch_column=rows.axis.epoch_column)
    trainings, more = one_training(rows.collector, about, columns)
    return Log(trainings, (*warnings(), *rows.warnings, *more), format_name)


def _columns_of(records: list[dict[str, Any]]) -> dict[str, Cells]:
    values: dict[str, list[float]] = {}
    places: dict[str, list[int]] = {}
    for place, record in enumerate(records):
        for name, value in record.items():
            number = value if type(value) is float else json_number(value)
            if number is not None:
                values.setdefault(name, []).append(number)
                places.setdefault(name, []).append(place)
    columns = {}
    for name, numbers in values.items():
        cells = Cells(np.zeros(len(records)), np.zeros(len(records), dtype=np.bool_))
        cells.values[places[name]] = numbers
        cells.present[places[name]] = True
        columns[name] = cells
    return columns
