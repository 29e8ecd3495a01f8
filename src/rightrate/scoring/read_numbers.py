"""Predictions that are numbers: of a regression, and the losses of a language model's tokens."""

from __future__ import annotations

from typing import Any

import numpy as np

from rightrate.errors import DataError, UsageError
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.read_checks import Wishes, refuse
from rightrate.scoring.read_classes import shown
from rightrate.scoring.read_columns import Column, as_column, check_complete


def read_regression(true: Column, pred: Column, wishes: Wishes) -> Predictions:
    """Read true and predicted numbers, each of shape `(n,)`."""
    refuse(wishes, "a regression task", "threshold", "positive", "labels", "logits")
    for column in (true, pred):
        if column.is_text or column.values.ndim != 1:
            held = f"text, such as {shown(column.texts[:1])}" if column.texts else f"shape {column.values.shape}"
            raise DataError(f"{column.name} has {held}; expected one number per row in a regression task, shape (n,).")
        _check_finite(column)
    return Predictions(Task.REGRESSION, true.values.astype(np.float64), pred.values.astype(np.float64))


def read_tokens(y_true: Any, y_pred: Any, wishes: Wishes) -> Predictions:
    """Read the loss of each token, in nats; `y_true` is None."""
    if wishes.task is not Task.TOKENS:
        raise UsageError("y_true is None; expected true values. For the losses of a language model say task='tokens'.")
    if y_true is not None:
        raise UsageError("y_true was given for tokens; expected None, and in y_pred the loss of each token in nats.")
    refuse(wishes, "token losses", "threshold", "positive", "labels", "logits")
    losses = as_column(y_pred, "y_pred").flat
    if losses.is_text or losses.values.ndim != 1:
        raise DataError(
            f"y_pred has shape {losses.values.shape}; expected the loss of each token, numbers of shape (n,)."
        )
    check_complete(losses)
    _check_finite(losses)
    if (losses.values < 0).any():
        row = int((losses.values < 0).argmax())
        raise DataError(
            f"y_pred holds the loss {losses.values[row]:g} in row {row} (counted from 0); expected losses of at "
            "least 0, in nats. Log-probabilities need the other sign."
        )
    return Predictions(Task.TOKENS, np.empty(0), losses.values.astype(np.float64))


def _check_finite(column: Column) -> None:
    bad = np.isinf(column.values)
    if bad.any():
        raise DataError(
            f"{column.name} holds {int(bad.sum())} infinite numbers, first in row {int(bad.argmax())} (counted from "
            "0); expected finite numbers. Remove these rows; NaN in y_pred stands for no answer."
        )
