"""What kind of answer a model gives, read from its labels, its predictions and its loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from rightrate.engine.samples import Samples, TrainSamples
from rightrate.errors import DataError


@dataclass(frozen=True)
class Task:
    """Args:
    classes: number of classes, or None where the model does not sort samples into classes (a regression,
        several outputs, several labels a sample): precision and recall are not measured then.
    classify: predictions -> shape `(batch,)` int32 class indices; None without classes.
    labels: shape `(samples,)`, the true classes of the validation samples; None without classes.
    why_not: why there are no classes, or None.
    kind: what else the answers are: "number" (a regression), "labels" (several a sample); None where nobody can tell.
    """

    classes: int | None
    classify: Callable[[Any], Any] | None
    labels: np.ndarray | None
    why_not: str | None = None
    kind: Literal["number", "labels"] | None = None


def _no(why: str, kind: Literal["number", "labels"] | None = None) -> Task:
    return Task(None, None, None, why, kind)


def check_not_text(train: Samples) -> None:
    """Raise a `DataError` where the labels are text: no Keras loss takes them."""
    y = train.data[1] if len(train.data) > 1 else None
    if isinstance(y, tf.Tensor) and y.dtype == tf.string:
        raise DataError(
            "The labels are text. Number the classes from 0, e.g. with sklearn.preprocessing.LabelEncoder, and pass "
            "their names as class_names=."
        )


def read_task(model: Any, train: TrainSamples, validation: Samples) -> Task:
    """Decide how `model`'s predictions become classes, if they do.

    Raises:
        DataError: labels that no output stands for, one class only, or a positive class that validation lacks.
    """
    task = _read(model, validation)
    if task.classes is not None and len(train.data) > 1:
        _check_labels(task, np.asarray(train.data[1]), task.classes, are_all=isinstance(train, Samples))
    return task


def _check_labels(task: Task, train: np.ndarray, classes: int, *, are_all: bool) -> None:
    width_wise = train.ndim == 2 and train.shape[-1] > 1
    true = train.argmax(-1) if width_wise else np.round(train.reshape(-1)).astype(int)
    assert task.labels is not None
    for name, labels in (("training", true), ("validation", task.labels)):
        if labels.min() < 0 or labels.max() >= classes:
            raise DataError(
                f"The {name} labels run from {labels.min()} to {labels.max()}, and the model tells {classes} classes "
                f"apart: they must lie between 0 and {classes - 1}. Give the model an output for each class "
                "(on the command line: --new-head), or renumber the labels."
            )
    present = np.unique(true)
    if len(present) < 2 and are_all:  # one batch of a stream may have one class
        raise DataError(
            f"All {len(true)} training labels are class {present[0]}: there is nothing to learn. Add the other classes."
        )
    if classes == 2 and len(np.unique(task.labels)) < 2:
        raise DataError(
            f"All {len(task.labels)} validation labels are class {task.labels[0]}: precision and recall cannot be "
            "measured. Take a validation part that has both classes, e.g. by validation_split=0.2."
        )


def _read(model: Any, validation: Samples) -> Task:
    if len(validation.data) < 2:
        return _no("the validation data have no labels")
    y, outputs = validation.data[1], getattr(model, "outputs", None)
    if isinstance(y, (dict, list, tuple)) or (outputs is not None and len(outputs) > 1):
        return _no("the model has several outputs")
    width = _width(model, validation)
    if width is None:
        return _no("the model's output is not one row of numbers a sample")
    return task_of(model.loss, width, np.asarray(y))


def task_of(loss: Any, width: int, labels: np.ndarray) -> Task:
    """Decide how a row of `width` numbers becomes a class, if it does.

    Args:
        loss: that the model was compiled with.
        labels: the true answers, as the loss takes them.
    """
    name = loss_name(loss)
    if width == 1:
        if "binary" not in name and "hinge" not in name and "focal" not in name:
            return _no("the model predicts a number, not a class", "number")
        if not np.isin(labels, (0, 1)).all():
            return _no("the labels are not 0 and 1")
        threshold = 0.0 if _from_logits(loss) or "hinge" in name else 0.5
        return Task(2, lambda p: tf.cast(tf.reshape(p, [-1]) > threshold, tf.int32), labels.reshape(-1).astype(int))
    if "binary" in name:
        return _no("the model gives several labels a sample", "labels")
    integer = labels.ndim == 1 or labels.shape[-1] == 1
    if integer and ("sparse" in name or np.issubdtype(labels.dtype, np.integer)):
        true = labels.reshape(-1).astype(int)
    elif labels.ndim == 2 and labels.shape[-1] == width and "crossentropy" in name:
        true = labels.argmax(-1)
    else:
        return _no("the model predicts numbers, not classes")
    return Task(width, lambda p: tf.argmax(p, -1, output_type=tf.int32), true)


def loss_name(loss: Any) -> str:
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", "")
    return str(name).lower()


def _from_logits(loss: Any) -> bool:
    settings = getattr(loss, "_fn_kwargs", None) or {}
    return bool(getattr(loss, "from_logits", False) or settings.get("from_logits", False))


def _width(model: Any, samples: Samples) -> int | None:
    """Numbers that the model gives for one sample; None where it is not a plain row."""
    one = tf.nest.map_structure(lambda leaf: keras.KerasTensor((1, *leaf.shape[1:]), leaf.dtype.name), samples.data[0])
    arguments = {"training": False} if model._call_has_training_arg else {}
    shape = getattr(model.compute_output_spec(one, **arguments), "shape", None)
    if shape is None or len(shape) > 2 or (len(shape) == 2 and shape[-1] is None):
        return None
    return 1 if len(shape) == 1 else int(shape[-1])
