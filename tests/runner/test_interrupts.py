"""Ctrl-C and failing callbacks never lose a finished search."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import rightrate as rr
from rightrate.engine.session import Session
from rightrate.report import write
from rightrate.runner import events
from rightrate.runner.interrupts import first_only, uninterrupted


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    """A process that a shell started in the background ignores Ctrl-C; these tests need Python's own handler."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    network.compile("adam", "sparse_categorical_crossentropy")
    return network


def tune(network: keras.Model | None = None, **changes: Any) -> rr.TuneResult:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 4)).astype("float32")
    y = (x[:, 0] > 0).astype(int)
    asked = {"epochs": 3, "rates": [1e-3, 1e-2, 1e-1], **changes}
    return rr.tune(network or model(), (x[:80], y[:80]), (x[80:], y[80:]), **asked)


def test_the_first_press_ends_and_later_ones_do_nothing() -> None:
    with first_only():
        with pytest.raises(KeyboardInterrupt):
            press()
        press()
        press()
    with pytest.raises(KeyboardInterrupt):
        press()


def test_nothing_is_raised_while_uninterrupted_and_the_old_way_comes_back() -> None:
    with uninterrupted():
        press()
    with pytest.raises(KeyboardInterrupt):
        press()


def test_two_presses_in_a_race_give_what_is_known() -> None:
    heard = 0

    def listen(event: events.Event) -> None:
        nonlocal heard
        heard += isinstance(event, events.Progress)
        if heard == 3:
            press()
        if isinstance(event, events.Finished):
            press()

    result = tune(on_event=listen)
    assert result.document.unfinished == "interrupted"
    assert result.learning_rate is not None


def test_a_press_while_saving_does_not_lose_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = write.contents

    def contents(document: Any) -> Any:
        press()
        return original(document)

    monkeypatch.setattr(write, "contents", contents)
    result = tune(out=tmp_path / "run")
    assert result.document.unfinished is None
    assert {"model.keras", "result.json", "report.html"} <= {p.name for p in (tmp_path / "run").iterdir()}


def test_an_interrupted_search_does_not_start_the_training_with_callbacks() -> None:
    class Counter(keras.callbacks.Callback):
        batches = 0

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            Counter.batches += 1

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Progress):
            press()

    result = tune(on_event=listen, callbacks=[Counter()])
    assert result.document.unfinished == "interrupted" and Counter.batches == 0


def test_a_callback_that_fails_is_a_finding_and_the_search_is_kept() -> None:
    class Broken(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            raise RuntimeError("no disk for logs")

    result = tune(callbacks=[Broken()])
    finding = next(f for f in result.findings if f.code == "RR212")
    assert "RuntimeError: no disk for logs" in finding.title
    assert result.model is not None and result.learning_rate == tune().learning_rate


def test_the_training_with_callbacks_begins_with_the_users_own_optimizer_state() -> None:
    network = model()
    x = np.random.default_rng(1).normal(size=(80, 4))
    network.fit(x, np.arange(80) % 2, epochs=2, verbose=0)
    without = tune(network)
    again = tune(network, callbacks=[keras.callbacks.Callback()])
    assert all(a == pytest.approx(b, abs=1e-6) for a, b in zip(without.weights, again.weights, strict=True))


def test_an_optimizer_that_train_step_does_not_use_is_refused() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(2, activation="softmax")
            self.own = keras.optimizers.SGD()

        def call(self, x: Any) -> Any:
            return self.dense(x)

        def train_step(self, data: Any) -> Any:
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(x, y, self(x, training=True))
            self.own.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
            return {"loss": loss}

    network = Own()
    network(np.zeros((1, 4)))
    network.own.build(network.trainable_variables)
    network.compile("adam", "sparse_categorical_crossentropy")
    with pytest.raises(rr.ModelError, match="does not use the optimizer"):
        tune(network)


def test_text_models_are_copied_with_their_vocabulary() -> None:
    words = keras.layers.TextVectorization(max_tokens=20, output_mode="multi_hot")
    texts = np.array([f"good fine day {i % 3}" if i % 2 else f"bad grey night {i % 3}" for i in range(60)])
    words.adapt(texts)
    inputs = keras.Input((), dtype="string")
    network = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(words(inputs)))
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    y = np.arange(60) % 2
    result = rr.tune(network, (texts[:40], y[:40]), (texts[40:], y[40:]), epochs=4, rates=[1e-2, 1e-1])
    loss, _ = result.model.evaluate(tf.constant(texts[40:]), y[40:], verbose=0)
    assert loss == pytest.approx(result.document.winner.last("val_loss"), rel=1e-4)


def test_a_diverged_rate_makes_no_interval_where_nothing_is_compared_in_pairs() -> None:
    result = tune(objective="val_f1", rates=[1e-3, 1e-2])
    assert result.interval is None and any(f.code == "RR209" for f in result.findings)


def test_what_a_subclass_has_frozen_stays_frozen_in_the_copy() -> None:
    class Two(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.backbone = keras.layers.Dense(5)
            self.head = keras.layers.Dense(2, activation="softmax")

        def call(self, x: Any) -> Any:
            return self.head(self.backbone(x))

    network = Two()
    network(np.zeros((1, 4)))
    network.backbone.trainable = False
    network.compile("adam", "sparse_categorical_crossentropy")
    copied = tune(network).model
    assert not copied.backbone.trainable and copied.head.trainable
    assert np.array_equal(copied.backbone.kernel, network.backbone.kernel)


@pytest.mark.parametrize("pressed", [True, False])
def test_an_interrupt_that_a_library_turns_into_its_own_error_still_saves_what_is_known(
    monkeypatch: pytest.MonkeyPatch, pressed: bool
) -> None:
    """Seen with TensorFlow: Ctrl-C within a conversion of an array comes out as a TypeError."""
    original, calls = Session.run, []

    def run(self: Session, *arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 5:
            try:
                if pressed:
                    press()
                else:
                    raise KeyboardInterrupt
            except KeyboardInterrupt:
                raise TypeError("a result with an exception set") from None
        return original(self, *arguments)

    monkeypatch.setattr(Session, "run", run)
    if not pressed:
        with pytest.raises(TypeError):
            tune()
        return
    assert tune().document.unfinished == "interrupted"
