"""The loop that a careful engineer writes by hand: features once, one compiled model for all rates."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import keras
from tasks.task import Task

from peers.outcome import PeerOutcome, finite_or_none, peak_memory_bytes, smallest


def search(task: Task, rates: Sequence[float], seed: int) -> PeerOutcome:
    """Train every rate to the end on one compiled model, behind the frozen part where there is one."""
    started = time.perf_counter()
    keras.utils.set_random_seed(seed)
    model, train, validation = _model_and_data(task)
    restore = _restorer(model)
    losses = {}
    for rate in rates:
        # Not seeded again: that clears TensorFlow's kernel cache, and each fit would begin with a pause.
        restore()
        model.optimizer.learning_rate = rate
        history = model.fit(
            *train, validation_data=validation, epochs=task.epochs, batch_size=task.batch_size, verbose=0
        )
        losses[rate] = finite_or_none(history.history["val_loss"][-1])
    seconds = time.perf_counter() - started
    best_rate, best_loss = smallest(losses)
    return PeerOutcome("hand", best_rate, best_loss, seconds, len(rates), peak_memory_bytes(), losses)


def _model_and_data(task: Task) -> tuple[Any, tuple[Any, Any], tuple[Any, Any]]:
    if task.split is None:
        return task.build(), task.train, task.validation
    prefix, build_suffix = task.split()
    train, validation = (
        (prefix.predict(x, batch_size=task.batch_size, verbose=0), y) for x, y in (task.train, task.validation)
    )
    return build_suffix(), train, validation


def _restorer(model: Any) -> Callable[[], None]:
    """A function that brings the weights and the optimizer back to where they are now."""
    model.optimizer.build(model.trainable_variables)
    weights = model.get_weights()
    slots = [variable.numpy() for variable in model.optimizer.variables]

    def restore() -> None:
        model.set_weights(weights)
        for variable, value in zip(model.optimizer.variables, slots, strict=True):
            variable.assign(value)

    return restore
