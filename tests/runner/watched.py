"""What the tests of a watch share: a small model, its data, and a callback that breaks a training when it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

ROWS, STEPS = 160, 4
"""Training rows, and the steps of an epoch that they make in batches of 32 beside a fifth of validation rows."""


def data(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(ROWS, 8)).astype("float32")
    return x, x[:, :3].argmax(1)


def model(optimizer: Any = None, **compiled: Any) -> keras.Model:
    """A classifier of three classes with dropout, so that seeds matter."""
    keras.utils.set_random_seed(0)
    built = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(16, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(3, activation="softmax"),
        ]
    )
    built.compile(
        optimizer or keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", metrics=["accuracy"], **compiled
    )
    return built


def fit(of: keras.Model, callbacks: Sequence[Any] | Any, epochs: int = 4, **asked: Any) -> dict[str, list[float]]:
    """`Model.fit`, silent, in order; a fifth of the rows validates. Returns the history."""
    x, y = data()
    asked = {"batch_size": 32, "validation_split": 0.2, "verbose": 0, "shuffle": False, **asked}
    return dict(of.fit(x, y, epochs=epochs, callbacks=callbacks, **asked).history)


def bits(of: keras.Model, *, rate: bool = False) -> list[bytes]:
    """The bits of weights, seeds and optimizer; with or without the variable that holds the rate."""
    slots = [v for v in of.optimizer.variables if rate or not v.path.endswith("learning_rate")]
    return [v.value.numpy().tobytes() for v in (*of.variables, *slots)]


class Break(keras.callbacks.Callback):
    """Before the given batches, counted from 1 over the whole training, it makes the weights useless.

    Args:
        batches: before which.
        factor: NaN, or a large number by which the weights are multiplied.
    """

    def __init__(self, *batches: int, factor: float = float("nan")) -> None:
        super().__init__()
        self.batches, self.factor, self.done = set(batches), factor, 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.done += 1
        if self.done in self.batches:
            for weight in self.model.trainable_variables:
                weight.assign(weight * self.factor)


class Snapshots(keras.callbacks.Callback):
    """The bits of the model at the beginning, and at the end of each epoch as later callbacks see it."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[int, list[bytes]] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        self.model.optimizer.build(self.model.trainable_variables)
        self.at[0] = bits(self.model)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.at[epoch + 1] = bits(self.model)


class Fails(keras.callbacks.Callback):
    """Raises at the end of an epoch."""

    def __init__(self, epoch: int, error: BaseException) -> None:
        super().__init__()
        self.epoch, self.error = epoch, error

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch + 1 == self.epoch:
            raise self.error
