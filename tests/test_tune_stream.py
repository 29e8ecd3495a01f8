"""`rr.tune` on a dataset that does not fit into memory: the same result as in memory, read once for all candidates."""

from __future__ import annotations

from collections import Counter
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import rightrate as rr
from rightrate.runner import local

ROWS, BATCH = 150, 16
PER_EPOCH = -(-ROWS // BATCH)
#: Room for a window of three batches.
LIMIT = 6 * BATCH * (24 + 8)


def points(n: int = ROWS, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    return rng.normal(size=(n, 6)).astype("float32") + 0.8 * y[:, None].astype("float32"), y


def classifier() -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dropout(0.1, seed=4), keras.layers.Dense(2, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class Counted(keras.utils.PyDataset):
    """The points in batches; `act` sees the number of each batch that is asked for."""

    def __init__(self, act: Any = lambda asked: None) -> None:
        super().__init__()
        self.asked: list[int] = []
        self._act = act

    def __len__(self) -> int:
        return PER_EPOCH

    def __getitem__(self, index: int) -> Any:
        self.asked.append(index)
        self._act(self.asked)
        return tuple(part[BATCH * index : BATCH * index + BATCH] for part in points())


def tune(train: Any, model: keras.Model | None = None, **changes: Any) -> rr.TuneResult:
    asked = {"validation_data": points(100, 1), "epochs": 3, "memory_limit": LIMIT, "schedule": "constant", **changes}
    return rr.tune(model or classifier(), train, **asked)


def dataset() -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(points()).batch(BATCH)


def codes(result: rr.TuneResult) -> set[str]:
    return {finding.code for finding in result.findings}


def is_streamed(result: rr.TuneResult) -> bool:
    return "stream" in result.document.about["Training samples"]


def assert_same(one: rr.TuneResult, other: rr.TuneResult) -> None:
    assert one.learning_rate == other.learning_rate and one.interval == other.interval
    assert np.array_equal(one.schedule.rates, other.schedule.rates) and one.cost.samples == other.cost.samples
    for a, b in zip(one.trials, other.trials, strict=True):
        assert (a.learning_rate, a.ended, a.why) == (b.learning_rate, b.ended, b.why)
        assert np.array_equal(a.train_loss, b.train_loss)
        assert [e.values for e in a.evaluations] == [e.values for e in b.evaluations]
    assert all(np.array_equal(a, b) for a, b in zip(one.weights, other.weights, strict=True))


def test_a_stream_and_a_table_give_the_same_result_bit_for_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    # Some leave, rates beyond the first ones are tried, one between two others begins late.
    asked = {"budget": 2.6, "class_weight": {0: 1.0, 1: 2.0}, "epochs": 6}
    table, stream = tune(dataset(), memory_limit=None, **asked), tune(dataset(), **asked)
    assert is_streamed(stream) and not is_streamed(table)
    assert len({trial.steps for trial in stream.trials}) > 1
    assert_same(stream, table)
    assert stream.cost.steps == table.cost.steps and "RR211" not in codes(stream)
    # Where few states can be kept, those that share a reading are fewer: the same again, for more steps.
    monkeypatch.setattr(local, "STATE_MEMORY", 0)
    cramped = tune(dataset(), **asked)
    assert_same(cramped, stream)
    assert cramped.cost.steps > stream.cost.steps


def test_shapes_of_the_schedule_are_compared_over_a_stream_too() -> None:
    asked = {"rates": [1e-3, 1e-2], "schedule": "auto", "budget": 5.0}
    table, stream = tune(dataset(), memory_limit=None, **asked), tune(dataset(), **asked)
    assert len(stream.document.shaped) > 1
    assert_same(stream, table)
    values = [[dict(one.values) for one in result.document.shaped] for result in (stream, table)]
    assert values[0] == values[1]


def test_each_batch_is_read_once_for_all_candidates() -> None:
    data = Counted()
    result = tune(data, rates=[1e-4, 1e-3, 1e-2, 1e-1], budget=4.0)
    assert [trial.steps for trial in result.trials] == [3 * PER_EPOCH] * 4
    tried = LIMIT // (BATCH * 32) + 1  # until it was clear that they do not fit
    assert len(data.asked) == tried + 3 * PER_EPOCH
    assert set(Counter(data.asked[tried:]).values()) == {3}  # once in every epoch
    assert "read once" in result.document.about["Training samples"]


def test_a_dataset_that_is_another_one_at_the_next_reading_is_told() -> None:
    data = dataset().unbatch().shuffle(ROWS, seed=2).batch(BATCH)
    result = tune(data, schedule="auto", rates=[1e-3, 1e-2], budget=4.0)
    (finding,) = [one for one in result.findings if one.code == "RR211"]
    assert "first at batch 1" in finding.title and "reshuffle_each_iteration=False" in finding.advice


def test_callbacks_see_the_same_training_from_the_stream() -> None:
    seen: list[float] = []

    class Losses(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(logs["loss"])

    plain = tune(dataset(), rates=[1e-3, 1e-2])
    again = tune(dataset(), rates=[1e-3, 1e-2], callbacks=[Losses()])
    assert is_streamed(again) and len(seen) == 3 * PER_EPOCH and "RR212" not in codes(again)
    for a, b in zip(plain.weights, again.weights, strict=True):
        assert np.allclose(a, b, rtol=1e-5, atol=1e-6)


def test_an_error_in_the_data_names_its_batch_and_gives_the_model_back() -> None:
    def act(asked: list[int]) -> None:
        if len(asked) == 7 + 13:  # seven were read until it was clear that they do not fit
            raise OSError("the disk is gone")

    model = classifier()
    before = [v.value.numpy() for v in model.variables]
    with pytest.raises(rr.DataError, match=r"failed at batch 3 of epoch 2: OSError: the disk is gone"):
        tune(Counted(act), model, rates=[1e-3, 1e-2])
    assert all(np.array_equal(a, v.value.numpy()) for a, v in zip(before, model.variables, strict=True))


def test_ctrl_c_while_it_is_read_ends_the_search_tidily() -> None:
    def act(asked: list[int]) -> None:
        if len(asked) == 25:
            raise KeyboardInterrupt

    result = tune(Counted(act), rates=[1e-3, 1e-2])
    assert result.document.unfinished == "interrupted" and result.model is not None


def test_the_plan_says_that_nothing_is_kept_for_each_sample() -> None:
    keras.utils.set_random_seed(1)
    frozen = keras.layers.Dense(32, activation="relu", trainable=False)
    model = keras.Sequential([keras.Input((6,)), frozen, keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    result = tune(dataset(), model, rates=[1e-3, 1e-2])
    plan = result.cost.plan
    assert "In training nothing is reused: the samples are a stream" in plan.prefix
    assert not plan.prefix_cached and plan.step_share == 1.0 and "bit-equal" in plan.exactness


def test_validation_data_must_fit() -> None:
    with pytest.raises(rr.DataError, match="validation dataset needs more memory"):
        tune(dataset(), validation_data=dataset(), memory_limit=1000)
