"""Columns of pyarrow -> NumPy arrays and pandas categoricals, never a Python object a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_KEPT_AS_TEXT = r"^[+-]?(0[0-9]|[0-9]{19})"
"""Digits that a number would lose: leading zeros, and more digits than int64 surely holds."""


def from_arrow(column: Any) -> Any:
    """Convert a chunked array.

    Text and dictionaries of text become a `pandas.Categorical`; whole numbers an array of the smallest integer type
    that holds them (floats with NaN where some are missing); booleans and floats an array; lists of numbers, all of one
    length, a matrix; dates text.

    Raises:
        ValueError, TypeError, pyarrow.ArrowException: lists of several lengths, structures, text that is not UTF-8.

    Example:
        >>> from_arrow(pa.chunked_array([["b", None, "a"]])).codes.tolist()
        [0, -1, 1]
        >>> from_arrow(pa.chunked_array([[[0.1, 0.9], [0.5, 0.5]]])).tolist()
        [[0.1, 0.9], [0.5, 0.5]]
    """
    kind = column.type
    types = pa.types
    if types.is_dictionary(kind):
        value = kind.value_type
        if types.is_string(value) or types.is_large_string(value):
            return _categorical(*_codes(column))
        return from_arrow(column.cast(value))
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _matrix(column)
    if types.is_null(kind):
        return np.full(len(column), np.nan)
    if types.is_boolean(kind):
        return _array(column.cast(pa.int8()), np.bool_)
    if types.is_integer(kind):
        return _array(_narrow(column), None)
    if types.is_floating(kind) or types.is_decimal(kind):
        return _array(column.cast(pa.float64()), None)
    return _categorical(*_codes(column.cast(pa.string()).dictionary_encode()))


def from_words(column: Any) -> Any:
    """Convert a column of words from a text file, as a dictionary; an empty word is missing.

    Where all words are whole numbers, or all are numbers, they become that; "007" and longer numbers than int64 holds
    stay text. No word, such as NA or None, stands for missing.

    Example:
        >>> from_words(pa.chunked_array([pa.array(["1", "0", "1"]).dictionary_encode()])).tolist()
        [1, 0, 1]
        >>> list(from_words(pa.chunked_array([pa.array(["NA", "", "1"]).dictionary_encode()])))
        ['NA', nan, '1']
    """
    codes, words = _codes(column)
    empty = pc.equal(words, "").to_numpy(zero_copy_only=False)
    if empty.any():
        codes = np.where(codes == int(empty.argmax()), -1, codes)
    full = words.filter(pa.array(~empty))
    numbers = _numbers(pc.utf8_trim_whitespace(full)) if len(full) else np.empty(0)
    if numbers is None:
        return _categorical(codes, words)
    missing = codes < 0
    if missing.any():
        numbers = numbers.astype(np.float64)
    table = np.full(len(words) + 1, np.nan if missing.any() else 0, dtype=numbers.dtype)
    table[:-1][~empty] = numbers
    return table[codes]


def _numbers(words: Any) -> np.ndarray | None:
    """The words as int64 or float64, or None where they are no numbers."""
    if pc.any(pc.match_substring_regex(words, _KEPT_AS_TEXT)).as_py():
        return None
    for kind in (pa.int64(), pa.float64()):
        try:
            numbers = np.asarray(words.cast(kind).to_numpy())
        except pa.ArrowInvalid:
            continue
        # Classes called "nan" and "inf", and nothing else, are names.
        return numbers if np.isfinite(numbers).any() else None
    return None


def _codes(column: Any) -> tuple[np.ndarray, Any]:
    """Codes, -1 where missing, and the words of a dictionary column; each word once."""
    whole = column.unify_dictionaries().combine_chunks()
    chunks = whole.chunks if isinstance(whole, pa.ChunkedArray) else [whole]
    if not chunks:
        return np.empty(0, dtype=np.int64), pa.array([], pa.string())
    codes = np.concatenate([chunk.indices.fill_null(-1).to_numpy() for chunk in chunks])
    return codes, chunks[0].dictionary.cast(pa.string())


def _categorical(codes: np.ndarray, words: Any) -> Any:
    return pd.Categorical.from_codes(codes, categories=pd.Index(words.to_pylist(), dtype=object))


def _narrow(column: Any) -> Any:
    """Whole numbers in the smallest signed type that holds them: a million class numbers in 1 MB, not 8."""
    span = pc.min_max(column)
    least, most = span["min"].as_py(), span["max"].as_py()
    if least is None:
        return column
    for kind in (pa.int8(), pa.int16(), pa.int32()):
        if -(2 ** (kind.bit_width - 1)) <= least and most < 2 ** (kind.bit_width - 1):
            return column.cast(kind)
    return column


def _array(column: Any, kind: Any) -> np.ndarray:
    if column.null_count:
        return np.asarray(column.cast(pa.float64()).to_numpy())
    array = np.asarray(column.to_numpy())
    return array if kind is None else array.astype(kind)


def _matrix(column: Any) -> np.ndarray:
    whole = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    if whole.null_count:
        raise ValueError(f"{whole.null_count} rows have no list")
    lengths = pc.unique(pc.list_value_length(whole)).to_pylist()
    if len(lengths) > 1:
        raise ValueError(f"lists of {len(lengths)} lengths, such as {lengths[0]} and {lengths[1]}")
    values = whole.flatten()
    if not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
        raise TypeError(f"lists of {values.type}")
    array = values.to_numpy(zero_copy_only=False)
    return np.asarray(array).reshape(len(whole), lengths[0] if lengths else 0)
