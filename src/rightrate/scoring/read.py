"""`read_predictions`: true and predicted values in any usual form -> checked `Predictions`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import expit, softmax

from rightrate.errors import DataError, UsageError, nearest
from rightrate.scoring.predictions import INDEX, Predictions, Task
from rightrate.scoring.read_checks import Wishes, check_classes, check_two_columns, refuse
from rightrate.scoring.read_classes import (
    Classes,
    check_count,
    column_classes,
    counted,
    find_positive,
    found_classes,
    given_classes,
    shown,
    unknown_direction,
    whose_scores,
)
from rightrate.scoring.read_columns import (
    Column,
    as_column,
    as_integers,
    check_complete,
    read_groups,
    read_weights,
    whole_numbers,
)
from rightrate.scoring.read_numbers import read_regression, read_tokens

DEFAULT_THRESHOLD = 0.5
"""Probability from which the positive class is answered, as in scikit-learn's `predict`."""

#: Whole numbers of more kinds than this are said to have been read as classes: they may be quantities.
MOST_NUMBERS = 20

ROUNDING = 1e-6
"""How far a probability may lie outside [0, 1]: a few float32 roundings (2**-23 each) of a softmax or a mean."""


def read_predictions(
    y_true: Any,
    y_pred: Any,
    *,
    task: Task | str | None = None,
    positive: Any = None,
    labels: Iterable[Any] | None = None,
    groups: Any = None,
    weights: Any = None,
    threshold: float | None = None,
    logits: bool = False,
    score_of: Any = None,
) -> Predictions:
    """Bring true and predicted values into one checked form.

    Args:
        y_true: `(n,)` class names, whole numbers or booleans (0 and 1); `(n, classes)` one-hot rows, or 0 and 1 for
            multi-label; floats for regression. None for tokens. Arrays, lists, pandas objects.
        y_pred: labels, as in `y_true`; or probabilities, `(n,)` or `(n, 1)` of the positive class, or
            `(n, classes)`; in regression numbers; for tokens the loss of each in nats. A NaN, or a row with one, is no
            answer. Floats of which each is the number of a class are labels. In rows that do not sum to one the
            likeliest class is answered.
        task: "binary", "multiclass", "multilabel", "regression" or "tokens"; None finds out (never "tokens").
        positive: the class that alone matters: its name, its number, or its position. Without it every class does. It
            must be said where two classes have names of their own and one column holds their scores.
        labels: class names in the order of the columns of `y_pred`. Whole numbers in the data are positions in
            them, unless all labels are whole numbers themselves.
        groups: `(n,)`, which group each row belongs to.
        weights: `(n,)`, at least 0.
        threshold: 0 to 1; for binary and multi-label tasks with probabilities. None is 0.5.
        logits: whether `y_pred` are logits; a sigmoid or softmax is applied.
        score_of: the class whose scores a single column holds, where the data say so; where `positive` is the other
            one, they are turned round. Without `positive` both classes matter all the same.

    Raises:
        UsageError: an option that does not exist or makes no sense for this task; scores of one of two classes of which
            nothing says which one.
        DataError: data that are missing, empty, of other lengths, or do not fit the task.

    Example:
        >>> read = read_predictions(["ok", "fraud", "ok"], [0.1, 0.7, 0.6], positive="fraud")
        >>> read.names, read.positive, read.true.tolist(), read.predicted.tolist()
        (('fraud', 'ok'), 0, [1, 0, 1], [1, 0, 0])
        >>> read_predictions([0, 2], [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]).task.value
        'multiclass'
    """
    wishes = Wishes(_task(task), positive, labels, threshold, logits, score_of)
    _check_threshold(threshold)
    if wishes.task is Task.TOKENS or y_true is None:
        read = read_tokens(y_true, y_pred, wishes)
    else:
        true, pred = as_column(y_true, "y_true"), as_column(y_pred, "y_pred")
        if len(true) != len(pred):
            raise DataError(
                f"y_true has {counted(len(true), 'row')} and y_pred has {len(pred):,}; expected one prediction for "
                "each true value."
            )
        check_complete(true)
        read = _read(true, pred, wishes)
    check_classes(read)
    return replace(read, groups=read_groups(groups, read.size), weights=read_weights(weights, read.size))


def _task(task: Task | str | None) -> Task | None:
    if task is None:
        return None
    names = [known.value for known in Task]
    if task not in names:
        raise UsageError(f"task is {task!r}; expected one of {shown(names)}. {nearest(str(task), names)}")
    return Task(task)


def _check_threshold(threshold: float | None) -> None:
    if threshold is None:
        return
    is_number = isinstance(threshold, (int, float, np.integer, np.floating)) and not isinstance(threshold, bool)
    if not is_number or not 0 <= threshold <= 1:
        raise UsageError(f"threshold is {threshold!r}; expected a probability, a number from 0 to 1.")


def _read(true: Column, pred: Column, wishes: Wishes) -> Predictions:
    """Find the task and hand over to its reader."""
    task = wishes.task
    true = true if task is Task.MULTILABEL else true.flat
    if task is Task.REGRESSION or (task is None and true.values.ndim == 1 and not _may_be_classes(true)):
        return read_regression(true, pred.flat, wishes)
    if not _may_be_classes(true):
        row = int(np.argmax((true.values != np.floor(true.values)).reshape(len(true), -1).any(axis=1)))
        raise DataError(
            f"y_true holds numbers that are not whole, first in row {row} (counted from 0): {true.values[row]}; "
            "expected classes: names, whole numbers, or rows of 0 and 1. For regression give one number per row."
        )
    true = as_integers(true)
    if task is Task.MULTILABEL:
        return _multilabel(true, pred, wishes)
    if true.values.ndim == 1:
        return _classes(true, pred.flat, wishes)
    if not np.isin(true.values, (0, 1)).all():
        raise DataError(
            f"y_true has shape {true.values.shape} and holds other numbers than 0 and 1; expected one class per row, "
            "shape (n,), or rows of 0 and 1. Give the columns one by one if they are separate tasks."
        )
    if (true.values.sum(axis=1) == 1).all():
        return _one_hot(true, pred.flat, wishes)
    if task is not None:
        raise DataError(
            f"y_true has rows with no 1 or several (multi-label), and task is '{task.value}'; expected one class per "
            "row. Leave out task=, or give one-hot rows."
        )
    return _multilabel(true, pred, wishes)


def _may_be_classes(true: Column) -> bool:
    return true.is_text or whole_numbers(true)


def _one_hot(true: Column, pred: Column, wishes: Wishes) -> Predictions:
    """Turn one-hot rows into class indices; their columns are the classes."""
    width = true.values.shape[1]
    labels: Sequence[Any] = range(width) if wishes.labels is None else tuple(wishes.labels)
    remark = (
        f"y_true was read as one-hot rows of {width} classes, since each row has exactly one 1; if these are labels of "
        "which a row may have several, say task='multilabel'."
    )
    if len(labels) != width:
        raise DataError(
            f"y_true has {width} one-hot columns and labels has {counted(len(labels), 'name')}; expected one for each."
        )
    names = given_classes(labels).names
    column = replace(true, values=true.values.argmax(axis=1), texts=names)
    read = _classes(column, pred, replace(wishes, labels=names))
    return replace(read, remarks=(remark, *read.remarks))


def _classes(true: Column, pred: Column, wishes: Wishes) -> Predictions:
    """Read a binary or multi-class task."""
    labels = None if wishes.labels is None else given_classes(wishes.labels)
    answered = _labels_answered(true, pred, labels, wishes)
    if labels is not None:
        classes = labels
        if answered is None and pred.values.ndim == 2:
            check_count(classes.names, pred.values.shape[1])
    elif answered is None and pred.values.ndim == 2:
        classes = column_classes(true, pred.values.shape[1])
    else:
        classes = found_classes(true, answered, wishes.positive)
    task = _binary_or_not(classes, wishes.task)
    # Before the positive class: what is wrong with the data is told before what nobody said about them.
    encoded, said = classes.encode(true), None if answered is None else classes.encode(answered)
    prob, done = np.empty(0), tuple[str, ...]()
    if said is None:
        prob, done = _probabilities(true, pred, wishes.logits, by_row=pred.values.ndim == 2)
    positive = find_positive(
        wishes.positive, classes, binary=task is Task.BINARY, numbered=not true.is_text, score_of=wishes.score_of
    )
    is_one_score = wishes.score_of is not None and task is Task.BINARY and prob.ndim == 1
    if is_one_score and whose_scores(wishes.score_of, classes, positive.index) != positive.index:
        prob = 1.0 - prob  # after a sigmoid, so that logits are turned round rightly too
    if task is Task.BINARY and positive.index is None:
        task = _both_alike(classes, wishes, one_score=said is None and pred.values.ndim == 1)
    read = Predictions(task, encoded, np.empty(0), names=classes.names, positive=positive.index)
    read = replace(read, only_positive=positive.only)
    read = replace(read, remarks=(*classes.remarks, *_positions(true, classes), *positive.remarks))
    if labels is None and said is not None and not true.is_text and len(classes.names) > MOST_NUMBERS:
        remark = (
            f"Whole numbers were read as {len(classes.names)} classes; if they are quantities, say task='regression'."
        )
        read = replace(read, remarks=(*read.remarks, remark))
    if said is not None:
        refuse(wishes, f"{task.value} labels without probabilities", "threshold")
        return replace(read, predicted=said)
    if not wishes.logits and _is_one_hot(pred):
        refuse(wishes, f"{task.value} labels without probabilities", "threshold")
        remark = "y_pred was read as one-hot rows: labels without probabilities."
        return replace(read, predicted=prob.argmax(axis=1).astype(INDEX), remarks=(*read.remarks, remark))
    read = replace(read, remarks=(*read.remarks, *done))
    if task is Task.MULTICLASS:
        refuse(wishes, "a multi-class task, in which the likeliest class is answered", "threshold")
        return _likeliest(read, prob)
    return _at_threshold(read, prob, DEFAULT_THRESHOLD if wishes.threshold is None else float(wishes.threshold))


def _both_alike(classes: Classes, wishes: Wishes, *, one_score: bool) -> Task:
    """Two classes of which neither is positive are judged as any other number of classes is.

    Raises:
        UsageError: a score, or a threshold, of which nothing says which class it is about.
    """
    if one_score:
        columns = ", or give a column of probabilities for each class"
        raise unknown_direction(classes.names, "y_pred holds the scores of", columns)
    if wishes.threshold is not None:
        raise unknown_direction(classes.names, "the threshold is of")
    return Task.MULTICLASS


def _labels_answered(true: Column, pred: Column, labels: Classes | None, wishes: Wishes) -> Column | None:
    """The labels in `y_pred`, or None where it holds probabilities."""
    logits = wishes.logits
    if pred.values.ndim == 2 or (wishes.score_of is not None and not pred.is_text):
        return None
    if logits and pred.is_text:
        raise UsageError("logits=True was given and y_pred holds text; expected numbers. Leave out logits=True.")
    if logits and pred.whole and np.isin(pred.values, (0, 1) if true.is_text else true.values).all():
        raise UsageError(
            "logits=True was given and y_pred holds whole numbers that all are classes, as labels do; expected logits. "
            "Leave out logits=True, or give the model's logits."
        )
    if pred.is_text or (pred.whole and not logits):
        return pred
    if logits or not whole_numbers(pred):
        return None
    there = pred.values[~pred.missing]
    if labels is None and true.is_text:
        return None if len(there) else pred
    known = Classes(("0", "1")) if labels is None and np.isin(true.values, (0, 1)).all() else labels
    fits = np.isin(there, true.values) if known is None else known.knows(there)
    return pred if fits.all() else None


def _is_one_hot(column: Column) -> bool:
    """Whether these are integers or booleans with exactly one 1 in each row: labels, not probabilities."""
    values = column.values
    return column.whole and values.ndim == 2 and bool(np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all())


def _binary_or_not(classes: Classes, task: Task | None) -> Task:
    if task is Task.BINARY and len(classes.names) != 2:
        raise DataError(
            f"task is 'binary' and there are {len(classes.names)} classes, {shown(classes.names)}; expected two. Leave "
            "out task=, or merge classes."
        )
    return task or (Task.BINARY if len(classes.names) == 2 else Task.MULTICLASS)


def _positions(true: Column, classes: Classes) -> tuple[str, ...]:
    if not classes.by_position or true.is_text:
        return ()
    return (f"Whole numbers are taken as positions in labels: 0 is {shown(classes.names[:1])}.",)


def _probabilities(true: Column, pred: Column, logits: bool, *, by_row: bool) -> tuple[np.ndarray, tuple[str, ...]]:
    """Probabilities of the shape of `pred`, and what was done; NaN stays NaN.

    Args:
        by_row: whether the columns exclude each other, for the choice between softmax and sigmoid.
    """
    values = pred.values.astype(np.float64, copy=False)
    bad = np.isinf(values) if logits else np.isinf(values) | (values < -ROUNDING) | (values > 1 + ROUNDING)
    if bad.any():
        first = tuple(int(place) for place in np.unravel_index(int(bad.argmax()), bad.shape))
        column = f", column {first[1]}" if len(first) == 2 else ""
        kind = "an infinite number" if np.isinf(values[first]) else "neither a probability nor a class of y_true"
        other = "" if true.is_text else "; where numbers are predicted, say task='regression'"
        raise DataError(
            f"y_pred holds {values[first]:g} in row {first[0]}{column} (counted from 0), {kind}; expected "
            f"{'finite logits' if logits else 'values from 0 to 1'}. If these are logits, say logits=True{other}."
        )
    if logits:
        name = "softmax" if by_row else "sigmoid"
        if by_row and values.min() >= 0 and np.allclose(values.sum(axis=1), 1, atol=ROUNDING):
            raise UsageError(
                "y_pred was said to hold logits, and each of its rows lies from 0 to 1 and sums to one, as "
                "probabilities do. Leave out logits=True."
            )
        return np.asarray(softmax(values, axis=1) if by_row else expit(values)), (
            f"A {name} was applied to y_pred, which was said to hold logits.",
        )
    outside = (values < 0) | (values > 1)
    if not outside.any():
        return values, ()
    return np.clip(values, 0, 1), (
        f"{int(outside.sum())} probabilities outside [0, 1] by at most {ROUNDING:g}, as rounding leaves them, were set "
        "to 0 or 1.",
    )


def _likeliest(read: Predictions, prob: np.ndarray) -> Predictions:
    if prob.ndim != 2:
        raise DataError(
            f"y_pred holds numbers that are no classes of y_true, and there are {len(read.names)} classes, "
            f"{shown(read.names)}; expected labels, or probabilities of shape (n, {len(read.names)}). Where numbers "
            "are predicted, say task='regression'."
        )
    predicted = np.argmax(prob, axis=1).astype(INDEX)
    predicted[np.isnan(prob).any(axis=1)] = -1
    return replace(read, predicted=predicted, prob=prob)


def _at_threshold(read: Predictions, prob: np.ndarray, threshold: float) -> Predictions:
    """Answer the positive class from the threshold on."""
    positive = 1 if read.positive is None else read.positive
    if prob.ndim == 2:
        check_two_columns(prob)
        # A row with one NaN has no answer, so that its other value must not be ranked either.
        prob = np.where(np.isnan(prob).any(axis=1), np.nan, prob[:, positive])
    predicted = np.full(len(prob), 1 - positive, dtype=INDEX)
    predicted[prob >= threshold] = positive
    predicted[np.isnan(prob)] = -1
    return replace(read, predicted=predicted, prob=prob, threshold=threshold)


def _multilabel(true: Column, pred: Column, wishes: Wishes) -> Predictions:
    """Read rows of 0 and 1."""
    shape = true.values.shape
    if true.is_text or true.values.ndim != 2 or not np.isin(true.values, (0, 1)).all():
        raise DataError(
            f"y_true of shape {shape} is no multi-label data; expected rows of 0 and 1, shape (n, labels), a 1 for "
            "each label that a row has. scikit-learn's MultiLabelBinarizer makes them."
        )
    if pred.values.shape != shape:
        raise DataError(f"y_true has shape {shape} and y_pred {pred.values.shape}; expected the same, (n, labels).")
    names = tuple(map(str, range(shape[1]))) if wishes.labels is None else given_classes(wishes.labels).names
    check_count(names, shape[1])
    positive = find_positive(wishes.positive, Classes(names), binary=False).index
    read = Predictions(Task.MULTILABEL, true.values, np.empty(0), names=names, positive=positive)
    if not wishes.logits and whole_numbers(pred) and np.isin(pred.values[~pred.missing], (0, 1)).all():
        refuse(wishes, "labels without probabilities", "threshold")
        return replace(read, predicted=np.where(pred.missing, -1, pred.values).astype(np.int64))
    prob, done = _probabilities(true, pred, wishes.logits, by_row=False)
    threshold = DEFAULT_THRESHOLD if wishes.threshold is None else float(wishes.threshold)
    predicted = np.where(np.isnan(prob), -1, (prob >= threshold).astype(np.int64))
    return replace(read, predicted=predicted, prob=prob, threshold=threshold, remarks=done)
