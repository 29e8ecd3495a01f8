"""What each level of the engine contributes, and how near it is to the compute alone.

    python benchmarks/levels.py [--task solar_frozen] [--rates 10]

Every candidate trains to its end, with no race and no validation, in one process on one machine:

- *every step whole*: nothing is reused, one compiled call a step; the model is traced once, as at every level.
- *frozen part once*: its output is kept (for each sample, or for each step where it draws); one compiled call a step.
- *and a compiled loop*: many steps in one call: what `rr.tune` does.
- *floor*: the compute alone, without the engine: the frozen part by a raw compiled function over all samples, then the
  rest in a raw compiled loop that all rates share. Only for tasks whose frozen part can be split off by hand.

Times are from the open model to the last loss, tracing included; opening is also given by itself.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from dataclasses import replace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tasks
import tensorflow as tf

from rightrate.engine.samples import Samples, read_training, read_validation
from rightrate.engine.session import Session, open_session

ROOM = 1 << 32


def read(task: tasks.Task) -> tuple[Samples, Samples]:
    train, _ = read_training(
        task.train, batch_size=task.batch_size, epochs=task.epochs, steps_per_epoch=None, class_weight=None, seed=0,
        limit=ROOM,
    )  # fmt: skip
    return train, read_validation(task.validation, batch_size=task.batch_size, limit=ROOM)


def level(task: tasks.Task, rates: np.ndarray, *, reuse: bool, loop: bool) -> tuple[float, float, str]:
    """Seconds of opening, seconds of training all rates, and the plan."""
    train, validation = read(task)
    keras.utils.set_random_seed(0)
    model = task.build()
    began = time.perf_counter()
    with open_session(model, train, validation, memory_limit=ROOM, reuse_prefix=reuse) as session:
        opened = time.perf_counter() - began
        if not loop:
            _one_by_one(session)
        for rate in rates:
            session.run(session.start, np.full(len(train.steps), rate), len(train.steps))
        return opened, time.perf_counter() - began - opened, session.plan.prefix


def _one_by_one(session: Session) -> None:
    """Each step a call of its own, kept outputs or not."""
    if not session.plan.by_step:
        session._train = {n: replace(call, many=None) for n, call in session._train.items()}


def floor(task: tasks.Task, rates: np.ndarray) -> float:
    """Seconds of the frozen part over all samples, and of the rest at all rates, in raw TensorFlow."""
    train, _ = read(task)
    keras.utils.set_random_seed(0)
    prefix, build_rest = task.split()
    rest = build_rest()
    rest.optimizer.build(rest.trainable_variables)
    moving = [*rest.variables, *rest.optimizer.variables]
    start = [tf.identity(variable.value) for variable in moving]
    began = time.perf_counter()
    first = tf.function(lambda x: prefix(x, training=False))
    x = train.data[0]
    parts = [first(x[i : i + task.batch_size]) for i in range(0, len(x), task.batch_size)]
    features, labels = tf.concat(parts, 0), train.data[1]
    loops: dict[int, Any] = {}
    lengths = [len(rows) for rows in train.steps]
    for rate in rates:
        for variable, value in zip(moving, start, strict=True):
            variable.assign(value)
        rest.optimizer.learning_rate.assign(rate)
        at = 0
        while at < len(lengths):
            until = next((i for i in range(at, len(lengths)) if lengths[i] != lengths[at]), len(lengths))
            rows = np.stack(train.steps[at:until])
            loops.setdefault(lengths[at], _raw_loop(rest, features, labels, lengths[at]))(rows)
            at = until
    return time.perf_counter() - began


def _raw_loop(model: Any, features: Any, labels: Any, size: int) -> Any:
    @tf.function(input_signature=[tf.TensorSpec((None, size), tf.int32)], autograph=False)
    def steps(rows: Any) -> Any:
        def step(i: Any) -> Any:
            x, y = tf.gather(features, rows[i]), tf.gather(labels, rows[i])
            with tf.GradientTape() as tape:
                loss = model.compute_loss(x, y, model(x, training=True))
            weights = model.trainable_variables
            model.optimizer.apply(tape.gradient(loss, weights), weights)
            return (i + 1,)

        return tf.while_loop(lambda i: i < tf.shape(rows)[0], step, (0,), parallel_iterations=1)[0]

    return steps


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--task", default="solar_frozen", choices=list(tasks.FAMILIES))
    arguments.add_argument("--rates", type=int, default=10)
    arguments.add_argument("--samples", type=int, help="the first ones only")
    task_name, count, samples = vars(arguments.parse_args()).values()
    task = tasks.load(task_name).shrunk(None, samples)
    rates = np.geomspace(1e-5, 1e-2, count)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Keras {keras.__version__}; {task.name}, {count} rates")
    for name, reuse, loop in (
        ("every step whole", False, False),
        ("frozen part once", True, False),
        ("and a compiled loop", True, True),
    ):
        opened, trained, plan = level(task, rates, reuse=reuse, loop=loop)
        print(
            f"{name:20s} opening {opened:6.1f} s, {count} trainings {trained:6.1f} s, {opened + trained:6.1f} s; {plan}"
        )
    if task.split is not None:
        print(f"{'floor':20s} {floor(task, rates):6.1f} s")


if __name__ == "__main__":
    main()
