"""Columns of Arrow -> `Cells`; and what is needed to let Arrow parse many lines at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from rightrate.importers.logs.table import Cells

WORTH = 100_000
"""Bytes of lines from which Arrow is asked: loading it takes 0.1 s, as reading 1 MB without it; a small log is one
piece of lines, and read before that."""


def is_number(kind: Any) -> bool:
    """Whether a type of Arrow is one of numbers; booleans are not."""
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def cells(column: Any) -> Cells:
    """A column of numbers, an array or a chunked one of Arrow; null is a gap.

    Its memory is looked at as it is: `to_numpy` would load pandas.

    Example:
        >>> import pyarrow as pa
        >>> found = cells(pa.array([1, None, 3]))
        >>> found.values[[0, 2]].tolist(), found.present.tolist()
        ([1.0, 3.0], [True, False, True])
    """
    import pyarrow as pa

    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if array.type not in (pa.int64(), pa.float64()):
        array = array.cast(pa.float64(), safe=False)
    validity, memory = array.buffers()
    part = slice(array.offset, array.offset + len(array))
    kind = np.int64 if array.type == pa.int64() else np.float64
    present = np.ones(len(array), dtype=np.bool_)
    if validity is not None:
        bits = np.unpackbits(np.frombuffer(validity, dtype=np.uint8), bitorder="little")
        present = bits[part].astype(np.bool_)
    return Cells(np.frombuffer(memory, dtype=kind)[part].astype(np.float64), present)
