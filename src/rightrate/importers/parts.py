"""What every reader of labelled data hands over: parts of samples, not yet split and not yet encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rightrate.errors import DataError

Array = NDArray[Any]
Indices = NDArray[np.int64]

FLOAT32_MAX = float(np.finfo(np.float32).max)
"""The largest magnitude that float32, the type models are trained in, can hold."""


@dataclass(frozen=True, eq=False)
class Part:
    """Samples that belong together: all of them, or the training or the validation part.

    Attributes:
        name: what the user calls this part, for messages ("y_train", "train/", "column 'label'").
        labels: the labels as they were found, one per sample (or one row per sample, for one-hot).
        ids: file names relative to the folder, or row numbers.
        load: gives the features of the samples at these positions (None: of all), and warnings.
    """

    name: str
    labels: Array
    ids: tuple[str | int, ...]
    load: Callable[[Indices | None], tuple[Array, tuple[str, ...]]]


@dataclass(frozen=True, eq=False)
class Source:
    """What a reader found; `validation` is None where the data bring no validation part."""

    train: Part
    validation: Part | None
    warnings: tuple[str, ...]


def array_part(name: str, x: Array, labels: Array) -> Part:
    """Return a part whose features are in memory already and whose samples are known by row number."""

    def load(indices: Indices | None) -> tuple[Array, tuple[str, ...]]:
        return (x if indices is None else x[indices]), ()

    return Part(name, labels, tuple(range(len(x))), load)


def listed(names: Iterable[object], *, limit: int = 10) -> str:
    """Return the names with commas between them; beyond `limit` only how many more there are.

    Example:
        >>> listed(["cat", "dog"])
        "'cat', 'dog'"
        >>> listed(range(5), limit=3)
        "'0', '1', '2' and 2 more"
        >>> listed([])
        'none'
        >>> listed(["odd\\x00name"])
        "'odd\\\\x00name'"
    """
    # Control characters, which a damaged file may hold, must not reach a terminal.
    texts = (str(name) for name in names)
    every = [f"'{text if text.isprintable() else ascii(text)[1:-1]}'" for text in texts]
    if not every:
        return "none"
    rest = len(every) - limit
    return ", ".join(every[:limit]) + (f" and {rest} more" if rest > 0 else "")


def unusable(values: Array) -> NDArray[np.bool_]:
    """Mark the values that a float32 cannot hold as a number: NaN, infinity, and beyond its largest.

    Whole numbers and bools always pass.

    Example:
        >>> unusable(np.array([1.0, float("nan"), float("inf"), 1e300])).tolist()
        [False, True, True, True]
    """
    if values.dtype.kind != "f":
        return np.zeros(values.shape, dtype=np.bool_)
    # NaN compares as false, so one comparison finds all three.
    bad: NDArray[np.bool_] = ~(np.abs(values) <= FLOAT32_MAX)
    return bad


def check_finite(name: str, values: Array) -> None:
    """Raise DataError with the count and the first position if any value is unusable."""
    bad = unusable(values)
    count = int(np.count_nonzero(bad))
    if count:
        first = [int(i) for i in np.unravel_index(int(np.argmax(bad)), bad.shape)]
        raise DataError(
            f"{name} holds {count} of {values.size} values that are NaN, infinite or too large for float32, "
            f"first {values[tuple(first)]} at index {first}; expected finite numbers. "
            "Remove these samples or fill in the values before saving the file."
        )
