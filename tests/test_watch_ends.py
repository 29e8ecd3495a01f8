"""What a watch does at the end of an epoch and of a training: nothing twice, and what it says is so."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console

import rightrate as rr

from .test_watch_fit import Weights, data, equal, fit, heard, network


class Spoils(keras.callbacks.Callback):
    """Makes a wreck of the weights before one batch, the first being 1."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at, self.count = at, 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.count += 1
        if self.count == self.at:
            for variable in self.model.trainable_variables:
                variable.assign(variable * np.float32(1e30))


def of_unknown_length() -> tf.data.Dataset:
    x, y = data()
    return tf.data.Dataset.from_generator(
        lambda: iter(zip(np.split(x, 20), np.split(y, 20), strict=True)),
        output_signature=(tf.TensorSpec((8, 6)), tf.TensorSpec((8,))),
    )


@pytest.mark.filterwarnings("ignore:Your input ran out of data", "ignore:.shuffle=True. was passed")
@pytest.mark.parametrize("knows_length", [True, False], ids=["known length", "unknown length"])
def test_what_is_lost_in_the_last_batch_of_an_epoch_is_rescued_once(knows_length: bool) -> None:
    watch, (x, y) = rr.Watch("rescue", quiet=True), data()
    model = network(0.01)
    # 120 epochs: the watch looks at each 32nd batch and at the end of each epoch.
    one = (x, y) if knows_length else (of_unknown_length(),)
    model.fit(
        *one, validation_data=(x[:40], y[:40]), batch_size=8 if knows_length else None, epochs=120, verbose=0,
        callbacks=[watch, Spoils(40), keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(
            model, "stop_training", epoch == 4))],
    )  # fmt: skip
    (rescue,) = watch.interventions
    assert (rescue.kind, rescue.step) == ("rescue", 40)
    assert "What this epoch measured is given up." in rescue.said
    for name, curve in watch.diagnosis.document.training.curves.items():
        assert np.isfinite(curve.values).all(), name


def stops_first(model: keras.Model) -> keras.callbacks.Callback:
    """As EarlyStopping does where its patience ends in the first epoch."""
    return keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(model, "stop_training", True))


def test_a_training_that_others_end_at_a_rescue_leaves_a_log_that_can_be_read(tmp_path: Path) -> None:
    log, model = tmp_path / "log.jsonl", network(0.01)
    watch, page = heard("rescue", log=log)
    fit(model, watch, Spoils(20), stops_first(model), epochs=120)
    assert [done.back_to for done in watch.interventions] == [0]
    read = rr.diagnose(log)
    assert read.leading.cause.value == watch.diagnosis.leading.cause.value == "not_enough_data"
    assert str(read) == str(watch.diagnosis)
    assert "nothing was measured after the last rescue" in page.getvalue()


@pytest.mark.parametrize("is_first", [True, False], ids=["the watch first", "the watch last"])
def test_stop_has_the_last_word_beside_early_stopping(is_first: bool) -> None:
    """EarlyStopping keeps the wreck of the first epoch, the only one that it sees, and restores it."""
    page = io.StringIO()
    watch = rr.Watch("stop", console=Console(file=page, width=500))
    early, weights, model = keras.callbacks.EarlyStopping(restore_best_weights=True), Weights(), network(1e6)
    history = fit(model, weights, *([watch, early] if is_first else [early, watch]))
    assert len(history.history["loss"]) == 1 and early.best_weights is not None
    kept = dict(zip([v.path for v in model.variables], weights.epochs[0], strict=True))
    assert equal([kept[v.path] for v in model.weights], [v.numpy() for v in model.weights])
    assert "the weights that it began with" in page.getvalue()


class Worsens(keras.callbacks.Callback):
    """After some steps all outputs are too high, and finite."""

    def __init__(self, by: float, after: int) -> None:
        super().__init__()
        self.by, self.after = by, after

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self.model.optimizer.iterations >= self.after:
            self.model.layers[-1].bias.assign([self.by])


def test_stop_puts_the_start_back_where_every_epoch_was_worse() -> None:
    model = network(1e-4)
    start = [variable.numpy() for variable in model.weights]
    watch, page = heard("stop")
    history = fit(model, watch, Worsens(3.0, after=4), epochs=10)
    assert np.isfinite(history.history["val_loss"]).all()
    (stop,) = watch.interventions
    # Three times the loss that it began with: no NaN, so that the next epoch must confirm it.
    assert (stop.kind, stop.step, stop.epoch_kept) == ("stop", 40, 0)
    assert equal(start, [variable.numpy() for variable in model.weights])
    assert "the weights that it began with, better than those of any epoch, are put back" in page.getvalue()


def test_stop_acts_on_an_explosion_in_the_first_steps_within_the_epoch() -> None:
    watch = rr.Watch("stop", quiet=True)
    fit(network(0.01), watch, Worsens(100.0, after=1), epochs=10)
    (stop,) = watch.interventions
    assert stop.step < 20


def shapeless(rate: float, **compiled: Any) -> keras.Model:
    """A model that learns its input's shape, and with it gets its weights, from the first batch."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", **compiled)
    return model


@pytest.mark.parametrize(
    ("compiled", "said"),
    [
        ({}, "At its end the weights that it began with are put back."),
        ({"steps_per_execution": 3}, "At its end the weights that it began with are put back."),
        ({"run_eagerly": True}, "At its end the weights after step 1, the first that there were, are put back."),
    ],
    ids=str,
)
def test_what_stop_says_of_a_model_without_a_shape_is_so(compiled: dict[str, Any], said: str) -> None:
    """Traced, its step shows the weights before it runs; run as it is written, only afterwards."""
    model, watch = shapeless(0.01, **compiled), rr.Watch("stop", quiet=True)
    fit(model, watch, Spoils(3))
    assert said in watch.interventions[0].said
    assert all(np.isfinite(variable.numpy()).all() for variable in model.weights)


def test_a_model_without_a_shape_goes_back_to_the_start_as_any_other() -> None:
    """Its first step ruins it."""
    watch = rr.Watch("rescue", factor=0.0005, quiet=True)
    history = fit(shapeless(30.0), watch)
    (rescue,) = watch.interventions
    assert (rescue.kind, rescue.back_to) == ("rescue", 0)
    assert np.isfinite(history.history["val_loss"][-1])


def test_a_first_state_that_is_lost_already_ends_the_rescues_with_the_reason() -> None:
    watch, page = heard("rescue")
    fit(shapeless(30.0, run_eagerly=True), watch)
    (stop,) = watch.interventions
    assert (stop.kind, stop.back_to) == ("stop", 1)
    assert "the first step at a rate of 30 has ruined it. Give the model a keras.Input" in stop.said
    assert "RR101" in [finding.code for finding in watch.diagnosis] and "(RR101, critical)" in page.getvalue()


def test_a_training_that_is_ended_after_its_rescues_says_what_was_wrong_however_few_its_steps() -> None:
    """The outputs are wrong from the first steps on, at any rate; no loss is NaN."""
    watch, page = heard("rescue", most_rescues=1)
    fit(network(0.01), watch, Worsens(100.0, after=1), epochs=10)
    assert [done.kind for done in watch.interventions] == ["rescue", "stop"]
    assert watch.diagnosis.leading.code == "RR101" and "(RR101, critical)" in page.getvalue()


def test_a_loss_that_nobody_hears_is_not_called_one_that_was_never_a_number() -> None:
    class Own(keras.Model):
        def train_step(self, data: Any) -> dict[str, Any]:
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(x, y, self(x, training=True))
            self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
            return {"own": loss}

    keras.utils.set_random_seed(3)
    inputs = keras.Input((6,))
    model = Own(inputs, keras.layers.Dense(1)(keras.layers.Dense(16, activation="relu")(inputs)))
    model.compile(keras.optimizers.SGD(10.0), "mse")
    watch = rr.Watch("rescue", factor=0.001, quiet=True)
    fit(model, watch, epochs=4)
    assert [done.kind for done in watch.interventions] == ["rescue"]
