"""What a search needs to know of a model before it starts."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from rightrate.engine import optimizers
from rightrate.engine.optimizers import family
from rightrate.engine.task import Task
from rightrate.errors import ModelError, UsageError
from rightrate.search import Kind

#: Training batches that make a validation batch: small networks spend their time on calls, not on samples.
VALIDATION_BATCH = 4
#: Callbacks that set the learning rate themselves, or go back to another run's state.
_AT_ODDS = ("LearningRateScheduler", "ReduceLROnPlateau", "BackupAndRestore")


def check_compiled(model: Any) -> None:
    """Raise a `ModelError` unless `model` is compiled with one optimizer and has something to train."""
    if not getattr(model, "compiled", False):
        raise ModelError("The model is not compiled. Call model.compile(optimizer=…, loss=…) first.")
    if getattr(model, "optimizer", None) is None:
        raise ModelError(
            "The model has no single `optimizer`: compile it with one. Models that train with several optimizers "
            "have several learning rates, which one search cannot choose."
        )
    if model.built and not model.trainable_variables:
        raise ModelError(
            "Nothing in the model is trainable. Set layer.trainable = True for the part to fine-tune, then compile."
        )


def check_callbacks(callbacks: Any) -> list[Any]:
    """The user's callbacks as a list; those at odds with a search are an error that names them."""
    found = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
    wrong = [type(callback).__name__ for callback in found if _names(callback) & set(_AT_ODDS)]
    if wrong:
        raise UsageError(
            f"These callbacks cannot work with a search: {', '.join(wrong)}. rightrate sets the learning rate of "
            "every step by `schedule=`; leave them out, or compile the optimizer with your own schedule."
        )
    return found


def _names(callback: Any) -> set[str]:
    return {cls.__name__ for cls in type(callback).__mro__}


def kind_of(model: Any) -> Kind:
    """What is fine-tuned: the optimizer's class and how much of the network is trainable."""
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    return Kind(
        optimizer=family(model.optimizer),
        trainable=_count(model.trainable_variables),
        weights=_count(model.weights),
        momentum=float(getattr(optimizer, "momentum", 0.0) or 0.0),
    )


def own_rates(model: Any, steps: int) -> np.ndarray | None:
    """The rates of the schedule that the model's optimizer was compiled with; None if it has none."""
    return optimizers.own_rates(model.optimizer, steps)


def validation_batch(model: Any, batch_size: int) -> int | None:
    """Most samples of a validation batch: several training batches at once; None where it must be like those.

    Testing holds no activations for a backward pass, so that it fits where training does. A model with several outputs
    is compared batch by batch, and needs many of them.
    """
    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not inputs or not outputs or len(outputs) > 1 or any(tensor.shape[0] is not None for tensor in inputs):
        return None
    return VALIDATION_BATCH * batch_size


def _count(variables: Any) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def ignorant_loss(model: Any, task: Task) -> float | None:
    """Cross-entropy of a classifier that knows nothing; None for any other loss."""
    name = str(model.loss if isinstance(model.loss, str) else getattr(model.loss, "name", "")).lower()
    return math.log(task.classes) if task.classes and "crossentropy" in name else None


def versions() -> str:
    """The versions that produced a result."""
    import tensorflow as tf

    return f"Keras {keras.__version__}, TensorFlow {tf.__version__}"
