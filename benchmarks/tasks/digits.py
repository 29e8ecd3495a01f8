"""Handwritten digits of scikit-learn, by a small network that is trained from the start."""

from __future__ import annotations

import keras
import numpy as np

from tasks.cache import cached_arrays
from tasks.task import PLACEHOLDER_RATE, Task

_TRAIN, _VALIDATION = 300, 300


def digits_cnn() -> Task:
    """The extreme where computing costs nothing and every second is a tool's own."""
    arrays = cached_arrays("digits", _decode)
    return Task(
        name="digits_cnn",
        build=_build,
        train=(arrays["train_x"], arrays["train_y"]),
        validation=(arrays["validation_x"], arrays["validation_y"]),
        epochs=8,
        batch_size=32,
        optimizer="Adam",
        note=f"small CNN, all trainable; {_TRAIN} digits of 8 px",
    )


def _build() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(PLACEHOLDER_RATE), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _decode() -> dict[str, np.ndarray]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.random.default_rng(0).permutation(len(digits.target))[: _TRAIN + _VALIDATION]
    x = (digits.images[order, :, :, None] / 16.0).astype(np.float32)
    y = digits.target[order].astype(np.int32)
    return {
        "train_x": x[:_TRAIN],
        "train_y": y[:_TRAIN],
        "validation_x": x[_TRAIN:],
        "validation_y": y[_TRAIN:],
    }
