"""`Scores`: precision, recall, F1 and accuracy of one set of predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from rightrate.errors import UsageError


@dataclass(frozen=True)
class Scores:
    """What predictions are worth. A value that cannot be measured is None, never 0.

    Args:
        accuracy: share of samples whose class was right.
        majority: accuracy of always answering the most frequent class.
        precision, recall, f1: of the positive class; the mean over the classes that occur where `positive` is
            None. Precision is None where the class was never predicted, recall where it never occurs.
        positive: the name of the positive class, or None for the mean over classes.
        samples: number of samples scored.
        positives: samples of the positive class; None where `positive` is None.
        found: positives that were found; None where `positive` is None.
        confusion: shape `(classes, classes)`, counts by true class (rows) and predicted class (columns).
    """

    accuracy: float
    majority: float
    precision: float | None
    recall: float | None
    f1: float | None
    positive: str | None
    samples: int
    positives: int | None = None
    found: int | None = None
    confusion: tuple[tuple[int, ...], ...] = ()


class _Common(TypedDict):
    accuracy: float
    majority: float
    samples: int
    confusion: tuple[tuple[int, ...], ...]


def score(true: npt.ArrayLike, predicted: npt.ArrayLike, names: Sequence[str], positive: int | None = None) -> Scores:
    """Score predicted classes against the true ones.

    Args:
        true, predicted: shape `(samples,)`, class indices from 0 to `len(names) - 1`.
        names: the classes' names.
        positive: index of the class that matters; None takes the mean over the classes that occur.

    Raises:
        UsageError: no samples, different lengths, or a class index without a name.

    Example:
        >>> s = score([1, 1, 0, 0], [1, 0, 0, 0], ["ok", "fraud"], positive=1)
        >>> s.precision, s.recall, s.accuracy
        (1.0, 0.5, 0.75)
        >>> score([0, 0], [0, 0], ["ok", "fraud"], positive=1).recall is None
        True
    """
    # Its import takes longer than judging a small table does, which needs none of it.
    from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score

    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.ndim != 1 or true.shape != predicted.shape or true.size == 0:
        raise UsageError(
            f"Scoring needs two equally long one-dimensional arrays of at least one sample. "
            f"Received shapes {true.shape} and {predicted.shape}."
        )
    classes = np.arange(len(names))
    if min(true.min(), predicted.min()) < 0 or max(true.max(), predicted.max()) >= len(names):
        raise UsageError(f"Class indices must lie between 0 and {len(names) - 1}, one for each name.")
    matrix = confusion_matrix(true, predicted, labels=classes)
    common = _Common(
        accuracy=float(accuracy_score(true, predicted)),
        majority=float(matrix.sum(axis=1).max() / true.size),
        samples=int(true.size),
        confusion=tuple(tuple(int(n) for n in row) for row in matrix),
    )
    if positive is None:
        present = classes[matrix.sum(axis=1) > 0]
        mean = {"labels": present, "average": "macro", "zero_division": 0.0}
        return Scores(
            precision=float(precision_score(true, predicted, **mean)),
            recall=float(recall_score(true, predicted, **mean)),
            f1=float(f1_score(true, predicted, **mean)),
            positive=None,
            **common,
        )
    positives, answered = int(matrix[positive].sum()), int(matrix[:, positive].sum())
    one = {"labels": [positive], "average": "micro", "zero_division": 0.0}
    return Scores(
        precision=float(precision_score(true, predicted, **one)) if answered else None,
        recall=float(recall_score(true, predicted, **one)) if positives else None,
        f1=float(f1_score(true, predicted, **one)) if positives else None,
        positive=names[positive],
        positives=positives,
        found=int(matrix[positive, positive]),
        **common,
    )
