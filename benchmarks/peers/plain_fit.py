"""Plain `Model.fit`: the unit of cost, and the dense sweep that finds the best rate."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import keras
from tasks.task import PLACEHOLDER_RATE, Task

from peers.outcome import PeerOutcome, finite_or_none, peak_memory_bytes, smallest


def train(task: Task, rate: float, seed: int, callbacks: Sequence[Any] = ()) -> list[float]:
    """Build a fresh model and train it at one rate; the validation loss after each epoch."""
    keras.utils.set_random_seed(seed)
    model = task.build()
    model.optimizer.learning_rate = rate
    history = model.fit(
        *task.train,
        validation_data=task.validation,
        epochs=task.epochs,
        batch_size=task.batch_size,
        callbacks=list(callbacks),
        verbose=0,
    )
    return history.history["val_loss"]


def search(task: Task, rates: Sequence[float], seed: int) -> PeerOutcome:
    """One training, at the rate of the given ones that is nearest to the optimizer's default."""
    rate = min(rates, key=lambda one: abs(math.log(one / PLACEHOLDER_RATE)))
    return _train_each("plain", task, [rate], seed)


def sweep(task: Task, rates: Sequence[float], seed: int) -> PeerOutcome:
    """Train every rate with a fresh model: slow, and the judge of all the others."""
    return _train_each("sweep", task, rates, seed)


def _train_each(name: str, task: Task, rates: Sequence[float], seed: int) -> PeerOutcome:
    started = time.perf_counter()
    losses = {}
    for rate in rates:
        losses[rate] = finite_or_none(train(task, rate, seed)[-1])
        keras.backend.clear_session()
    seconds = time.perf_counter() - started
    best_rate, best_loss = smallest(losses)
    return PeerOutcome(name, best_rate, best_loss, seconds, len(rates), peak_memory_bytes(), losses)
