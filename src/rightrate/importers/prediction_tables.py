"""Files of predictions, opened: their column names first, then only the columns that are wanted."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from rightrate.errors import DataError, nearest
from rightrate.importers.arrow_columns import from_arrow, from_words
from rightrate.importers.npz import check_is_array, check_is_zip, damaged
from rightrate.importers.parquet_file import one_line, plain, readable
from rightrate.importers.parts import listed
from rightrate.importers.prediction_rows import JSON_BLANKS, JSON_LINES, place_of, repeated_header
from rightrate.importers.table import PARQUET, SEPARATORS, cells, check_doubled

NPZ = ".npz"
SUFFIXES = (*SEPARATORS, PARQUET, *JSON_LINES, NPZ)

_BLOCK = 16 * 2**20
"""Bytes that a row of a CSV file may have at most: pyarrow reads by blocks and a row must fit into one."""

_BUFFER, _BATCH = 2**20, 2**16
"""Bytes of a Parquet file, and rows of a column, that are held beside the column that is made of them: the cost of a
call is nothing then, and so is their weight."""

_STARTS = {
    b"\x1f\x8b": "is compressed with gzip; unpack it",
    b"PK\x03\x04": "is a zip archive or a spreadsheet; save the table as CSV in UTF-8",
    b"PAR1": "is a Parquet file; rename it to .parquet",
    b"\x93NUMPY": "is a NumPy array; save it with numpy.savez(path, y_true=..., y_prob=...)",
    b"%PDF": "is a PDF file; save the table as CSV in UTF-8",
    b"<": "starts with '<' like an HTML or XML page; download the file itself, not the page about it",
    b"\xff\xfe": "is not UTF-8 text but UTF-16; save it as UTF-8",
    b"\xfe\xff": "is not UTF-8 text but UTF-16; save it as UTF-8",
}


@dataclass(frozen=True)
class Table:
    """An open file.

    Args:
        names: of its columns, in the file's order.
        read: `read(columns, numbers)` gives these columns, all of one length; those in `numbers` as numbers.
    """

    names: tuple[str, ...]
    read: Callable[[Sequence[str], frozenset[str]], dict[str, Any]]


def open_table(path: Path) -> Table:
    """Open a file by its suffix.

    Raises:
        DataError: no such file, a folder, an unknown suffix, not what the suffix says, empty, doubled names.
    """
    _check_file(path)
    suffix = path.suffix.lower()
    if suffix == PARQUET:
        return _open_parquet(path)
    if suffix == NPZ:
        return _open_npz(path)
    return _open_json_lines(path) if suffix in JSON_LINES else _open_text(path, SEPARATORS[suffix])


def _check_file(path: Path) -> None:
    if str(path) == "-":
        raise DataError(
            "Predictions are not read from standard input ('-'); expected the name of a file, as its ending says how "
            f"to read it ({' '.join(SUFFIXES)}). Save them to a file first."
        )
    if path.is_dir():
        inside = sorted(entry.name for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES)
        hint = f" It holds {listed(inside)}: name one of them." if inside else ""
        raise DataError(f"'{path}' is a folder; expected a file of predictions ({' '.join(SUFFIXES)}).{hint}")
    if not path.exists():
        folder = path.parent
        there = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        close = nearest(path.name, there) if there else ""
        # Without a name that is close, it would list the whole folder.
        hint = f" {close[:1000]}" if close.startswith("Did") else "" if there else _nothing_in(folder)
        raise DataError(f"There is no file '{path}'; expected a file of predictions. Check the name.{hint}")
    if path.suffix.lower() not in SUFFIXES:
        packed = " Unpack it first." if path.suffix.lower() in (".gz", ".zip", ".bz2", ".xz", ".zst") else ""
        raise DataError(
            f"'{path}' has the suffix '{path.suffix}'; expected one of "
            f"{' '.join(SUFFIXES)}.{packed or ' Save it as one.'}"
        )


def _nothing_in(folder: Path) -> str:
    return f" There are no files in the folder '{folder}'." if folder.is_dir() else f" There is no folder '{folder}'."


def _read_bytes(path: Path) -> bytes:
    """The content of a text file, after a look at how it starts."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"'{path}' cannot be read: {error.strerror}. Check the file and its permissions.") from error
    if not data or data.isspace():
        raise DataError(f"'{path}' is empty; expected one row per prediction. Write the predictions again.")
    for start, what in _STARTS.items():
        if data[:1024].lstrip().startswith(start):
            raise DataError(f"'{path}' {what}. Expected plain text as its suffix '{path.suffix}' says.")
    place = data.find(b"\0")
    if place >= 0:
        raise DataError(
            f"'{path}' holds a NUL byte at byte {place}; expected text in UTF-8. Save it as UTF-8, or remove the byte."
        )
    return data


def _not_utf8(path: Path, error: UnicodeDecodeError) -> DataError:
    return DataError(
        f"'{path}' is not UTF-8 text ({error.reason} at byte {error.start}); expected UTF-8. Save the file as UTF-8 "
        "(in "
        "spreadsheets: 'CSV UTF-8')."
    )


def _open_text(path: Path, separator: str) -> Table:
    """Open CSV or TSV. The header is read here because names may be doubled; pyarrow numbers the columns instead."""
    data = _read_bytes(path)
    lines = csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline=""), delimiter=separator)
    try:
        header = next((row for row in lines if row), [])
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from error
    except csv.Error as error:
        raise _no_table(path, separator, error) from error
    check_doubled(path, header)
    again = repeated_header(data, lines.line_num)
    if again is not None:
        raise DataError(
            f"Line {again} of '{path}' is the header again, {listed(header, limit=5)}; expected one header, in the "
            "first line. Were files joined? Remove that line, or join them without their headers."
        )
    places = {name: str(place) for place, name in enumerate(header)}

    def read(columns: Sequence[str], numbers: frozenset[str]) -> dict[str, Any]:
        words = pa.dictionary(pa.int32(), pa.string())
        types = {places[name]: pa.float64() if name in numbers else words for name in columns}
        try:
            table = pa_csv.read_csv(
                pa.py_buffer(data if data.endswith((b"\n", b"\r")) else data + b"\n"),
                # One thread, so that errors come with the number of the row.
                read_options=pa_csv.ReadOptions(
                    use_threads=False,
                    block_size=_BLOCK,
                    skip_rows=lines.line_num,
                    column_names=[str(place) for place in range(len(header))],
                ),
                parse_options=pa_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
                convert_options=pa_csv.ConvertOptions(column_types=types, include_columns=list(types)),
            )
            return {name: _text_column(table.column(places[name])) for name in columns}
        except (pa.ArrowException, ValueError, OSError) as error:
            raise _no_row(path, separator, error, header, lines.line_num) from error

    return Table(tuple(header), read)


def _text_column(column: Any) -> Any:
    return from_words(column) if pa.types.is_dictionary(column.type) else from_arrow(column)


def _no_table(path: Path, separator: str, error: Exception) -> DataError:
    said = one_line(error)
    if "invalid UTF8" in said:
        return DataError(
            f"'{path}' is not UTF-8 text ({said}); expected UTF-8. Save the file as UTF-8 (in spreadsheets: 'CSV "
            "UTF-8')."
        )
    return DataError(
        f"'{path}' does not parse as a table ({plain(said)}); expected rows of {cells(separator)} with as many cells "
        "as the header, none longer than 16 MB. Mend the line or save the file again."
    )


_ARROW_ROW = re.compile(r"Row #(\d+): ")
_NO_NUMBER = re.compile(r"In CSV column #(\d+): Row #(\d+): CSV conversion error to double: invalid value '(.*?)'?$")
"""How pyarrow tells where it stopped: columns from 0; rows after the lines that it was told to skip, blank ones not."""


def _no_row(path: Path, separator: str, error: Exception, header: Sequence[str], skipped: int) -> DataError:
    """As `_no_table`, naming the line."""
    said = one_line(error)
    wrong = _NO_NUMBER.search(said)
    if wrong is not None:
        return DataError(
            f"In {place_of(path, int(wrong[2]) - skipped - 1)} the column {listed([header[int(wrong[1])]])} holds "
            f"'{plain(wrong[3])}', which is no number; expected numbers with a decimal point, or an empty cell where "
            "there is none."
        )
    row = _ARROW_ROW.search(said)
    if row is None:
        return _no_table(path, separator, error)
    return DataError(
        f"'{path}' does not parse as a table, at {place_of(path, int(row[1]) - skipped - 1)} "
        f"({plain(said[row.end() :])}); expected rows of {cells(separator)} with as many cells as the header, none "
        "longer than 16 MB. Mend the line or save the file again."
    )


def _open_parquet(path: Path) -> Table:
    with readable(path):
        schema = pq.read_schema(path)
    check_doubled(path, schema.names)

    def read(columns: Sequence[str], numbers: frozenset[str]) -> dict[str, Any]:
        # Texts that were stored as a dictionary stay one: a class name is decoded once, not once a row.
        texts = [name for name in columns if _is_text(schema.field(name).type)]
        with readable(path), pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False, buffer_size=_BUFFER) as file:
            return {name: _parquet_column(file, name, schema.field(name).type) for name in columns}

    return Table(tuple(schema.names), read)


def _parquet_column(file: Any, name: str, kind: Any) -> Any:
    """One column. Numbers go batch by batch to where they stay: Arrow would keep a copy of the column beside it."""
    if not pa.types.is_floating(kind) and (not pa.types.is_integer(kind) or kind == pa.uint64()):
        table = file.read(columns=[name])
        table.validate(full=True)
        return _named(name, table.column(name))
    # One column gains nothing from threads, and each keeps the memory that it has used once.
    batches = file.iter_batches(batch_size=_BATCH, columns=[name], use_threads=False)
    if pa.types.is_integer(kind):
        parts = [_named(name, pa.chunked_array([batch.column(0)])) for batch in batches]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    found, at = np.empty(file.metadata.num_rows), 0
    for batch in batches:
        found[at : at + len(batch)] = _named(name, pa.chunked_array([batch.column(0)]))
        at += len(batch)
    if at != len(found):
        raise ValueError(f"{at} rows of the {len(found)} that it says it has")
    return found


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _named(name: str, column: Any) -> Any:
    """Convert a column; what cannot be converted is an error that names it."""
    try:
        return from_arrow(column)
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise DataError(
            f"The column {listed([name])} of type {column.type} cannot be used ({plain(one_line(error))}); expected "
            "text, numbers, booleans, or lists of numbers of one length. Convert it before saving."
        ) from error


def _open_json_lines(path: Path) -> Table:
    try:
        lines = _read_bytes(path).decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from error
    first = next(_objects(path, lines, doubles=True), None)
    if first is None:
        raise DataError(f"'{path}' holds no line of JSON. Expected one object a line, such as {{\"y_true\": 1}}.")
    names = tuple(first[1])

    def read(columns: Sequence[str], numbers: frozenset[str]) -> dict[str, Any]:
        found: dict[str, list[Any]] = {name: [] for name in columns}
        for line, item in _objects(path, lines, doubles=_may_hold_doubles(lines, columns)):
            for name, values in found.items():
                if name not in item:
                    raise DataError(
                        f"Line {line} of '{path}' has no {listed([name])}, which other lines have; it has "
                        f"{listed(item)}. Expected the same keys in each line; write null where there is no answer."
                    )
                values.append(item[name])
        return {name: _listed_column(path, name, values) for name, values in found.items()}

    return Table(names, read)


def _may_hold_doubles(lines: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a line may have a key twice; looking into every object takes twice as long as reading it."""
    keys = [json.dumps(name, ensure_ascii=False) for name in columns]
    return any(line.count(key) > 1 for key in keys for line in lines)


def _objects(path: Path, lines: Sequence[str], *, doubles: bool) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each object with the number of its line, from 1; blank lines are passed over.

    Args:
        doubles: whether to look for keys that a line has twice.
    """
    read = json.JSONDecoder(object_pairs_hook=_without_doubles if doubles else None).decode
    for number, line in enumerate(lines, start=1):
        if not line.strip(JSON_BLANKS):
            continue
        try:
            item = read(line)
        except (ValueError, RecursionError) as error:
            raise _no_object(path, number, f"is no JSON ({plain(one_line(error))})") from error
        if not isinstance(item, dict):
            raise _no_object(path, number, f"holds a JSON {type(item).__name__}")
        yield number, item


def _no_object(path: Path, number: int, what: str) -> DataError:
    return DataError(
        f"Line {number} of '{path}' {what}; expected one object in each line, such as "
        '{"y_true": "cat", "y_pred": "dog"}. Write it again as JSON lines.'
    )


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    item = dict(pairs)
    if len(item) < len(pairs):
        raise ValueError("an object has a key twice")
    return item


def _listed_column(path: Path, name: str, values: list[Any]) -> Any:
    try:
        return from_arrow(pa.chunked_array([pa.array(values)]))
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise DataError(
            f"The values of {listed([name])} in '{path}' do not make a column ({plain(one_line(error))}); expected "
            "one of "
            "text, whole numbers, booleans, numbers, and lists of numbers of one length. Write the same type in each "
            "line."
        ) from error


def _open_npz(path: Path) -> Table:
    check_is_zip(path, "y_true=..., y_prob=...")

    def load(columns: Sequence[str] | None) -> tuple[tuple[str, ...], dict[str, Any]]:
        try:
            # Opened here because NumPy leaves the file open when the archive is damaged.
            with warnings.catch_warnings(), path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                warnings.simplefilter("error")
                arrays = {name: check_is_array(archive[name], name) for name in columns or ()}
                return tuple(archive.files), arrays
        # A damaged archive raises anything: BadZipFile, zlib.error, EOFError, SyntaxError, MemoryError ...
        except Exception as error:
            if isinstance(error, DataError):
                raise
            raise DataError(plain(damaged(path, error))) from error

    names = load(None)[0]
    check_doubled(path, names)
    return Table(names, lambda columns, numbers: load(columns)[1])
