"""Optuna over the given rates, with its median pruner told the validation loss of each epoch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import keras
import optuna
from tasks.task import Task

from peers.outcome import PeerOutcome, finite_or_none, peak_memory_bytes
from peers.plain_fit import train


class _Pruning(keras.callbacks.Callback):
    """Reports each epoch and ends the trial where the pruner says so, as Optuna's own callback does."""

    def __init__(self, trial: optuna.Trial) -> None:
        super().__init__()
        self.trial = trial

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.trial.report((logs or {})["val_loss"], epoch)
        if self.trial.should_prune():
            raise optuna.TrialPruned(f"Pruned after epoch {epoch + 1}.")


def search(task: Task, rates: Sequence[float], seed: int) -> PeerOutcome:
    """One trial for each rate, in random order; the pruner's own five first trials run to the end."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    started = time.perf_counter()
    losses: dict[float, float | None] = dict.fromkeys(rates)

    def objective(trial: optuna.Trial) -> float:
        rate = trial.suggest_categorical("learning_rate", list(rates))
        keras.backend.clear_session()  # as in Optuna's own Keras example
        loss = train(task, rate, seed, callbacks=[_Pruning(trial)])[-1]
        losses[rate] = finite_or_none(loss)
        return loss

    study = optuna.create_study(
        sampler=optuna.samplers.GridSampler({"learning_rate": list(rates)}, seed=seed),
        pruner=optuna.pruners.MedianPruner(),
    )
    study.optimize(objective, n_trials=len(rates))
    return PeerOutcome(
        name="optuna",
        best_rate=study.best_params["learning_rate"],
        best_val_loss=study.best_value,
        seconds=time.perf_counter() - started,
        trainings=_epochs(study) / task.epochs,
        peak_memory_bytes=peak_memory_bytes(),
        final_val_losses=losses,
    )


def _epochs(study: Any) -> int:
    return sum(len(trial.intermediate_values) for trial in study.trials)
