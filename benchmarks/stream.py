"""Search over a generated stream that is much larger than the memory it may take: peak memory of the process, seconds.

    python benchmarks/stream.py --gigabytes 20 --limit 0.4

The samples are made from their numbers by stateless random operations inside `tf.data`, so that every reading gives the
same ones; nothing is on disk. The model is tiny, so that reading is nearly all of the work. Prints one JSON line.
"""

from __future__ import annotations

import json
import os
import resource
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import keras
import numpy as np
import tensorflow as tf

import rightrate as rr

WIDTH, BATCH, CLASSES, EPOCHS = 16_384, 256, 4, 2
BATCH_BYTES = BATCH * (4 * WIDTH + 4)
RATES = (1e-4, 1e-3, 1e-2, 1e-1)


def batch(number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The samples of a number: noise around one of a few centres."""
    y = tf.random.stateless_uniform([BATCH], [0, number], 0, CLASSES, tf.int32)
    noise = tf.random.stateless_uniform([BATCH, WIDTH], [1, number], -1.0, 1.0)
    return noise + 0.05 * tf.one_hot(y, WIDTH), y


def stream(batches: int) -> tf.data.Dataset:
    return tf.data.Dataset.range(batches).map(lambda i: batch(tf.cast(i, tf.int32)))


def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((WIDTH,)), keras.layers.Dense(CLASSES, activation="softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    return made


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@click.command(help=__doc__.split("\n", 1)[0])
@click.option("--gigabytes", default=20.0, show_default=True, help="Of samples, over all epochs of one training.")
@click.option("--limit", default=0.4, show_default=True, help="Gigabytes that samples may take (memory_limit=).")
def main(gigabytes: float, limit: float) -> None:
    per_epoch = max(1, int(gigabytes * 1e9 / EPOCHS / BATCH_BYTES))
    held_out = [tuple(part.numpy() for part in batch(tf.constant(10_000_000 + i))) for i in range(2)]
    validation = tuple(np.concatenate(parts) for parts in zip(*held_out, strict=True))
    before, load, began = peak(), os.getloadavg()[0], time.perf_counter()
    result = rr.tune(
        model(),
        stream(per_epoch),
        validation,
        epochs=EPOCHS,
        batch_size=BATCH,
        rates=RATES,
        schedule="constant",
        memory_limit=int(limit * 1e9),
    )
    print(
        json.dumps(
            {
                "gigabytes": per_epoch * EPOCHS * BATCH_BYTES / 1e9,
                "limit_gigabytes": limit,
                "steps": per_epoch * EPOCHS,
                "seconds": time.perf_counter() - began,
                "peak_gigabytes": peak() / 1e9,
                "peak_before_gigabytes": before / 1e9,
                "load_before": load,
                "full_trainings": result.cost.full_trainings,
                "candidates": {f"{t.learning_rate:g}": t.steps for t in result.trials},
                "learning_rate": result.learning_rate,
                "samples": result.document.about["Training samples"],
            }
        )
    )


if __name__ == "__main__":
    main()
