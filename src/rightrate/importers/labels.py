"""Labels as they were found -> class indices (or numbers to predict), with the checks all readers share."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rightrate.errors import DataError
from rightrate.importers.parts import Array, Part, check_finite, listed

_KINDS = {"U": "text", "S": "text", "i": "whole numbers", "u": "whole numbers", "b": "bools", "f": "floats"}
ONE_HOT = "one-hot rows"


@dataclass(frozen=True, eq=False)
class Encoded:
    """Labels a model can be trained on.

    Attributes:
        y: int64 indices into `classes`; float32 of shape (n,) for regression.
        y_val: the same for the validation part; None where the data bring none.
        classes: class names in index order; empty for regression.
        warnings: what was changed on the way, in words.
    """

    y: Array
    y_val: Array | None
    classes: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Column:
    """One label per sample; `width` is the number of columns the labels had if they were one-hot, else 0."""

    values: Array
    kind: str
    width: int
    warnings: tuple[str, ...]


def encode_labels(train: Part, validation: Part | None) -> Encoded:
    """Turn labels into class indices, or leave them as numbers to predict.

    Text, whole numbers and bools are classes, sorted (numbers by value, text by code point). One-hot
    rows of shape (n, k) become column numbers; a column without samples stays a class. Floats are
    numbers to predict, unless they are exactly 0.0, 1.0 ... k-1: these are class indices that some
    tool stored as floats, and a warning says so.

    Raises:
        DataError: no labels, missing or negative labels, one class only, or a validation part whose
            classes are not those of the training part.
    """
    first = _column(train)
    second = None if validation is None else _column(validation)
    if second is not None and validation is not None:
        _check_same_kind(train.name, first, validation.name, second)
    if first.kind == "floats" and not _dense(first.values):
        return _encode_numbers(train, first, second)
    return _encode_classes(train, first, validation, second)


def _column(part: Part) -> _Column:
    """Return one label per sample, whatever form the labels of this part have."""
    raw, name = part.labels, part.name
    if raw.dtype.kind not in _KINDS:
        raise DataError(
            f"{name} has dtype {raw.dtype}; expected text, whole numbers, bools, floats or one-hot rows. "
            "Convert the labels to one of these and save the file again."
        )
    if raw.ndim == 0 or raw.size == 0:
        raise DataError(f"{name} has shape {raw.shape}: no labels; expected one label per sample, at least 2.")
    warnings: tuple[str, ...] = ()
    if raw.ndim == 2 and raw.shape[1] == 1:
        raw = raw[:, 0]
        warnings = (f"{name} has shape ({len(raw)}, 1): read as one label per sample.",)
    if raw.ndim > 1:
        values = _from_one_hot(raw, name)
        width = raw.shape[1]
        note = f"{name} is one-hot with {width} columns: turned into class indices 0 to {width - 1}."
        return _Column(values, ONE_HOT, width, warnings + (note,))
    kind = _KINDS[raw.dtype.kind]
    return _Column(_checked_values(raw, kind, name), kind, 0, warnings)


def _checked_values(raw: Array, kind: str, name: str) -> Array:
    """Return the labels in one dtype per kind: str, int64, bool or floats."""
    if kind == "text":
        return _checked_text(raw, name)
    if kind == "floats":
        check_finite(name, raw)
    elif kind == "whole numbers":
        if raw.dtype.kind == "i" and raw.min() < 0:
            bad = np.flatnonzero(raw < 0)
            raise DataError(
                f"{name} holds {len(bad)} negative labels, first {raw[bad[0]]} at index {bad[0]}; class "
                "labels are whole numbers from 0. Number the classes from 0 or give their names as text; "
                "if the labels are amounts to predict, store them as floats."
            )
        if raw.max() > np.iinfo(np.int64).max:
            raise DataError(f"{name} holds {raw.max()}; expected class labels below 2**63. Use names instead.")
        return raw.astype(np.int64)
    return raw


def _checked_text(raw: Array, name: str) -> Array:
    """Return text labels as str; bytes must be UTF-8, and no label may be blank."""
    try:
        text = np.char.decode(raw, "utf-8") if raw.dtype.kind == "S" else raw
        text.tolist()  # finds code points beyond Unicode, which a damaged file may hold
        blank = np.flatnonzero(np.char.str_len(np.char.strip(text)) == 0)
    except (UnicodeDecodeError, ValueError, SystemError) as error:
        raise DataError(
            f"{name} holds text that is not Unicode ({error}); expected str or UTF-8 bytes. Decode the labels first."
        ) from error
    if len(blank):
        raise DataError(
            f"{name} holds {len(blank)} blank labels, first at index {blank[0]}; expected a class name for "
            "every sample. Fill in the labels or remove these samples."
        )
    return text


def _from_one_hot(raw: Array, name: str) -> NDArray[np.int64]:
    """Return the column of the single 1 in each row; anything but one 1 and zeros is an error."""
    if raw.ndim > 2 or raw.dtype.kind in "US":
        raise DataError(
            f"{name} has shape {raw.shape} and dtype {raw.dtype}; expected one label per sample, shape (n,), "
            "or one-hot rows of numbers, shape (n, k)."
        )
    check_finite(name, raw)
    right = ((raw == 0) | (raw == 1)).all(axis=1) & ((raw == 1).sum(axis=1) == 1)
    if not right.all():
        row = int(np.argmin(right))
        raise DataError(
            f"{name} has shape {raw.shape} and {int((~right).sum())} rows that are not one-hot, first row "
            f"{row}: {raw[row][:8].tolist()}; expected a single 1 and zeros in each row. Several labels per "
            "sample, probabilities and several numbers to predict are not supported: give one label per "
            "sample."
        )
    columns: NDArray[np.int64] = raw.argmax(axis=1).astype(np.int64)
    return columns


def _check_same_kind(train_name: str, train: _Column, val_name: str, validation: _Column) -> None:
    if train.kind != validation.kind or train.width != validation.width:
        raise DataError(
            f"{train_name} holds {_described(train)} and {val_name} holds {_described(validation)}; expected "
            "the same kind of labels in both. Save both parts in the same form."
        )


def _described(column: _Column) -> str:
    return f"{column.kind} of {column.width} columns" if column.width else column.kind


def _dense(values: Array) -> bool:
    """Tell whether floats are exactly the class indices 0.0, 1.0 ... k-1, each at least once.

    Example:
        >>> _dense(np.array([1.0, 0.0, 1.0])), _dense(np.array([1.0, 2.0])), _dense(np.array([0.0]))
        (True, False, False)
    """
    distinct = np.unique(values)
    return len(distinct) > 1 and bool(np.array_equal(distinct, np.arange(len(distinct))))


def _encode_numbers(train: Part, first: _Column, second: _Column | None) -> Encoded:
    """Return the labels as numbers to predict."""
    if first.values.min() == first.values.max():
        raise DataError(
            f"{train.name} holds the same number, {first.values[0]}, for all {len(first.values)} samples; "
            "expected labels that differ, otherwise there is nothing to learn."
        )
    warnings = _merged(first, second)
    if (first.values == np.rint(first.values)).all():
        warnings += (
            f"{train.name} holds whole numbers stored as floats: read as amounts to predict (regression); "
            "store them as whole numbers or text if they are classes.",
        )
    y_val = None if second is None else second.values.astype(np.float32)
    return Encoded(first.values.astype(np.float32), y_val, (), warnings)


def _encode_classes(train: Part, first: _Column, validation: Part | None, second: _Column | None) -> Encoded:
    """Return the labels as indices into the sorted classes."""
    used = np.unique(first.values)
    known = np.arange(first.width) if first.width else used
    warnings = _merged(first, second)
    if first.kind == "floats":
        warnings += (f"{train.name} holds 0.0 to {used[-1]} stored as floats: read as class indices.",)
        used = known = used.astype(np.int64)
    if len(used) < 2:
        raise DataError(
            f"{train.name} holds one class only, '{used[0]}', in all {len(first.values)} samples; expected "
            "at least 2 classes. Add samples of another class."
        )
    y_val = None
    if validation is not None and second is not None:
        _check_same_classes(train.name, used, validation.name, second.values)
        y_val = np.searchsorted(known, second.values).astype(np.int64)
    y = np.searchsorted(known, first.values).astype(np.int64)
    classes = tuple(str(value) for value in known.tolist())
    return Encoded(y, y_val, classes, warnings + _class_warnings(train.name, first.kind, known, used))


def _merged(first: _Column, second: _Column | None) -> tuple[str, ...]:
    return first.warnings + (second.warnings if second is not None else ())


def _check_same_classes(train_name: str, used: Array, val_name: str, val_values: Array) -> None:
    """Raise if the validation part has a class that training lacks, or lacks one that training has."""
    found = np.unique(val_values)
    unknown = np.setdiff1d(found, used)
    if len(unknown):
        raise DataError(
            f"{val_name} holds classes that never occur in {train_name}: {listed(unknown.tolist())}; "
            f"expected only {listed(used.tolist())}. Add training samples of these classes or remove them "
            f"from {val_name}."
        )
    lacking = np.setdiff1d(used, found)
    if len(lacking):
        raise DataError(
            f"{val_name} holds no sample of these classes of {train_name}: {listed(lacking.tolist())}; "
            "expected every class in both. Give another validation part, or leave it out and let rightrate "
            "split."
        )


def _class_warnings(name: str, kind: str, known: Array, used: Array) -> tuple[str, ...]:
    """Return what is odd about the classes and no error: gaps, empty columns, names that nearly agree."""
    warnings: list[str] = []
    if len(used) < len(known):
        lacking = listed(np.setdiff1d(known, used).tolist())
        warnings.append(f"{name} has no sample of these classes: {lacking}; they stay classes without samples.")
    if kind == "whole numbers" and not np.array_equal(known, np.arange(len(known))):
        warnings.append(
            f"{name} holds the labels {listed(known.tolist())}, not 0 to {len(known) - 1}: they are "
            f"renumbered, label {known[0]} is class 0 and label {known[-1]} is class {len(known) - 1}."
        )
    if kind == "text":
        alike: dict[str, list[str]] = defaultdict(list)
        for value in known.tolist():
            alike[value.strip().casefold()].append(value)
        warnings += [
            f"{name} holds class names that differ only in spaces or case: {listed(group)}; they are kept apart."
            for group in alike.values()
            if len(group) > 1
        ]
    return tuple(warnings)
