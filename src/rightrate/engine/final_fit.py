"""Repeats one training through `Model.fit`, so that a user's callbacks see it."""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate.engine.samples import Samples, TrainSamples


class _Rates(keras.callbacks.Callback):
    """Sets the learning rate of every step from a table."""

    def __init__(self, rates: np.ndarray) -> None:
        super().__init__()
        self._rates, self._step = rates, 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.model.optimizer.learning_rate = float(self._rates[min(self._step, len(self._rates) - 1)])
        self._step += 1


def fit(
    model: Any,
    train: TrainSamples,
    validation: Samples,
    rates: np.ndarray,
    steps: int,
    epochs: int,
    callbacks: list[Any],
) -> float:
    """Train `model` with the samples, order and rates of a search; returns the seconds it took.

    `steps_per_execution` becomes 1, because the rate changes at every step.
    """
    began = time.perf_counter()
    model.steps_per_execution = 1
    model.fit(
        _dataset(train),
        validation_data=_dataset(validation),
        epochs=epochs,
        steps_per_epoch=steps,
        callbacks=[_Rates(rates), *callbacks],
        verbose=0,
        shuffle=False,  # the order is the search's own
    )
    return time.perf_counter() - began


def _dataset(samples: TrainSamples) -> tf.data.Dataset:
    size = None if samples.open_batch or _sizes_differ(samples) else samples.largest
    signature = tf.nest.map_structure(lambda leaf: tf.TensorSpec((size, *leaf.shape[1:]), leaf.dtype), samples.data)
    dataset = tf.data.Dataset.from_generator(samples.in_order, output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(samples.step_count))


def _sizes_differ(samples: TrainSamples) -> bool:
    return isinstance(samples, Samples) and len({len(rows) for rows in samples.steps}) > 1
