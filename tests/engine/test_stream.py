"""Training data that do not fit into memory: the same batches, read in windows; candidates train as in `Model.fit`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import rightrate as rr
from rightrate.engine import samples
from rightrate.engine.samples import TrainSamples
from rightrate.engine.session import open_session
from rightrate.engine.stream import Stream

from .helpers import ROOM, bits, held

ROWS, BATCH = 50, 8
ROW_BYTES = 12 + 8  # three float32 and a label
#: Room for a window of two batches.
TWO_BATCHES = 4 * BATCH * ROW_BYTES
#: A seed with which the smaller batch of `Counted` is not among the first four.
SMALL_LAST = 1


def points() -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).normal(size=(ROWS, 3)).astype("float32")
    return x, (x.sum(1) > 0).astype("int64")


def dataset(**options: Any) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(points()).batch(BATCH, **options)


def read(data: Any, limit: int = TWO_BATCHES, **changes: Any) -> tuple[TrainSamples, int]:
    asked = {"batch_size": BATCH, "epochs": 2, "steps_per_epoch": None, "class_weight": None, "seed": 3, **changes}
    return samples.read_training(data, limit=limit, **asked)


def stream(data: Any, **changes: Any) -> Stream:
    found, _ = read(data, **changes)
    assert isinstance(found, Stream)
    return found


def batches(train: TrainSamples) -> list[list[bytes]]:
    return [[leaf.numpy().tobytes() for leaf in tf.nest.flatten(batch)] for batch in train.in_order()]


class Counted(keras.utils.PyDataset):
    """The points in batches, counting how often each is asked for; `change` makes a batch another one."""

    def __init__(self, change: Any = None) -> None:
        super().__init__()
        self.asked: list[int] = []
        self.change = change or (lambda index, asked, x: x)

    def __len__(self) -> int:
        return -(-ROWS // BATCH)

    def __getitem__(self, index: int) -> Any:
        x, y = (part[BATCH * index : BATCH * index + BATCH] for part in points())
        self.asked.append(index)
        return self.change(index, self.asked, x), y


@pytest.mark.parametrize(
    "make",
    [
        dataset,
        lambda: dataset(drop_remainder=True),
        lambda: dataset().shuffle(7, seed=4, reshuffle_each_iteration=False),
        lambda: dataset().map(lambda x, y: ({"in": x}, y, x[:, 0])),
        lambda: dataset().filter(lambda x, y: True),  # cannot say how long it is
        Counted,
    ],
    ids=["a smaller last batch", "all batches full", "shuffled once", "named, weighted", "unknown length", "PyDataset"],
)
def test_a_stream_has_the_batches_of_the_table(make: Any) -> None:
    table, per_epoch = read(make(), ROOM)
    found, steps = read(make())
    assert isinstance(found, Stream) and not isinstance(table, Stream)
    assert steps == per_epoch and found.step_count == table.step_count and found.largest == table.largest
    expected = batches(table)
    assert batches(found) == expected
    assert [batches(found)[k] for k in (9, 2)] == [expected[9], expected[2]]
    assert found.trained(9) == table.trained(9) and found.differs_at is None


def test_an_infinite_dataset_with_steps_per_epoch() -> None:
    table, _ = read(dataset().repeat(), ROOM, steps_per_epoch=9)
    assert batches(stream(dataset().repeat(), steps_per_epoch=9)) == batches(table)


def test_class_weights_become_sample_weights() -> None:
    table, _ = read(dataset(), ROOM, class_weight={0: 1.0, 1: 3.0})
    assert batches(stream(dataset(), class_weight={0: 1.0, 1: 3.0})) == batches(table)


def test_a_window_holds_what_fits_and_is_read_once() -> None:
    counted = Counted()
    found = stream(counted, seed=SMALL_LAST)
    before = len(counted.asked)
    ends = [found.reach(0, 14), found.reach(1, 14), found.reach(2, 14)]
    assert ends == [2, 2, 4]
    assert len(counted.asked) == before + 2  # two batches were there
    assert found.readings == 1
    found.batch(0)
    assert found.readings == 2 and found.window == (0, 1)


def test_the_smaller_batch_may_come_first() -> None:
    small_first = dataset().skip(6).concatenate(dataset().take(6))
    assert (stream(small_first).largest, read(small_first, ROOM)[0].largest) == (BATCH, BATCH)


def test_a_window_is_not_read_further_than_asked() -> None:
    counted = Counted()
    found = stream(counted, limit=BATCH * ROW_BYTES * 6)
    before = len(counted.asked)
    assert [found.reach(1, 2), found.reach(2, 3)] == [2, 3] and found.window == (0, 3)
    assert len(counted.asked) == before + 1


def test_other_batches_at_another_reading_are_noticed() -> None:
    calls = iter(range(1000))
    found = stream(Counted(lambda index, asked, x: x + next(calls) if index == 4 else x))
    first = batches(found)
    assert found.differs_at is None
    again = batches(found)
    assert found.differs_at == [a == b for a, b in zip(first, again, strict=True)].index(False)


def broken(at: int) -> tf.data.Dataset:
    def make() -> Iterator[Any]:
        for number, batch in enumerate(zip(*(np.array_split(part, 7) for part in points()), strict=True)):
            if number == at:
                raise RuntimeError("the disk is gone")
            yield batch

    kinds = (tf.TensorSpec((None, 3), tf.float32), tf.TensorSpec((None,), tf.int64))
    return tf.data.Dataset.from_generator(make, output_signature=kinds)


@pytest.mark.parametrize("limit", [TWO_BATCHES, ROOM], ids=["stream", "table"])
def test_an_error_of_a_generator_names_its_batch(limit: int) -> None:
    with pytest.raises(rr.DataError, match=r"failed at batch 6 of epoch 1: .*the disk is gone"):
        batches(read(broken(5), limit, steps_per_epoch=7)[0])


def test_nan_in_a_batch_is_named() -> None:
    found = stream(Counted(lambda index, asked, x: x * (np.nan if index == 4 and len(asked) > 8 else 1)))
    with pytest.raises(rr.DataError, match=r"The inputs of `batch \d+ of the training` hold NaN"):
        batches(found)


def test_a_batch_of_another_shape_is_refused() -> None:
    found = stream(Counted(lambda index, asked, x: x[:, :2] if index == 4 and len(asked) > 8 else x))
    with pytest.raises(rr.DataError, match="different shapes"):
        batches(found)


def model() -> keras.Model:
    keras.utils.set_random_seed(11)
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.3, seed=1), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(keras.optimizers.Adam(1e-2), loss, metrics=["accuracy"])
    return net


@pytest.mark.parametrize("options", [{}, {"drop_remainder": True}], ids=["a smaller last batch", "all batches full"])
def test_a_candidate_over_a_stream_is_bit_equal_to_model_fit(options: dict[str, bool]) -> None:
    data = dataset(**options).map(lambda x, y: (x, y, tf.abs(x[:, 0])))
    train = stream(data)
    validation = samples.read_validation(points(), batch_size=10, limit=ROOM)
    rates = np.full(train.step_count, 1e-2)
    with open_session(model(), train, validation, memory_limit=ROOM) as session:
        some, _ = session.run(session.start, rates, 5)
        session.run(session.start, 30 * rates, 9)  # another candidate: the stream begins again and runs ahead
        session.evaluate(some)
        end, _ = session.run(some, rates, train.step_count)
        found = held(session, end)
        assert "stream" in session.plan.prefix and not session.plan.prefix_cached
    oracle = model()
    oracle.fit(data, epochs=2, shuffle=False, verbose=0)
    assert found == bits(oracle)


def test_a_label_that_no_output_stands_for_is_named_with_its_batch() -> None:
    data = dataset().map(lambda x, y: (x, y + 9 * tf.cast(x[:, 0] == points()[0][20, 0], tf.int64)))
    validation = samples.read_validation(points(), batch_size=10, limit=ROOM)
    train = stream(data)
    with (
        open_session(model(), train, validation, memory_limit=ROOM) as session,
        pytest.raises(rr.DataError, match="cannot train on batch 3 of the training dataset"),
    ):
        session.run(session.start, np.full(train.step_count, 1e-2), 5)
