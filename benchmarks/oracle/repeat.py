"""A tenth of the recorded trainings again, by plain `Model.fit`: recordings must not be the engine's own opinion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from oracle import models
from oracle.recording import opened, optimizer, rows_of
from oracle.replay import Recording
from oracle.tasks import TASKS
from rightrate.runner import prepare

SHARE = 0.1
#: What a reused frozen part may differ by after one step (tests/engine); over a whole training it grows.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Repeated:
    """Args:
    recorded, repeated: final validation losses.
    """

    task: str
    seed: int
    rate: float
    recorded: float
    repeated: float

    @property
    def difference(self) -> float:
        """Relative; 0 where both are lost."""
        if not np.isfinite(self.recorded):
            return 0.0 if not np.isfinite(self.repeated) else np.inf
        return abs(self.repeated - self.recorded) / abs(self.recorded)


def chosen(recordings: Sequence[Recording]) -> list[tuple[Recording, int]]:
    """A random tenth, always the same; those that were stopped as lost are not repeated, since fit would go on."""
    every = [(r, i) for r in recordings for i in range(len(r.rates)) if r.settings["lost"][i] is None]
    order = np.random.default_rng(0).permutation(len(every))
    return [every[k] for k in sorted(order[: round(SHARE * len(every))])]


def repeat(recording: Recording, place: int) -> Repeated:
    """Train one rate by `Model.fit`, with the same samples in the same order."""
    task = next(one for one in TASKS if one.name == recording.task)
    seed, rate = int(recording.settings["seed"]), float(recording.rates[place])
    made = models.make(task.base)
    with opened(task, seed) as (session, setup):
        model, order = session.model, [np.asarray(rows) for rows in session.train_samples.steps]
    rates = prepare.schedule_maker(task.schedule, None, setup.total_steps)(rate).rates
    model.compile(optimizer(task.optimizer), made.loss, metrics=list(made.metrics))
    x, y = rows_of(made.x, made.y, 0, task.rows)
    steps = setup.total_steps // task.epochs
    callbacks = [_Rates(rates)]
    model.fit(_batches(x, y, order), epochs=task.epochs, steps_per_epoch=steps, verbose=0, callbacks=callbacks)
    held_x, held_y = rows_of(made.x, made.y, task.rows, task.validation_rows)
    loss = float(np.ravel(model.evaluate(held_x, held_y, batch_size=task.batch_size, verbose=0))[0])
    return Repeated(task.name, seed, rate, float(recording.val_loss[place, -1]), loss)


class _Rates(keras.callbacks.Callback):
    def __init__(self, rates: np.ndarray) -> None:
        super().__init__()
        self._rates, self._step = rates, 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.model.optimizer.learning_rate.assign(float(self._rates[self._step]))
        self._step += 1


def _batches(x: Any, y: np.ndarray, order: list[np.ndarray]) -> Iterator[tuple[Any, np.ndarray]]:
    for rows in order:
        yield tf.nest.map_structure(lambda part, rows=rows: part[rows], x), y[rows]
