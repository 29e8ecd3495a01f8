"""Keras's means of an epoch that was given up: what the other callbacks are told of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf


class Means:
    """The running means of the present epoch.

    Once they are reset and no batch follows, Keras reports them as 0.0: the best loss there is. NaN would not do:
    EarlyStopping, ModelCheckpoint and ReduceLROnPlateau take the first value that they see for the best, and nothing
    compares as better than NaN. So an epoch without a measured batch has the worst value that there is.

    Args:
        model: compiled.
        beside: the callbacks of the same `fit`, whose `mode` says what is better.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> means = Means(model)
        >>> means.give_up()
        >>> model.get_metrics_result()
        {'loss': inf}
        >>> means.go_on()
        >>> float(model.get_metrics_result()["loss"])
        0.0
    """

    def __init__(self, model: Any, beside: Iterable[Any] | None = None) -> None:
        self._model, self._beside = model, tuple(beside or ())
        self._blank: dict[str, str] = {}

    def give_up(self) -> None:
        """Begin the means again. Until something is measured, they are the worst values there are."""
        self._model.reset_metrics()
        self._blank = _as_text(type(self._model).get_metrics_result(self._model))
        vars(self._model)["get_metrics_result"] = self._worst  # past Keras's tracking of attributes

    def go_on(self) -> None:
        """A batch was measured, or the epoch was reported."""
        vars(self._model).pop("get_metrics_result", None)

    def _worst(self) -> dict[str, Any]:
        told: dict[str, Any] = type(self._model).get_metrics_result(self._model)
        # By results, not by the sums behind them: where a data set is at its end, Keras counts a batch of fixed size.
        if not tf.executing_eagerly() or _as_text(told) != self._blank:
            return told  # a step is being traced; or something was measured, as when another callback evaluates
        return {name: self._worst_of(name) for name in told}

    def _worst_of(self, name: str) -> float:
        """Infinity on the side that is worse, as the callbacks see it; NaN where none of them nor Keras says which."""
        modes = {getattr(one, "mode", None) for one in self._beside if getattr(one, "monitor", None) == name}
        if "max" in modes or "min" in modes:
            return -math.inf if "max" in modes else math.inf
        if name == "loss" or name.endswith("_loss"):
            return math.inf
        for metric in _flat(self._model.metrics):
            if name == metric.name or name.endswith(f"_{metric.name}"):
                return {"up": -math.inf, "down": math.inf}.get(getattr(metric, "_direction", ""), math.nan)
        return math.nan


def _flat(metrics: Any) -> Iterator[Any]:
    for metric in metrics:
        parts = getattr(metric, "metrics", None)
        if parts is None:
            yield metric
        else:
            yield from _flat(parts)


def _as_text(told: dict[str, Any]) -> dict[str, str]:
    return {name: str(np.asarray(value).tolist()) for name, value in told.items()}  # as text NaN equals NaN
