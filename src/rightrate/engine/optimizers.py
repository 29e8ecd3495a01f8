"""A fresh optimizer of the user's own class, whose learning rate is a variable that the engine sets at every step."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate.errors import ModelError

#: What the fresh optimizer holds until the first step sets the rate of its candidate.
_PLACEHOLDER_RATE = 1e-3


def fresh(optimizer: Any) -> Any:
    """Return an unbuilt optimizer with the same settings and a plain learning rate.

    A user's class is made by its own `from_config(get_config())`, as Keras does when it loads a model.

    Raises:
        ModelError: the class cannot be made from its configuration, or holds several learning rates.
    """
    try:
        return type(optimizer).from_config(_with_plain_rate(optimizer.get_config()))
    # A RuntimeError: what Keras's own get_config raises where a class has none.
    except (TypeError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            f"The optimizer {type(optimizer).__name__} cannot be made anew from its configuration ({error}). "
            "A search needs that: let get_config() return every argument of its __init__, `learning_rate` included."
        ) from error


def _with_plain_rate(config: dict[str, Any]) -> dict[str, Any]:
    config = dict(config)
    if "inner_optimizer" in config:  # LossScaleOptimizer keeps the user's optimizer, serialized
        inner = dict(config["inner_optimizer"])
        inner["config"] = _with_plain_rate(inner["config"])
        config["inner_optimizer"] = inner
    elif "learning_rate" not in config:
        raise KeyError("no `learning_rate` in get_config()")
    if "learning_rate" in config:
        rate = config["learning_rate"]
        config["learning_rate"] = _PLACEHOLDER_RATE if not isinstance(rate, (int, float)) else float(rate)
    return config


def copy_state(source: Any, target: Any) -> None:
    """Give `target` the iteration count and slots of `source`, where that one has trained before."""
    if not source.built:
        return
    pairs = [[v for v in optimizer.variables if not v.path.endswith("learning_rate")] for optimizer in (source, target)]
    if [tuple(v.shape) for v in pairs[0]] != [tuple(v.shape) for v in pairs[1]]:
        raise ModelError(
            "The optimizer's state does not fit the model's trainable weights: `trainable` was changed after "
            "compile(). Call model.compile() again."
        )
    for old, new in zip(*pairs, strict=True):
        new.assign(old)


def own_rates(optimizer: Any, steps: int) -> np.ndarray | None:
    """The rates that the optimizer's own schedule gives for its next `steps` steps; None if it has none."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    schedule = getattr(inner, "_learning_rate", None)
    if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return None
    start = int(inner._iterations.numpy()) if inner.built else 0  # steps, also where gradients accumulate

    @tf.function
    def evaluate() -> Any:
        counts = tf.range(start, start + steps, dtype=inner._iterations.dtype)
        return tf.map_fn(lambda i: tf.cast(schedule(i), tf.float32), counts, fn_output_signature=tf.float32)

    return np.asarray(evaluate().numpy(), dtype=np.float64)


def family(optimizer: Any) -> str:
    """The optimizer's class name, that of the inner one where the loss is scaled."""
    return type(getattr(optimizer, "inner_optimizer", optimizer)).__name__
