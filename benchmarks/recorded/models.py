"""The tasks: a model (with its learned weights, where it has any) and the data it is trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from recorded import data


@dataclass(frozen=True, eq=False)
class RecordedTask:
    """What `fit` needs.

    Args:
        kind: for people: what sort of network is trained on what.
        build: makes an uncompiled model with its starting weights.
        x, y: every row there is, shuffled; x may be a dictionary of arrays.
        loss, metrics: as `compile` takes them.
    """

    kind: str
    build: Callable[[], Any]
    x: Any
    y: np.ndarray
    loss: str
    metrics: tuple[str, ...]


def digits_cnn() -> RecordedTask:
    return _classes("small CNN", lambda: _cnn(dropout=0.2), *data.digits())


def mnist_to_digits() -> RecordedTask:
    """The same network, pretrained on MNIST; its weights are made once and copied into each model."""
    start = _cnn(dropout=0.0)
    start.compile("adam", "sparse_categorical_crossentropy")
    keras.utils.set_random_seed(0)
    start.fit(*data.mnist(), epochs=4, batch_size=64, verbose=0)
    weights = start.get_weights()

    def build() -> Any:
        model = _cnn(dropout=0.0)
        model.set_weights(weights)
        return model

    return _classes("small CNN, pretrained", build, *data.digits())


def cancer_mlp() -> RecordedTask:
    return _binary("MLP on a table", *data.cancer())


def yeast4_mlp() -> RecordedTask:
    return _binary("MLP on an imbalanced table", *data.yeast4())


def segment_mlp() -> RecordedTask:
    x, y = data.segment()
    return _classes("MLP on a table", lambda: _mlp(x.shape[1], keras.layers.Dense(7, activation="softmax")), x, y)


def satimage_mlp() -> RecordedTask:
    x, y = data.satimage()
    return _classes("MLP on a table", lambda: _mlp(x.shape[1], keras.layers.Dense(6, activation="softmax")), x, y)


def airfoil_mlp() -> RecordedTask:
    return _regression(*data.airfoil())


def diabetes_mlp() -> RecordedTask:
    return _regression(*data.diabetes())


def solar_head() -> RecordedTask:
    """The head on what frozen EfficientNet-Lite0 makes of the photos, computed once."""
    return _solar("solar_frozen", "head on frozen EfficientNet-Lite0")


def solar_blocks() -> RecordedTask:
    """The last blocks, on what the frozen blocks before them make of the photos."""
    return _solar("solar_blocks", "last blocks of EfficientNet-Lite0")


def news_head() -> RecordedTask:
    """A head on the mean of MiniLM's last words, computed once."""
    x, y = data.kept("recorded_news_head", _news_features)
    return _classes("head on frozen MiniLM", lambda: _head(x.shape[1], 5), x, y)


def news_encoder() -> RecordedTask:
    """MiniLM, everything trained."""
    import tasks

    task = tasks.load("news_text")
    x = {name: np.concatenate([task.train[0][name], task.validation[0][name]]) for name in task.train[0]}
    return _classes("MiniLM, all trainable", task.build, x, np.concatenate([task.train[1], task.validation[1]]))


def _news_features() -> data.Arrays:
    task = news_encoder()
    model = task.build()
    mean = keras.Model(model.inputs, model.get_layer("mean").output)
    return mean.predict(task.x, verbose=0), task.y


def _solar(name: str, kind: str) -> RecordedTask:
    import tasks

    task = tasks.load(name)
    prefix, build_suffix = task.split()

    def make() -> data.Arrays:
        x = np.concatenate([task.train[0], task.validation[0]])
        return prefix.predict(x, verbose=0), np.concatenate([task.train[1], task.validation[1]])

    x, y = data.kept(f"recorded_{name}", make)
    return _classes(kind, build_suffix, x, y)


def _classes(kind: str, build: Callable[[], Any], x: Any, y: np.ndarray) -> RecordedTask:
    return RecordedTask(kind, build, x, y, "sparse_categorical_crossentropy", ("accuracy",))


def _binary(kind: str, x: np.ndarray, y: np.ndarray) -> RecordedTask:
    last = keras.layers.Dense(1, activation="sigmoid")
    metrics = ("accuracy", "Precision", "Recall")
    return RecordedTask(kind, lambda: _mlp(x.shape[1], last), x, y[:, None], "binary_crossentropy", metrics)


def _regression(x: np.ndarray, y: np.ndarray) -> RecordedTask:
    build = lambda: _mlp(x.shape[1], keras.layers.Dense(1))  # noqa: E731
    return RecordedTask("MLP, regression", build, x, y[:, None], "mse", ("mae",))


def _mlp(width: int, last: Any) -> Any:
    dense = [keras.layers.Dense(64, activation="relu") for _ in range(2)]
    return keras.Sequential([keras.Input((width,)), *dense, last.__class__.from_config(last.get_config())])


def _head(width: int, classes: int) -> Any:
    last = keras.layers.Dense(classes, activation="softmax")
    return keras.Sequential([keras.Input((width,)), keras.layers.Dropout(0.1), last])


def _cnn(dropout: float) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(dropout),
            layers.Dense(10, activation="softmax"),
        ]
    )
