"""Rows of one part of the data that are also in another."""

from __future__ import annotations

from typing import Any

import numpy as np


def duplicates(inputs: Any, others: Any) -> int:
    """How many rows of `inputs` are, bit for bit, also rows of `others`.

    Args:
        inputs, others: arrays of one shape but for the first axis, and of any type; text too.

    Raises:
        ValueError: no rows (a dict, one number), or rows of different shapes.

    Example:
        >>> duplicates([[1, 2], [3, 4], [1, 2]], [[1, 2], [5, 6]])
        2
    """
    a, b = np.asarray(inputs), np.asarray(others)
    if not a.ndim or not b.ndim:
        raise ValueError("Both must be arrays of rows.")
    if a.shape[1:] != b.shape[1:]:
        raise ValueError(f"Rows of shapes {a.shape[1:]} and {b.shape[1:]} cannot be the same.")
    known = set(_rows(b))
    return sum(row in known for row in _rows(a))


def _rows(array: np.ndarray) -> list[Any]:
    if array.dtype.kind in "OUS":
        return [tuple(np.ravel(row).tolist()) for row in array]
    # A plain type for both sides: the same picture as float32 and float64 is the same picture.
    return [row.tobytes() for row in array.astype(np.float64)]
