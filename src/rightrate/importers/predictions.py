"""Reads a file of predictions: CSV, TSV, Parquet, JSON lines, `.npz`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from rightrate.errors import DataError
from rightrate.importers.parts import listed
from rightrate.importers.prediction_columns import Asked, Roles, choose_columns
from rightrate.importers.prediction_losses import choose_losses
from rightrate.importers.prediction_tables import open_table

Column = Any
"""An array, or a `pandas.Categorical` (pandas ships no types)."""


@dataclass(frozen=True, eq=False)
class PredictionFile:
    """What a file of predictions holds, as `scoring.read_predictions` takes it.

    Text is a `pandas.Categorical`, all else a NumPy array; whole numbers with gaps are floats with NaN.

    Args:
        y_true: `(n,)`, or `(n, k)` where the file holds lists or a column for each label; None for token losses.
        y_pred: of the same shape, what the model answered, or None where there are only probabilities; of tokens
            their losses.
        y_prob: `(n,)`, or `(n, classes)`, NaN where missing; None without.
        labels: the classes of the columns of `y_prob`, from `prob_CLASS`, or the labels of those of `y_true`; None
            where nothing names them.
        positive: the class of a one-dimensional `y_prob`, from `prob_CLASS`; None where nothing names it.
        groups, weights: `(n,)`, or None.
        slices: column -> `(n,)`.
        columns: role ("true", "pred", "prob", "groups", "weights", "slices") -> names in the file; roles in use only.
        remarks: what was chosen where there was a choice, one sentence each.
        rows: how many.
    """

    y_true: Column | None
    y_pred: Column | None
    y_prob: np.ndarray | None
    labels: tuple[str, ...] | None
    positive: str | None
    groups: Column | None
    weights: np.ndarray | None
    slices: Mapping[str, Column]
    columns: Mapping[str, tuple[str, ...]]
    remarks: tuple[str, ...]
    rows: int


def read_predictions_file(
    path: str | Path,
    *,
    true: str | Sequence[str] | None = None,
    pred: str | Sequence[str] | None = None,
    prob: str | Sequence[str] | None = None,
    groups: str | None = None,
    weights: str | None = None,
    slices: Sequence[str] = (),
    losses: bool = False,
) -> PredictionFile:
    """Read the columns that are needed, and no others.

    In text files an empty cell is missing and every word is meant as it stands: a class may be called NA or None. In
    columns of probabilities and weights NA, NaN, null and None are missing. A blank line of a text file is no row.

    Args:
        path: `.csv`, `.tsv`, `.parquet`, `.jsonl` (also `.ndjson`, `.json`: one object a line), `.npz`.
        true, pred, prob, groups, weights, slices: names of columns. Without `true`, `pred` or `prob` the usual
            names are looked for (see `prediction_columns`); the others are not read. Several in `prob` are one for
            each class; several in `true` are labels of which a row may have any number: 0 and 1, or true and false.
        losses: whether the file holds the losses of a language model's tokens, one a row (see `prediction_losses`).

    Raises:
        DataError: a file that cannot be used, naming it and how to mend it.
        UsageError: one column for the true labels and for the answers.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.csv"
        >>> _ = path.write_text("label,prob_cat,prob_dog\\ncat,0.9,0.1\\ndog,0.6,0.4\\n")
        >>> file = read_predictions_file(path)
        >>> list(file.y_true), file.labels, file.y_prob.tolist()
        (['cat', 'dog'], ('cat', 'dog'), [[0.9, 0.1], [0.6, 0.4]])
    """
    path = Path(path)
    table = open_table(path)
    choose = choose_losses if losses else choose_columns
    roles = choose(path, table.names, Asked(true, pred, prob, groups, weights, slices))
    data = table.read(roles.used, roles.numbers)
    rows = _count_rows(path, data)
    y_prob = _probabilities(path, [data[name] for name in roles.prob], roles.prob)
    y_true, y_pred = (_one_or_matrix(path, data, names) for names in (roles.true, roles.pred))
    if losses:
        y_pred = _numbers(path, y_pred, roles.pred[0])
    data = {name: data[name] for name in (roles.groups, roles.weights, *roles.slices) if name is not None}
    # What is measured next needs the memory in which the columns lay before they were put side by side.
    pa.default_memory_pool().release_unused()
    return PredictionFile(
        y_true=y_true,
        y_pred=y_pred,
        y_prob=y_prob,
        labels=roles.classes,
        positive=roles.positive,
        groups=None if roles.groups is None else data[roles.groups],
        weights=None if roles.weights is None else _numbers(path, data[roles.weights], roles.weights),
        slices={name: data[name] for name in roles.slices},
        columns=_by_role(roles),
        remarks=roles.remarks,
        rows=rows,
    )


def _count_rows(path: Path, data: Mapping[str, Column]) -> int:
    """Number of rows; DataError where there are none or columns differ."""
    lengths = {}
    for name, values in data.items():
        if np.ndim(values) == 0:
            raise DataError(f"{listed([name])} in '{path}' is a single value; expected one value per row.")
        lengths[name] = len(values)
    rows = next(iter(lengths.values()))
    for name, length in lengths.items():
        if length != rows:
            raise DataError(
                f"{listed([name])} in '{path}' has {length} rows and {listed([next(iter(lengths))])} has {rows}; "
                "expected "
                "one value per row in each. Save arrays of the same length."
            )
    if not rows:
        raise DataError(f"'{path}' holds a header and no rows; expected one row per prediction. Add rows.")
    return rows


def _one_or_matrix(path: Path, data: Mapping[str, Column], names: Sequence[str]) -> Column | None:
    """The only column as it is; several, which say 0 or 1 of a label each, side by side."""
    if len(names) < 2:
        return data[names[0]] if names else None
    return _side_by_side(path, [_numbers(path, _yes_or_no(data[name]), name) for name in names], names)


def _yes_or_no(column: Column) -> Column:
    """1 and 0 for the words true and false, as pandas writes booleans into a text file; others as they are."""
    if not isinstance(column, pd.Categorical):
        return column
    words = {"true": 1.0, "false": 0.0, "": np.nan}  # an empty cell leaves its word among the categories
    found = [str(word).casefold() for word in column.categories]
    if not set(found) <= set(words):
        return column
    values = [words[word] for word in found]
    return np.array([*values, np.nan])[np.asarray(column.codes)]


def _probabilities(path: Path, columns: Sequence[Column], names: Sequence[str]) -> np.ndarray | None:
    if not columns:
        return None
    arrays = [_numbers(path, column, name) for column, name in zip(columns, names, strict=True)]
    return arrays[0] if len(arrays) == 1 else _side_by_side(path, arrays, names)


def _side_by_side(path: Path, arrays: Sequence[np.ndarray], names: Sequence[str]) -> np.ndarray:
    for array, name in zip(arrays, names, strict=True):
        if array.ndim != 1:
            raise DataError(
                f"{listed([name])} in '{path}' has shape {array.shape}; expected one number per row where there is "
                "a column for each class. Name one column, or one for each class."
            )
    return np.column_stack(arrays)


def _numbers(path: Path, values: Column, name: str) -> np.ndarray:
    """The values as float64."""
    if isinstance(values, pd.Categorical) or values.dtype.kind not in "biuf":
        held = f"holds {listed(values.categories, limit=3)}" if isinstance(values, pd.Categorical) else "is no number"
        raise DataError(f"{listed([name])} in '{path}' {held}; expected numbers. Name another column, or convert it.")
    return np.asarray(values, dtype=np.float64)


def _by_role(roles: Roles) -> dict[str, tuple[str, ...]]:
    named = {
        "true": roles.true,
        "pred": roles.pred,
        "prob": roles.prob,
        "groups": (roles.groups,),
        "weights": (roles.weights,),
        "slices": roles.slices,
    }
    found = {role: tuple(name for name in names if name is not None) for role, names in named.items()}
    return {role: names for role, names in found.items() if names}
