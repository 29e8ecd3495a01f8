"""JSON lines of flat objects, parsed by Arrow: ten times as fast as object by object.

`json_lines` and `records` say what a line means. Whatever is read here must come out as it would there, which a test
holds; where that is not certain, this answers None.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rightrate.importers.logs import arrow
from rightrate.importers.logs.names import SPLITS
from rightrate.importers.logs.numbers import json_number
from rightrate.importers.logs.table import Cells

SPLIT_FIELDS = ("split", "mode", "phase", "stage", "subset")
"""Fields whose word says which data a record is about: `{"mode": "val", "loss": 0.5}`."""


_BRACE, _LINE_FEED = b"{\n"


def regular_records(lines: bytes) -> tuple[dict[str, Cells], int] | None:
    """Parse whole lines, each one object of numbers, words and nulls.

    Args:
        lines: of UTF-8, each with its end.

    Returns:
        The columns with numbers, and the number of records; None where the lines are too few to be worth it, or
        anything in them is not plain.

    Example:
        >>> regular_records(b'{"loss": 0.5}\\n') is None
        True
        >>> columns, rows = regular_records(b'{"step": 1, "note": "x", "loss": NaN}\\n' * 3_000)
        >>> rows, list(columns), columns["loss"].values[0].item()
        (3000, ['step', 'loss'], nan)
    """
    if len(lines) < arrow.WORTH or not _is_flat(lines):
        return None
    import pyarrow as pa
    from pyarrow import json

    try:
        table = json.read_json(
            pa.BufferReader(lines), read_options=json.ReadOptions(use_threads=False, block_size=len(lines) + 1)
        )
    except (pa.ArrowException, UnicodeError):
        return None
    if table.num_rows != lines.count(b"\n"):
        return None
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if arrow.is_number(column.type):
            columns[name] = arrow.cells(column)
        elif pa.types.is_string(column.type) and not _is_plain(name, column):
            return None
    return columns, table.num_rows


def _is_flat(lines: bytes) -> bool:
    """Whether each line is one object without another in it, and no word is in it that only Arrow takes for a number.

    A line begins with the only opening brace in it, so that Arrow, which does not care for line ends, finds an object
    where `json` finds one. Deeply nested lists would end the process, and bytes of no text be kept as they are.
    """
    content = np.frombuffer(lines, dtype=np.uint8)
    starts = np.append(0, np.flatnonzero(content == _LINE_FEED)[:-1] + 1)
    return (
        lines.endswith(b"\n")
        and bool(np.all(content[starts] == _BRACE))
        and int(np.count_nonzero(content == _BRACE)) == starts.size
        and b"[" not in lines
        and b"-NaN" not in lines
        and (b"I" not in lines or lines.count(b"Inf") == lines.count(b"Infinity"))
        and lines.isascii()
    )


def _is_plain(name: str, words: Any) -> bool:
    """Whether words are no numbers, and do not say which split a record is about."""
    found = words.unique().to_pylist()
    if name in SPLIT_FIELDS and any(word is not None and word.lower() in SPLITS for word in found):
        return False
    return all(json_number(word) is None for word in found)
