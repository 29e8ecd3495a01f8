"""`rr.Watch` in `Model.fit`: it warns, stops and rescues; real models, real trainings."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest
from rich.console import Console
from tensorflow.python.framework import config

import rightrate as rr


def network(optimizer: Any = 1e-2, **compiled: Any) -> keras.Model:
    """A regression with BatchNorm and dropout, the same at every call; a number is the rate of SGD."""
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(16, activation="relu"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.1)]
    model = keras.Sequential([keras.Input((6,)), *layers, keras.layers.Dense(1)])
    chosen = keras.optimizers.SGD(optimizer) if isinstance(optimizer, float) else optimizer
    model.compile(chosen, "mse", metrics=["mae"], **compiled)
    return model


def data(rows: int = 160) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 6)).astype("float32")
    return x, (x[:, 0] + 2 * x[:, 1]).astype("float32")


def fit(model: keras.Model, *callbacks: Any, epochs: int = 4, **more: Any) -> Any:
    """20 steps an epoch."""
    x, y = data()
    settings = {"validation_data": (x[:40], y[:40]), "batch_size": 8, "verbose": 0, **more}
    return model.fit(x, y, epochs=epochs, callbacks=list(callbacks), **settings)


def heard(on: Any = "warn", **more: Any) -> tuple[rr.Watch, io.StringIO]:
    """A watch and what it prints."""
    page = io.StringIO()
    return rr.Watch(on, console=Console(file=page, width=500), **more), page


class Weights(keras.callbacks.Callback):
    """The weights and the iteration after each batch, and after each epoch; stands behind the watch."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.batches = [self.now()]
        self.epochs = [self.now()]

    def now(self) -> list[np.ndarray]:
        return [variable.numpy() for variable in self.model.variables]

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.batches.append(self.now())

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epochs.append(self.now())


def equal(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_it_is_a_callback_of_keras_and_costs_the_import_nothing() -> None:
    assert isinstance(rr.Watch(), keras.callbacks.Callback)
    code = "import rightrate, sys; assert 'keras' not in sys.modules; rightrate.Watch; assert 'keras' in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"on": "alarm"}, "`on` must be one of 'warn', 'stop', 'rescue'. Received: 'alarm'"),
        ({"existing": "append"}, "`existing` must be one of 'refuse', 'overwrite', 'resume'"),
        ({"log": 3}, "`log` must be the path of a file to write, such as 'watch.jsonl'. Received: 3."),
        ({"factor": 2.0}, "`factor` must lie between 0 and 1"),
        ({"most_rescues": 0}, "`most_rescues` must be a whole number of 1 or more"),
        ({"pretrained": "no"}, "`pretrained` must be True, False or None (not known). Received: 'no'."),
        ({"fresh_head": "yes"}, "`fresh_head` must be True, False or None (not known). Received: 'yes'."),
        ({"gradient_norm": "no"}, "`gradient_norm` must be True or False. Received: 'no'."),
        ({"quiet": "no"}, "`quiet` must be True or False. Received: 'no'."),
        ({"console": "x"}, "`console` must be a rich.console.Console, such as Console(stderr=True), or None."),
        ({"ignore": {"RR999": "why"}}, "No rule has the code 'RR999'"),
        ({"ignore": {"RR125": " "}}, "Ignoring RR125 needs a reason"),
        ({"ignore": ["RR125"]}, "`ignore` must name a reason for each code"),
        ({"on": "rescue", "ignore": {"RR101": "why"}}, "on='rescue' answers RR101"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_way_to_mend_it(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(rr.UsageError) as error:
        rr.Watch(**arguments)
    assert said in str(error.value)


def test_before_a_training_there_is_nothing_to_diagnose() -> None:
    with pytest.raises(rr.UsageError, match=r"Nothing was watched yet.*Model\.fit"):
        rr.Watch().diagnosis  # noqa: B018


def test_a_divergence_is_told_once_within_a_twentieth_of_the_training() -> None:
    watch, page = heard()
    fit(network(30.0), watch)
    told = [line for line in page.getvalue().splitlines() if "(RR101, critical)" in line]
    assert len(told) == 1
    step = int(told[0].removeprefix("rightrate, step ").split(":")[0])
    lost = watch.diagnosis[0].evidence["step"]
    assert 0 <= step - lost <= 0.05 * 80
    assert watch.diagnosis.leading.cause.value == "rate_too_high"


def test_a_progress_bar_is_not_written_into(capsys: pytest.CaptureFixture[str]) -> None:
    fit(network(30.0), rr.Watch(), verbose=1)
    lines = [line.rpartition("\r")[2] for line in capsys.readouterr().out.split("\n")]
    said = [line for line in lines if "rightrate, " in line]
    assert said and all(line.startswith("rightrate, ") for line in said)


def test_a_quiet_watch_prints_nothing_and_knows_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    watch = rr.Watch(quiet=True)
    fit(network(30.0), watch)
    assert capsys.readouterr().out == ""
    assert "RR101" in [finding.code for finding in watch.diagnosis]


def test_a_healthy_training_has_no_critical_finding() -> None:
    watch, page = heard()
    fit(network(0.05), watch, epochs=8)
    assert "critical" not in page.getvalue()


def test_stop_ends_the_training_and_puts_the_weights_of_the_best_epoch_back() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(48, 6)).astype("float32"), rng.normal(size=48).astype("float32")
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(256, activation="relu"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(5e-3), "mse")
    (watch, page), weights = heard("stop"), Weights()
    history = model.fit(
        x[:24], y[:24], validation_data=(x[24:], y[24:]), epochs=60, batch_size=8, verbose=0, callbacks=[watch, weights]
    )
    (stop,) = watch.interventions
    best = int(np.argmin(history.history["val_loss"])) + 1
    assert (stop.kind, stop.epoch_kept) == ("stop", best)
    assert len(history.history["loss"]) == stop.epoch < 60
    assert equal(weights.epochs[best], [variable.numpy() for variable in model.variables])
    assert f"the weights of epoch {best}, the best, are put back" in page.getvalue()


def test_stop_gives_back_the_averages_of_no_one_but_the_best_weights() -> None:
    """With `use_ema` Keras overwrites the weights when a training ends; what was put back must outlive that."""
    model = network(keras.optimizers.SGD(30.0, use_ema=True, ema_momentum=0.5))
    start = [variable.numpy() for variable in model.weights]
    watch = rr.Watch("stop", quiet=True)
    fit(model, watch)
    assert watch.interventions[0].epoch_kept == 0
    assert equal(start, [variable.numpy() for variable in model.weights])


def test_rescue_goes_back_lowers_the_rate_and_goes_on() -> None:
    model = network(30.0)
    (watch, page), weights = heard("rescue", factor=0.001), Weights()
    history = fit(model, watch, weights)
    (rescue,) = watch.interventions
    assert (rescue.kind, rescue.back_to) == ("rescue", 0)
    assert rescue.learning_rate == pytest.approx(0.03)
    assert equal(weights.batches[rescue.step], weights.batches[0])  # seeds of dropout among them
    assert float(model.optimizer.learning_rate) == pytest.approx(0.03)
    assert np.isfinite(history.history["loss"]).all(), "the mean of the rescued epoch would be NaN without a reset"
    assert watch.diagnosis.leading.cause.value != "rate_too_high"
    assert "lowered the learning rate from 30 to 0.03 (rescue 1 of 3)" in page.getvalue()


def rising(first: float = 0.01, then: float = 30.0) -> Any:
    """A schedule that is fine for two epochs and much too high afterwards."""
    return keras.optimizers.schedules.PiecewiseConstantDecay([40], [first, then])


@pytest.mark.parametrize("is_scaled", [False, True], ids=["plain", "loss scaled"])
def test_rescue_scales_a_schedule_and_goes_back_to_a_state_before_the_divergence(is_scaled: bool) -> None:
    optimizer: Any = keras.optimizers.SGD(rising(), momentum=0.9)
    if is_scaled:
        optimizer = keras.mixed_precision.LossScaleOptimizer(optimizer, initial_scale=8.0)
    (watch, _), weights = heard("rescue", factor=0.0005), Weights()
    history = fit(network(optimizer), watch, weights, epochs=6)
    (rescue,) = watch.interventions
    assert rescue.back_to is not None and 16 <= rescue.back_to <= 41
    assert equal(weights.batches[rescue.step], weights.batches[rescue.back_to])
    rates = watch.diagnosis.document.training.curves["learning_rate"]
    assert rates.values[-1] == pytest.approx(0.015)
    assert np.isfinite(history.history["loss"]).all()
    assert history.history["val_loss"][-1] < history.history["val_loss"][0]
    assert rates.steps[-1] == 120 - (rescue.step - rescue.back_to)  # steps are those of the model that is left


def test_a_model_without_a_shape_is_rescued_too() -> None:
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rising(), momentum=0.9), "mse")
    watch = rr.Watch("rescue", factor=0.0005, quiet=True)
    history = fit(model, watch)
    assert [done.kind for done in watch.interventions] == ["rescue"]
    assert np.isfinite(history.history["val_loss"]).all()


def test_after_the_last_rescue_the_training_ends_in_the_last_good_state() -> None:
    model = network(1e6)
    (watch, page), weights = heard("rescue", factor=0.9, most_rescues=2), Weights()
    fit(model, watch, weights)
    assert [done.kind for done in watch.interventions] == ["rescue", "rescue", "stop"]
    assert equal(weights.batches[0], [variable.numpy() for variable in model.variables])
    assert "That was tried 2 times" in page.getvalue()
    assert "RR101" in [finding.code for finding in watch.diagnosis], "a wreck must not look healthy"


def test_a_loss_that_is_nan_from_the_first_batch_is_not_answered_by_a_lower_rate() -> None:
    x, y = data()
    watch, page = heard("rescue")
    network().fit(x * np.nan, y * np.nan, batch_size=8, epochs=3, verbose=0, callbacks=[watch])
    (stop,) = watch.interventions
    assert (stop.kind, stop.learning_rate) == ("stop", None)
    assert "look for NaN in the inputs and labels" in page.getvalue()


def test_an_optimizer_without_a_rate_cannot_be_rescued() -> None:
    class Own(keras.optimizers.SGD):
        def __init__(self) -> None:
            super().__init__(0.1)
            self.rate = vars(self).pop("_learning_rate")

        learning_rate = property(lambda self: self.rate)

    with pytest.raises(rr.ModelError, match=r"Own has no learning rate that could be lowered.*on='stop'"):
        fit(network(Own()), rr.Watch("rescue", quiet=True))


def test_each_fit_with_one_watch_is_a_training_of_its_own() -> None:
    model, watch = network(0.05), rr.Watch(quiet=True)
    fit(model, watch, epochs=2)
    first = watch.diagnosis.document.training
    fit(model, watch, epochs=3)
    second = watch.diagnosis.document.training
    assert (first.name, second.name) == ("training", "training 2")
    assert [one.curves["loss"].steps.tolist() for one in (first, second)] == [list(range(1, 41)), list(range(1, 61))]


def test_an_initial_epoch_counts_its_steps_on() -> None:
    watch = rr.Watch(quiet=True)
    fit(network(0.05), watch, epochs=4, initial_epoch=2)
    curves = watch.diagnosis.document.training.curves
    assert (curves["loss"].steps[0], curves["loss"].steps[-1]) == (41, 80)
    assert curves["val_loss"].steps.tolist() == [60, 80]


@pytest.mark.parametrize(
    "compiled", [{"run_eagerly": True}, {"jit_compile": True}, {"steps_per_execution": 7}], ids=str
)
def test_however_a_step_is_run_each_is_seen(compiled: dict[str, Any]) -> None:
    config.disable_op_determinism()  # which the engine's tests may have left on, and XLA refuses
    watch = rr.Watch(quiet=True, gradient_norm=True)
    history = fit(network(0.05, **compiled), watch, epochs=2)
    curves = watch.diagnosis.document.training.curves
    assert all(curves[name].steps.tolist() == list(range(1, 41)) for name in ("loss", "gradient_norm", "learning_rate"))
    means = curves["loss"].values.reshape(2, 20).mean(axis=1)
    np.testing.assert_allclose(means, history.history["loss"], rtol=1e-5)
    assert (curves["gradient_norm"].values > 0).all()


def test_what_the_model_and_the_callbacks_tell_is_known_to_the_rules() -> None:
    watch = rr.Watch(quiet=True, pretrained=True)
    optimizer = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.Adam(1e-3))
    checkpoint = keras.callbacks.ModelCheckpoint("never.keras", monitor="val_mae", save_best_only=True)
    checkpoint.set_model = lambda model: None
    checkpoint.on_epoch_end = lambda epoch, logs=None: None
    fit(network(optimizer), keras.callbacks.EarlyStopping(monitor="loss"), checkpoint, watch, epochs=1)
    training = watch.diagnosis.document.training
    known = dict(training.setting.known)
    assert (known.pop("trainable"), known.pop("weights")) == (6 * 16 + 16 + 32 + 17, 6 * 16 + 16 + 64 + 17)
    assert known == {
        "optimizer": "Adam", "batch_size": 8, "train_rows": 160, "validation_rows": 40, "pretrained": True,
        "monitored": ("loss", "val_mae"), "mixed_precision": True,
    }  # fmt: skip
    assert training.steps_per_epoch == 20


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # Keras's own way to find the length out
def test_a_generator_of_unknown_length_tells_it_after_an_epoch() -> None:
    import tensorflow as tf

    x, y = data()
    batches = tf.data.Dataset.from_generator(
        lambda: iter(zip(np.split(x, 20), np.split(y, 20), strict=True)),
        output_signature=(tf.TensorSpec((8, 6)), tf.TensorSpec((8,))),
    )
    watch = rr.Watch(quiet=True)
    network(0.05).fit(batches, epochs=2, verbose=0, shuffle=False, callbacks=[watch])
    training = watch.diagnosis.document.training
    assert (training.steps_per_epoch, training.curves["loss"].steps[-1]) == (20, 40)
