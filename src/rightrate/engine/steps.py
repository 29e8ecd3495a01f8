"""The train step and the test step of a model, traced once and used by every candidate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf

from rightrate.engine.graph import changed_variables, draws_outside_keras

#: A step with its batch: (batch, rate) -> loss for training, (batch,) -> Tested for testing.
Call = Callable[..., Any]


@dataclass
class Seen:
    """What passed through `compute_loss` while a step was traced; each is None where nothing did."""

    y: Any = None
    y_pred: Any = None
    sample_weight: Any = None
    loss: Any = None


@contextmanager
def watching(model: Any) -> Iterator[Seen]:
    """See the labels, predictions and loss that `model.compute_loss` handles; it computes what it always does."""
    seen = Seen()
    original = model.compute_loss
    own = {name: vars(model)[name] for name in ("compute_loss",) if name in vars(model)}

    def compute_loss(x=None, y=None, y_pred=None, sample_weight=None, *args: Any, **kwargs: Any) -> Any:  # type: ignore[no-untyped-def]
        loss = original(x, y, y_pred, sample_weight, *args, **kwargs)
        seen.y, seen.y_pred, seen.sample_weight, seen.loss = y, y_pred, sample_weight, loss
        return loss

    # Past Keras's own attribute tracking: the method must be gone without a trace afterwards.
    vars(model)["compute_loss"] = compute_loss
    try:
        yield seen
    finally:
        del vars(model)["compute_loss"]
        vars(model).update(own)  # a user's function set on the object itself


@dataclass(frozen=True)
class Step:
    """One traced step.

    Args:
        call: runs it. For training `call(batch, rate)` returns the loss; for testing `call(batch)` returns a dict
            of `"logs"`, and where they can be known `"loss"` (of this batch), `"losses"` (one a sample),
            `"classes"` (predicted) and `"outputs"` (what they were read from).
        traced: TensorFlow's concrete function, or None where the model is compiled to run eagerly.
        changes: the variables that running it may change.
        hidden_draws: random ops whose state nobody can save.
    """

    call: Call
    traced: Any
    changes: tuple[tf.Variable, ...]
    hidden_draws: tuple[str, ...] = field(default=())


def _specs(batch: tuple[Any, ...], *, open_batch: bool) -> Any:
    def spec(leaf: Any) -> tf.TensorSpec:
        return tf.TensorSpec((None, *leaf.shape[1:]) if open_batch else leaf.shape, leaf.dtype)

    return tf.nest.map_structure(spec, batch)


def _compiled(model: Any, function: Call, *arguments: Any) -> Step:
    """Trace `function` for these argument shapes, or leave it as it is for a model that runs eagerly."""
    if model.run_eagerly:
        return Step(function, None, ())
    jit = bool(model.jit_compile) or None
    compiled = tf.function(function, input_signature=arguments, autograph=False, jit_compile=jit)
    traced = compiled.get_concrete_function()
    return Step(compiled, traced, tuple(changed_variables(traced.graph)), tuple(draws_outside_keras(traced.graph)))


def train_step(model: Any, batch: tuple[Any, ...], *, open_batch: bool) -> Step:
    """Trace `model.train_step` for batches shaped like `batch`, with the learning rate as an argument.

    `open_batch` leaves the number of samples open, so that one trace serves all batches.
    """
    optimizer = model.optimizer

    def step(data: tuple[Any, ...], rate: Any) -> Any:
        optimizer.learning_rate.assign(tf.cast(rate, optimizer.learning_rate.dtype))
        with watching(model) as seen:
            logs = model.train_step(_as_fit_gives(data))
        return tf.cast(logs["loss"] if seen.loss is None else seen.loss, tf.float32)

    return _compiled(model, step, _specs(batch, open_batch=open_batch), tf.TensorSpec((), tf.float32))


def test_step(model: Any, batch: tuple[Any, ...], classify: Call | None, *, open_batch: bool) -> Step:
    """Trace `model.test_step` for batches shaped like `batch`.

    Args:
        classify: predictions -> class indices, or None where the model does not classify.
    """

    def step(data: tuple[Any, ...]) -> dict[str, Any]:
        with watching(model) as seen:
            logs = model.test_step(_as_fit_gives(data))
        found = {"logs": {name: tf.cast(value, tf.float32) for name, value in logs.items()}}
        loss = logs.get("loss") if seen.loss is None else seen.loss
        if loss is not None:
            found["loss"] = tf.cast(loss, tf.float32)
        losses = losses_by_sample(model, seen)
        if losses is not None:
            found["losses"] = losses
        if classify is not None and seen.y_pred is not None:
            found["classes"] = classify(seen.y_pred)
            found["outputs"] = tf.cast(seen.y_pred, tf.float32)
        return found

    return _compiled(model, step, _specs(batch, open_batch=open_batch))


def _as_fit_gives(data: tuple[Any, ...]) -> Any:
    """`Model.fit` hands a lone x over without a tuple."""
    return data[0] if len(data) == 1 and not isinstance(data[0], (tuple, list)) else data


def losses_by_sample(model: Any, seen: Seen) -> Any:
    """The loss of each sample, shape `(batch,)`, or None where the compiled loss does not tell it.

    Only used to compare candidates in pairs; the reported loss is Keras's own.
    """
    if (
        seen.y is None
        or seen.y_pred is None
        or (not isinstance(model.loss, (str, keras.losses.Loss)) and not callable(model.loss))
    ):
        return None
    if isinstance(seen.y_pred, (dict, list, tuple)) or isinstance(seen.y, (dict, list, tuple)):
        return None
    function = keras.losses.get(model.loss)
    function = function.call if isinstance(function, keras.losses.Loss) else function
    try:
        losses = tf.cast(function(*_aligned(seen.y, seen.y_pred)), tf.float32)
    except (TypeError, ValueError, tf.errors.InvalidArgumentError):
        return None  # a user's loss that wants more than labels and predictions: batches are compared instead
    if losses.shape.rank is None or losses.shape.rank == 0:
        return None
    losses = tf.reduce_mean(losses, axis=list(range(1, losses.shape.rank)))
    weight = seen.sample_weight
    if weight is not None and weight.shape.rank in (1, 2) and all(n == 1 for n in weight.shape[1:]):
        losses = losses * tf.cast(tf.reshape(weight, [-1]), tf.float32)
    return losses


def _aligned(y: Any, y_pred: Any) -> tuple[Any, Any]:
    """Labels and predictions as Keras hands them to a loss: of one rank, predictions in the default float type."""
    y, y_pred = tf.convert_to_tensor(y), tf.convert_to_tensor(y_pred)
    if y_pred.dtype.is_floating:
        y_pred = tf.cast(y_pred, keras.config.floatx())
    if y.shape.rank == y_pred.shape.rank - 1 and y_pred.shape[-1] == 1:
        y = tf.expand_dims(y, -1)
    elif y.shape.rank == y_pred.shape.rank + 1 and y.shape[-1] == 1:
        y = tf.squeeze(y, -1)
    return y, y_pred
