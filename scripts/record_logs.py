"""Records small, real training logs for `tests/importers/recorded`: one function a tool, run by hand.

    python scripts/record_logs.py keras tensorboard keras_tuner

Each function trains something tiny with a fixed seed, lets the tool write its log, and keeps beside it what the tool
itself says that it measured (`truth.json`, in the tool's own names and steps), taken from the tool's API and never
from our readers. Each tool needs to be installed; they do not all go into one environment. Takes seconds a tool. The
other tools are in `record_logs_stores.py` and `record_logs_torch.py`.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import json
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).resolve().parent.parent / "tests" / "importers" / "recorded"
ROWS, WIDTH, EPOCHS, BATCH = 256, 8, 8, 32

Curves = dict[str, list[tuple[int, float]]]
"""What the tool said of one training: by its own name, its own step and the value."""

Truth = dict[str, dict[str, Curves]]
"""By file or folder, and there by run."""


def data(seed: int = 0) -> tuple[Any, Any]:
    """Two clouds that overlap: rows of shape `(ROWS, WIDTH)` and labels 0 or 1."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, ROWS)
    x = rng.normal(0.0, 1.0, (ROWS, WIDTH)) + 0.6 * y[:, None]
    return x.astype("float32"), y


def counted(history: Mapping[str, Sequence[float]], first: int = 0) -> Curves:
    """Lists of one value an epoch, as the tool counts them."""
    return {name: [(first + i, float(v)) for i, v in enumerate(values)] for name, values in history.items()}


class Said(defaultdict[str, list[tuple[int, float]]]):
    """Gathers what a tool hands to a callback."""

    def __init__(self) -> None:
        super().__init__(list)

    def take(self, step: int, values: Mapping[str, Any]) -> None:
        """Add one point for each value."""
        for name, value in values.items():
            self[name].append((step, float(value)))


def nameless(folder: Path) -> None:
    """Event files are named by second, machine and process: keep their order and drop the rest."""
    for place, file in enumerate(sorted(folder.rglob("*tfevents*"))):
        file.rename(file.with_name(f"events.out.tfevents.{1700000000 + place}.host.1.0"))


def keras_fit(rate: float = 0.05, *, model: Any = None, rows: tuple[Any, ...] | None = None, **more: Any) -> Any:
    """Train a small network; return what `Model.fit` returns."""
    import keras

    keras.utils.set_random_seed(0)
    if model is None:
        model = keras.Sequential(
            [keras.Input((WIDTH,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(2, "softmax")]
        )
        model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    rows = rows or data()
    size = {"batch_size": BATCH} if len(rows) > 1 else {}
    return model.fit(*rows, **{"epochs": EPOCHS, "validation_data": data(1), "verbose": 0} | size | more)


def keras_said() -> tuple[Any, Said, Said]:
    """A callback, and what it was handed at the ends of epochs and of batches."""
    import keras

    epochs, batches = Said(), Said()
    steps = iter(range(10**9))
    return (
        keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: epochs.take(epoch, logs),
            on_train_batch_end=lambda _, logs: batches.take(next(steps), logs),
        ),
        epochs,
        batches,
    )


def keras(folder: Path) -> Truth:
    """CSVLogger (plain, resumed, validated every second epoch, two outputs, three rates), History, what fit prints."""
    import keras as k

    truth: Truth = {}

    def csv(name: str, **more: Any) -> Any:
        (folder / name).parent.mkdir(exist_ok=True)
        return k.callbacks.CSVLogger(folder / name, **more)

    slower = k.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.8)
    history = keras_fit(callbacks=[slower, csv("training.csv")]).history
    (folder / "history.json").write_text(json.dumps(history))
    truth["training.csv"] = truth["history.json"] = {"": counted(history)}

    stopped = k.callbacks.EarlyStopping(patience=1, min_delta=0.05)
    truth["stopped_early.csv"] = {
        "": counted(keras_fit(callbacks=[stopped, csv("stopped_early.csv", separator=";")]).history)
    }

    sparse, said, _ = keras_said()
    keras_fit(validation_freq=2, callbacks=[sparse, csv("validation_freq_2.csv")])
    truth["validation_freq_2.csv"] = {"": dict(said)}

    first = keras_fit(epochs=4, callbacks=[csv("resumed.csv")])
    then = keras_fit(model=first.model, initial_epoch=4, callbacks=[csv("resumed.csv", append=True)])
    truth["resumed.csv"] = {"": {n: v + counted(then.history, 4)[n] for n, v in counted(first.history).items()}}

    first = keras_fit(epochs=4, callbacks=[csv("fitted_twice.csv")])
    then = keras_fit(model=first.model, epochs=3, callbacks=[csv("fitted_twice.csv", append=True)])
    truth["fitted_twice.csv"] = {"first": counted(first.history), "second": counted(then.history)}

    inputs = k.Input((WIDTH,))
    hidden = k.layers.Dense(8, "relu")(inputs)
    model = k.Model(inputs, {name: k.layers.Dense(2, "softmax", name=name)(hidden) for name in ("kind", "size")})
    model.compile("sgd", "sparse_categorical_crossentropy", metrics={"kind": "accuracy", "size": "accuracy"})
    (x, y), (x_val, y_val) = data(), data(1)
    history = model.fit(
        x, {"kind": y, "size": y}, validation_data=(x_val, {"kind": y_val, "size": y_val}), epochs=EPOCHS, verbose=0,
        callbacks=[csv("two_outputs.csv")],
    ).history  # fmt: skip
    truth["two_outputs.csv"] = {"": counted(history)}

    truth["rates"] = {}
    for rate in (1e-5, 0.05, 1e30):
        name = f"lr_{rate:g}.csv"
        truth["rates"][name] = counted(keras_fit(rate, callbacks=[csv(f"rates/{name}")]).history)

    import tensorflow as tf

    unknown = tf.data.Dataset.from_tensor_slices(data()).batch(BATCH).filter(lambda x, y: True)
    for name, verbose, rows in (
        ("bar.txt", 1, data()),
        ("steps_unknown.txt", 1, (unknown,)),
        ("verbose_2.txt", 2, data()),
    ):
        slower = k.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.8)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            history = keras_fit(rows=rows, verbose=verbose, callbacks=[slower])
            history.model.evaluate(*data(1), verbose=verbose)
        # Bytes, for the bar's carriage returns and backspaces to stay as they are.
        (folder / name).write_bytes(printed.getvalue().encode())
        truth[name] = {"": counted(history.history)}

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        fits = {
            f"fit {place}": counted(keras_fit(rate, verbose=1).history) for place, rate in enumerate((0.05, 1e30), 1)
        }
    (folder / "two_fits.txt").write_bytes(printed.getvalue().encode())
    truth["two_fits.txt"] = fits
    return truth


def tf_keras(folder: Path) -> Truth:
    """Keras 2, which calls its rate `lr`: CSVLogger and what fit prints."""
    import tf_keras as k

    truth: Truth = {}
    for name, verbose in (("bar.txt", 1), ("verbose_2.txt", 2)):
        k.utils.set_random_seed(0)
        model = k.Sequential([k.layers.Dense(8, "relu", input_shape=(WIDTH,)), k.layers.Dense(2, "softmax")])
        model.compile(k.optimizers.SGD(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
        slower = k.callbacks.LearningRateScheduler(lambda epoch, rate: float(rate * 0.8))
        table = k.callbacks.CSVLogger(folder / "training.csv")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            history = model.fit(
                *data(), batch_size=BATCH, epochs=EPOCHS, validation_data=data(1), verbose=verbose,
                callbacks=[slower, table],
            )  # fmt: skip
            model.evaluate(*data(1), verbose=verbose)
        (folder / name).write_bytes(printed.getvalue().encode())
        truth[name] = truth["training.csv"] = {"": counted(history.history)}
    return truth


def tensorboard(folder: Path) -> Truth:
    """Keras's callback by epoch and by batch, also resumed; TensorFlow's writer; writers that know no TensorFlow."""
    import keras as k
    import tensorflow as tf

    truth: Truth = {}
    for name, freq in (("keras_epoch", "epoch"), ("keras_batch", "batch")):
        said, epochs, batches = keras_said()
        slower = k.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.8)
        board = k.callbacks.TensorBoard(folder / name, write_graph=False, update_freq=freq)
        keras_fit(callbacks=[slower, board, said])
        truth[name] = {"epochs": dict(epochs)} | ({"batches": dict(batches)} if freq == "batch" else {})

    board = [k.callbacks.TensorBoard(folder / "keras_resumed", write_graph=False) for _ in range(2)]
    first = keras_fit(epochs=4, callbacks=board[:1])
    then = keras_fit(model=first.model, initial_epoch=4, callbacks=board[1:])
    truth["keras_resumed"] = {"": {n: v + counted(then.history, 4)[n] for n, v in counted(first.history).items()}}

    truth["keras_rates"] = {}
    for rate in (1e-5, 0.05):
        board = k.callbacks.TensorBoard(folder / "keras_rates" / f"lr_{rate:g}", write_graph=False)
        truth["keras_rates"][f"lr_{rate:g}"] = counted(keras_fit(rate, callbacks=[board]).history)

    # The loop of TensorFlow's own tutorial, which calls its held-out data "test".
    history = keras_fit().history
    for split, part in (("train", ""), ("test", "val_")):
        writer = tf.summary.create_file_writer(str(folder / "tutorial" / split))
        with writer.as_default():
            for epoch in range(EPOCHS):
                tf.summary.scalar("loss", history[f"{part}loss"][epoch], step=epoch)
                tf.summary.scalar("accuracy", history[f"{part}accuracy"][epoch], step=epoch)
        writer.close()
    truth["tutorial"] = {"": counted(history)}
    nameless(folder)
    return truth


def keras_tuner(folder: Path) -> Truth:
    """A random search over three rates, each trained twice; weights are not kept."""
    import keras as k
    import keras_tuner as kt

    def build(hp: Any) -> Any:
        model = k.Sequential([k.Input((WIDTH,)), k.layers.Dense(8, "relu"), k.layers.Dense(2, "softmax")])
        rate = hp.Choice("learning_rate", [1e-4, 1e-2, 1.0])
        model.compile(k.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    truth: Truth = {}
    for name, times in (("search", 1), ("twice", 2)):
        tuner = kt.RandomSearch(
            build, objective="val_loss", max_trials=3, seed=0, executions_per_trial=times,
            directory=folder, project_name=name,
        )  # fmt: skip
        k.utils.set_random_seed(0)
        tuner.search(*data(), epochs=5, validation_data=data(1), verbose=0)
        truth[name] = {}
        for key, trial in tuner.oracle.trials.items():
            names = trial.metrics.metrics
            said = {n: [(trial.best_step, float(trial.metrics.get_best_value(n)))] for n in names}
            said["learning_rate"] = [(trial.best_step, float(trial.hyperparameters.get("learning_rate")))]
            truth[name][f"trial_{key}"] = said
    for weights in folder.rglob("*.h5"):
        weights.unlink()
    return truth


Tools = Mapping[str, tuple[Callable[[Path], Truth], tuple[str, ...]]]
"""By folder: what records it, and the packages whose versions are noted."""

TOOLS: Tools = {
    "keras": (keras, ("keras", "tensorflow")),
    "tensorboard": (tensorboard, ("keras", "tensorflow", "tensorboard")),
    "tf_keras": (tf_keras, ("tf_keras", "tensorflow")),
    "keras_tuner": (keras_tuner, ("keras-tuner", "keras")),
}


def record(tool: str, tools: Tools) -> None:
    """Record one tool's logs anew."""
    function, packages = tools[tool]
    with tempfile.TemporaryDirectory() as made:
        os.chdir(made)
        folder = Path(made) / tool
        folder.mkdir()
        truth = function(folder)
        versions = {name: importlib.metadata.version(name) for name in packages}
        text = json.dumps({"made_with": versions, "logs": truth})
        (folder / "truth.json").write_text(text + "\n")
        shutil.rmtree(TARGET / tool, ignore_errors=True)
        shutil.copytree(folder, TARGET / tool)
        os.chdir(TARGET)
    files = [file for file in (TARGET / tool).rglob("*") if file.is_file()]
    print(f"{tool}: {len(files)} files, {sum(file.stat().st_size for file in files) / 1024:.0f} KiB, {versions}")


if __name__ == "__main__":
    for asked in sys.argv[1:] or TOOLS:
        record(asked, TOOLS)
