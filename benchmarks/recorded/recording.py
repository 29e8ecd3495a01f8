"""Train one sweep by plain `Model.fit` and keep its curves in one small file."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from recorded.sweeps import Sweep

FOLDER = Path(__file__).resolve().parent.parent / "results" / "diagnosis"
WARM_UP = 0.1  # of the steps


class _BatchLosses(keras.callbacks.Callback):
    """The loss of each batch, taken back out of the running mean that Keras reports within an epoch."""

    def __init__(self, rows: int, batch_size: int) -> None:
        super().__init__()
        self._rows, self._size = rows, batch_size
        self._total = 0.0
        self.losses: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._total = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        seen = min((batch + 1) * self._size, self._rows)
        total = logs["loss"] * seen
        self.losses.append((total - self._total) / (seen - batch * self._size))
        self._total = total


def record(sweep: Sweep) -> Path:
    """Train every rate of a sweep with every seed; returns the file, which is written when all are done."""
    task = getattr(importlib.import_module("recorded.models"), sweep.task)()
    runs = [(rate, seed) for seed in sweep.seeds for rate in sweep.rates]
    curves = [_train(sweep, task, rate, seed) for rate, seed in runs]
    settings = {
        **{name: getattr(sweep, name) for name in sweep.__dataclass_fields__ if name not in ("rates", "seeds")},
        "kind": task.kind,
        "loss": task.loss,
        "classes": None if task.loss == "mse" else int(task.y.max()) + 1,
        "keras": keras.version(),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{sweep.name}.npz"
    unfinished = path.with_suffix(".unfinished.npz")
    np.savez_compressed(
        unfinished,
        settings=np.array(json.dumps(settings)),
        rates=np.array([rate for rate, _ in runs]),
        seeds=np.array([seed for _, seed in runs]),
        **{name: np.array([curve[name] for curve in curves], dtype=np.float32) for name in curves[0]},
    )
    unfinished.replace(path)
    return path


def _train(sweep: Sweep, task: Any, rate: float, seed: int) -> dict[str, list[float]]:
    """Curves by name: `batch_loss` by step, all others by epoch."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    x, y = _first(task.x, sweep.rows), _with_noise(task, sweep, seed)
    held = slice(-sweep.validation_rows, None)
    model = task.build()
    model.compile(_optimizer(sweep, rate), task.loss, metrics=_fresh(task.metrics))
    losses = _BatchLosses(sweep.rows, sweep.batch_size)
    history = model.fit(
        x, y, validation_data=(_part(task.x, held), task.y[held]), epochs=sweep.epochs, batch_size=sweep.batch_size,
        callbacks=[losses], verbose=0,
    )  # fmt: skip
    return {"batch_loss": losses.losses, **{name.lower(): values for name, values in history.history.items()}}


def _fresh(metrics: tuple[str, ...]) -> list[Any]:
    """Named, because Keras numbers the metrics of a second model (`precision_1`)."""
    made = {"Precision": keras.metrics.Precision, "Recall": keras.metrics.Recall}
    return [made[name](name=name.lower()) if name in made else name for name in metrics]


def _optimizer(sweep: Sweep, rate: float) -> Any:
    more = {"momentum": 0.9} if sweep.optimizer == "SGD" else {}
    return getattr(keras.optimizers, sweep.optimizer)(_schedule(sweep, rate), **more)


def _schedule(sweep: Sweep, rate: float) -> Any:
    if sweep.schedule == "constant":
        return rate
    steps = sweep.epochs * -(-sweep.rows // sweep.batch_size)
    warm_up = int(WARM_UP * steps)
    return keras.optimizers.schedules.CosineDecay(0.0, steps - warm_up, warmup_target=rate, warmup_steps=warm_up)


def _with_noise(task: Any, sweep: Sweep, seed: int) -> np.ndarray:
    y = task.y[: sweep.rows].copy()
    rng = np.random.default_rng(seed)
    wrong = rng.random(len(y)) < sweep.label_noise
    if task.loss == "mse":
        y[wrong] = rng.permutation(y[wrong])
    else:
        y[wrong] = rng.integers(0, int(task.y.max()) + 1, y[wrong].shape)
    return y


def _first(x: Any, rows: int) -> Any:
    return _part(x, slice(0, rows))


def _part(x: Any, rows: slice) -> Any:
    return {name: values[rows] for name, values in x.items()} if isinstance(x, dict) else x[rows]
