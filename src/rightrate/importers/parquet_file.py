"""What a Parquet file that cannot be read says, whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from rightrate.errors import DataError

#: Arrow's own errors have several bases beside `ArrowException`; texts that are no UTF-8 and lengths that no array can
#: have come as Python's, and so does what pandas finds in damaged metadata of its own.
_DAMAGED = (pa.ArrowException, OSError, ValueError, OverflowError, LookupError, TypeError, AttributeError)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever Arrow says of a damaged file becomes one `DataError`; one of ours passes.

    Example:
        >>> with readable(Path("a.parquet")):
        ...     raise pa.ArrowInvalid("no magic bytes")
        Traceback (most recent call last):
        rightrate.errors.DataError: 'a.parquet' is not a readable Parquet file (ArrowInvalid: no magic bytes); ...
    """
    try:
        yield
    except _DAMAGED as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"'{path}' is not a readable Parquet file ({type(error).__name__}: {plain(one_line(error))}); expected a "
            "complete Parquet file. Save it again, or give a CSV file."
        ) from error


def one_line(error: BaseException) -> str:
    """What an error says, on one line of at most 200 characters."""
    return " ".join(str(error).split())[:200]


def plain(text: str) -> str:
    """Without control characters, which must not reach a terminal."""
    return "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in text)
