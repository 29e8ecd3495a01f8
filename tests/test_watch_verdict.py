"""`rr.Watch(judge=…)`: the verdict on a watched training is the one that `rr.judge` gives on the same samples."""

from __future__ import annotations

import io
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from rich.console import Console

import rightrate as rr

RNG = np.random.default_rng(7)
X = RNG.normal(size=(600, 6)).astype("float32")
Y = (X[:, 0] + 0.5 * X[:, 1] + 0.3 * RNG.normal(size=600) > 0).astype("float32")
TRAIN, REST, TEST = slice(0, 300), slice(300, 450), slice(450, 600)


def network(activation: str | None = "sigmoid", width: int = 1, loss: Any = "binary_crossentropy") -> keras.Model:
    keras.utils.set_random_seed(1)
    layers = [keras.Input((6,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(width, activation)]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.02), loss)
    return model


def fit(model: keras.Model, *callbacks: Any, y: np.ndarray = Y, **options: Any) -> Any:
    options = {"validation_data": (X[REST], y[REST]), "epochs": 3, **options}
    return model.fit(X[TRAIN], y[TRAIN], batch_size=20, verbose=0, callbacks=list(callbacks), **options)


def figures(verdict: rr.Verdict) -> dict[str, float]:
    """What was not measured is NaN here, so that it is compared too."""
    found = {name: figure.value for name, figure in verdict.metrics.items()}
    return {name: float("nan") if value is None else value for name, value in found.items()}


def codes(verdict: rr.Verdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


def test_the_validation_part_is_judged_as_rr_judge_does_and_said_to_have_had_a_say() -> None:
    heard = io.StringIO()
    watch, model = rr.Watch(judge=True, console=Console(file=heard, width=400)), network()
    fit(model, watch)
    judged = rr.judge(Y[REST].astype(int), model.predict(X[REST], verbose=0)[:, 0])
    assert watch.verdict.outcome is judged.outcome
    assert watch.verdict.confusion == judged.confusion
    assert figures(watch.verdict) == pytest.approx(figures(judged), rel=1e-6, nan_ok=True)
    assert "RR414" in codes(watch.verdict)
    assert "may have chosen its rate" in watch.verdict.to_markdown()
    assert f"by the validation part: {watch.verdict.reason}" in heard.getvalue()


def test_test_data_are_judged_instead_and_nothing_was_chosen_on_them() -> None:
    watch, model = rr.Watch(judge=(X[TEST], Y[TEST]), quiet=True), network()
    fit(model, watch)
    judged = rr.judge(Y[TEST].astype(int), model.predict(X[TEST], verbose=0)[:, 0])
    assert watch.verdict.confusion == judged.confusion
    assert "RR414" not in codes(watch.verdict)


class Sequence(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 3

    def __getitem__(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        rows = slice(300 + 50 * place, 350 + 50 * place)
        return X[rows], Y[rows]


@pytest.mark.parametrize(
    "options, rows",
    [
        ({"validation_data": None, "validation_split": 0.2}, slice(240, 300)),
        ({"validation_data": tf.data.Dataset.from_tensor_slices((X[REST], Y[REST])).batch(32)}, REST),
        ({"validation_data": tf.data.Dataset.from_tensor_slices((X[REST], Y[REST])).batch(10).repeat(), "validation_steps": 5}, slice(300, 350)),
        ({"validation_data": Sequence()}, REST),
        ({"validation_data": (X[REST], Y[REST], np.ones(150))}, REST),
        ({"validation_freq": 2}, REST),
        ({"steps_per_epoch": 5}, REST),
    ],
    ids=["split", "dataset", "endless dataset", "PyDataset", "weights", "every second epoch", "short epochs"],
)  # fmt: skip
def test_whatever_model_fit_validates_on_is_judged(options: dict[str, Any], rows: slice) -> None:
    watch, model = rr.Watch(judge=True, quiet=True), network()
    fit(model, watch, **options)
    judged = rr.judge(Y[rows].astype(int), model.predict(X[rows], verbose=0)[:, 0])
    assert watch.verdict.confusion == judged.confusion


@pytest.mark.parametrize("is_first", [True, False], ids=["the watch first", "the watch last"])
def test_what_is_judged_is_what_early_stopping_leaves(is_first: bool) -> None:
    watch, model = rr.Watch(judge=True, quiet=True), network()
    early = keras.callbacks.EarlyStopping(monitor="loss", mode="max", patience=2, restore_best_weights=True)
    fit(model, *([watch, early] if is_first else [early, watch]), epochs=6)
    judged = rr.judge(Y[REST].astype(int), model.predict(X[REST], verbose=0)[:, 0])
    assert early.best_epoch == 0
    assert watch.verdict.confusion == judged.confusion


def test_judging_changes_no_weight() -> None:
    plain, watched = network(), network()
    fit(plain)
    fit(watched, rr.Watch(judge=True, quiet=True))
    for one, other in zip(plain.get_weights(), watched.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_rare_class_that_is_never_found_is_not_fit_by_name() -> None:
    rare = (np.arange(600) % 50 == 0).astype("float32")
    watch, model = rr.Watch(judge=True, quiet=True, class_names=["ok", "fraud"]), network()
    fit(model, watch, y=rare)
    assert watch.verdict.outcome.value == "NOT_FIT"
    assert watch.verdict.reason == "The model answers 'ok' in every row: it finds 0 of 3 'fraud'."


@pytest.mark.parametrize("activation, from_logits", [("softmax", False), (None, True)])
def test_several_classes_from_probabilities_or_logits(activation: str | None, from_logits: bool) -> None:
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    watch, model = rr.Watch(judge=True, quiet=True, class_names=["low", "mid", "high"]), network(activation, 3, loss)
    fit(model, watch, y=y)
    judged = rr.judge(y[REST], model.predict(X[REST], verbose=0), logits=from_logits, labels=["low", "mid", "high"])
    assert figures(watch.verdict) == pytest.approx(figures(judged), rel=1e-6, nan_ok=True)
    assert watch.verdict.class_names == ("low", "mid", "high")


def test_a_regression_and_several_labels_a_sample() -> None:
    watch, model = rr.Watch(judge=True, quiet=True), network(None, 1, "mse")
    fit(model, watch, y=X[:, 0] * 2)
    judged = rr.judge(X[REST, 0] * 2, model.predict(X[REST], verbose=0)[:, 0])
    assert figures(watch.verdict) == pytest.approx(figures(judged), rel=1e-6, nan_ok=True)
    both = np.stack([Y, 1 - Y, (X[:, 2] > 0)], 1).astype("float32")
    watch, model = rr.Watch(judge=True, quiet=True, class_names=["a", "b", "c"]), network("sigmoid", 3)
    fit(model, watch, y=both)
    judged = rr.judge(both[REST].astype(int), model.predict(X[REST], verbose=0), labels=["a", "b", "c"])
    assert watch.verdict.task == "multilabel"
    assert figures(watch.verdict) == pytest.approx(figures(judged), rel=1e-6, nan_ok=True)


def generator() -> Any:
    while True:
        yield X[REST], Y[REST]


@pytest.mark.parametrize(
    "watch, options, why",
    [
        (lambda: rr.Watch(judge=True, quiet=True), {"validation_data": None}, "had no validation"),
        (lambda: rr.Watch(judge=True, quiet=True), {"validation_data": generator(), "validation_steps": 1}, "a generator"),
        (lambda: rr.Watch(judge=True, positive="fraud", quiet=True), {}, "Unknown positive class 'fraud'"),
        (lambda: rr.Watch(judge=(X[TEST], Y[REST][:9]), quiet=True), {}, "must have the same length"),
        (lambda: rr.Watch(judge=(X[TEST][:, :2], Y[TEST]), quiet=True), {}, "does not take these samples"),
        (lambda: rr.Watch(judge=[X, Y, Y, Y], quiet=True), {}, "must be (x, y)"),
        (lambda: rr.Watch(judge=(X[:0], Y[:0]), quiet=True), {}, "no sample"),
        (lambda: rr.Watch(quiet=True), {}, "rr.Watch(judge=True)"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_ends_no_training_and_is_said(watch: Any, options: dict[str, Any], why: str) -> None:
    made = watch()
    history = fit(network(), made, **options)
    assert len(history.history["loss"]) == 3
    with pytest.raises(rr.UsageError) as error:
        _ = made.verdict
    assert why in str(error.value)


def test_an_earlier_verdict_is_none_on_the_next_training() -> None:
    watch, model = rr.Watch(judge=True, quiet=True), network()
    fit(model, watch)
    assert watch.verdict.metrics
    fit(model, watch, validation_data=None)
    with pytest.raises(rr.UsageError, match="had no validation"):
        _ = watch.verdict


@pytest.mark.parametrize(
    "options, why",
    [
        ({"judge": "validation"}, "Received: 'validation'"),
        ({"judge": None}, "Received: None"),
        ({"positive": 1}, "none was asked for"),
        ({"class_names": ["a", "b"]}, "none was asked for"),
    ],
)
def test_wrong_arguments_are_told_before_anything_trains(options: dict[str, Any], why: str) -> None:
    with pytest.raises(rr.UsageError, match=why):
        rr.Watch(**options)
