"""Record the small trainings of this folder again: `python tests/diagnosis/recorded/record.py`. Half a minute.

Plain `Model.fit` on scikit-learn's digits, with the callbacks that people use. Each file is what Keras's History held.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from sklearn.datasets import load_digits

FOLDER = Path(__file__).resolve().parent
BATCH = 32


def main() -> None:
    """Train all of them."""
    by_epoch("cosine", SGD_RATE, 12, schedule(lambda epoch: cosine(epoch / 12)))
    by_epoch("decay_ended_early", SGD_RATE, 12, schedule(lambda epoch: max(cosine(epoch / 5), 1e-3)))
    by_epoch("restarted_too_late", 0.6, 12, schedule(lambda epoch: cosine(epoch % 10 / 10)), rows=400, batch=8)
    by_epoch("cut_too_early", SGD_RATE, 12, keras.callbacks.ReduceLROnPlateau(min_delta=0.1, patience=1, factor=0.1))
    by_epoch("cut_at_level", 0.6, 16, schedule(lambda epoch: 1.0 if epoch < 12 else 0.1), batch=8)
    by_epoch("frozen", SGD_RATE, 4, keras.callbacks.Callback(), trainable=False)
    by_step("broken_batch", SGD_RATE, 8)


SGD_RATE = 0.1


def cosine(part: float) -> float:
    """From 1 to 0 over `part` 0 to 1; 0 beyond."""
    return 0.5 * (1 + math.cos(math.pi * min(part, 1.0)))


def schedule(factor: Callable[[int], float]) -> keras.callbacks.Callback:
    """Keras's own callback, which writes the learning rate into the history."""
    start: list[float] = []

    def rate(epoch: int, present: float) -> float:
        start.append(present)
        return start[0] * factor(epoch)

    return keras.callbacks.LearningRateScheduler(rate)


def data(rows: int) -> tuple[Any, Any, Any, Any]:
    """Digits from 0 to 1, the last 500 for validation."""
    x, y = load_digits(return_X_y=True)
    x = x.astype("float32") / 16
    return x[:rows], y[:rows], x[-500:], y[-500:]


def built(rate: float, trainable: bool = True) -> keras.Model:
    """A small network, compiled with SGD."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([
        keras.Input((64,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.trainable = trainable
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def by_epoch(
    name: str, rate: float, epochs: int, callback: keras.callbacks.Callback, rows: int = 1200, batch: int = BATCH,
    trainable: bool = True,
) -> None:  # fmt: skip
    """One training, as its History."""
    x, y, x_val, y_val = data(rows)
    history = built(rate, trainable).fit(
        x, y, validation_data=(x_val, y_val), epochs=epochs, batch_size=batch, callbacks=[callback], verbose=0
    )
    write(name, "epoch", {key: [float(value) for value in values] for key, values in history.history.items()})


def by_step(name: str, rate: float, epochs: int) -> None:
    """Unshuffled data in which one batch has wrong labels; the loss of each batch."""
    x, y, _, _ = data(800)
    y[96:128] = (y[96:128] + 5) % 10
    losses: list[float] = []
    model = built(rate)
    for _ in range(epochs):
        for start in range(0, len(x), BATCH):
            part = slice(start, start + BATCH)
            losses.append(float(model.train_on_batch(x[part], y[part])[0]))
            model.reset_metrics()
    write(name, "step", {"loss": losses})


def write(name: str, unit: str, curves: dict[str, list[float]]) -> None:
    """Nine digits are all that float32 has."""
    rounded = {key: [float(f"{value:.9g}") for value in np.asarray(values)] for key, values in curves.items()}
    text = json.dumps({"unit": unit, "curves": rounded}, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(name, {key: [float(f"{v:.3g}") for v in values[:16]] for key, values in rounded.items() if "acc" not in key})


if __name__ == "__main__":
    main()
