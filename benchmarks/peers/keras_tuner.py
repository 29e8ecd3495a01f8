"""KerasTuner's RandomSearch over the given rates, with its defaults otherwise."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from typing import Any

import keras
import keras_tuner
from tasks.task import Task

from peers.outcome import PeerOutcome, finite_or_none, peak_memory_bytes


class _HyperModel(keras_tuner.HyperModel):
    """The task with its learning rate to choose; notes what each trial ended with and how long it trained."""

    def __init__(self, task: Task, rates: Sequence[float], seed: int) -> None:
        super().__init__()
        self.task, self.rates, self.seed = task, list(rates), seed
        self.epochs = 0
        self.final_val_losses: dict[float, float | None] = dict.fromkeys(rates)

    def build(self, hp: keras_tuner.HyperParameters) -> Any:
        keras.utils.set_random_seed(self.seed)
        model = self.task.build()
        model.optimizer.learning_rate = hp.Choice("learning_rate", self.rates)
        return model

    def fit(self, hp: keras_tuner.HyperParameters, model: Any, *args: Any, **kwargs: Any) -> Any:
        history = model.fit(*args, **kwargs)
        losses = history.history["val_loss"]
        self.epochs += len(losses)
        self.final_val_losses[hp.get("learning_rate")] = finite_or_none(losses[-1])
        return history


def search(task: Task, rates: Sequence[float], seed: int) -> PeerOutcome:
    """As many trials as there are rates; its random draws may miss one and then end a trial earlier."""
    started = time.perf_counter()
    hypermodel = _HyperModel(task, rates, seed)
    with tempfile.TemporaryDirectory() as folder:
        tuner = keras_tuner.RandomSearch(
            hypermodel,
            objective="val_loss",
            max_trials=len(rates),
            seed=seed,
            directory=folder,
            project_name="search",
        )
        tuner.search(
            *task.train,
            validation_data=task.validation,
            epochs=task.epochs,
            batch_size=task.batch_size,
            verbose=0,
        )
        best = tuner.oracle.get_best_trials(1)[0]
    return PeerOutcome(
        name="keras_tuner",
        best_rate=best.hyperparameters.get("learning_rate"),
        best_val_loss=float(best.score),
        seconds=time.perf_counter() - started,
        trainings=hypermodel.epochs / task.epochs,
        peak_memory_bytes=peak_memory_bytes(),
        final_val_losses=hypermodel.final_val_losses,
    )
