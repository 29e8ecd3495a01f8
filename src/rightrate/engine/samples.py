"""`Samples`: training or validation data in memory, and the order in which steps read them.

Whatever `Model.fit` takes becomes a table of samples and, for every optimizer step, the rows that it reads. All
candidates read the same rows in the same order, so that they can be compared in pairs. A dataset is read once
from its beginning; samples that come again are held once, and augmented ones are each a sample of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

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
    def bytes(self) -> int:
        """Memory of the table."""
        return sum(leaf.shape.num_elements() * max(leaf.dtype.size or 8, 1) for leaf in tf.nest.flatten(self.data))


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
) -> tuple[Samples, int]:
    """Return the training samples with the order of all steps, and the steps of an epoch.

    Arrays are shuffled anew in every epoch by `seed`; a `PyDataset` gives its batches in an order shuffled by
    `seed`; a `tf.data.Dataset` is read as it comes, beyond its end from its beginning again.

    Args:
        limit: bytes of memory that a dataset's samples may take; arrays are in memory already.

    Raises:
        DataError: empty, not finite, of different lengths, smaller than a batch, or a dataset larger than `limit`.
    """
    if is_dataset(data):
        batches, per_epoch = _read_batches(data, epochs, steps_per_epoch, seed, limit, "The training dataset")
        samples = replace(_table(batches, limit, "The training dataset"), open_batch=_open(data))
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
    batches, _ = _read_batches(data, 1, None, None, limit, "The validation dataset")
    table = _table(batches, limit, "The validation dataset")
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
    _check_finite(arrays, name)
    return Samples(keras.tree.map_structure(_as_tensor, arrays), size, ())


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


def _as_tensor(array: np.ndarray) -> tf.Tensor:
    with tf.device("CPU:0"):  # batches travel to an accelerator one by one
        return tf.convert_to_tensor(array)


def _check_finite(arrays: tuple[Any, ...], name: str) -> None:
    for label, part in zip(("inputs", "labels", "sample weights"), arrays, strict=False):
        for leaf in keras.tree.flatten(part):
            if not np.issubdtype(leaf.dtype, np.floating):
                continue
            bad = ~np.isfinite(leaf.reshape(len(leaf), -1)).all(axis=1)
            if bad.any():
                raise DataError(
                    f"The {label} of `{name}` hold NaN or infinity in {int(bad.sum())} of {len(leaf)} samples, first "
                    f"in sample {int(bad.argmax())}. Remove or fill these values first."
                )


def _shuffled_rows(size: int, batch_size: int, steps: int, seed: int) -> tuple[np.ndarray, ...]:
    """Row numbers of `steps` steps: one permutation an epoch, each from (seed, epoch) alone."""
    rows: list[np.ndarray] = []
    epoch = 0
    while len(rows) < steps:
        order = np.random.default_rng((seed, epoch)).permutation(size).astype(np.int32)
        rows += [order[i : i + batch_size] for i in range(0, size, batch_size)]
        epoch += 1
    return tuple(rows[:steps])


def _read_batches(
    data: Any, epochs: int, steps_per_epoch: int | None, seed: int | None, limit: int, name: str
) -> tuple[list[tuple[Any, ...]], int]:
    batches: list[tuple[Any, ...]] = []
    held = 0
    infinite = isinstance(data, tf.data.Dataset) and int(data.cardinality()) == tf.data.INFINITE_CARDINALITY
    if infinite and steps_per_epoch is None:
        raise DataError(f"{name} is infinite. Say how long an epoch is: steps_per_epoch=…")
    wanted = None if steps_per_epoch is None else steps_per_epoch * epochs
    per_epoch = steps_per_epoch
    for epoch in range(max(epochs, wanted or 0)):
        before = len(batches)
        for batch in _epoch_batches(data, epoch, seed):
            batches.append(_as_tuple(batch, name))
            held += sum(leaf.nbytes for leaf in keras.tree.flatten(batches[-1]))
            if held > 2 * limit:  # samples that come again are held once, so the sum may exceed the limit for a while
                raise _too_large(name, held, limit)
            if wanted is not None and len(batches) == wanted:
                return batches, int(per_epoch or 0)
        if len(batches) == before:
            raise DataError(f"{name} is empty: it gave no batch.")
        if per_epoch is None:
            per_epoch = len(batches)
        if wanted is None and epoch + 1 == epochs:
            break
    return batches, int(per_epoch or 0)


def _open(data: Any) -> bool:
    if not isinstance(data, tf.data.Dataset):
        return True  # Keras's adapter leaves the batch size of a PyDataset open
    return any(spec.shape.rank is None or spec.shape[0] is None for spec in tf.nest.flatten(data.element_spec))


def _epoch_batches(data: Any, epoch: int, seed: int | None) -> Iterator[Any]:
    if isinstance(data, tf.data.Dataset):
        yield from data.as_numpy_iterator() if _plain(data) else iter(data)
        return
    order = np.arange(len(data)) if seed is None else np.random.default_rng((seed, epoch)).permutation(len(data))
    for index in order:
        yield data[int(index)]
    data.on_epoch_end()


def _plain(data: tf.data.Dataset) -> bool:
    return all(isinstance(spec, tf.TensorSpec) for spec in tf.nest.flatten(data.element_spec))


def _as_tuple(batch: Any, name: str) -> tuple[Any, ...]:
    parts = batch if isinstance(batch, tuple) else (batch,)
    for leaf in keras.tree.flatten(parts):
        if isinstance(leaf, (tf.RaggedTensor, tf.SparseTensor)):
            raise DataError(
                f"{name} gives {type(leaf).__name__}s, which a search cannot hold as a table. Make them dense first, "
                "e.g. dataset.map(lambda x, y: (x.to_tensor(), y))."
            )
    return tuple(keras.tree.map_structure(_as_array_as_is, part) for part in parts if part is not None)


def _as_array_as_is(leaf: Any) -> np.ndarray:
    """A dataset's own types are kept, as Keras keeps them."""
    return np.asarray(leaf)


def _table(batches: Sequence[tuple[Any, ...]], limit: int, name: str) -> Samples:
    """Hold each different sample once; every batch becomes row numbers."""
    flat = [keras.tree.flatten(batch) for batch in batches]
    shapes = {tuple((leaf.shape[1:], str(leaf.dtype)) for leaf in leaves) for leaves in flat}
    if len(shapes) > 1:
        raise DataError(
            f"{name} gives batches of different shapes, e.g. {sorted(map(str, shapes))[:2]}. Pad all samples to one "
            "shape, e.g. with dataset.padded_batch(…, padded_shapes=…)."
        )
    seen: dict[bytes, int] = {}
    first: list[tuple[int, int]] = []
    steps = []
    for number, leaves in enumerate(flat):
        if len({len(leaf) for leaf in leaves}) != 1:
            raise DataError(f"{name} must be batched: the first axis of all its parts is the sample axis.")
        rows = np.empty(len(leaves[0]), np.int32)
        for place, key in enumerate(_digests(leaves)):
            if key not in seen:
                seen[key] = len(seen)
                first.append((number, place))
            rows[place] = seen[key]
        steps.append(rows)
    held = sum(leaf[0].nbytes for leaf in flat[0]) * len(first)
    if held > limit:
        raise _too_large(name, held, limit)
    columns = [_gather([leaves[k] for leaves in flat], first) for k in range(len(flat[0]))]
    data = keras.tree.pack_sequence_as(batches[0], [_as_tensor(column) for column in columns])
    arrays = keras.tree.pack_sequence_as(batches[0], columns)
    _check_finite(arrays, name)
    return Samples(data, len(first), tuple(steps))


def _digests(leaves: Iterable[np.ndarray]) -> Iterator[bytes]:
    contiguous = [np.ascontiguousarray(leaf) for leaf in leaves]
    for place in range(len(contiguous[0])):
        digest = hashlib.blake2b(digest_size=16)
        for leaf in contiguous:
            row = leaf[place]
            digest.update(row.tobytes() if row.dtype != object else repr(row).encode())
        yield digest.digest()


def _gather(leaves: Sequence[np.ndarray], places: Sequence[tuple[int, int]]) -> np.ndarray:
    out = np.empty((len(places), *leaves[0].shape[1:]), leaves[0].dtype)
    for row, (number, place) in enumerate(places):
        out[row] = leaves[number][place]
    return out


def _too_large(name: str, held: int, limit: int) -> DataError:
    return DataError(
        f"{name} needs more memory than there is for it: {held / 1e9:.1f} GB read, {limit / 1e9:.1f} GB allowed. "
        "Search on a part of it: dataset.take(…), or steps_per_epoch= with fewer steps."
    )


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
    return replace(samples, data=(samples.data[0], y, _as_tensor(weights)))
