"""CSV of any kind, streamed: finds the header, turns columns into numbers, forgives a truncated end."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np

from rightrate.errors import DataError
from rightrate.importers.logs.csv_regular import may_be_regular, regular
from rightrate.importers.logs.log import Start
from rightrate.importers.logs.numbers import NoNumberError, is_like_a_number, number
from rightrate.importers.logs.table import Cells, Rows
from rightrate.importers.logs.text import MOST_LINE, Lines, texts

CHUNK = 10_000
"""Rows turned into numbers at a time: large enough that Python's cost a chunk vanishes, a few MB."""

MOST_CELLS = 200_000
"""Cells of rows with quotes that are held at a time, 12 MB: a row of a wide table may have thousands."""

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
        doubled = sorted(
            name for name, times in Counter(header).items() if times > 1 and name.lower() not in INDEX_NAMES
        )
        if doubled:
            raise DataError(
                f"The log '{self.start.path}' has several columns named {doubled[0]!r}. "
                "Expected each name once: rename them."
            )
        self._columns = [
            (place, name) for place, name in enumerate(header) if name.lower() not in INDEX_NAMES and self.keep(name)
        ]
        self._unread: dict[str, int] = {}
        self._examples: dict[str, str] = {}
        self._read: dict[str, int] = {}
        self._odd = 0
        self._lines = 0
        self._plain = may_be_regular(header)

    def feed(self, rows: Rows) -> None:
        """Read all rows.

        Raises:
            DataError: the file is no CSV after all.
        """
        lines = Lines(self.start.path, self.start.head)
        # A header after empty lines is still the first row.
        while (first := lines.take(1)) and not first.strip():
            self._lines += 1
        if b'"' in first:
            self._quoted(first, lines, rows, skip=1)
        else:
            self._lines += 1
            while piece := lines.take(CHUNK):
                if b'"' in piece:
                    self._quoted(piece, lines, rows)
                else:
                    self._piece(piece, rows)
        self._warn()

    def _piece(self, piece: bytes, rows: Rows) -> None:
        """Read lines without quotes: each is a row."""
        found = None
        if self._plain:
            places = [place for place, _ in self._columns]
            found = regular(piece, len(self.start.header), places, self.start.delimiter)
        if found is not None:
            columns, count = found
            for (_, name), cells in zip(self._columns, columns, strict=True):
                self._count(name, cells)
            rows.feed({name: cells for (_, name), cells in zip(self._columns, columns, strict=True)}, count)
        else:
            for chunk in self._rows(texts(piece), CHUNK):
                self._chunk(chunk, rows, is_cut=not piece.endswith(b"\n"))
        self._lines += piece.count(b"\n")

    def _quoted(self, piece: bytes, lines: Lines, rows: Rows, skip: int = 0) -> None:
        """Read this piece and all that follows: a quoted cell may hold line ends."""
        most = max(1, min(CHUNK, MOST_CELLS // len(self.start.header)))
        chunks = self._rows(chain(texts(piece), lines), most, skip)
        for chunk in chunks:
            self._chunk(chunk, rows, is_cut=not lines.ended and len(chunk) < most)

    def _rows(self, lines: Iterable[str], most: int, skip: int = 0) -> Iterator[list[list[str]]]:
        reader = csv.reader(lines, delimiter=self.start.delimiter, skipinitialspace=True)
        try:
            for _ in range(skip):
                next(reader, None)
            while chunk := list(islice(reader, most)):
                yield chunk
        except csv.Error as error:
            raise DataError(
                f"The log '{self.start.path}' cannot be read as CSV at line {self._lines + reader.line_num}: {error}. "
                "Expected one row a line, with quotes in pairs."
            ) from error

    def _chunk(self, chunk: list[list[str]], rows: Rows, *, is_cut: bool) -> None:
        header = list(self.start.header)
        chunk = list(filter(None, chunk))
        if is_cut and chunk and self._is_cut(chunk[-1], chunk[:-1]):
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
            cells = Cells(np.array(list(map(float, words)), dtype=np.float64), np.ones(len(words), dtype=np.bool_))
        except ValueError:
            # A column of words, such as the name of a split, has few of them.
            known: dict[str, float] = {}
            unread: set[str] = set()
            for word in set(words):
                try:
                    value = number(word) if word else None
                except NoNumberError:
                    unread.add(word)
                    continue
                if value is not None:
                    known[word] = value
            if unread:
                self._unread[name] = self._unread.get(name, 0) + sum(word in unread for word in words)
                self._examples.setdefault(name, min(unread, key=lambda word: (not is_like_a_number(word), word))[:40])
            present = np.array([word in known for word in words], dtype=np.bool_)
            cells = Cells(np.array([known.get(word, 0.0) for word in words], dtype=np.float64), present)
        self._count(name, cells)
        return cells

    def _count(self, name: str, cells: Cells) -> None:
        self._read[name] = self._read.get(name, 0) + int(np.count_nonzero(cells.present))

    def _warn(self) -> None:
        for name, count in self._unread.items():
            if self._read.get(name):
                self.warnings.append(f"{count} cells of column {name!r} are no numbers and were left out.")
            elif is_like_a_number(self._examples[name]):
                self.warnings.append(
                    f"The column {name!r} was left out: {self._examples[name]!r} is not understood as a number. Write "
                    "it with a point, without units and without marks between thousands."
                )
        if self._odd:
            self.warnings.append(
                f"{self._odd} lines do not have the {len(self.start.header)} cells of the header and were left out."
            )
