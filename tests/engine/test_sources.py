"""Whatever `Model.fit` takes as data trains bit for bit as there."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from keras import layers

from rightrate.engine import samples
from rightrate.engine.samples import Samples
from rightrate.engine.session import open_session

from . import models
from .helpers import ROOM, bits, held


def _model() -> keras.Model:
    keras.utils.set_random_seed(11)
    return models.compiled(models.dense(layers.Dropout(0.3, seed=1)))


def _candidate(
    model: keras.Model, data: Any, *, epochs: int = 2, batch_size: int = 8, steps_per_epoch: int | None = None
) -> tuple[list[bytes], Samples, int]:
    """The bits of a candidate trained on `data`, the samples it read, and the steps of an epoch."""
    train, per_epoch = samples.read_training(
        data,
        batch_size=batch_size,
        epochs=epochs,
        steps_per_epoch=steps_per_epoch,
        class_weight=None,
        seed=3,
        limit=ROOM,
    )
    validation = samples.read_validation(tuple(part[:6] for part in train.data), batch_size=6, limit=ROOM)
    total = per_epoch * epochs
    with open_session(model, train, validation, memory_limit=ROOM) as session:
        end, _ = session.run(session.start, np.full(total, 1e-2), total)
        return held(session, end), train, per_epoch


def _oracle(*arguments: Any, model: keras.Model | None = None, **named: Any) -> list[bytes]:
    model = _model() if model is None else model
    model.optimizer.learning_rate = 1e-2
    model.fit(*arguments, shuffle=False, verbose=0, **named)
    return bits(model)


def _dataset() -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(models.points())


def test_a_finite_dataset() -> None:
    dataset = _dataset().batch(8, drop_remainder=True)
    found, _, per_epoch = _candidate(_model(), dataset)
    assert per_epoch == 3
    assert found == _oracle(dataset, epochs=2)


def test_a_dataset_with_a_partial_last_batch() -> None:
    dataset = _dataset().batch(10)
    found, train, _ = _candidate(_model(), dataset)
    assert [len(rows) for rows in train.steps] == [10, 10, 4] * 2
    assert found == _oracle(dataset, epochs=2)


def test_a_dataset_that_shuffles_anew_in_every_epoch() -> None:
    dataset = _dataset().shuffle(24, seed=4, reshuffle_each_iteration=True).batch(8, drop_remainder=True)
    found, train, per_epoch = _candidate(_model(), dataset)
    first, second = np.concatenate(train.steps[:per_epoch]), np.concatenate(train.steps[per_epoch:])
    assert train.size == 24  # a sample that comes again is held once
    assert sorted(first) == sorted(second) and list(first) != list(second)
    x, y = (np.asarray(part)[np.concatenate([first, second])] for part in train.data)
    assert found == _oracle(x, y, batch_size=8)


def test_an_infinite_dataset_with_steps_per_epoch() -> None:
    dataset = _dataset().repeat().batch(7, drop_remainder=True)
    found, train, per_epoch = _candidate(_model(), dataset, steps_per_epoch=4)
    assert (per_epoch, len(train.steps)) == (4, 8)
    assert found == _oracle(dataset, epochs=2, steps_per_epoch=4)


def test_a_dataset_that_augments_gives_every_epoch_samples_of_its_own() -> None:
    def noisy(x: Any, y: Any) -> Any:
        return x + tf.random.stateless_normal([5], seed=[tf.cast(x[0] * 1e6, tf.int32), 1]), y

    count = tf.data.Dataset.range(48).map(lambda i: tf.cast(i, tf.float32))
    dataset = tf.data.Dataset.zip(_dataset().repeat(2), count).map(lambda xy, i: (xy[0] + i * 0.01, xy[1]))
    dataset = dataset.map(noisy).batch(8, drop_remainder=True)
    found, train, per_epoch = _candidate(_model(), dataset, epochs=1)
    assert (train.size, per_epoch) == (48, 6)
    assert found == _oracle(dataset)


class _Pieces(keras.utils.PyDataset):
    """Batches of the points, in a given order."""

    def __init__(self, order: list[int]) -> None:
        super().__init__()
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, index: int) -> Any:
        x, y = models.points()
        place = slice(8 * self._order[index], 8 * self._order[index] + 8)
        return x[place], y[place]


def test_a_py_dataset() -> None:
    found, train, per_epoch = _candidate(_model(), _Pieces([0, 1, 2]))
    assert per_epoch == 3
    x, _ = models.points()
    starts = [int(np.flatnonzero((x == train.data[0][rows[0]].numpy()).all(axis=1))[0]) // 8 for rows in train.steps]
    assert sorted(starts[:3]) == sorted(starts[3:]) == [0, 1, 2]  # whole batches, in an order of the seed's
    assert found == _oracle(_Pieces(starts))


def test_pandas_columns() -> None:
    x, y = models.points()
    table, labels = pd.DataFrame(x), pd.Series(y, name="kind")
    found, train, _ = _candidate(_model(), (table, labels), epochs=1)
    rows = np.concatenate(train.steps)
    assert train.data[1].shape == (24, 1)  # as Keras makes of a Series
    assert found == _oracle(table.iloc[rows], labels.iloc[rows], batch_size=8)


def test_lists_and_other_number_types() -> None:
    x, y = models.points()
    found, train, _ = _candidate(_model(), (x.astype("float64"), y.astype("int8").tolist()), epochs=1)
    rows = np.concatenate(train.steps)
    assert found == _oracle(x.astype("float64")[rows], y.astype("int8")[rows], batch_size=8)


def test_a_short_epoch_of_arrays_goes_on_where_the_last_one_stopped() -> None:
    found, train, _ = _candidate(_model(), models.points(), batch_size=10, steps_per_epoch=2)
    assert [len(rows) for rows in train.steps] == [10, 10, 4, 10]
    assert len(set(np.concatenate(train.steps[:3]))) == 24

    def batches() -> Any:
        for rows in train.steps:
            yield tuple(np.asarray(part)[rows] for part in train.data)

    kinds = tuple(tf.TensorSpec((None, *part.shape[1:]), part.dtype) for part in train.data)
    assert found == _oracle(tf.data.Dataset.from_generator(batches, output_signature=kinds), steps_per_epoch=4)


WORDS = np.array(["red apple", "green leaf", "blue sea", "red rose", "green sea", "blue leaf"] * 4)


def _reader(*, frozen: bool = False) -> keras.Model:
    keras.utils.set_random_seed(11)
    split = layers.TextVectorization(output_sequence_length=3, vocabulary=["red", "green", "blue", "sea"])
    embedded = layers.Embedding(6, 4, trainable=not frozen)
    head = models.softmax()
    inputs = keras.Input((), dtype="string")
    outputs = head(layers.Flatten()(embedded(split(inputs))))
    return models.compiled(keras.Model(inputs, outputs))


@pytest.mark.parametrize("frozen", [False, True], ids=["trainable embedding", "frozen embedding"])
@pytest.mark.parametrize("kind", [list, np.array], ids=["list", "array"])
def test_texts(kind: Any, frozen: bool) -> None:
    _, y = models.points()
    found, train, _ = _candidate(_reader(frozen=frozen), (kind(WORDS.tolist()), y), epochs=1)
    rows = np.concatenate(train.steps)
    dataset = tf.data.Dataset.from_tensor_slices((WORDS[rows], y[rows])).batch(8, drop_remainder=True)
    assert found == _oracle(dataset, model=_reader(frozen=frozen))
