"""`Source`: the batches of a dataset one by one, as `Model.fit` reads them, with checks that name the batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate.errors import DataError, RightrateError

#: `(x,)`, `(x, y)` or `(x, y, sample_weight)`, each leaf an array with the samples as its first axis.
Batch = tuple[Any, ...]


class Source:
    """A `tf.data.Dataset` or `PyDataset`, read epoch after epoch.

    Args:
        data: the dataset.
        name: what errors call it.
        seed: of the order of a `PyDataset`'s batches; None leaves their order.
    """

    def __init__(self, data: Any, name: str, seed: int | None) -> None:
        self.data, self.name, self._seed = data, name, seed

    @property
    def open_batch(self) -> bool:
        """Whether a batch's size is not promised."""
        if not isinstance(self.data, tf.data.Dataset):
            return True  # Keras's adapter leaves the batch size of a PyDataset open
        specs = tf.nest.flatten(self.data.element_spec)
        return any(spec.shape.rank is None or spec.shape[0] is None for spec in specs)

    @property
    def is_infinite(self) -> bool:
        """Whether an epoch never ends."""
        return isinstance(self.data, tf.data.Dataset) and int(self.data.cardinality()) == tf.data.INFINITE_CARDINALITY

    @property
    def promised(self) -> int | None:
        """Batches of an epoch; None where the dataset does not know."""
        if not isinstance(self.data, tf.data.Dataset):
            return len(self.data)
        count = int(self.data.cardinality())
        return count if count >= 0 else None

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of epoch `number`, from 0.

        Raises:
            DataError: the dataset gave none, gave something that is no batch of samples, or failed.
        """
        batches, count = self._raw(number), 0
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                break
            except RightrateError:
                raise
            except Exception as error:  # a user's generator may raise anything: it is named with its place
                raise self._failed(error, number, count) from error
            count += 1
            yield _as_tuple(batch, self.name)
        if count == 0:
            raise DataError(f"{self.name} is empty: it gave no batch.")

    def _raw(self, number: int) -> Iterator[Any]:
        if isinstance(self.data, tf.data.Dataset):
            yield from self.data.as_numpy_iterator() if _plain(self.data) else iter(self.data)
            return
        order = np.arange(len(self.data))
        if self._seed is not None:
            order = np.random.default_rng((self._seed, number)).permutation(len(self.data))
        for index in order:
            yield self.data[int(index)]
        self.data.on_epoch_end()

    def _failed(self, error: Exception, epoch: int, count: int) -> DataError:
        text = " ".join(str(error).split())
        return DataError(
            f"{self.name} failed at batch {count + 1} of epoch {epoch + 1}: {type(error).__name__}: {text[:400]}"
            f"{'…' if len(text) > 400 else ''} Mend what makes this batch: reading the dataset to its end must work."
        )

    def check_shapes(self, batch: Batch, first: Batch) -> None:
        """Raise a `DataError` unless `batch` has the shapes and types of `first`, but for the number of samples."""
        leaves = keras.tree.flatten(batch)
        if len({len(leaf) if leaf.ndim else -1 for leaf in leaves}) != 1 or not leaves[0].ndim:
            raise DataError(f"{self.name} must be batched: the first axis of all its parts is the sample axis.")
        one, other = _shapes(keras.tree.flatten(first)), _shapes(leaves)
        if one != other:
            raise DataError(
                f"{self.name} gives batches of different shapes, e.g. {sorted(map(str, (one, other)))}. Pad all "
                "samples to one shape, e.g. with dataset.padded_batch(…, padded_shapes=…)."
            )


def _shapes(leaves: Iterable[np.ndarray]) -> tuple[Any, ...]:
    return tuple((leaf.shape[1:], str(leaf.dtype)) for leaf in leaves)


def _plain(data: tf.data.Dataset) -> bool:
    return all(isinstance(spec, tf.TensorSpec) for spec in tf.nest.flatten(data.element_spec))


def _as_tuple(batch: Any, name: str) -> Batch:
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


def nbytes(batch: Batch) -> int:
    """Memory of a batch."""
    return sum(leaf.nbytes for leaf in keras.tree.flatten(batch))


def digests(leaves: Sequence[np.ndarray], places: Iterable[int]) -> Iterator[bytes]:
    """What tells the samples at `places` of a batch from others."""
    for place in places:
        digest = hashlib.blake2b(digest_size=16)
        for leaf in leaves:
            row = leaf[place]
            digest.update(np.ascontiguousarray(row).tobytes() if leaf.dtype != object else repr(row).encode())
        yield digest.digest()


def as_tensor(array: np.ndarray) -> tf.Tensor:
    """The same in host memory: batches travel to an accelerator one by one."""
    with tf.device("CPU:0"):
        return tf.convert_to_tensor(array)


def check_finite(arrays: tuple[Any, ...], name: str) -> None:
    """Raise a `DataError` where numbers are NaN or infinite."""
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
