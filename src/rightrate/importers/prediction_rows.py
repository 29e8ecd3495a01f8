"""Where a row of a file stands, in the words in which a person looks for it: its line, counted from 1.

Blank lines are no rows, and a row may run over several lines; both are why a row's number is not its line.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from rightrate.importers.table import SEPARATORS

JSON_LINES = (".jsonl", ".ndjson", ".json")
JSON_BLANKS = " \t\r\n"
"""What JSON calls blank (RFC 8259); Python's own strip() takes control characters too, and would see no line at all."""

_BOM = b"\xef\xbb\xbf"
_ROW = re.compile(r"\brow (\d+)(?:, column (\d+))? \(counted from 0\)")


def place_of(path: Path, row: int) -> str:
    """Where a row is: "line 5 of 'a.csv'"; where the file has no lines, its number, from 1.

    Args:
        row: counted from 0, without the header.

    Example:
        >>> place_of(Path("a.parquet"), 0)
        "row 1 of 'a.parquet' (counted from 1)"
    """
    line = next(itertools.islice(_lines(path), row, None), None)
    return f"row {row + 1} of '{path}' (counted from 1)" if line is None else f"line {line} of '{path}'"


def in_file(path: Path, message: str) -> str:
    """A message about rows of arrays, in the words of the file that they come from.

    Example:
        >>> in_file(Path("a.npz"), "y_pred holds 1.7 in row 3, column 0 (counted from 0); expected 0 to 1.")
        "y_pred holds 1.7 in row 4 of 'a.npz' (counted from 1), in the answers' column 1; expected 0 to 1."
    """

    def mended(found: re.Match[str]) -> str:
        column = "" if found[2] is None else f", in the answers' column {int(found[2]) + 1}"
        return place_of(path, int(found[1])) + column

    told = _ROW.sub(mended, message)
    return told if told != message else f"'{path}': {message}"


def repeated_header(data: bytes, header_lines: int) -> int | None:
    """The line in which the header stands again, as where files were joined; None where it does not.

    Args:
        data: of a text file.
        header_lines: how many lines there are down to the header, with it.

    Example:
        >>> repeated_header(b"label,pred\\na,a\\nlabel,pred\\nb,b\\n", 1)
        3
    """
    start = 0
    for _ in range(header_lines - 1):
        start = data.find(b"\n", start) + 1
    end = data.find(b"\n", start)
    if end < 0:
        return None
    header = data[start:end].rstrip(b"\r").removeprefix(_BOM)
    for again in (b"\n" + header, b"\n" + _BOM + header):
        found = data.find(again, end)
        while found >= 0:
            after = data[found + len(again) : found + len(again) + 1]
            if after in (b"", b"\n", b"\r"):
                return data.count(b"\n", 0, found) + 2
            found = data.find(again, found + 1)
    return None


def _lines(path: Path) -> Iterator[int]:
    """The line in which each row begins, for files that have lines; it ends where the file cannot be read as such."""
    suffix = path.suffix.lower()
    if suffix not in SEPARATORS and suffix not in JSON_LINES:
        return
    with path.open(encoding="utf-8-sig", errors="replace", newline="" if suffix in SEPARATORS else "\n") as file:
        if suffix in JSON_LINES:
            yield from (number for number, line in enumerate(file, start=1) if line.strip(JSON_BLANKS))
            return
        rows = csv.reader(file, delimiter=SEPARATORS[suffix])
        begins, is_header = 1, True
        try:
            for cells in rows:
                if cells and not is_header:
                    yield begins
                is_header = is_header and not cells
                begins = rows.line_num + 1
        except csv.Error:
            return
