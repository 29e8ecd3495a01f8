"""SQLite files of other tools, which are read while they may be in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from rightrate.importers.logs.log import Start


def is_sqlite(start: Start) -> bool:
    """Whether a file begins as SQLite's do."""
    return start.head.startswith(b"SQLite format 3\x00")


def opened(path: Path) -> closing[sqlite3.Connection]:
    """The database, for a `with`. Never created, never written, also not by recovering a journal.

    Raises:
        sqlite3.Error: it cannot be opened; whether it is whole is told on reading.
    """
    return closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True))


def tables(path: Path) -> set[str]:
    """The names of its tables; none where the file is damaged or cannot be opened."""
    try:
        with opened(path) as database:
            return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error:
        return set()
