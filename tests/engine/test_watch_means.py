"""What Keras reports of an epoch that was given up: the worst there is, and never what something else measured."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np

from rightrate.engine.watch_means import Means


def classifier() -> keras.Model:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    own = keras.metrics.MeanMetricWrapper(lambda y, told: told[:, 0], name="own")
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", own])
    return model


def data() -> tuple[np.ndarray, np.ndarray]:
    return np.ones((4, 2), "float32"), np.zeros(4, "int32")


def given_up(*beside: Any) -> dict[str, float]:
    model = classifier()
    model.evaluate(*data(), verbose=0)
    Means(model, beside).give_up()
    return {name: float(value) for name, value in model.get_metrics_result().items()}


def test_the_worst_lies_on_the_side_that_keras_calls_worse() -> None:
    told = given_up()
    assert (told["loss"], told["accuracy"]) == (math.inf, -math.inf)
    assert math.isnan(told["own"]), "nobody knows which side is worse"


def test_a_callback_says_what_is_better_for_it() -> None:
    assert given_up(keras.callbacks.EarlyStopping(monitor="own", mode="max"))["own"] == -math.inf
    assert given_up(keras.callbacks.EarlyStopping(monitor="own", mode="min"))["own"] == math.inf


def test_an_evaluation_in_between_reports_what_it_measured() -> None:
    model = classifier()
    loss = model.evaluate(*data(), verbose=0)[0]
    means = Means(model)
    means.give_up()
    assert model.evaluate(*data(), verbose=0)[0] == loss
    means.go_on()
    assert "get_metrics_result" not in vars(model)
