"""A whole search traces a model's steps once, however many rates it tries."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

import rightrate

from . import models
from .models import OwnSteps


def _frozen() -> keras.Model:
    inputs = keras.Input((5,))
    hidden = layers.Dense(6, activation="relu", trainable=False)(inputs)
    return models.compiled(OwnSteps(inputs, models.softmax()(hidden)))


def _usual_step() -> keras.Model:
    """Keras's own train step under a counter: its frozen part can be kept."""

    class Counted(keras.Model):
        calls = {"train": 0, "test": 0}  # noqa: RUF012

        def train_step(self, data: object) -> object:
            self.calls["train"] += 1
            return super().train_step(data)

        def test_step(self, data: object) -> object:
            self.calls["test"] += 1
            return super().test_step(data)

    inputs = keras.Input((5,))
    hidden = layers.Dense(16, activation="relu", trainable=False)(inputs)
    return models.compiled(Counted(inputs, models.softmax()(hidden)))


@pytest.mark.parametrize(("batch_size", "traces"), [(8, 1), (10, 2)], ids=["even batches", "a partial last batch"])
@pytest.mark.parametrize("build", [models.own_steps, _frozen, _usual_step], ids=["own steps", "frozen", "kept"])
def test_a_search_over_ten_rates_traces_each_step(build: object, batch_size: int, traces: int) -> None:
    keras.utils.set_random_seed(1)
    model = build()
    result = rightrate.tune(
        model,
        models.points(),
        models.points(),
        epochs=1,
        batch_size=batch_size,
        rates=list(np.geomspace(1e-4, 1, 10)),
    )
    assert len(result.trials) == 10
    assert result.cost.plan.prefix_cached == (build is not models.own_steps)
    assert model.calls["train"] == traces
    assert 1 <= model.calls["test"] <= traces  # validation batches are larger, and may be a single one
