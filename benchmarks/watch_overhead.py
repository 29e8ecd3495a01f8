"""What rr.Watch costs a training step: plain `fit` against the same with a watch, taking turns epoch by epoch.

    python benchmarks/watch_overhead.py [--epochs 60]

The network's step takes about 5 ms on one core; TensorFlow gets one, which other work disturbs less. Every variant is
one `Model.fit` in a thread of its own, and only one of them runs at a time: after each epoch of 100 steps it hands
over to the next, in an order that rotates. So a ratio compares epochs that lie within a few seconds of each other, and
what the machine wavers by from minute to minute falls out. The ratio is the median over epochs of the variant's time to
the plain time of the same turn, with the 95 % interval of that median by signs; `plain again` shows what is left of
the wavering. The first two epochs, which have the tracing, are left out.

A watch takes time in two places, and each of them wavers less than whole epochs do: `inside` is what was spent in its
own methods; and the few operations that it adds to the traced step are measured by two models that take turns step by
step. Asked for: at most 3 % in all. With `--units 32` a step takes a millisecond.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from scipy import stats

import rightrate as rr
from rightrate.engine.watch_tap import tap

ROWS, WIDTH, BATCH = 3200, 256, 32
UNITS = 512
WARM_UP = 2  # epochs


class Turns:
    """Who may run: the variants one after the other, each for an epoch; the order rotates."""

    def __init__(self, count: int) -> None:
        self._count, self._turn, self._condition = count, 0, threading.Condition()

    def _whose(self) -> int:
        around, place = divmod(self._turn, self._count)
        return (place + around) % self._count

    def take(self, who: int) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._whose() == who)

    def hand_over(self) -> None:
        with self._condition:
            self._turn += 1
            self._condition.notify_all()


class First(keras.callbacks.Callback):
    """Waits for its turn; the first of the callbacks, so that the others' work lies within what is measured."""

    def __init__(self, turns: Turns, who: int) -> None:
        super().__init__()
        self.turns, self.who = turns, who
        self.at: list[tuple[float, float]] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.turns.take(self.who)
        self.at.append((time.perf_counter(), time.process_time()))


class Last(keras.callbacks.Callback):
    """Notes what the epoch took and hands over; the last of the callbacks."""

    def __init__(self, first: First) -> None:
        super().__init__()
        self.first = first
        self.spent: list[tuple[float, float]] = []
        self.inside: list[float] = []
        self.watched: Inside | None = None

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        wall, processor = self.first.at[-1]
        self.spent.append((time.perf_counter() - wall, time.process_time() - processor))
        if self.watched is not None:
            self.inside.append(self.watched.spent)
            self.watched.spent = 0.0
        self.first.turns.hand_over()


class Empty(keras.callbacks.Callback):
    """Is called after each batch and does nothing: what Keras itself takes for any such callback."""

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        return


class Inside:
    """Seconds spent in the methods that Keras calls of the callbacks between First and Last."""

    HOOKS = ("on_epoch_begin", "on_train_batch_begin", "on_train_batch_end", "on_epoch_end")

    def __init__(self, callbacks: list[keras.callbacks.Callback]) -> None:
        self.spent = 0.0
        for callback in callbacks:
            for name in self.HOOKS:
                setattr(callback, name, self._timed(getattr(callback, name)))

    def _timed(self, method: Callable[..., None]) -> Callable[..., None]:
        def timed(*args: object, **kwargs: object) -> None:
            began = time.perf_counter()
            method(*args, **kwargs)
            self.spent += time.perf_counter() - began

        return timed


def model(units: int) -> keras.Model:
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(units, activation="relu") for _ in range(3)]
    made = keras.Sequential([keras.Input((WIDTH,)), *layers, keras.layers.Dense(10, activation="softmax")])
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(ROWS, WIDTH)).astype("float32"), rng.integers(0, 10, ROWS)


def fitted(
    network: keras.Model, watches: list[keras.callbacks.Callback], epochs: int, first: First, last: Last
) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(ROWS, WIDTH)).astype("float32"), rng.integers(0, 10, ROWS)
    last.watched = Inside(watches)
    callbacks = [first, *watches, last]
    network.fit(x, y, batch_size=BATCH, epochs=epochs + WARM_UP, verbose=0, shuffle=False, callbacks=callbacks)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--epochs", type=int, default=60)
    arguments.add_argument("--units", type=int, default=UNITS)
    arguments.add_argument("--only", nargs="*", default=[], help="names of variants, beside 'plain'")
    epochs, units, only = vars(arguments.parse_args()).values()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "watch.jsonl"
        variants: dict[str, Callable[[], list[keras.callbacks.Callback]]] = {
            "plain": list,
            "plain again": list,
            "an empty callback": lambda: [Empty()],
            "warn": lambda: [rr.Watch(quiet=True)],
            "warn + log": lambda: [rr.Watch(quiet=True, log=log, existing="overwrite")],
            "warn + gradient norm": lambda: [rr.Watch(quiet=True, gradient_norm=True)],
            "stop": lambda: [rr.Watch("stop", quiet=True)],
            "rescue": lambda: [rr.Watch("rescue", quiet=True)],
        }
        variants = {name: made for name, made in variants.items() if not only or name in ("plain", *only)}
        turns = Turns(len(variants))
        lasts = {name: Last(First(turns, who)) for who, name in enumerate(variants)}
        threads = [
            threading.Thread(target=fitted, args=(model(units), made(), epochs, lasts[name].first, lasts[name]))
            for name, made in variants.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Keras {keras.__version__}, {epochs} epochs of each")
    times = {name: last.spent[WARM_UP:] for name, last in lasts.items()}
    for name, spent in times.items():
        inside = sum(lasts[name].inside[WARM_UP:]) / sum(wall for wall, _ in spent)
        told = "; ".join(described(spent, times["plain"], kind) for kind in (0, 1))
        print(f"{name:22s} {told}; inside {inside:.2%}")
    print(of_the_tap(units))


def of_the_tap(units: int, steps: int = 1500) -> str:
    """What the operations add to a step: the median difference of steps in turns, with its interval."""
    runs = []
    for has_tap in (False, True):
        network = model(units)
        x, y = rows()
        network.fit(x[:BATCH], y[:BATCH], batch_size=BATCH, verbose=0)
        if has_tap:
            tap(network, capacity=64)
        batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH, drop_remainder=True).repeat().prefetch(4)
        runs.append((network.train_function, iter(batches)))
    took = np.empty((steps, 2))
    for step in range(steps):
        for which in (0, 1) if step % 2 else (1, 0):
            function, batches = runs[which]
            began = time.perf_counter()
            function(batches)
            took[step, which] = time.perf_counter() - began
    took = took[WARM_UP * 10 :] * 1e3
    middle, low, high = median_of((took[:, 1] - took[:, 0]).tolist())
    plain = float(np.median(took[:, 0]))
    return (
        f"added to the traced step: {middle:.3f} ms of {plain:.3f} ({low:.3f} to {high:.3f}), {middle / plain:+.2%} "
        f"({low / plain:+.2%} to {high / plain:+.2%})"
    )


def median_of(values: list[float]) -> tuple[float, float, float]:
    """The median and its 95 % interval by signs."""
    ordered = sorted(values)
    rank = int(stats.binom.ppf(0.025, len(ordered), 0.5))
    return statistics.median(ordered), ordered[max(rank - 1, 0)], ordered[-max(rank, 1)]


def described(spent: list[tuple[float, float]], plain: list[tuple[float, float]], kind: int) -> str:
    """The median ratio of one kind of time, with its interval."""
    ratios = [one[kind] / beside[kind] - 1 for one, beside in zip(spent, plain, strict=True)]
    middle, low, high = median_of(ratios)
    step = statistics.median(one[kind] for one in spent) * 1e3 / (ROWS // BATCH)
    return f"{('clock', 'processor')[kind]} {step:6.3f} ms a step, {middle:+6.1%} ({low:+.1%} to {high:+.1%})"


if __name__ == "__main__":
    main()
