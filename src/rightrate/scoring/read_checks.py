"""What a caller may wish, and what is wrong with the wishes, or with predictions once they are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rightrate.errors import DataError, UsageError
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.read_classes import shown

#: A matrix of so many classes is a million counts; ImageNet has as many.
MOST_CLASSES = 1000
#: Two probabilities may miss a sum of 1 by this much: float16 outputs do.
TWO_COLUMNS_TOLERANCE = 1e-2


@dataclass(frozen=True)
class Wishes:
    """What the caller said about the classes."""

    task: Task | None
    positive: Any
    labels: Iterable[Any] | None
    threshold: float | None
    logits: bool
    score_of: Any = None


def check_classes(read: Predictions) -> None:
    """Raise a `DataError` for one class spelt in two ways, and for identifiers taken for classes."""
    _check_spelling(read)
    if len(read.names) > MOST_CLASSES:
        raise DataError(
            f"There are {len(read.names):,} classes, and at most {MOST_CLASSES:,} can be judged: the confusion "
            "matrix has a cell for each pair. Is an identifier taken for the class? If not, put rare classes together."
        )


def check_two_columns(prob: np.ndarray) -> None:
    """Only one of the two columns is looked at: it must tell what the other does."""
    off = np.abs(prob.sum(axis=1) - 1) > TWO_COLUMNS_TOLERANCE
    if off.any():
        row = int(np.argmax(off))
        raise DataError(
            f"The two probabilities of row {row} (counted from 0) sum to {prob[row].sum():.3g}, and so do not in "
            f"{int(off.sum())} of {len(prob)} rows; expected 1. Give the positive class's column alone, or logits=True."
        )


def _check_spelling(read: Predictions) -> None:
    """Classes of the truth that are answered in another spelling are a slip of the data, not of the model.

    Raises:
        DataError: a class only occurs, another is only answered, and they differ in case or blanks alone.
    """
    if read.task not in (Task.BINARY, Task.MULTICLASS) or read.prob is not None:
        return
    held, answered = (set(np.unique(values[values >= 0]).tolist()) for values in (read.true, read.predicted))
    spelt = {read.names[i].strip().casefold(): read.names[i] for i in sorted(held - answered)}
    for i in sorted(answered - held):
        other = spelt.get(read.names[i].strip().casefold())
        if other is not None:
            raise DataError(
                f"y_true has the class {shown([other])} and y_pred {shown([read.names[i]])}, which differ in case or "
                "blanks only. Expected one spelling for each class."
            )


def refuse(wishes: Wishes, what: str, *options: str) -> None:
    """Raise UsageError for an option that this task cannot use."""
    for option in options:
        value = getattr(wishes, option)
        if value is not None and value is not False:
            raise UsageError(f"{option}={value!r} makes no sense for {what}. Leave it out, or give other data.")
