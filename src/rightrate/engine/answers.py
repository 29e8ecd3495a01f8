"""What a model answers on a part of the data, beside what is true: batch by batch, so that inputs are never held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate.engine.predict import answer
from rightrate.engine.samples import is_dataset
from rightrate.errors import DataError, ModelError

#: Samples that are predicted at once where the data are arrays: as many as `Model.predict` takes.
BATCH = 32


class ValidationPart:
    """The validation data of a running `Model.fit`, which Keras hides from callbacks.

    Keras keeps an iterator over them from the first validation to the end of the training, and its adapter can begin
    again. A generator cannot: `batches` is None then.
    """

    def __init__(self, model: Any) -> None:
        iterator = getattr(model, "_eval_epoch_iterator", None)
        self._adapter = getattr(iterator, "data_adapter", None)
        self._steps = getattr(iterator, "steps_per_epoch", None)

    @property
    def batches(self) -> Iterable[Any] | None:
        """The batches from the first one on; None where they cannot be had again."""
        adapter = self._adapter
        if adapter is None or type(adapter).__name__ == "GeneratorDataAdapter":
            return None
        return islice(iter(adapter.get_tf_dataset()), self._steps)


def batches_of(data: Any, name: str) -> Iterator[Any]:
    """The batches of whatever `validation_data` of `Model.fit` may be.

    Raises:
        DataError: no such thing, or arrays of different lengths.
    """
    if isinstance(data, tf.data.Dataset):
        yield from data
        return
    if is_dataset(data):
        yield from (data[place] for place in range(len(data)))
        return
    if not isinstance(data, (tuple, list)) or len(data) not in (2, 3):
        raise DataError(
            f"`{name}` must be (x, y), a tf.data.Dataset or a keras.utils.PyDataset. Received: {type(data).__name__}."
        )
    arrays = keras.tree.map_structure(np.asarray, tuple(data[:2]))
    sizes = {len(leaf) for leaf in keras.tree.flatten(arrays)}
    if len(sizes) != 1:
        raise DataError(f"All arrays of `{name}` must have the same length. Received lengths {sorted(sizes)}.")
    for start in range(0, sizes.pop(), BATCH):
        yield keras.tree.map_structure(lambda leaf: leaf[start : start + BATCH], arrays)  # noqa: B023


def answers(model: Any, batches: Iterable[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return what is true and what the model answers.

    Returns:
        Labels as the loss takes them, shape `(n,)` or `(n, k)`, and outputs, shape `(n, outputs)`.

    Raises:
        DataError: no sample, or samples without labels.
        ModelError: it does not take the samples, has several outputs, or one that is not a row of numbers a sample.
    """
    labels, outputs = [], []
    for batch in batches:
        x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
        found = answer(model, x)
        if found.ndim > 2:
            raise ModelError(f"The model's output is no row of numbers a sample: its shape is {found.shape[1:]}.")
        if y is None:
            raise DataError("The samples have no labels.")
        labels.append(np.asarray(y))
        outputs.append(found.reshape(len(found), -1))
    if not labels:
        raise DataError("There is no sample to judge.")
    return np.concatenate(labels), np.concatenate(outputs)
