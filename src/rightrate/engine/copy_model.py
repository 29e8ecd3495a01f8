"""Makes the model that a search hands out: a copy of the user's with the winner's weights, compiled as his was."""

from __future__ import annotations

import inspect
import tempfile
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate.engine import optimizers
from rightrate.engine.bank import Bank
from rightrate.engine.borrow import compile_arguments, raw_variables, renewed_metrics
from rightrate.engine.samples import TrainSamples
from rightrate.errors import ModelError

# Largest difference between the outputs of the copy and the original with the same weights, relative to the
# largest output: the order of floating-point sums may differ, nothing else.
SAME_OUTPUT_TOLERANCE = 1e-5
#: Samples that a copy is checked on.
_CHECKED = 4


def copy_model(model: Any, weights: list[np.ndarray], learning_rate: float, samples: TrainSamples) -> Any:
    """Return a new model of the same class and configuration with `weights` in the order of `model.variables`.

    Args:
        model: the user's, which is read only.
        samples: a few of them build a subclassed model and check the copy.

    Raises:
        ModelError: the model cannot be made from its configuration, or the copy computes something else.
    """
    batch = tf.nest.map_structure(lambda leaf: leaf[:_CHECKED], samples.data[0])
    start = [tf.convert_to_tensor(v.value) for v in model.variables]  # no second copy of a large model in memory
    reasons = []
    for make in (_by_configuration, _by_arguments, _by_file):
        try:
            twin = make(model)
            if not twin.built:
                twin(batch, training=False)
            _check_and_fill(model, twin, start)
            _check_same(model, twin, batch)
            for ours, theirs in zip(model._flatten_layers(), twin._flatten_layers(), strict=True):
                theirs.trainable = ours.trainable  # a subclass's configuration does not say what is frozen
            break
        except Exception as error:  # whatever a user's __init__, from_config or call raises: it is named and passed on
            reasons.append(" ".join(str(error).split())[:300])
    else:
        raise ModelError(f"{type(model).__name__} cannot be copied: {reasons[0]}")
    _check_and_fill(model, twin, weights)
    config = compile_arguments(model)
    config["optimizer"] = optimizers.fresh(model.optimizer)
    config["optimizer"].learning_rate = learning_rate
    config["metrics"] = renewed_metrics(config.get("metrics"))
    config["weighted_metrics"] = renewed_metrics(config.get("weighted_metrics"))
    keras.Model.compile(twin, **config, auto_scale_loss=False)  # where he wanted it, `fresh` keeps the scaling
    twin.optimizer.build(twin.trainable_variables)  # a saved model without slots loads with a warning
    return twin


def _by_configuration(model: Any) -> Any:
    with keras.saving.custom_object_scope(_classes(model)):
        return type(model).from_config(model.get_config())


def _by_arguments(model: Any) -> Any:
    """A subclass whose __init__ takes fewer arguments than the configuration has (no **kwargs for name and dtype)."""
    known = inspect.signature(type(model).__init__).parameters
    with keras.saving.custom_object_scope(_classes(model)):
        return type(model)(**{name: value for name, value in model.get_config().items() if name in known})


def _by_file(model: Any) -> Any:
    """What a configuration does not hold, such as the vocabulary of a text layer, a saved file does."""
    with tempfile.TemporaryDirectory() as folder, keras.saving.custom_object_scope(_classes(model)):
        path = f"{folder}/model.keras"
        model.save(path)
        # The very model that runs in this process: nothing in the file is foreign code.
        return keras.saving.load_model(path, compile=False, safe_mode=False)


def _classes(model: Any) -> dict[str, type]:
    return {type(layer).__name__: type(layer) for layer in model._flatten_layers()}


def _check_same(model: Any, twin: Any, batch: Any) -> None:
    expected, found = (tf.nest.flatten(_outputs(m, batch)) for m in (model, twin))
    for a, b in zip(expected, found, strict=True):
        a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
        if a.shape != b.shape or not np.allclose(a, b, rtol=0, atol=SAME_OUTPUT_TOLERANCE * max(np.abs(a).max(), 1e-6)):
            raise ModelError("a copy made from its configuration computes something else")


def _outputs(model: Any, batch: Any) -> Any:
    """What `model` answers; a seed that answering moves (dropout that is always on) is put back."""
    bank = Bank(raw_variables(model.variables))
    before = bank.read()
    try:
        return model(batch, training=False)
    finally:
        bank.write(before)


def _check_and_fill(model: Any, twin: Any, weights: list[Any]) -> None:
    shapes = [[tuple(v.shape) for v in m.variables] for m in (model, twin)]
    if shapes[0] != shapes[1]:
        raise ModelError(
            "a copy made from its configuration has other weights: get_config() must return every argument of __init__"
        )
    fill(twin, weights)


def fill(model: Any, weights: list[Any]) -> None:
    """Write `weights` into `model.variables`."""
    for variable, value in zip(model.variables, weights, strict=True):
        variable.assign(value)
