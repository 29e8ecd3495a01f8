"""A model whose step is its own, and whose loss is called as it likes."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf


class OwnStep(keras.Model):
    """Squared error of one output; `trained` is what its step calls it, `tested` what its validation calls it."""

    trained = "ce"
    tested = "ce"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mean = keras.metrics.Mean(name=self.trained)

    @property
    def metrics(self) -> list[Any]:
        return [self.mean]

    def _loss(self, data: Any, *, training: bool) -> Any:
        x, y = data
        return tf.reduce_mean((tf.cast(y, tf.float32) - self(x, training=training)[:, 0]) ** 2)

    def train_step(self, data: Any) -> dict[str, Any]:
        with tf.GradientTape() as tape:
            loss = self._loss(data, training=True)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.mean.update_state(loss)
        return {self.trained: self.mean.result()}

    def test_step(self, data: Any) -> dict[str, Any]:
        self.mean.update_state(self._loss(data, training=False))
        return {self.tested: self.mean.result()}
