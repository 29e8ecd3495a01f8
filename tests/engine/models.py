"""The kinds of model that a search must train exactly as `Model.fit` does, each as small as it can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

CLASSES = 3


@dataclass(frozen=True)
class Kind:
    """One kind of model.

    Args:
        name: what is special about it.
        build: makes the compiled model; called twice after the same seed it gives the same model twice.
        data: makes `(x, y)` or `(x, y, sample_weight)`, always the same.
        batch_size: of a step; where it does not divide the samples, the last batch is partial.
        rate: learning rate of every step.
        fit: further arguments of `Model.fit`.
    """

    name: str
    build: Callable[[], keras.Model]
    data: Callable[[], tuple[Any, ...]] = field(default_factory=lambda: points)
    batch_size: int = 8
    rate: float = 1e-2
    fit: dict[str, Any] = field(default_factory=dict)

    def model(self) -> keras.Model:
        """A new model, the same at every call."""
        keras.utils.set_random_seed(11)
        return self.build()


def points() -> tuple[Any, ...]:
    """24 points of five numbers, in three classes."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(24, 5)).astype("float32"), rng.permutation(np.arange(24) % CLASSES)


def weighted_points() -> tuple[Any, ...]:
    """The same with a weight for every sample."""
    x, y = points()
    return x, y, np.random.default_rng(1).uniform(0.2, 2.0, 24).astype("float32")


def numbers() -> tuple[Any, ...]:
    """The same points with a number to predict."""
    x, _ = points()
    return x, (x[:, :2].sum(1) + 0.1 * x[:, 3] ** 2).astype("float32")


def images() -> tuple[Any, ...]:
    """24 images of 6x6x2, in three classes."""
    rng = np.random.default_rng(2)
    return rng.normal(size=(24, 6, 6, 2)).astype("float32"), rng.permutation(np.arange(24) % CLASSES)


def sentences() -> tuple[Any, ...]:
    """24 rows of five word numbers, padded with 0 at the end, in three classes."""
    rng = np.random.default_rng(3)
    words = rng.integers(1, 20, size=(24, 5))
    lengths = rng.integers(2, 6, size=24)
    words[np.arange(5) >= lengths[:, None]] = 0
    return words, rng.permutation(np.arange(24) % CLASSES)


def by_name() -> tuple[Any, ...]:
    """Two inputs and two outputs, by name."""
    x, y = points()
    return {"left": x, "right": x[:, ::-1].copy()}, {"kind": y, "size": x[:, :1] * 0.5}


def as_tuple() -> tuple[Any, ...]:
    """Two inputs in a tuple, one output."""
    x, y = points()
    return (x, x[:, :2].copy()), y


def compiled(model: keras.Model, optimizer: Any = "adam", **arguments: Any) -> keras.Model:
    """`model`, compiled for the three classes."""
    arguments = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], **arguments}
    model.compile(optimizer=optimizer, **arguments)
    return model


def softmax(**arguments: Any) -> layers.Dense:
    """The last layer."""
    return layers.Dense(CLASSES, activation="softmax", name="head", **arguments)


def dense(*middle: layers.Layer, width: int = 6, **arguments: Any) -> keras.Model:
    """A Sequential model on points."""
    first = layers.Dense(width, activation="relu", **arguments)
    return keras.Sequential([keras.Input((5,)), first, *middle, softmax()])


def optimized(optimizer: Callable[[], Any]) -> Callable[[], keras.Model]:
    """A small Sequential model that `optimizer()` trains."""
    return lambda: compiled(dense(), optimizer())


def functional() -> keras.Model:
    """Convolutions with a skip connection."""
    inputs = keras.Input((6, 6, 2))
    first = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    second = layers.Conv2D(4, 3, padding="same", activation="relu")(first)
    pooled = layers.GlobalAveragePooling2D()(layers.add([first, second]))
    return compiled(keras.Model(inputs, softmax()(pooled)))


def batch_norm(*, trainable: bool) -> keras.Model:
    """A convolution with BatchNorm, which learns and updates its statistics, or is frozen."""
    norm = layers.BatchNormalization(momentum=0.8)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(4, 3),
            norm,
            layers.ReLU(),
            layers.GlobalAveragePooling2D(),
            softmax(),
        ]
    )
    norm.moving_mean.assign([0.1, -0.2, 0.3, 0.0])
    norm.moving_variance.assign([0.5, 1.5, 1.0, 2.0])
    norm.trainable = trainable
    return compiled(model)


@keras.saving.register_keras_serializable("rightrate_tests")
class Subclassed(keras.Model):
    """A model with a `call` of its own."""

    def __init__(self, width: int = 6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = width
        self.hidden = layers.Dense(width, activation="relu")
        self.drop = layers.Dropout(0.3, seed=5)
        self.head = softmax()

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.head(self.drop(self.hidden(inputs), training=training))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "width": self.width}


@keras.saving.register_keras_serializable("rightrate_tests")
class WithoutTraining(keras.Model):
    """A model whose `call` takes no `training`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hidden, self.head = layers.Dense(6, activation="relu"), softmax()

    def call(self, inputs: Any) -> Any:
        return self.head(self.hidden(inputs))


@keras.saving.register_keras_serializable("rightrate_tests")
class OwnSteps(keras.Model):
    """A model with steps of its own: a noisy second pass, and a metric that it holds itself.

    `calls` counts how often Python ran each of them, which for a compiled model is once a trace.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calls = {"train": 0, "test": 0}
        self.spread = keras.metrics.Mean(name="spread")
        self.noise = keras.random.SeedGenerator(7)

    def train_step(self, data: Any) -> dict[str, Any]:
        self.calls["train"] += 1
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            moved = self(x + 0.1 * keras.random.normal(tf.shape(x), seed=self.noise), training=True)
            spread = tf.reduce_mean(tf.square(y_pred - moved))
            loss = self.compute_loss(x, y, y_pred, training=True) + spread
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        self.spread.update_state(spread)
        return {"loss": loss, **self.compute_metrics(x, y, y_pred)}

    def test_step(self, data: Any) -> dict[str, Any]:
        self.calls["test"] += 1
        return super().test_step(data)


def own_steps() -> keras.Model:
    """A Functional model of a class with its own steps."""
    inputs = keras.Input((5,))
    hidden = layers.Dense(6, activation="relu")(inputs)
    return compiled(OwnSteps(inputs, softmax()(hidden)))


def several_by_name() -> keras.Model:
    """Two named inputs and two named outputs with weights of their losses."""
    inputs = {name: keras.Input((5,), name=name) for name in ("left", "right")}
    shared = layers.Dense(6, activation="relu")
    both = layers.concatenate([shared(inputs["left"]), shared(inputs["right"])])
    outputs = {
        "kind": layers.Dense(CLASSES, activation="softmax", name="kind")(both),
        "size": layers.Dense(1, name="size")(both),
    }
    model = keras.Model(inputs, outputs)
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    model.compile("adam", losses, loss_weights={"kind": 1.0, "size": 0.3}, metrics={"kind": ["accuracy"]})
    return model


def tuple_inputs() -> keras.Model:
    """Two inputs of different widths, in a list."""
    inputs = [keras.Input((5,)), keras.Input((2,))]
    joined = layers.concatenate([layers.Dense(4, activation="relu")(i) for i in inputs])
    return compiled(keras.Model(inputs, softmax()(joined)))


def regularized() -> keras.Model:
    """Weight decay as a loss term, and a term on activations."""
    return compiled(dense(kernel_regularizer="l2", activity_regularizer=keras.regularizers.L1(0.01)))


def mixed(policy: str) -> keras.Model:
    """A model that computes in 16 bits; in float16 its optimizer scales the loss."""
    hidden = layers.Dense(6, activation="relu", dtype=policy)
    head = layers.Dense(CLASSES, activation="softmax", dtype="float32")
    model = keras.Sequential([keras.Input((5,)), hidden, head])
    model.dtype_policy = policy
    return compiled(model)


def attention() -> keras.Model:
    """A trainable Embedding with padding, and attention with dropout."""
    inputs = keras.Input((5,), dtype="int32")
    embedded = layers.Embedding(20, 6, mask_zero=True)(inputs)
    attended = layers.MultiHeadAttention(2, 3, dropout=0.2, seed=3)(embedded, embedded)
    pooled = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(attended + embedded))
    return compiled(keras.Model(inputs, softmax()(pooled)), keras.optimizers.AdamW(1e-3))


def recurrent(layer: layers.Layer) -> keras.Model:
    """A recurrent layer over a trainable Embedding with padding."""
    embedded = layers.Embedding(20, 4, mask_zero=True)
    return compiled(keras.Sequential([keras.Input((5,), dtype="int32"), embedded, layer, softmax()]))


def regression() -> keras.Model:
    """One number a sample."""
    model = keras.Sequential([keras.Input((5,)), layers.Dense(6, activation="tanh"), layers.Dense(1)])
    return compiled(model, loss="mse", metrics=["mae"])


def trained_before() -> keras.Model:
    """A model whose optimizer has slots and a count of steps from an earlier training."""
    model = compiled(dense(layers.Dropout(0.2, seed=9)), keras.optimizers.Adam(3e-3))
    x, y = points()
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    return model


def unbuilt() -> keras.Model:
    """A Sequential model that has not seen an input shape yet."""
    return compiled(keras.Sequential([layers.Dense(6, activation="relu"), softmax()]))


def global_noise() -> keras.Model:
    """A layer that draws from Keras's own global generator."""
    return compiled(dense(Jitter()))


@keras.saving.register_keras_serializable("rightrate_tests")
class Jitter(layers.Layer):
    """Noise from Keras's global generator, in training only."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        return inputs + 0.1 * keras.random.normal(tf.shape(inputs)) if training else inputs


SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam

# Differ in the optimizer alone.
OPTIMIZERS = (
    Kind("gradient accumulation", optimized(lambda: Adam(1e-3, gradient_accumulation_steps=2))),
    Kind("clipnorm", optimized(lambda: Adam(1e-3, clipnorm=0.1))),
    Kind("global_clipnorm", optimized(lambda: Adam(1e-3, global_clipnorm=0.1))),
    Kind(
        "averaged weights",
        optimized(lambda: Adam(1e-3, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=4)),
    ),
    Kind("momentum", optimized(lambda: SGD(0.1, momentum=0.9, nesterov=True)), rate=0.1),
    Kind("AdamW", optimized(lambda: keras.optimizers.AdamW(1e-3, weight_decay=0.1))),
    Kind("RMSprop", optimized(lambda: keras.optimizers.RMSprop(1e-3, momentum=0.5, centered=True))),
    Kind("Adagrad", optimized(lambda: keras.optimizers.Adagrad(1e-2))),
    Kind("Lion", optimized(lambda: keras.optimizers.Lion(1e-3))),
    Kind("Nadam", optimized(lambda: keras.optimizers.Nadam(1e-3))),
    Kind("Adafactor", optimized(lambda: keras.optimizers.Adafactor(1e-2))),
)

KINDS = (
    Kind("sequential", lambda: compiled(dense())),
    Kind("functional", functional, images),
    Kind("subclassed", lambda: compiled(Subclassed())),
    Kind("call without training", lambda: compiled(WithoutTraining())),
    Kind("own train_step", own_steps),
    Kind("named inputs and outputs", several_by_name, by_name),
    Kind("inputs in a tuple", tuple_inputs, as_tuple),
    Kind("BatchNorm", lambda: batch_norm(trainable=True), images),
    Kind("frozen BatchNorm", lambda: batch_norm(trainable=False), images),
    Kind("Dropout", lambda: compiled(dense(layers.Dropout(0.4, seed=1)))),
    Kind("Keras's global generator", global_noise),
    Kind("regularizers", regularized),
    Kind("mixed_float16", lambda: mixed("mixed_float16")),
    Kind("mixed_bfloat16", lambda: mixed("mixed_bfloat16")),
    Kind("steps_per_execution", lambda: compiled(dense(), steps_per_execution=3)),
    Kind("attention", attention, sentences),
    Kind("LSTM", lambda: recurrent(layers.LSTM(4, recurrent_dropout=0.1, dropout=0.1)), sentences),
    Kind("GRU", lambda: recurrent(layers.GRU(4)), sentences),
    Kind("regression", regression, numbers),
    Kind("partial last batch", lambda: compiled(dense(layers.Dropout(0.3, seed=2))), batch_size=10),
    Kind("partial last batch, BatchNorm", lambda: batch_norm(trainable=True), images, batch_size=10),
    Kind("sample weights", lambda: compiled(dense(), weighted_metrics=["accuracy"]), weighted_points),
    Kind("class weights", lambda: compiled(dense()), fit={"class_weight": {0: 0.3, 1: 2.0}}),
    Kind("trained before", trained_before),
    Kind("unbuilt", unbuilt),
    Kind("run_eagerly", lambda: compiled(dense(layers.Dropout(0.3, seed=4)), run_eagerly=True)),
    *OPTIMIZERS,
)
