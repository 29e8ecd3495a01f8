"""CSV of any kind, streamed: finds the header, turns columns into numbers, forgives a truncated end."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, islice

import numpy as np

from rightrate.errors import DataError
from rightrate.importers.logs.log import Start
from rightrate.importers.logs.numbers import NoNumberError, number
from rightrate.importers.logs.table import Cells, Rows
from rightrate.importers.logs.text import MOST_LINE, Lines

CHUNK = 10_000
"""Rows turned into numbers at a time: large enough that Python's cost a chunk vanishes, a few MB."""

DELIMITERS = (",", "\t", ";", "|")

INDEX_NAMES = frozenset({"", "unnamed: 0", "index"})
"""Headers of the row index that pandas writes; it numbers rows and measures nothing."""


def header_of(first_lines: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The header cells and the delimiter of a table; no cells where the first line is no header.

    A header has a cell that is no number, and the line after it has as many cells, one of them a number.

    Example:
        >>> header_of(["epoch;loss", "0;0.5"])
        (('epoch', 'loss'), ';')
        >>> header_of(["just a sentence, or two"])
        ((), ',')
    """
    filled = [line for line in first_lines if line.strip()]
    if not filled or len(filled[0]) > MOST_LINE // 4:
        return (), ","
    counts = {mark: filled[0].count(mark) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: counts[mark])
    header = _cells(filled[0], delimiter)
    if not header or all(_is_number(cell) for cell in header):
        return (), ","
    # A one-column table is told from prose only by the numbers below it.
    if len(filled) == 1:
        words = len(header) > 1 and not any(re.search(r"[\s{}\[\]]", cell.strip()) for cell in header)
        return (tuple(cell.strip() for cell in header), delimiter) if words else ((), ",")
    second = _cells(filled[1], delimiter)
    fits = len(second) == len(header) or (len(filled) == 2 and len(second) <= len(header))
    if not fits or not any(_is_number(cell) for cell in second):
        return (), ","
    return tuple(cell.strip() for cell in header), delimiter


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def _is_number(word: str) -> bool:
    try:
        return number(word) is not None
    except NoNumberError:
        return False


@dataclass
class CsvReader:
    """Reads the rows of one CSV file.

    Args:
        start: with its header.
        keep: whether a column is of interest, by name.
    """

    start: Start
    keep: Callable[[str], bool] = lambda name: True
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        header = self.start.header
        doubled = sorted({name for name in header if header.count(name) > 1 and name.lower() not in INDEX_NAMES})
        if doubled:
            raise DataError(
                f"The log '{self.start.path}' has several columns named {doubled[0]!r}. "
                "Expected each name once: rename them."
            )
        self._columns = [
            (place, name) for place, name in enumerate(header) if name.lower() not in INDEX_NAMES and self.keep(name)
        ]
        self._unread: dict[str, int] = {}
        self._read: dict[str, int] = {}
        self._unended = False
        self._odd = 0

    def feed(self, rows: Rows) -> None:
        """Read all rows.

        Raises:
            DataError: the file is no CSV after all.
        """
        lines = Lines(self.start.path, self.start.head)
        # A header after empty lines is still the first row.
        filled = dropwhile(lambda line: not line.strip(), lines)
        reader = csv.reader(filled, delimiter=self.start.delimiter, skipinitialspace=True)
        try:
            next(reader, None)
            while chunk := list(islice(reader, CHUNK)):
                self._unended = not lines.ended and len(chunk) < CHUNK
                self._chunk(chunk, rows)
        except csv.Error as error:
            raise DataError(
                f"The log '{self.start.path}' cannot be read as CSV at line {reader.line_num}: {error}. "
                "Expected one row a line, with quotes in pairs."
            ) from error
        self._warn()

    def _chunk(self, chunk: list[list[str]], rows: Rows) -> None:
        header = list(self.start.header)
        chunk = list(filter(None, chunk))
        if self._unended and chunk and self._is_cut(chunk[-1], chunk[:-1]):
            self.warnings.append("The last line is cut off and was left out.")
            del chunk[-1]
        good = chunk
        if not all(map(len(header).__eq__, map(len, chunk))):
            good = [row for row in chunk if len(row) == len(header)]
            self._odd += len(chunk) - len(good)
        # Files that were joined, and loggers that were started again, repeat the header.
        if any(header[0] in row[0] for row in good):
            good = [row for row in good if [cell.strip() for cell in row] != header]
        if not good:
            return
        by_column = list(zip(*good, strict=True))
        cells = {name: self._numbers(name, by_column[place]) for place, name in self._columns}
        rows.feed(cells, len(good))

    def _is_cut(self, last: list[str], before: list[list[str]]) -> bool:
        """Whether a last line without a line end is incomplete: fewer cells, or a last cell shorter than any before."""
        if len(last) < len(self.start.header):
            return True
        lengths = [len(row[-1]) for row in before if len(row) == len(last) and row[-1]]
        return bool(lengths) and 0 < len(last[-1]) < min(lengths)

    def _numbers(self, name: str, words: Sequence[str]) -> Cells:
        try:
            values = np.array(list(map(float, words)), dtype=np.float64)
            present = np.ones(len(words), dtype=np.bool_)
        except ValueError:
            values, present = np.zeros(len(words)), np.zeros(len(words), dtype=np.bool_)
            for place, word in enumerate(words):
                try:
                    value = number(word) if word else None
                except NoNumberError:
                    self._unread[name] = self._unread.get(name, 0) + 1
                    continue
                if value is not None:
                    values[place], present[place] = value, True
        self._read[name] = self._read.get(name, 0) + int(np.count_nonzero(present))
        return Cells(values, present)

    def _warn(self) -> None:
        for name, count in self._unread.items():
            if self._read.get(name):
                self.warnings.append(f"{count} cells of column {name!r} are no numbers and were left out.")
        if self._odd:
            self.warnings.append(
                f"{self._odd} lines do not have the {len(self.start.header)} cells of the header and were left out."
            )
