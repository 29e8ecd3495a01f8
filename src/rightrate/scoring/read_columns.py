"""`Column`: one argument of an evaluation, whatever array it was, as numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from rightrate.errors import DataError
from rightrate.scoring.predictions import blocks

EXACT_IN_FLOAT64 = 2**53
"""Whole numbers up to this magnitude are exact in float64 (53 bits of significand, IEEE 754)."""

#: Weights outside lose their sums to rounding, or overflow when squared.
WEIGHT_RANGE = (1e-12, 1e12)


@dataclass(frozen=True, eq=False)
class Column:
    """One argument, checked to be an array of at least one row.

    Args:
        name: what the caller calls it, for messages.
        values: `(n,)` or `(n, k)`. Numbers, NaN where missing; for text `(n,)`, index into `texts`, -1 where missing.
        texts: the distinct texts that occur, sorted; None for numbers.
        whole: whether these are whole numbers by type (integers, booleans) and not only by chance.
    """

    name: str
    values: np.ndarray
    texts: tuple[str, ...] | None = None
    whole: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_text(self) -> bool:
        """Whether the values are texts."""
        return self.texts is not None

    @property
    def missing(self) -> np.ndarray:
        """Mask of the missing values, of the shape of `values`."""
        if self.is_text:
            return np.asarray(self.values < 0)
        return np.isnan(self.values) if self.values.dtype.kind == "f" else np.zeros(self.values.shape, bool)

    @property
    def flat(self) -> Column:
        """The same with shape `(n,)` where it is `(n, 1)`."""
        return replace(self, values=self.values[:, 0]) if self.values.shape[1:] == (1,) else self


def as_column(values: Any, name: str) -> Column:
    """Take anything that `numpy.asarray` takes, and pandas objects.

    Booleans become 0 and 1; bytes are read as UTF-8. None, NaN, pandas' NA and masked values are missing.

    Args:
        values: numbers of shape `(n,)` or `(n, k)`, or texts of shape `(n,)` or `(n, 1)`.
        name: what the caller calls them.

    Raises:
        DataError: no array, no rows, more than two dimensions, texts beside numbers, dates, complex numbers.

    Example:
        >>> as_column(["b", "a", None], "y_true").values.tolist(), as_column(["b", "a", None], "y_true").texts
        ([1, 0, -1], ('a', 'b'))
        >>> as_column([True, False], "y_true").values.tolist()
        [1, 0]
    """
    if isinstance(getattr(values, "dtype", None), pd.CategoricalDtype):
        _check_shape((len(values),), name)
        return _categorical(pd.Categorical(values), name)
    array = _array(values, name)
    _check_shape(array.shape, name)
    if array.dtype.kind == "O":
        return _objects(array, name)
    if array.dtype.kind in "UST":
        return _texts(array.astype(object), name)
    return _numbers(array, name)


def check_complete(column: Column) -> None:
    """Raise DataError with the first row and the count if values are missing."""
    missing = column.missing
    rows = missing if missing.ndim == 1 else missing.any(axis=1)
    if rows.any():
        raise DataError(
            f"{column.name} misses {int(rows.sum())} of {len(column)} values, first in row {int(rows.argmax())} "
            "(counted from 0); expected none missing. Remove these rows or fill them in."
        )


def whole_numbers(column: Column) -> bool:
    """Whether all values that are there are whole numbers which float64 holds exactly."""
    if column.is_text or column.whole:
        return column.whole
    return all(_whole(column.values[part]) for part in blocks(len(column)))


def as_integers(column: Column) -> Column:
    """The same with integers in place of whole-number floats; nothing may be missing."""
    if column.is_text or column.values.dtype.kind != "f":
        return column
    return replace(column, values=column.values.astype(np.int64), whole=True)


def read_groups(groups: Any, rows: int) -> np.ndarray | None:
    """Index of the group of each row; None without groups. Numbered in sorted order: that of the rows means nothing."""
    if groups is None:
        return None
    column = as_column(groups, "groups").flat
    _check_one_per_row(column, rows)
    check_complete(column)
    return np.asarray(pd.factorize(column.values, sort=True)[0], dtype=np.int64)


def read_weights(weights: Any, rows: int) -> np.ndarray | None:
    """Weights as float64, `(n,)`; None without weights."""
    if weights is None:
        return None
    column = as_column(weights, "weights").flat
    _check_one_per_row(column, rows)
    if column.is_text:
        raise DataError(f"weights holds text, such as {_first_text(column)}; expected numbers of at least 0.")
    check_complete(column)
    values = column.values.astype(np.float64)
    extreme = values[(values > 0) & ((values < WEIGHT_RANGE[0]) | (values > WEIGHT_RANGE[1]))]
    if extreme.size:
        raise DataError(
            f"weights holds {extreme[0]:g}; expected 0, or numbers from {WEIGHT_RANGE[0]:g} to {WEIGHT_RANGE[1]:g}. "
            "Scale them: only their ratios count."
        )
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        row = int(bad.argmax())
        raise DataError(
            f"weights holds {int(bad.sum())} values that are negative or infinite, first {values[row]} in row {row} "
            "(counted from 0); expected finite numbers of at least 0. Give rows that must not count the weight 0."
        )
    if not values.any():
        raise DataError("All weights are 0: no row would count. Expected at least one weight above 0.")
    return values


def _whole(values: np.ndarray) -> bool:
    there = values[~np.isnan(values)]
    return bool((np.abs(there) <= EXACT_IN_FLOAT64).all() and (there == np.floor(there)).all())


def _check_one_per_row(column: Column, rows: int) -> None:
    if column.values.ndim != 1 or len(column) != rows:
        raise DataError(
            f"{column.name} has shape {column.values.shape} for {rows} rows; expected one value per row, shape "
            f"({rows},)."
        )


def _first_text(column: Column) -> str:
    return repr(column.texts[0])[:80] if column.texts else "nothing"


def _array(values: Any, name: str) -> np.ndarray:
    if isinstance(values, np.ma.MaskedArray):
        array = np.array(np.ma.getdata(values), dtype=object)
        array[np.ma.getmaskarray(values)] = None
        return array
    try:
        array = np.asarray(values)
        if array.dtype.kind in "US" and not isinstance(values, np.ndarray):
            # NumPy turns the missing values and numbers in a list of texts into texts such as "nan".
            array = np.asarray(values, dtype=object)
    except (ValueError, TypeError, RuntimeError) as error:
        raise DataError(
            f"{name} does not make an array ({' '.join(str(error).split())[:200]}); expected one value per row, or "
            "rows of equal length."
        ) from error
    return array


def _check_shape(shape: tuple[int, ...], name: str) -> None:
    if len(shape) not in (1, 2):
        raise DataError(
            f"{name} has shape {shape}, {len(shape)} dimensions; expected one value per row, shape (n,), or one row of "
            "values, shape (n, classes). Reshape it."
        )
    if 0 in shape:
        raise DataError(f"{name} is empty (shape {shape}); expected at least one row.")


def _categorical(values: Any, name: str) -> Column:
    codes = np.asarray(values.codes, dtype=np.int64)
    categories = np.asarray(values.categories)
    if categories.dtype.kind in "OUT" and all(isinstance(item, str) for item in categories):
        return _sorted_texts(codes, categories, name)
    if not len(categories):
        return Column(name, np.full(len(codes), np.nan))
    return as_column(pd.Series(categories).reindex(codes).to_numpy(), name)


def _objects(array: np.ndarray, name: str) -> Column:
    """Find what the objects are; one type, or numbers of several, is fine."""
    kind = pd.api.types.infer_dtype(array.ravel(), skipna=True)
    if kind in ("string", "bytes"):
        return _texts(array, name)
    if kind in ("integer", "boolean", "floating", "mixed-integer-float", "decimal", "empty"):
        gaps = pd.isna(array)
        if kind in ("integer", "boolean") and not gaps.any():
            return _numbers(array.astype(bool) if kind == "boolean" else _integers(array, name), name)
        return Column(name, np.where(gaps, np.nan, array).astype(np.float64), whole=kind in ("integer", "boolean"))
    raise DataError(
        f"{name} holds values of several or unknown types ({kind}); expected one of text, whole numbers, booleans and "
        "floats. Convert it first, for instance with [str(value) for value in ...]."
    )


def _integers(array: np.ndarray, name: str) -> np.ndarray:
    try:
        return array.astype(np.int64)
    except OverflowError as error:
        raise _too_large(name) from error


def _too_large(name: str) -> DataError:
    return DataError(f"{name} holds whole numbers that int64 cannot hold; expected smaller ones. Give them as text.")


def _numbers(array: np.ndarray, name: str) -> Column:
    if array.dtype.kind == "b":
        return Column(name, array.astype(np.int64), whole=True)
    if array.dtype.kind == "u" and array.max() > np.iinfo(np.int64).max:
        raise _too_large(name)
    if array.dtype.kind in "iu":
        return Column(name, array, whole=True)
    if array.dtype.kind == "f":
        return Column(name, array.astype(np.float64, copy=False))
    raise DataError(
        f"{name} has dtype {array.dtype}; expected text, whole numbers, booleans or floats. Convert it first."
    )


def _texts(array: np.ndarray, name: str) -> Column:
    if array.ndim == 2 and array.shape[1] != 1:
        raise DataError(
            f"{name} holds text of shape {array.shape}; expected one class name per row, shape ({len(array)},). For "
            "multi-label data give a matrix of 0 and 1."
        )
    codes, distinct = pd.factorize(array.ravel())
    try:
        words = [word.decode("utf-8") if isinstance(word, bytes) else str(word) for word in distinct]
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name} holds bytes that are not UTF-8 ({error}); expected text. Decode them first."
        ) from error
    return _sorted_texts(np.asarray(codes, dtype=np.int64), np.asarray(words, dtype=object), name)


def _sorted_texts(codes: np.ndarray, words: np.ndarray, name: str) -> Column:
    """Number the words anew in sorted order, without those that no row holds."""
    used = np.bincount(codes + 1, minlength=len(words) + 1)[1:] > 0
    order = sorted(np.flatnonzero(used), key=lambda place: str(words[place]))
    table = np.full(len(words) + 1, -1)
    table[order] = np.arange(len(order))  # the last place is left at -1: it is what code -1 finds
    return Column(name, table[codes], texts=tuple(str(words[place]) for place in order))
