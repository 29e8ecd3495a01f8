"""`Table`: a table of texts, which terminal, Markdown and pages lay out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Args:
        columns: their headings.
        rows: one text for each column.
        marked: index of the row of the chosen rate, or None.
        note: what a reader should know about the table, or None.
        tones: of each row "good", "bad", "open" or "" (plain), shown besides the words; empty where no row has one.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: int | None = None
    note: str | None = None
    tones: tuple[str, ...] = ()
