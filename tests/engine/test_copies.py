"""The model that a search hands out: a copy with the winner's weights, which can be saved, loaded and trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import rightrate
from rightrate.engine import final_fit
from rightrate.engine.copy_model import copy_model
from rightrate.engine.session import open_session
from rightrate.errors import ModelError

from . import models
from .helpers import ROOM, bits, furthest, read
from .models import KINDS, Kind


def _predicted(model: keras.Model, kind: Kind) -> list[np.ndarray]:
    return [np.asarray(part) for part in tf.nest.flatten(model(kind.data()[0], training=False))]


def _other_weights(model: keras.Model) -> list[np.ndarray]:
    """Weights such as a training might end with, and seeds that have moved on."""
    rng = np.random.default_rng(5)
    values = [v.value.numpy() for v in model.variables]
    return [
        v + np.asarray(3 if v.dtype.kind in "iu" else rng.uniform(0.0, 0.1, v.shape)).astype(v.dtype) for v in values
    ]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_copy_predicts_as_the_winners_weights_do(kind: Kind, tmp_path: Path) -> None:
    table, model = read(kind, epochs=1), kind.model()
    model(tf.nest.map_structure(lambda leaf: leaf[:1], kind.data()[0]), training=False)  # builds the unbuilt ones
    weights = _other_weights(model)
    copied = copy_model(model, weights, 0.02, table.train)
    assert [v.value.numpy().tobytes() for v in copied.variables] == [w.tobytes() for w in weights]
    assert [v.path for v in copied.trainable_variables] != []
    assert len(copied.trainable_variables) == len(model.trainable_variables)
    assert type(copied.optimizer) is type(model.optimizer)
    assert float(copied.optimizer.learning_rate) == pytest.approx(0.02)
    path = tmp_path / "model.keras"
    copied.save(path)
    loaded = keras.saving.load_model(path)
    for variable, value in zip(model.variables, weights, strict=True):
        variable.assign(value)  # the user's own model with the winner's weights is the measure
    expected = _predicted(model, kind)
    assert furthest(_predicted(copied, kind), expected) <= 1e-6
    assert furthest(_predicted(loaded, kind), expected) <= 1e-6
    assert type(loaded.optimizer) is type(model.optimizer)


def test_the_copy_trains_on_as_the_users_model_would() -> None:
    kind = next(kind for kind in KINDS if kind.name == "Dropout")
    table, model = read(kind), kind.model()
    copied = copy_model(model, [v.value.numpy() for v in model.variables], kind.rate, table.train)
    model.optimizer.learning_rate = kind.rate
    for one in (copied, model):
        one.fit(*kind.data(), batch_size=8, epochs=2, shuffle=False, verbose=0)
    assert bits(copied) == bits(model)


@pytest.mark.parametrize("batch_size", [8, 10])
def test_a_final_fit_repeats_the_search(batch_size: int) -> None:
    kind = Kind("", lambda: models.compiled(models.dense(layers.Dropout(0.3, seed=1))), batch_size=batch_size)
    table, model = read(kind), kind.model()
    changing = 0.05 * 0.7 ** np.arange(table.total)
    with open_session(model, table.train, table.validation, memory_limit=ROOM) as session:
        end, _ = session.run(session.start, changing, table.total)
        searched = [w.tobytes() for w in session.weights(end)]
        measured = session.evaluate(end).values
    history = keras.callbacks.History()
    final_fit.fit(model, table.train, table.validation, changing, table.per_epoch, 2, [history])
    assert [v.value.numpy().tobytes() for v in model.variables] == searched
    assert history.history["val_loss"][-1] == pytest.approx(measured["val_loss"], rel=1e-5)


class Uncopyable(keras.Model):
    """A model with an argument that its configuration does not hold."""

    def __init__(self, width: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hidden, self.head = layers.Dense(width, activation="relu"), models.softmax()

    def call(self, inputs: Any) -> Any:
        return self.head(self.hidden(inputs))

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}


class Misremembering(Uncopyable):
    """Its configuration names another width."""

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "width": 7}


class Surprising(Uncopyable):
    """The same weights, another calculation."""

    def __init__(self, width: int, sign: float = 1.0, **kwargs: Any) -> None:
        super().__init__(width, **kwargs)
        self.sign = sign

    def call(self, inputs: Any) -> Any:
        return self.head(self.hidden(inputs) * self.sign)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "width": 6}


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (lambda: Uncopyable(6), "cannot be copied.*constructor"),
        (lambda: Misremembering(6), "has other weights"),
        (lambda: Surprising(6, sign=-1.0), "computes something else"),
    ],
    ids=["missing argument", "wrong argument", "hidden argument"],
)
def test_a_model_that_cannot_be_copied_gets_the_weights_written_in(build: Any, why: str) -> None:
    kind = Kind("", lambda: models.compiled(build()))
    model = kind.model()
    result = rightrate.tune(model, kind.data(), kind.data(), epochs=1, batch_size=8, rates=[1e-3, 1e-2])
    with pytest.raises(ModelError, match=f"(?s){why}.*apply_to"):
        _ = result.model
    assert result.weights is not None
    assert result.apply_to(model) is model
    assert [v.value.numpy().tobytes() for v in model.variables] == [w.tobytes() for w in result.weights]
    winner = next(trial for trial in result.trials if trial.learning_rate == result.learning_rate)
    found = model.evaluate(*kind.data(), batch_size=8, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(winner.evaluations[-1].values["val_loss"], rel=1e-5)


def test_a_learned_vocabulary_is_copied_too() -> None:
    words = tf.constant(["red apple", "green leaf", "blue sea"] * 8)
    split = layers.TextVectorization(output_sequence_length=2)
    split.adapt(words)
    inputs = keras.Input((), dtype="string")
    embedded = layers.Embedding(split.vocabulary_size(), 4)(split(inputs))
    model = models.compiled(keras.Model(inputs, models.softmax()(layers.Flatten()(embedded))))
    kind = Kind("", lambda: model, lambda: (words, models.points()[1]))
    before = bits(model)
    copied = copy_model(model, [v.value.numpy() for v in model.variables], 1e-2, read(kind).train)
    assert furthest(_predicted(copied, kind), _predicted(model, kind)) <= 1e-6
    assert bits(model) == before


def test_making_a_copy_moves_no_seed_of_the_users_model() -> None:
    class Always(layers.Dropout):
        def call(self, inputs: Any, training: Any = None) -> Any:
            return super().call(inputs, training=True)

    kind = Kind("", lambda: models.compiled(models.dense(Always(0.3, seed=1))))
    table, model = read(kind, epochs=1), kind.model()
    before = bits(model)
    copied = copy_model(model, [v.value.numpy() for v in model.variables], 1e-2, table.train)
    assert bits(model) == before
    assert [v.value.numpy().tobytes() for v in copied.variables] == before[: len(copied.variables)]


class OwnOptimizer(keras.optimizers.SGD):
    """A user's optimizer, whose rate is 1 % of what it is told."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        super().update_step(gradient, variable, learning_rate / 100)


def test_the_users_own_optimizer_class_is_kept() -> None:
    kind = Kind("", models.optimized(lambda: OwnOptimizer(0.1, momentum=0.9)))
    model = kind.model()
    result = rightrate.tune(model, kind.data(), kind.data(), epochs=1, batch_size=8, rates=[1e-1, 1.0])
    assert type(result.model.optimizer) is OwnOptimizer
    assert result.model.optimizer.momentum == 0.9
    assert float(result.model.optimizer.learning_rate) == pytest.approx(result.learning_rate)
