"""Train one task at every rate of its grid with the project's engine, and keep what a search would have seen."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from oracle import models
from oracle.tasks import OracleTask
from rightrate.curves.divergence import Watcher
from rightrate.engine import memory, samples, tuning
from rightrate.engine.session import Session, open_session
from rightrate.runner import prepare
from rightrate.schedules import Schedule
from rightrate.search import Setup

FOLDER = Path(__file__).resolve().parent.parent / "results" / "oracle"
#: Points of each training at which validation is measured, at least.
POINTS = 16


def record(task: OracleTask, seed: int, folder: Path = FOLDER) -> Path:
    """Train every rate to full length, from the same start, on the same samples in the same order.

    The file has, for each rate: the mean validation loss and accuracy at each stop, the loss of each validation sample
    at the stops where a race compares (float16), the seconds of its steps, and where its loss was lost, if it was.
    """
    with opened(task, seed) as (session, setup):
        steps = setup.total_steps
        make_schedule = prepare.schedule_maker(task.schedule, None, steps)
        ignorant = tuning.ignorant_loss(session.model, session.task)
        kind = tuning.kind_of(session.model)
        found = [_train(session, make_schedule(rate), setup, ignorant) for rate in task.rates]
    return _keep(task, seed, setup, kind, found, folder)


@contextmanager
def opened(task: OracleTask, seed: int) -> Iterator[tuple[Session, Setup]]:
    """A session over a task, as `rr.tune` would open it, and the race's setup."""
    made = models.make(task.base)
    rows, held_out = rows_of(made.x, made.y, 0, task.rows), rows_of(made.x, made.y, task.rows, task.validation_rows)
    keras.utils.set_random_seed(seed)
    model = made.build()
    model.compile(optimizer(task.optimizer), made.loss, metrics=list(made.metrics))
    limit = memory.allowance()
    table, steps = samples.read_training(
        rows, batch_size=task.batch_size, epochs=task.epochs, steps_per_epoch=None, class_weight=None, seed=seed,
        limit=limit,
    )  # fmt: skip
    at_most = tuning.validation_batch(model, task.batch_size)
    validation = samples.read_validation(held_out, batch_size=task.batch_size, limit=limit, seed=seed, at_most=at_most)
    make_schedule = prepare.schedule_maker(task.schedule, None, steps * task.epochs)
    first = prepare.first_rates(None, tuning.kind_of(model))
    with open_session(model, table, validation, memory_limit=limit) as session:
        yield session, prepare.setup(session, first, True, make_schedule, steps, task.epochs, None)


def _train(session: Session, schedule: Schedule, setup: Setup, ignorant: float | None) -> dict[str, Any]:
    stops = _stops(setup)
    state, watcher = session.start, Watcher(ignorant)
    means, accuracies, by_sample, lost, seconds = [], [], [], None, 0.0
    for stop in stops:
        if lost is None:
            began = time.perf_counter()
            state, losses = session.run(state, schedule.rates, stop)
            seconds += time.perf_counter() - began
            for loss in losses:
                watcher = watcher.see(float(loss))
            lost = (state.step, watcher.reason) if watcher.reason is not None else None
            if stop == stops[-1] and lost is None:
                state = session.finish(state)
        measured = session.evaluate(state) if lost is None else None
        means.append(measured.values["val_loss"] if measured else np.nan)
        accuracies.append(measured.values.get("val_accuracy", np.nan) if measured else np.nan)
        if stop in setup.rungs:
            by_sample.append(measured.losses if measured else None)
    return {"val_loss": means, "val_accuracy": accuracies, "losses": by_sample, "lost": lost, "seconds": seconds}


def _stops(setup: Setup) -> tuple[int, ...]:
    total = setup.total_steps
    even = {max(1, round(total * k / POINTS)) for k in range(1, POINTS + 1)}
    return tuple(sorted({*setup.stops, *even}))


def _keep(task: OracleTask, seed: int, setup: Setup, kind: Any, found: list[dict[str, Any]], folder: Path) -> Path:
    settings = {
        **asdict(task), "seed": seed, "setup": asdict(setup), "kind": asdict(kind), "keras": keras.version(),
        "tensorflow": tf.__version__, "lost": [one["lost"] for one in found],
    }  # fmt: skip
    size = setup.validation_samples
    nothing = np.full(size, np.nan)
    losses = [[row if row is not None else nothing for row in one["losses"]] for one in found]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{task.name}-{seed}.npz"
    unfinished = path.with_suffix(".unfinished.npz")
    with np.errstate(over="ignore"):  # a loss above 65 504 is as lost as any
        np.savez_compressed(
            unfinished,
            settings=np.array(json.dumps(settings)),
            rates=np.array(task.rates),
            stops=np.array(_stops(setup)),
            rungs=np.array(setup.rungs),
            val_loss=np.array([one["val_loss"] for one in found], dtype=np.float32),
            val_accuracy=np.array([one["val_accuracy"] for one in found], dtype=np.float32),
            losses=np.array(losses, dtype=np.float16),
            seconds=np.array([one["seconds"] for one in found], dtype=np.float32),
        )
    unfinished.replace(path)
    return path


def rows_of(x: Any, y: np.ndarray, start: int, count: int) -> tuple[Any, np.ndarray]:
    """So many rows from `start` on; x may be a dictionary of arrays."""
    part = slice(start, start + count)
    return ({name: values[part] for name, values in x.items()} if isinstance(x, dict) else x[part]), y[part]


def optimizer(name: str) -> Any:
    """A fresh one; its rate is replaced at every step."""
    if name == "SGD":
        return keras.optimizers.SGD(0.01, momentum=0.9)
    return keras.optimizers.AdamW(1e-3, weight_decay=0.01) if name == "AdamW" else keras.optimizers.Adam(1e-3)
