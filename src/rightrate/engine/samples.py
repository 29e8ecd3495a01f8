"""`Samples`: training or validation data in memory, and the order in which steps read them.

Whatever `Model.fit` takes becomes a table of samples and, for every optimizer step, the rows that it reads. All
candidates read the same rows in the same order, so that they can be compared in pairs. A dataset is read once
from its beginning; samples that come again are held once, and augmented ones are each a sample of its own. A training
dataset for which there is no room becomes a `Stream`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate.engine.batches import Source, as_tensor, check_finite
from rightrate.engine.collect import Collected, TooLarge
from rightrate.engine.stream import Stream
from rightrate.errors import DataError


@dataclass(frozen=True)
class Samples:
    """A table of samples.

    Args:
        data: `(x,)`, `(x, y)` or `(x, y, sample_weight)`, as `Model.train_step` gets it, each leaf a tensor with
            the samples as its first axis.
        size: number of samples.
        steps: for each optimizer step (or validation batch) the int32 row numbers it reads.
        open_batch: whether `Model.fit` would trace its step for an unknown batch size: where batches differ in
            size or a dataset does not promise one. TensorFlow computes the same step in another order then, so
            bit-equality depends on it.
    """

    data: tuple[Any, ...]
    size: int
    steps: tuple[np.ndarray, ...]
    open_batch: bool = False

    def batch(self, rows: np.ndarray) -> tuple[Any, ...]:
        """The samples of these rows."""
        return take(self.data, rows)

    @property
    def largest(self) -> int:
        """Samples of a full batch."""
        return max(len(rows) for rows in self.steps)

    @property
    def step_count(self) -> int:
        """Steps of the whole training."""
        return len(self.steps)

    @property
    def differs_at(self) -> None:
        """The first step whose batch was another one at another reading: a table is read once."""

    @property
    def held(self) -> str:
        """Where the samples are, in words."""
        return f"{self.size:,} in memory"

    def trained(self, step: int) -> int:
        """Samples that the first `step` steps read."""
        return sum(len(rows) for rows in self.steps[:step])

    def in_order(self) -> Iterator[tuple[Any, ...]]:
        """The batches of all steps."""
        return (self.batch(rows) for rows in self.steps)

    @property
    def bytes(self) -> int:
        """Memory of the table."""
        return sum(leaf.shape.num_elements() * max(leaf.dtype.size or 8, 1) for leaf in tf.nest.flatten(self.data))


#: What a search trains on.
TrainSamples = Samples | Stream


def take(structure: Any, rows: Any) -> Any:
    """These rows of every tensor of `structure`, in host memory: an accelerator gets batches, never whole tables."""
    with tf.device("CPU:0"):
        index = tf.convert_to_tensor(rows, tf.int32)
        return tf.nest.map_structure(lambda leaf: tf.gather(leaf, index), structure)


def is_dataset(data: Any) -> bool:
    """Whether `data` brings its own batches."""
    return isinstance(data, (tf.data.Dataset, keras.utils.PyDataset))


def read_training(
    data: Any,
    *,
    batch_size: int,
    epochs: int,
    steps_per_epoch: int | None,
    class_weight: dict[int, float] | None,
    seed: int,
    limit: int,
) -> tuple[TrainSamples, int]:
    """Return the training samples with the order of all steps, and the steps of an epoch.

    Arrays are shuffled anew in every epoch by `seed`; a `PyDataset` gives its batches in an order shuffled by
    `seed`; a `tf.data.Dataset` is read as it comes, beyond its end from its beginning again.

    Args:
        limit: bytes of memory that a dataset's samples may take, beyond which they become a stream; arrays are in
            memory already.

    Raises:
        DataError: empty, not finite, of different lengths, or smaller than a batch.
    """
    if is_dataset(data):
        source = Source(data, "The training dataset", seed)
        read = _read_if_it_fits(source, epochs, steps_per_epoch, limit)
        if read is None:
            return _read_stream(source, epochs, steps_per_epoch, class_weight, limit)
        samples, per_epoch = read
    else:
        table = _from_arrays(data, "train")
        if batch_size > table.size:
            raise DataError(
                f"The batch size is larger than the training data: batch_size={batch_size}, {table.size} samples. "
                f"Choose batch_size={table.size} or smaller."
            )
        per_epoch = steps_per_epoch or -(-table.size // batch_size)
        order = _shuffled_rows(table.size, batch_size, per_epoch * epochs, seed)
        samples = Samples(table.data, table.size, order, open_batch=table.size % batch_size != 0)
    return _with_class_weight(samples, class_weight), per_epoch


def read_validation(data: Any, *, batch_size: int, limit: int, seed: int = 0, at_most: int | None = None) -> Samples:
    """Return the validation samples in an order shuffled once by `seed`: the first of them stand for all.

    Args:
        batch_size: samples of a batch, for arrays.
        at_most: where given, an array's batches may have any size from half of this up to it.
    """
    if not is_dataset(data):
        table = _from_arrays(data, "validation_data")
        batch_size = batch_size if at_most is None else _even(table.size, at_most)
        return replace(table, steps=_shuffled_rows(table.size, batch_size, -(-table.size // batch_size), seed))
    if isinstance(data, tf.data.Dataset) and int(data.cardinality()) == tf.data.INFINITE_CARDINALITY:
        raise DataError("The validation dataset is infinite. Take a part of it: validation_data=dataset.take(steps).")
    table, _ = _read_table(Source(data, "The validation dataset", None), 1, None, limit)
    rows, size = np.concatenate(table.steps), len(table.steps[0])  # a sample that comes twice counts twice
    order = _shuffled_rows(len(rows), size, -(-len(rows) // size), seed)
    return replace(table, steps=tuple(rows[places] for places in order))


def _even(size: int, at_most: int) -> int:
    """The largest batch that leaves no smaller one over, since that would be a second trace; else `at_most`."""
    return next((n for n in range(min(at_most, size), at_most // 2, -1) if size % n == 0), at_most)


def _from_arrays(data: Any, name: str) -> Samples:
    if not isinstance(data, (tuple, list)) or len(data) not in (1, 2, 3):
        raise DataError(
            f"`{name}` must be (x, y), (x, y, sample_weight), a tf.data.Dataset or a keras.utils.PyDataset. "
            f"Received: {type(data).__name__}{f' of length {len(data)}' if isinstance(data, (tuple, list)) else ''}."
        )
    parts = tuple(part for part in data if part is not None)
    arrays = tuple(keras.tree.map_structure(_as_array, _lists_to_tuples(part)) for part in parts)
    sizes = {len(leaf) if leaf.ndim else 0 for leaf in keras.tree.flatten(arrays)}
    if len(sizes) != 1:
        raise DataError(f"All arrays of `{name}` must have the same length. Received lengths {sorted(sizes)}.")
    size = sizes.pop()
    if size == 0:
        raise DataError(f"`{name}` is empty: it has no samples.")
    check_finite(arrays, name)
    return Samples(keras.tree.map_structure(as_tensor, arrays), size, ())


def _lists_to_tuples(part: Any) -> Any:
    """A list of arrays is a structure to Keras; a list of numbers is an array."""
    if isinstance(part, list) and part and not np.isscalar(part[0]) and hasattr(part[0], "shape"):
        return tuple(part)
    return np.asarray(part) if isinstance(part, list) else part


def _as_array(leaf: Any) -> np.ndarray:
    """What Keras's array adapter makes of it: floating-point numbers become the default float type."""
    array = np.asarray(leaf)
    if type(leaf).__module__.split(".")[0] == "pandas" and array.ndim == 1:
        array = array[:, None]  # a Series is a column to Keras
    if array.dtype == object:
        array = array.astype(str)
    if np.issubdtype(array.dtype, np.floating) or array.dtype.name == "bfloat16":
        array = array.astype(keras.config.floatx(), copy=False)
    return array


def _shuffled_rows(size: int, batch_size: int, steps: int, seed: int) -> tuple[np.ndarray, ...]:
    """Row numbers of `steps` steps: one permutation an epoch, each from (seed, epoch) alone."""
    rows: list[np.ndarray] = []
    epoch = 0
    while len(rows) < steps:
        order = np.random.default_rng((seed, epoch)).permutation(size).astype(np.int32)
        rows += [order[i : i + batch_size] for i in range(0, size, batch_size)]
        epoch += 1
    return tuple(rows[:steps])


def _read_table(source: Source, epochs: int, steps_per_epoch: int | None, limit: int) -> tuple[Samples, int]:
    """The samples of a dataset, each different one held once, and the steps of an epoch.

    Raises:
        TooLarge: they need more than `limit` bytes.
    """
    if source.is_infinite and steps_per_epoch is None:
        raise DataError(f"{source.name} is infinite. Say how long an epoch is: steps_per_epoch=…")
    wanted = None if steps_per_epoch is None else steps_per_epoch * epochs
    per_epoch, table = steps_per_epoch, Collected(source, limit)
    for epoch in range(max(epochs, wanted or 0)):
        for batch in source.epoch(epoch):
            table.add(batch)
            if len(table.steps) == wanted:
                break
        if per_epoch is None:
            per_epoch = len(table.steps)
        if len(table.steps) == wanted or (wanted is None and epoch + 1 == epochs):
            break
    data, steps = table.columns(), tuple(table.steps)
    return Samples(data, len(table.seen), steps, open_batch=source.open_batch), int(per_epoch or 0)


def _read_if_it_fits(
    source: Source, epochs: int, steps_per_epoch: int | None, limit: int
) -> tuple[Samples, int] | None:
    """The table, or None where there is no room for it: what was read is let go of then."""
    try:
        return _read_table(source, epochs, steps_per_epoch, limit)
    except TooLarge:
        return None


def _read_stream(
    source: Source, epochs: int, steps_per_epoch: int | None, class_weight: dict[int, float] | None, limit: int
) -> tuple[Stream, int]:
    per_epoch = steps_per_epoch or source.promised
    if per_epoch is None:  # the dataset cannot say: it is read once to count
        per_epoch = sum(1 for _ in source.epoch(0))

    def weigh(batch: tuple[Any, ...]) -> tuple[Any, ...]:
        size = int(tf.nest.flatten(batch)[0].shape[0])
        return _with_class_weight(Samples(batch, size, ()), class_weight).data

    return Stream(source, per_epoch * epochs, limit, weigh), per_epoch


def shown(train: TrainSamples) -> Samples:
    """What of the training samples is at hand as a table: all, or a full batch of a stream."""
    if isinstance(train, Samples):
        return train
    rows = np.arange(train.largest, dtype=np.int32)
    return Samples(train.data, train.largest, (rows,), train.open_batch)


def _with_class_weight(samples: Samples, class_weight: dict[int, float] | None) -> Samples:
    """Turn class weights into sample weights, as `Model.fit` does."""
    if class_weight is None:
        return samples
    if len(samples.data) == 3:
        raise DataError("Give `class_weight` or sample weights, not both, as with Model.fit.")
    y = samples.data[1] if len(samples.data) == 2 else None
    if y is None or isinstance(y, (dict, tuple, list)):
        raise DataError("`class_weight` needs one array of labels: it works with models of a single output.")
    labels = np.asarray(y)
    if labels.ndim > 1:
        labels = labels.argmax(-1) if labels.shape[-1] != 1 else labels[..., 0]
    labels = np.round(labels).astype(int)
    weights = np.ones(samples.size, keras.config.floatx())
    for row, label in enumerate(labels.tolist()):
        weights[row] = class_weight.get(label, 1.0)
    return replace(samples, data=(samples.data[0], y, as_tensor(weights)))
