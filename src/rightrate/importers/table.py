"""CSV, TSV and Parquet files with one row per sample, a label column and numeric columns."""

from __future__ import annotations

import csv
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from rightrate.errors import DataError, nearest
from rightrate.importers.parquet_file import one_line, readable
from rightrate.importers.parts import FLOAT32_MAX, Array, Source, array_part, listed, unusable

SEPARATORS = {".csv": ",", ".tsv": "\t"}
PARQUET = ".parquet"
DEFAULT_LABEL = "label"
EXACT_IN_FLOAT32 = 2**24
"""Whole numbers up to this magnitude are exact in float32 (24 bits of significand, IEEE 754)."""

Frame = Any  # pandas ships no types
Column = Any


def read_table(path: Path, label: str | None) -> Source:
    """Read a table; `x` is float32 of shape (rows, columns) with the columns in the file's order.

    The label is the column named `label`, or the one called "label" where that is None. Rows are
    counted from 0 after the header; blank lines of a CSV file are not rows. An empty cell and a word
    such as NA, null or None are missing values, as pandas reads them.

    Raises:
        DataError: no text in UTF-8, no Parquet, no rows, a column without a name, doubled or missing,
            features that are no numbers, missing or infinite values.
    """
    frame, said = _read_parquet(path) if path.suffix.lower() == PARQUET else _read_text(path)
    columns = list(frame.columns)
    _check_columns(path, columns)
    if len(frame) == 0:
        raise DataError(f"'{path}' holds a header and no rows; expected one row per sample. Add rows.")
    name = _label_column(path, columns, label)
    features = [column for column in columns if column != name]
    _check_missing(frame, name)
    labels = _labels(frame[name], name)
    said += _check_features(frame, features)
    x = frame[features].to_numpy(dtype=np.float32)
    train = array_part(f"The label column '{name}'", x, labels)
    return Source(train, None, said)


def _read_text(path: Path) -> tuple[Frame, tuple[str, ...]]:
    """Read a CSV or TSV file in UTF-8, with or without a byte order mark."""
    separator = SEPARATORS[path.suffix.lower()]
    try:
        # The header is read here because pandas renames doubled columns without a word.
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next((row for row in csv.reader(file, delimiter=separator) if row), None)
        if header is None:
            raise DataError(f"'{path}' is empty; expected a header line and one row per sample.")
        with warnings.catch_warnings():
            # pandas only warns when it cuts off cells that have no column.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(path, sep=separator, encoding="utf-8", index_col=False, low_memory=False)
            frame.columns = header
        return frame, ()
    except DataError:
        raise
    except UnicodeDecodeError as error:
        raise DataError(
            f"'{path}' is not UTF-8 text ({error.reason} at byte {error.start}); expected UTF-8. Save the "
            "file as UTF-8 (in spreadsheets: 'CSV UTF-8')."
        ) from error
    except (ValueError, OSError, OverflowError, csv.Error, pd.errors.ParserWarning) as error:
        raise DataError(
            f"'{path}' does not parse as a table ({one_line(error)}); expected rows of {cells(separator)} "
            "with as many cells as the header. Mend the line or save the file again."
        ) from error


def cells(separator: str) -> str:
    """Name of the cells of a file with this separator, for messages."""
    return "tab-separated cells" if separator == "\t" else "comma-separated cells"


def _read_parquet(path: Path) -> tuple[Frame, tuple[str, ...]]:
    """Read a Parquet file; an index that pandas saved with it is no feature, and a warning says so."""
    # Not pandas.read_parquet: it adds columns for folders named like "year=2024", and does not notice damaged text
    # until a cell is used.
    with readable(path):
        with pq.ParquetFile(path) as file:
            table = file.read()
        table.validate(full=True)
        _check_columns(path, table.column_names)
        frame = table.to_pandas()
    frame.columns = [str(column) for column in frame.columns]
    if isinstance(frame.index, pd.RangeIndex):
        return frame, ()
    names = listed(name if name is not None else "(no name)" for name in frame.index.names)
    return frame.reset_index(drop=True), (f"The saved index {names} of '{path.name}' is not used.",)


def check_doubled(path: Path, columns: Iterable[str]) -> None:
    """Raise DataError if a name occurs twice; columns without a name pass."""
    doubled = [name for name, count in Counter(columns).items() if count > 1 and name.strip()]
    if doubled:
        raise DataError(
            f"'{path}' has more than one column named {listed(doubled)}; expected each name once. Rename or "
            "remove the others."
        )


def _check_columns(path: Path, columns: list[str]) -> None:
    check_doubled(path, columns)
    unnamed = [place for place, name in enumerate(columns) if not name.strip()]
    if unnamed:
        raise DataError(
            f"'{path}' has no name for column {unnamed[0]} (counted from 0); expected a name for each. Name "
            "or remove it; if pandas wrote its row index there, save with index=False."
        )


def _label_column(path: Path, columns: list[str], label: str | None) -> str:
    name = DEFAULT_LABEL if label is None else label
    if len(columns) == 1:
        other = [f"'{mark}'" for mark in (";", "\t", ",", "|") if mark in columns[0]]
        hint = f" The header holds {other[0]}: is that the separator?" if other else ""
        raise DataError(
            f"'{path}' has one column only, '{columns[0]}'; expected a label column and at least one column "
            f"of numbers.{hint} Save it as comma-separated .csv or tab-separated .tsv with these columns."
        )
    if name not in columns:
        raise DataError(
            f"'{path}' has no column '{name}' for the labels; its columns are {listed(columns, limit=20)}. "
            f"{nearest(name, columns)} Expected the column that holds the labels: name it with --label "
            "COLUMN."
        )
    return name


def _check_missing(frame: Frame, label: str) -> None:
    missing = frame.isna()
    counts = missing.sum()
    for column in [label, *frame.columns]:
        if counts[column]:
            what = "label" if column == label else "value"
            raise DataError(
                f"The column '{column}' misses {counts[column]} of {len(frame)} {what}s, first in row "
                f"{int(missing[column].to_numpy().argmax())} (counted from 0 after the header); expected "
                "none missing. An empty cell, NA, null and None count as missing: fill them in, rename such "
                "a class, or remove these rows."
            )


def _labels(column: Column, name: str) -> Array:
    """Return the labels as an array of bools, int64, floats or text."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return np.asarray(column.to_numpy(dtype=np.bool_))
    if pd.api.types.is_integer_dtype(column.dtype):
        signed = not pd.api.types.is_unsigned_integer_dtype(column.dtype)
        return np.asarray(column.to_numpy(dtype=np.int64 if signed else np.uint64))
    if pd.api.types.is_float_dtype(column.dtype):
        return np.asarray(column.to_numpy(dtype=np.float64))
    values = column.tolist()
    kinds = sorted({type(value).__name__ for value in values})
    if kinds not in (["str"], ["bytes"], ["int"], ["bool"], ["float"]):
        raise DataError(
            f"The label column '{name}' holds values of type {listed(kinds)}; expected one of text, whole "
            "numbers, bools and floats. Convert the column before saving."
        )
    return np.array(values)


def _check_features(frame: Frame, features: list[str]) -> tuple[str, ...]:
    """Raise on columns that are no finite numbers; warn of whole numbers that float32 rounds."""
    _check_numeric(frame, features)
    rounded: list[str] = []
    for name in features:
        column = frame[name]
        values = column.to_numpy(dtype=np.float64)
        bad = unusable(values)
        if bad.any():
            row = int(bad.argmax())
            raise DataError(
                f"The column '{name}' holds {int(bad.sum())} values that are infinite or too large for "
                f"float32 (above {FLOAT32_MAX:.3g}), first {values[row]} in row {row} (counted from 0 after "
                "the header); expected finite numbers. Mend or remove these rows, or rescale the column."
            )
        if pd.api.types.is_integer_dtype(column.dtype) and np.abs(values).max() > EXACT_IN_FLOAT32:
            rounded.append(name)
    if not rounded:
        return ()
    return (
        f"These columns hold whole numbers above {EXACT_IN_FLOAT32}, which float32 rounds: "
        f"{listed(rounded)}; if they are row numbers or keys, leave them out.",
    )


def _check_numeric(frame: Frame, features: list[str]) -> None:
    """Raise with the names of all columns that are neither numbers nor bools."""
    texts = [name for name in features if not _is_numeric(frame[name].dtype)]
    if not texts:
        return
    first = texts[0]
    for row, value in enumerate(frame[first].tolist()):
        if isinstance(value, str) and not _is_number(value):
            example = f"'{first}' first holds '{value[:40]}' in row {row} (counted from 0 after the header)"
            break
    else:
        example = f"'{first}' has dtype {frame[first].dtype}"
    raise DataError(
        f"These columns are not numbers: {listed(texts)}; {example}; expected numbers or bools in all "
        "columns but the label. Remove these columns or turn them into numbers (for instance one 0/1 column "
        "per word)."
    )


def _is_numeric(dtype: Any) -> bool:
    types = pd.api.types
    return bool(types.is_numeric_dtype(dtype) or types.is_bool_dtype(dtype)) and not types.is_complex_dtype(dtype)


def _is_number(text: str) -> bool:
    """Tell whether a cell is a number.

    Example:
        >>> _is_number("1e3"), _is_number("1,5"), _is_number("old")
        (True, False, False)
    """
    try:
        float(text)
    except ValueError:
        return False
    return True
