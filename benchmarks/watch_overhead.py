"""What rr.Watch costs a training step: plain `fit` against the same with a watch, in turns, in one process.

    python benchmarks/watch_overhead.py [--rounds 15]

The network's step takes about 5 ms on one core; TensorFlow gets one, which other work disturbs less. Each round fits
each variant once, in an order that rotates; a fit's time is that of its epochs after the first, which has the tracing.
The ratio is the median over rounds of the variant's time to the plain time of the same round, with quartiles; `plain
again` shows what the machine itself wavers. Asked for: at most 3 %. With `--units 32` a step takes a millisecond, and
the difference shows what is added to any step.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

import rightrate as rr

ROWS, WIDTH, BATCH, EPOCHS = 3200, 256, 32, 6
UNITS = 512


class Epochs(keras.callbacks.Callback):
    """When each epoch began and ended; last in the list, so that the others' work lies within."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[tuple[float, float]] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.at.append((time.perf_counter(), time.process_time()))


def model(units: int) -> keras.Model:
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Dense(units, activation="relu") for _ in range(3)]
    made = keras.Sequential([keras.Input((WIDTH,)), *layers, keras.layers.Dense(10, activation="softmax")])
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def of_a_step(network: keras.Model, callbacks: list[keras.callbacks.Callback]) -> tuple[float, float]:
    """Seconds on the clock, and seconds of processor time over all cores, which other work disturbs less."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(ROWS, WIDTH)).astype("float32"), rng.integers(0, 10, ROWS)
    clock = Epochs()
    network.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0, shuffle=False, callbacks=[*callbacks, clock])
    steps = (EPOCHS - 1) * (ROWS // BATCH)
    wall, processor = ((last - first) / steps for first, last in zip(clock.at[0], clock.at[-1], strict=True))
    return wall, processor


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--units", type=int, default=UNITS)
    rounds, units = vars(arguments.parse_args()).values()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "watch.jsonl"
        variants: dict[str, Callable[[], list[keras.callbacks.Callback]]] = {
            "plain": list,
            "plain again": list,
            "warn": lambda: [rr.Watch(quiet=True)],
            "warn + log": lambda: [rr.Watch(quiet=True, log=log, existing="overwrite")],
            "warn + gradient norm": lambda: [rr.Watch(quiet=True, gradient_norm=True)],
            "stop": lambda: [rr.Watch("stop", quiet=True)],
            "rescue": lambda: [rr.Watch("rescue", quiet=True)],
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in variants}
        names = list(variants)
        network = model(units)
        start = network.get_weights()
        for turn in range(rounds + 1):
            shift = turn % len(names)
            for name in names[shift:] + names[:shift]:
                network.set_weights(start)
                spent = of_a_step(network, variants[name]())
                if turn:  # the first round warms up
                    times[name].append(spent)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Keras {keras.__version__}, {rounds} rounds")
    for name, spent in times.items():
        print(f"{name:22s} {'; '.join(described(spent, times['plain'], kind) for kind in (0, 1))}")


def described(spent: list[tuple[float, float]], plain: list[tuple[float, float]], kind: int) -> str:
    """Median and quartiles of one kind of time."""
    ratios = [one[kind] / beside[kind] - 1 for one, beside in zip(spent, plain, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    step = statistics.median(one[kind] for one in spent) * 1e3
    return f"{('clock', 'processor')[kind]} {step:6.3f} ms a step, {middle:+6.1%} ({low:+.1%} to {high:+.1%})"


if __name__ == "__main__":
    main()
