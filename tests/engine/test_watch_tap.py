"""What is heard inside a train step: the loss of each batch, the rate in force, the gradient; and nothing is changed."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from rightrate.engine.watch_rate import Brake
from rightrate.engine.watch_recorder import Rows
from rightrate.engine.watch_state import Keeper
from rightrate.engine.watch_tap import InsideTap, OutsideTap, tap

from ..own_step import OwnStep
from .models import KINDS, Kind, points


class Tapped(keras.callbacks.Callback):
    """Listens as a watch does, and keeps what it hears."""

    def __init__(self, *, has_norm: bool = False, has_brake: bool = False, capacity: int = 64) -> None:
        super().__init__()
        self.has_norm, self.has_brake, self.capacity = has_norm, has_brake, capacity
        self.rows: list[Rows] = []
        self.steps = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self.brake = Brake(self.model.optimizer) if self.has_brake else None
        self.tap = tap(self.model, capacity=self.capacity, has_norm=self.has_norm, brake=self.brake)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.tap.restart()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.steps += self.params["steps"] or 0
        self.rows.append(self.tap.read(self.steps))

    def on_train_end(self, logs: Any = None) -> None:
        self.tap.close()

    def heard(self, name: str) -> np.ndarray:
        return np.concatenate([getattr(rows, name) for rows in self.rows])


def classifier(optimizer: Any = None, **compiled: Any) -> keras.Model:
    keras.utils.set_random_seed(7)
    layers = [keras.layers.Dense(8, activation="relu"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.3)]
    model = keras.Sequential([keras.Input((5,)), *layers, keras.layers.Dense(3, activation="softmax")])
    chosen = optimizer if optimizer is not None else keras.optimizers.Adam(1e-2)
    model.compile(chosen, "sparse_categorical_crossentropy", metrics=["accuracy"], **compiled)
    return model


def fit(model: keras.Model, *callbacks: Any, epochs: int = 2, batch_size: int = 7, **more: Any) -> Any:
    x, y = points()
    keras.utils.set_random_seed(5)
    return model.fit(
        x, y, batch_size=batch_size, epochs=epochs, shuffle=False, verbose=0, callbacks=list(callbacks), **more
    )


def batch_losses(model: keras.Model, epochs: int = 2, batch_size: int = 7) -> list[float]:
    """What Keras itself says of each batch, one call a batch with its metrics reset."""
    x, y = points()
    keras.utils.set_random_seed(5)
    found = []
    for _ in range(epochs):
        for start in range(0, len(x), batch_size):
            model.reset_metrics()
            found.append(model.train_on_batch(x[start : start + batch_size], y[start : start + batch_size])[0])
    return [float(loss) for loss in found]


@pytest.mark.parametrize("compiled", [{}, {"run_eagerly": True}, {"steps_per_execution": 3}], ids=str)
def test_each_row_is_the_loss_of_its_own_batch_also_of_a_partial_one(compiled: dict[str, Any]) -> None:
    heard = Tapped()
    fit(classifier(**compiled), heard)
    assert heard.heard("ends").tolist() == list(range(1, 9))
    assert heard.heard("weights").tolist() == [7, 7, 7, 3] * 2
    np.testing.assert_allclose(heard.heard("losses"), batch_losses(classifier()), rtol=2e-6)


def test_a_loss_that_is_nan_does_not_touch_the_next_ones() -> None:
    x, y = points()
    y = np.where(np.arange(len(y)) == 8, np.nan, 0.0)
    heard = Tapped()
    model = classifier()
    model.compile("sgd", lambda true, predicted: tf.square(predicted[:, 0]) + tf.stop_gradient(true))
    history = model.fit(x, y, batch_size=4, epochs=1, shuffle=False, verbose=0, callbacks=[heard])
    assert np.isnan(history.history["loss"][0])
    assert np.isnan(heard.heard("losses")).tolist() == [False, False, True, False, False, False]


#: Kinds of model whose train step is special in a way that listening could disturb.
SPECIAL = {
    "Dropout", "BatchNorm", "own train_step", "named inputs and outputs", "regularizers", "mixed_float16", "attention",
    "gradient accumulation", "steps_per_execution", "sample weights", "trained before", "unbuilt", "run_eagerly",
}  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name in SPECIAL], ids=lambda kind: kind.name)
def test_listening_leaves_every_weight_bit_for_bit(kind: Kind) -> None:
    plain, heard = kind.model(), kind.model()
    for model, callbacks in ((plain, []), (heard, [Tapped(has_norm=True)])):
        keras.utils.set_random_seed(5)
        x, *others = kind.data()
        named = dict(zip(("y", "sample_weight"), others, strict=False))
        model.fit(x, **named, batch_size=kind.batch_size, epochs=2, verbose=0, callbacks=callbacks, **kind.fit)
    for one, other in zip(plain.variables, heard.variables, strict=True):
        assert np.array_equal(one.numpy(), other.numpy(), equal_nan=True), one.path


def test_the_model_is_given_back_as_it_was() -> None:
    model = classifier()
    fit(model)
    function, attributes = model.train_function, set(vars(model))
    trackers = [set(vars(metric)) for metric in model.metrics]
    fit(model, Tapped(has_norm=True))
    assert model.train_function is function
    assert set(vars(model)) == attributes
    assert [set(vars(metric)) for metric in model.metrics] == trackers
    assert "apply" not in vars(model.optimizer)


class Interrupts(keras.callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize("after", ["fit", "listened", "train_on_batch"])
def test_an_interrupted_fit_is_given_back_by_what_trains_next(after: str) -> None:
    model = classifier()
    fit(model)
    function, attributes = model.train_function, set(vars(model))
    tapped = Tapped()
    with pytest.raises(KeyboardInterrupt):
        fit(model, tapped, Interrupts())
    tapped.tap.read(0)
    if after == "train_on_batch":
        model.train_on_batch(np.zeros((4, 5), "float32"), np.zeros(4))
    else:
        fit(model, *([Tapped()] if after == "listened" else []))
    assert model.train_function is function
    assert set(vars(model)) == attributes
    assert not len(tapped.tap.read(0)), "it still listens"


def test_a_callback_that_asks_for_the_train_function_does_not_end_the_listening() -> None:
    class Asks(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.model.make_train_function()

    tapped = Tapped()
    fit(classifier(), tapped, Asks(), epochs=3)
    assert len(tapped.heard("losses")) == len(batch_losses(classifier(), epochs=3))


def test_a_second_fit_listens_again_without_tracing() -> None:
    model = classifier()
    first = Tapped()
    fit(model, first)
    again = tap(model, capacity=64, previous=first.tap)
    assert again is first.tap
    again.close()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.make_train_function()
    assert tap(model, capacity=64, previous=first.tap) is not first.tap


def test_a_custom_step_with_a_tracker_of_its_own_is_heard() -> None:
    class Own(OwnStep):
        trained = "loss"

    inputs = keras.Input((5,))
    keras.utils.set_random_seed(1)
    model = Own(inputs, keras.layers.Dense(1)(inputs))
    model.compile(keras.optimizers.SGD(1e-2))
    heard = Tapped(has_norm=True)
    history = fit(model, heard, epochs=1)
    np.testing.assert_allclose(heard.heard("losses").mean(), history.history["loss"][0], rtol=1e-6)
    assert np.all(heard.heard("norms") > 0)


def test_a_tracker_updated_inside_a_branch_is_heard() -> None:
    class Branches(keras.Sequential):
        def train_step(self, data: Any) -> Any:
            return tf.cond(
                tf.constant(True), lambda: super(Branches, self).train_step(data), lambda: self.get_metrics_result()
            )

    keras.utils.set_random_seed(7)
    model = Branches([keras.Input((5,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    heard = Tapped(has_norm=True)
    history = fit(model, heard, epochs=1, batch_size=8)
    np.testing.assert_allclose(heard.heard("losses").mean(), history.history["loss"][0], rtol=1e-6)
    assert np.all(heard.heard("norms") > 0)


def test_without_a_tracker_called_loss_nothing_is_made_up() -> None:
    class Silent(keras.Sequential):
        metrics = property(lambda self: [])

        def train_step(self, data: Any) -> dict[str, Any]:
            return {"loss": tf.constant(0.5)}

    model = Silent([keras.Input((5,)), keras.layers.Dense(3)])
    model.compile("sgd", "mse")
    heard = Tapped()
    fit(model, heard, epochs=1)
    assert isinstance(heard.tap, OutsideTap)
    assert heard.heard("weights").tolist() == [0]


def test_the_sums_of_keras_give_the_mean_of_the_steps_in_between() -> None:
    class Reads(keras.callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            self.tap, self.rows = OutsideTap(self.model, [self.model.metrics[0]]), []

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if batch != 1:
                self.rows.append(self.tap.read(batch + 1))

    model, heard = classifier(), Reads()
    losses = batch_losses(classifier(), epochs=1)
    fit(model, heard, epochs=1)
    first, second, last = heard.rows
    expected = [losses[0], np.mean(losses[1:3]), losses[3]]
    np.testing.assert_allclose([first.losses[0], second.losses[0], last.losses[0]], expected, rtol=1e-5)
    assert (second.ends.tolist(), second.weights.tolist(), last.weights.tolist()) == ([3], [14], [3])
    assert len(heard.tap.read(4)) == 0


@pytest.mark.parametrize("is_scaled", [False, True], ids=["plain", "loss scaled"])
def test_the_norm_is_that_of_the_gradient_before_clipping_and_without_the_loss_scale(is_scaled: bool) -> None:
    optimizer: Any = keras.optimizers.SGD(1e-2, global_clipnorm=1e-3)
    heard = Tapped(has_norm=True)
    x, y = points()
    model = classifier(keras.mixed_precision.LossScaleOptimizer(optimizer) if is_scaled else optimizer)
    model.layers[2].trainable = False
    model.layers[2].rate = 0.0
    with tf.GradientTape() as tape:
        predicted = model(x[:8], training=True)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y[:8], predicted))
    expected = float(tf.linalg.global_norm(tape.gradient(loss, [v.value for v in model.trainable_variables])))
    model = classifier(keras.mixed_precision.LossScaleOptimizer(optimizer) if is_scaled else optimizer)
    model.layers[2].rate = 0.0
    fit(model, heard, epochs=1, batch_size=8)
    assert heard.heard("norms")[0] == pytest.approx(expected, rel=1e-4)


def test_the_rate_is_the_one_that_the_step_was_done_with() -> None:
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    heard = Tapped()
    fit(classifier(keras.optimizers.SGD(schedule)), heard)
    np.testing.assert_allclose(heard.heard("rates"), 0.1 * 0.5 ** np.arange(8), rtol=1e-5)


def test_a_rate_that_another_callback_sets_is_heard() -> None:
    heard = Tapped()
    fit(classifier(), heard, keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1)))
    np.testing.assert_allclose(heard.heard("rates"), [0.1] * 4 + [0.05] * 4, rtol=1e-6)


def test_an_optimizer_within_a_loss_scale_tells_its_rate() -> None:
    heard = Tapped()
    fit(classifier(keras.mixed_precision.LossScaleOptimizer(keras.optimizers.SGD(0.25))), heard)
    assert set(heard.heard("rates")) == {0.25}


class Lowers(keras.callbacks.Callback):
    """Lowers the rate by a brake after the first epoch."""

    def __init__(self, tapped: Tapped) -> None:
        super().__init__()
        self.tapped = tapped

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == 0:
            self.tapped.brake.lower(0.25)


@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "loss scaled"])
def test_a_scaled_schedule_trains_as_one_that_was_so_from_the_start(wrapped: bool) -> None:
    """0.25 is a power of two, so that a rate times it is exact."""
    decay = keras.optimizers.schedules.PiecewiseConstantDecay([4], [0.5, 0.25])
    whole = keras.optimizers.schedules.PiecewiseConstantDecay([4], [0.5, 0.0625])

    def optimizer(schedule: Any) -> Any:
        plain = keras.optimizers.SGD(schedule, momentum=0.9)
        return keras.mixed_precision.LossScaleOptimizer(plain) if wrapped else plain

    # `boundaries` of Keras are inclusive: step 4, the first of the second epoch, still has the first rate.
    lowered, expected = classifier(optimizer(decay)), classifier(optimizer(whole))
    heard = Tapped(has_brake=True)
    fit(lowered, heard, Lowers(heard), epochs=2)
    rates = heard.heard("rates")
    np.testing.assert_allclose(rates, [0.5] * 4 + [0.125] + [0.0625] * 3)
    boundary = keras.optimizers.schedules.PiecewiseConstantDecay([3, 4], [0.5, 0.125, 0.0625])
    expected = classifier(optimizer(boundary))
    fit(expected, epochs=2)
    for one, other in zip(lowered.variables, expected.variables, strict=True):
        assert np.array_equal(one.numpy(), other.numpy()), one.path


def test_a_scaled_schedule_stays_the_users_own_in_what_is_saved(tmp_path: Any) -> None:
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model = classifier(keras.optimizers.SGD(schedule))
    heard = Tapped(has_brake=True)
    fit(model, heard, Lowers(heard), keras.callbacks.ModelCheckpoint(str(tmp_path / "m.keras")))
    assert model.optimizer._learning_rate is schedule
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert isinstance(loaded.optimizer._learning_rate, keras.optimizers.schedules.CosineDecay)


def test_a_plain_rate_is_lowered_in_the_variable_itself() -> None:
    model = classifier(keras.optimizers.SGD(0.5))
    heard = Tapped(has_brake=True)
    fit(model, heard, Lowers(heard))
    assert float(model.optimizer.learning_rate) == 0.125
    assert heard.heard("rates").tolist() == [0.5] * 4 + [0.125] * 4


def test_a_rate_set_by_others_is_scaled_on_top_and_settled_at_the_end() -> None:
    model = classifier(keras.optimizers.SGD(0.5))
    brake = Brake(model.optimizer, is_set_by_others=True)
    brake.lower(0.5)
    assert brake.now == 0.25
    assert float(model.optimizer.learning_rate) == 0.5
    brake.settle()
    assert float(model.optimizer.learning_rate) == 0.25 and brake.scale == 1.0


@pytest.mark.parametrize("is_trained", [True, False], ids=["in training", "before its first step"])
def test_a_kept_state_trains_on_as_it_would_have(is_trained: bool) -> None:
    """Weights, statistics, slots, iteration and dropout's seeds: whatever is missed makes the second go differ."""
    model = classifier(keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.9)))
    if is_trained:
        fit(model)
    keeper = Keeper(model, has_optimizer=True)
    keeper.keep("here")
    fit(model)
    first = [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]
    keeper.put_back("here")
    fit(model)
    second = [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    keeper.drop("here")
    assert "here" not in keeper


def test_a_tap_reads_only_what_is_new_and_counts_on() -> None:
    heard = Tapped(capacity=4)
    fit(classifier(), heard, epochs=3)
    assert isinstance(heard.tap, InsideTap)
    assert [rows.ends.tolist() for rows in heard.rows] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]
