"""A watch that has nothing to do changes nothing, whatever it was asked to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import rightrate as rr

from .models import points


def trained(callbacks: list[Any]) -> list[np.ndarray]:
    keras.utils.set_random_seed(7)
    layers = [keras.layers.Dense(8, activation="relu"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.4)]
    model = keras.Sequential([keras.Input((5,)), *layers, keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.AdamW(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = points()
    model.fit(x, y, validation_data=(x, y), batch_size=7, epochs=4, verbose=0, callbacks=callbacks)
    return [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]


@pytest.mark.parametrize("on", ["warn", "stop", "rescue"])
def test_weights_slots_and_seeds_are_those_of_a_fit_without_it(on: Any, tmp_path: Path) -> None:
    plain = trained([])
    watch = rr.Watch(on, log=tmp_path / "log.jsonl", gradient_norm=True, quiet=True)
    watched = trained([watch])
    assert watch.interventions == ()
    assert all(np.array_equal(one, other) for one, other in zip(plain, watched, strict=True))
