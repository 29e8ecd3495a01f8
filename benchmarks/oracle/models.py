"""Models and data of the oracle's tasks: those of the recorded trainings, and some that were pretrained here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from recorded import data
from recorded.models import (
    RecordedTask,
    airfoil_mlp,
    cancer_mlp,
    diabetes_mlp,
    digits_cnn,
    mnist_to_digits,
    news_head,
    satimage_mlp,
    segment_mlp,
    yeast4_mlp,
)

__all__ = [
    "airfoil_mlp", "cancer_mlp", "diabetes_mlp", "digits_cnn", "make", "mnist_to_digits", "news_head", "satimage_mlp",
    "segment_mlp", "yeast4_mlp",
]  # fmt: skip

#: Rows that the pretrained tables keep for pretraining; what is tuned never sees them.
_PRETRAINING_ROWS = {"segment": 1000, "satimage": 3000}


def make(base: str) -> RecordedTask:
    """The task of that name."""
    task: RecordedTask = globals()[base]()
    return task


def mnist_to_digits_frozen() -> RecordedTask:
    """The network that knows MNIST, frozen but for a new last layer."""
    known = mnist_to_digits()

    def build() -> Any:
        return _with_new_head(known.build(), keras.layers.Dense(10, activation="softmax"), frozen=True)

    return RecordedTask("new head on a frozen small CNN", build, known.x, known.y, known.loss, known.metrics)


def rare_digit() -> RecordedTask:
    """Is it an eight of the first half's? 5 % of the rows are positive; the network that knows MNIST, all trainable."""
    known = mnist_to_digits()
    eights = np.flatnonzero(known.y == 8)
    others = np.flatnonzero(known.y != 8)
    kept = eights[: round(0.05 * others.size / 0.95)]
    order = np.random.default_rng(1).permutation(np.concatenate([others, kept]))
    y = (known.y[order] == 8).astype(np.int32)[:, None]

    def build() -> Any:
        return _with_new_head(known.build(), keras.layers.Dense(1, activation="sigmoid"), frozen=False)

    return RecordedTask(
        "small CNN, pretrained, 5 % positive", build, known.x[order], y, "binary_crossentropy", ("accuracy",)
    )


def segment_pretrained() -> RecordedTask:
    return _pretrained_on_coarse_classes("segment", *data.segment())


def satimage_pretrained() -> RecordedTask:
    return _pretrained_on_coarse_classes("satimage", *data.satimage())


def solar_frozen() -> RecordedTask:
    return _from_task("solar_frozen")


def solar_blocks() -> RecordedTask:
    return _from_task("solar_blocks")


def news_text() -> RecordedTask:
    return _from_task("news_text")


def _from_task(name: str) -> RecordedTask:
    import tasks

    task = tasks.load(name)
    parts = (task.train[0], task.validation[0])
    x = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]} if isinstance(parts[0], dict) else (
        np.concatenate(parts)
    )  # fmt: skip
    y = np.concatenate([task.train[1], task.validation[1]])
    return RecordedTask(task.note, task.build, x, y, "sparse_categorical_crossentropy", ("accuracy",))


def _pretrained_on_coarse_classes(name: str, x: np.ndarray, y: np.ndarray) -> RecordedTask:
    """An MLP that has learned pairs of classes on other rows, and is tuned to tell all classes."""
    first = _PRETRAINING_ROWS[name]
    keras.utils.set_random_seed(0)
    known = _table_network(x.shape[1], int(y.max()) // 2 + 1)
    known.compile("adam", "sparse_categorical_crossentropy")
    known.fit(x[:first], y[:first] // 2, epochs=20, batch_size=32, verbose=0)
    weights = known.get_weights()[:-2]

    def build() -> Any:
        model = _table_network(x.shape[1], int(y.max()) + 1)
        model.set_weights([*weights, *model.get_weights()[-2:]])
        return model

    loss = "sparse_categorical_crossentropy"
    return RecordedTask("MLP, pretrained on coarse classes", build, x[first:], y[first:], loss, ("accuracy",))


def _table_network(width: int, classes: int) -> Any:
    hidden: Callable[[], Any] = lambda: keras.layers.Dense(64, activation="relu")  # noqa: E731
    last = keras.layers.Dense(classes, activation="softmax")
    return keras.Sequential([keras.Input((width,)), hidden(), hidden(), last])


def _with_new_head(model: Any, head: Any, *, frozen: bool) -> Any:
    inside = keras.Model(model.inputs, model.layers[-2].output)
    inside.trainable = not frozen
    return keras.Model(inside.inputs, head(inside.output))
