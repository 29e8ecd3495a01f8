"""rightrate's search over the given rates, with its defaults otherwise."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import keras
from peers.outcome import PeerOutcome, finite_or_none, peak_memory_bytes
from tasks.task import Task

import rightrate

_tune = rightrate.tune  # rightrate loads its parts when they are named: now, before the clock starts


def search(task: Task, rates: Sequence[float], seed: int) -> PeerOutcome:
    """Build the model and tune it; unlike the peers, this ends with the fine-tuned model in hand."""
    started = time.perf_counter()
    keras.utils.set_random_seed(seed)
    result = _tune(
        task.build(),
        task.train,
        validation_data=task.validation,
        epochs=task.epochs,
        batch_size=task.batch_size,
        rates=list(rates),
        schedule="constant",
        seed=seed,
    )
    seconds = time.perf_counter() - started
    final = {trial.learning_rate: _final_loss(trial) for trial in result.trials}
    return PeerOutcome(
        name="rightrate",
        best_rate=result.learning_rate,
        best_val_loss=final.get(result.learning_rate),
        seconds=seconds,
        trainings=result.cost.full_trainings,
        peak_memory_bytes=peak_memory_bytes(),
        final_val_losses=final,
    )


def _final_loss(trial: Any) -> float | None:
    return finite_or_none(trial.curve.last) if trial.ended.value == "finished" else None
