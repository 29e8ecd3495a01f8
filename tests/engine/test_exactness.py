"""A candidate trains bit for bit as plain `Model.fit` trains the same model on the same batches."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tensorflow.python.framework import config

from rightrate.engine import samples, tuning
from rightrate.engine.session import open_session

from . import models
from .helpers import ROOM, bits, evaluated, fit_in_order, held, plain_fit, rateless_bits, rates, read
from .models import KINDS, OPTIMIZERS, Kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_candidate_is_bit_equal_to_model_fit(kind: Kind) -> None:
    table = read(kind)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        # In pieces, with evaluations and another candidate in between: none of it may leave a trace.
        half, _ = session.run(session.start, rates(table, kind.rate), table.total // 2)
        session.evaluate(half)
        session.run(session.start, rates(table, 30 * kind.rate), 2)
        session.evaluate(half, 8)
        end, losses = session.run(half, rates(table, kind.rate), table.total)
        end = session.finish(end)
        found, measured = held(session, end), session.evaluate(end)
    oracle = kind.model()
    plain_fit(oracle, kind, table, kind.rate)
    assert found == bits(oracle)
    assert np.isfinite(losses).all()
    if kind in OPTIMIZERS:
        return  # they do not matter to an evaluation
    expected = evaluated(oracle, kind)
    assert measured.values == pytest.approx({f"val_{name}": v for name, v in expected.items()}, rel=1e-5)


class _Rates(keras.callbacks.Callback):
    """Sets the rate of every batch."""

    def __init__(self, rates: np.ndarray) -> None:
        super().__init__()
        self._rates = iter(rates)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.model.optimizer.learning_rate = float(next(self._rates))


def test_every_step_has_the_rate_that_its_schedule_says() -> None:
    kind = Kind("", lambda: models.compiled(models.dense(layers.Dropout(0.2, seed=1))))
    table = read(kind)
    changing = 0.05 * 0.7 ** np.arange(table.total)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        end, _ = session.run(session.start, changing, table.total)
        found = held(session, end)
    oracle = kind.model()
    fit_in_order(oracle, kind, table, [_Rates(changing)])
    assert found == bits(oracle)


def _cosine(**arguments: Any) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-2, 6), **arguments)


def _half_way() -> keras.Model:
    model = models.compiled(models.dense(), _cosine(gradient_accumulation_steps=2))
    model.fit(*models.points(), batch_size=8, shuffle=False, verbose=0)
    return model


def _scaled() -> keras.Model:
    model = models.mixed("mixed_float16")
    return models.compiled(model, _cosine())


@pytest.mark.parametrize(
    "build",
    [lambda: models.compiled(models.dense(), _cosine()), _half_way, _scaled],
    ids=["fresh", "half way, with accumulated gradients", "with a scaled loss"],
)
def test_the_optimizers_own_schedule_is_followed(build: Any) -> None:
    kind = Kind("", build)
    table = read(kind)
    model = kind.model()
    own = tuning.own_rates(model, table.total)
    assert own is not None
    with open_session(model, table.train, table.validation, memory_limit=ROOM) as session:
        end, _ = session.run(session.start, own, table.total)
        session.weights(end)
        found = rateless_bits(model)
    oracle = kind.model()
    fit_in_order(oracle, kind, table)
    assert found == rateless_bits(oracle)


def test_averaged_weights_come_in_at_the_end_only() -> None:
    averaged = Kind("", models.optimized(lambda: keras.optimizers.Adam(1e-3, use_ema=True, ema_momentum=0.5)))
    plain = Kind("", models.optimized(lambda: keras.optimizers.Adam(1e-3)))
    table = read(averaged)
    weights = {}
    for name, kind in (("averaged", averaged), ("plain", plain)):
        with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
            end, _ = session.run(session.start, rates(table, 1e-2), table.total)
            weights[name] = [w.tobytes() for w in session.weights(end)]
            weights[f"{name}, finished"] = [w.tobytes() for w in session.weights(session.finish(end))]
    assert weights["averaged"] == weights["plain"] == weights["plain, finished"]
    assert weights["averaged, finished"] != weights["averaged"]


def test_a_loss_that_the_user_does_not_want_scaled_is_not_scaled() -> None:
    def build() -> keras.Model:
        return models.compiled(models.mixed("mixed_float16"), "adam", auto_scale_loss=False)

    kind = Kind("", build)
    table = read(kind)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        end, _ = session.run(session.start, rates(table, 1e-2), table.total)
        found = held(session, end)
    oracle = kind.model()
    plain_fit(oracle, kind, table, 1e-2)
    assert found == bits(oracle)


def test_a_model_compiled_by_xla_is_bit_equal_too() -> None:
    # Keras switches XLA off while deterministic ops are on; on a CPU XLA computes in a fixed order anyway.
    config.disable_op_determinism()
    try:
        kind = Kind("", lambda: models.compiled(models.dense(layers.Dropout(0.3, seed=4)), jit_compile=True))
        table = read(kind)
        with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
            end, _ = session.run(session.start, rates(table, 1e-2), table.total)
            found = held(session, end)
        oracle = kind.model()
        assert oracle.jit_compile
        plain_fit(oracle, kind, table, 1e-2)
    finally:
        tf.config.experimental.enable_op_determinism()
    assert found == bits(oracle)


def test_metrics_that_a_model_holds_itself_start_from_zero() -> None:
    kind = Kind("", models.own_steps)
    model = kind.model()
    model.spread.update_state(1e6)
    table = read(kind, epochs=1)
    with open_session(model, table.train, table.validation, memory_limit=ROOM) as session:
        found = session.evaluate(session.start)
    assert found.values["val_spread"] == 0.0
    assert model.spread.result() == 1e6


@pytest.mark.parametrize(
    ("loss", "data"),
    [
        ("sparse_categorical_crossentropy", models.points),
        (keras.losses.SparseCategoricalCrossentropy(), models.points),
        ("mse", models.numbers),
        (keras.losses.Huber(), models.numbers),
        (lambda y, p: tf.square(y - p), models.numbers),
        ("binary_crossentropy", lambda: (models.points()[0], (models.points()[1] > 0).astype(int))),
        (
            keras.losses.BinaryCrossentropy(),
            lambda: (models.points()[0], (models.points()[1] > 0)[:, None] * 1.0),
        ),
        ("sparse_categorical_crossentropy", models.weighted_points),
    ],
    ids=["name", "object", "mse", "Huber", "function", "binary", "binary, a column", "weighted"],
)
def test_the_losses_of_single_samples_add_up_to_the_loss(loss: Any, data: Any) -> None:
    def build() -> keras.Model:
        wide = "sparse" in (loss if isinstance(loss, str) else getattr(loss, "name", ""))
        last = models.softmax() if wide else layers.Dense(1, activation="sigmoid")
        model = keras.Sequential([keras.Input((5,)), layers.Dense(4), last])
        return models.compiled(model, loss=loss, metrics=None)

    kind = Kind("", build, data, batch_size=12)
    table = read(kind, epochs=1)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        found = session.evaluate(session.start)
    assert len(found.losses) == 24
    assert found.losses.mean() == pytest.approx(found.values["val_loss"], rel=1e-5)


def test_where_single_samples_have_no_loss_of_their_own_batches_have() -> None:
    kind = next(kind for kind in KINDS if kind.name == "named inputs and outputs")
    table = read(kind, epochs=1)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        found = session.evaluate(session.start)
    model = kind.model()
    expected = []
    for rows in table.validation.steps:
        batch = tf.nest.map_structure(lambda leaf, rows=rows: leaf[rows], kind.data())
        expected.append(model.test_on_batch(*batch, return_dict=True)["loss"])
    assert found.losses == pytest.approx(np.array(expected), rel=1e-5)


def test_a_row_order_depends_on_the_seed_only() -> None:
    x, y = models.points()
    arguments = {"batch_size": 8, "epochs": 2, "steps_per_epoch": None, "class_weight": None, "limit": ROOM}
    first, second, other = (samples.read_training((x, y), seed=seed, **arguments)[0].steps for seed in (5, 5, 6))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    assert sorted(np.concatenate(first[:3])) == list(range(24))
