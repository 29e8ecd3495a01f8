"""An epoch that a rescue gives up is nobody's best, and no stop puts weights back that are worse than the start."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

import rightrate as rr

from .test_watch_ends import Spoils, of_unknown_length
from .test_watch_fit import Weights, data, equal, fit, heard, network


def deciders(folder: Path) -> tuple[Any, Any, Any]:
    """All that Keras has to decide by the training loss."""
    return (
        keras.callbacks.EarlyStopping(monitor="loss", patience=9, restore_best_weights=True),
        keras.callbacks.ModelCheckpoint(
            str(folder / "best.weights.h5"), monitor="loss", save_best_only=True, save_weights_only=True
        ),
        keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=9),
    )


@pytest.mark.filterwarnings("ignore:Your input ran out of data", "ignore:.shuffle=True. was passed")
@pytest.mark.parametrize("how", ["each step", "7 steps at once", "unknown length", "no look at the last batch"])
@pytest.mark.parametrize("is_first", [True, False], ids=["the watch first", "the watch last"])
def test_an_epoch_rescued_at_its_last_batch_is_the_best_of_no_callback(
    tmp_path: Path, how: str, is_first: bool
) -> None:
    others, weights, (x, y) = deciders(tmp_path), Weights(), data()
    watch = rr.Watch("rescue", factor=0.5, quiet=True)
    model = network(0.01, steps_per_execution=7 if how == "7 steps at once" else 1)
    one = (of_unknown_length(),) if how == "unknown length" else (x, y)
    more = {} if how == "unknown length" else {"batch_size": 8}
    spoils = Spoils(3 if how == "7 steps at once" else 20)  # Keras counts calls of the train function
    epochs, ends = (100, 4) if how == "no look at the last batch" else (4, 4)
    ender = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(model, "stop_training", epoch + 1 == ends)
    )
    callbacks = [watch, *others] if is_first else [*others, watch]
    history = model.fit(
        *one, validation_data=(x[:40], y[:40]), epochs=epochs, verbose=0, callbacks=[*callbacks, spoils, weights, ender],
        **more,
    ).history  # fmt: skip
    (rescue,) = watch.interventions
    assert (rescue.epoch, rescue.step) == (1, 20)
    assert history["loss"][0] == history["mae"][0] == math.inf
    assert np.isfinite(history["loss"][1:]).all()
    assert np.isfinite(history["val_loss"]).all(), "validated is the state that was gone back to"
    for other in others:
        assert other.best == min(history["loss"][1:])
    best = int(np.argmin(history["loss"]))
    assert others[0].best_epoch == best > 0
    kept = dict(zip([v.path for v in model.variables], weights.epochs[best + 1], strict=True))
    model.load_weights(tmp_path / "best.weights.h5")
    assert equal([kept[v.path] for v in model.weights], [v.numpy() for v in model.weights])


def test_what_is_said_at_the_last_batch_of_an_epoch_is_so() -> None:
    watch, page = heard("rescue", factor=0.5)
    fit(network(0.01), watch, Spoils(20))
    assert "What this epoch measured is given up." in page.getvalue()


def linear(rate: float) -> keras.Model:
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model


def test_weights_that_blew_up_in_the_only_step_of_the_first_epoch_are_not_the_best() -> None:
    """The loss of that step is the one before it; what it came to shows in the next epoch."""
    model = linear(3.0)
    start = [variable.numpy() for variable in model.weights]
    watch, page = heard("stop")
    history = fit(model, watch, batch_size=160).history
    assert np.isfinite(history["val_loss"][0]) and history["val_loss"][0] > 10 * history["loss"][0]
    assert watch.interventions[0].epoch_kept == 0
    assert equal(start, [variable.numpy() for variable in model.weights])
    assert "the weights that it began with, better than those of any epoch, are put back" in page.getvalue()


def test_weights_that_the_last_step_of_an_epoch_ruined_are_not_the_best() -> None:
    """Without validation the mean of that epoch is lower than that of the one before."""
    model, weights = linear(0.01), Weights()

    class Ruins(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch == 1:
                self.model.layers[-1].kernel.assign(self.model.layers[-1].kernel * 1e30)

    watch = rr.Watch("stop", quiet=True)
    history = fit(model, Ruins(), watch, weights, validation_data=None).history
    assert history["loss"][1] < history["loss"][0]
    assert watch.interventions[0].epoch_kept == 1
    assert equal(weights.epochs[1], [variable.numpy() for variable in model.variables])


def noisy_digits() -> tuple[Any, ...]:
    """300 digits, of which 40 % have a random label, and others to validate on."""
    x, y = load_digits(return_X_y=True)
    x, order = (x / 16).astype("float32"), np.random.default_rng(0).permutation(len(x))
    x, y = x[order], y[order]
    rng = np.random.default_rng(0)
    noisy = y[:1400].copy()
    wrong = rng.random(1400) < 0.4
    noisy[wrong] = rng.integers(0, 10, wrong.sum())
    return x[:300], noisy[:300], (x[1400:], y[1400:])


@pytest.mark.parametrize("epochs", [37, 38])
def test_the_last_epoch_is_acted_upon_whether_or_not_it_was_due_to_be_examined(epochs: int) -> None:
    x, y, validation = noisy_digits()
    keras.utils.set_random_seed(2)
    layers = [keras.layers.Dense(256, activation="relu"), keras.layers.Dense(256, activation="relu")]
    model = keras.Sequential([keras.Input((64,)), *layers, keras.layers.Dense(10, activation="softmax")])
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    watch = rr.Watch("stop", quiet=True)
    history = model.fit(
        x, y, validation_data=validation, batch_size=35, epochs=epochs, verbose=0, callbacks=[watch]
    ).history
    assert any(finding.severity.value == "critical" for finding in watch.diagnosis)
    assert model.evaluate(*validation, verbose=0)[0] == pytest.approx(min(history["val_loss"]), rel=1e-4)
