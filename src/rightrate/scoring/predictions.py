"""`Predictions`: true and predicted values of one evaluation in one checked form, whatever form they came in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

#: Of class indices: a cell of a matrix of 1000 x 1001 classes fits too, in half the memory of int64.
INDEX = np.int32

#: Rows that are looked at together where a temporary array of all of them would weigh as much as the input.
BLOCK = 65_536


def blocks(rows: int) -> Iterator[slice]:
    """Slices of at most `BLOCK` rows.

    Example:
        >>> [part.stop for part in blocks(100_000)]
        [65536, 131072]
    """
    return (slice(start, start + BLOCK) for start in range(0, rows, BLOCK))


class Task(str, Enum):
    """What kind of answers are judged."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    REGRESSION = "regression"
    TOKENS = "tokens"


@dataclass(frozen=True, eq=False)
class Predictions:
    """What is judged. Made by `scoring.read_predictions`, which checks it.

    Args:
        task: what kind of answers.
        true: binary and multi-class: shape `(n,)`, class indices; multi-label: `(n, labels)` of 0 and 1;
            regression: `(n,)` numbers; tokens: empty.
        predicted: of the same shape, what the model answered (at `threshold` where there are probabilities).
            -1 (NaN in regression) where its answer was no number. Tokens: `(n,)`, the loss of each token in nats.
        prob: probabilities, or None where only labels were given. Binary: `(n,)`, of the positive class;
            multi-class: `(n, classes)`; multi-label: `(n, labels)`.
        names: of the classes or labels, in the order of their indices; empty in regression and for tokens.
        positive: index of the class that thresholds, curves and a prevalence are about; always set in binary tasks,
            elsewhere None unless asked for.
        only_positive: whether the positive class alone has to clear the bars, because the caller named it. False where
            it was taken from what the classes are called: then each class matters.
        threshold: probability from which the positive class (or a label) is answered; None without probabilities
            and in multi-class tasks, where the likeliest class is answered.
        groups: `(n,)`, index of the group of each row; rows of one group are not independent. None without.
        weights: `(n,)`, at least 0; None where all rows count once.
        remarks: what was assumed or done while reading, one sentence each.
    """

    task: Task
    true: np.ndarray
    predicted: np.ndarray
    prob: np.ndarray | None = None
    names: tuple[str, ...] = ()
    positive: int | None = None
    threshold: float | None = None
    groups: np.ndarray | None = None
    weights: np.ndarray | None = None
    remarks: tuple[str, ...] = field(default=())
    only_positive: bool = True

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.predicted)

    @property
    def answered(self) -> np.ndarray:
        """Shape `(n,)`: whether the model's answer in this row is a number."""
        right = ~np.isnan(self.predicted) if self.predicted.dtype.kind == "f" else self.predicted >= 0
        return np.asarray(right if right.ndim == 1 else right.all(axis=1))
