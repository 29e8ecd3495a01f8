"""The learning rate that is really in force, and lowering it while a training runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate.errors import ModelError


def inner(optimizer: Any) -> Any:
    """The optimizer that holds the rate: the one inside, where the loss is scaled."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def in_force(optimizer: Any) -> Any:
    """The rate of the next step, also inside a graph; None where the optimizer has none.

    A schedule is asked at the optimizer's iteration, a variable is read, as the optimizer does itself.

    Example:
        >>> optimizer = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.5, 1, 0.5))
        >>> float(in_force(optimizer))
        0.5
    """
    rate = getattr(inner(optimizer), "learning_rate", None) if optimizer is not None else None
    return None if rate is None else tf.convert_to_tensor(rate)


class Brake:
    """Lowers the rate of a running training.

    A rate that is a plain variable is lowered itself, so that other callbacks, checkpoints and a later `fit` see it.
    Where something else says the rate at every step or epoch (a schedule, a function, a `LearningRateScheduler`), it is
    multiplied inside the train step instead: what it says stays as it is, and what is in force is lower.

    Args:
        optimizer: of the model.
        is_set_by_others: whether a callback sets the rate again and again.

    Raises:
        ModelError: the optimizer has no learning rate.
    """

    def __init__(self, optimizer: Any, *, is_set_by_others: bool = False) -> None:
        self._optimizer = inner(optimizer)
        if "_learning_rate" not in vars(self._optimizer):
            raise ModelError(
                f"The optimizer {type(self._optimizer).__name__} has no learning rate that could be lowered. Compile "
                "the model with one of keras.optimizers, or watch with on='stop'."
            )
        self._is_plain = isinstance(self._optimizer._learning_rate, keras.Variable) and not is_set_by_others
        self._scale = tf.Variable(1.0, trainable=False, name="rightrate_scale")

    def fits(self, optimizer: Any, is_set_by_others: bool) -> bool:
        """Whether a new one for this optimizer would do the same."""
        is_plain = isinstance(inner(optimizer)._learning_rate, keras.Variable) and not is_set_by_others
        return inner(optimizer) is self._optimizer and is_plain == self._is_plain

    @property
    def is_plain(self) -> bool:
        """Whether the rate is lowered in its own variable."""
        return self._is_plain

    @property
    def variable(self) -> Any:
        """The rate's variable, whoever sets it; None where the rate is a schedule or a function."""
        rate = self._optimizer._learning_rate
        return rate if isinstance(rate, keras.Variable) else None

    @property
    def scale(self) -> float:
        """What the rate is multiplied by inside the step."""
        return float(self._scale.numpy())

    def lower(self, factor: float) -> None:
        """Multiply the rate by `factor`."""
        if self._is_plain:
            self._optimizer._learning_rate.assign(self.now * factor)
        else:
            self._scale.assign(self._scale * factor)

    @property
    def now(self) -> float:
        """The rate of the next step."""
        return float(np.asarray(in_force(self._optimizer))) * (1.0 if self._is_plain else self.scale)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """While a step is traced, the optimizer reads the rate times the scale; afterwards it holds its own again.

        The user's schedule object never leaves the optimizer for longer, so that a model that is saved in between can
        be loaded without this package.
        """
        if self._is_plain:
            yield
            return
        own = self._optimizer._learning_rate
        attributes = vars(self._optimizer)  # past Keras's tracking, which would list the variable twice
        attributes["_learning_rate"] = _scaled(own, self._scale)
        try:
            yield
        finally:
            attributes["_learning_rate"] = own

    def settle(self) -> None:
        """Once a training is over: what was in force becomes the variable's own value, where there is one."""
        rate = self._optimizer._learning_rate
        if not self._is_plain and isinstance(rate, keras.Variable):
            rate.assign(float(np.asarray(rate)) * self.scale)
            self._scale.assign(1.0)


def _scaled(rate: Any, scale: tf.Variable) -> Any:
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        return _Scaled(rate, scale)
    if isinstance(rate, keras.Variable):
        return lambda: tf.convert_to_tensor(rate) * tf.cast(scale, rate.dtype)
    return lambda: tf.cast(rate(), tf.float32) * scale


class _Scaled(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, schedule: Any, scale: tf.Variable) -> None:
        super().__init__()
        self._schedule, self._by = schedule, scale

    def __call__(self, step: Any) -> Any:
        rate = tf.convert_to_tensor(self._schedule(step))
        return rate * tf.cast(self._by, rate.dtype)

    def get_config(self) -> Any:
        # Never reached by saving: it stands in the optimizer only while a step is traced.
        return self._schedule.get_config()
