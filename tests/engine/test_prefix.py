"""The frozen part's output is reused exactly where that is the same training, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from rightrate.engine.by_step import Memo
from rightrate.engine.prefix import Cut
from rightrate.engine.session import Session, open_session

from . import models
from .helpers import ROOM, Table, bits, evaluated, furthest, held, plain_fit, rates, read
from .models import Kind, compiled, softmax

# What one step, and 24 steps in a compiled loop, may differ by, relative to a variable's largest value. (Measured here,
# with deterministic ops: not a bit.)
ONE_STEP, ALL_STEPS, EPOCHS = 1e-5, 1e-5, 8


def _backbone(*, trainable: bool = False) -> keras.Model:
    inputs = keras.Input((6, 6, 2))
    hidden = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    hidden = layers.BatchNormalization()(hidden)
    outputs = layers.Conv2D(4, 3, activation="relu")(hidden)
    model = keras.Model(inputs, outputs, name="backbone")
    model.layers[2].moving_mean.assign([0.1, 0.2, -0.1, 0.0])
    model.trainable = trainable
    return model


def _images(body: Callable[[Any], Any], **arguments: Any) -> keras.Model:
    inputs = keras.Input((6, 6, 2))
    return compiled(keras.Model(inputs, softmax()(body(inputs))), keras.optimizers.SGD(0.1, momentum=0.9), **arguments)


def _points(body: Callable[[Any], Any], **arguments: Any) -> keras.Model:
    inputs = keras.Input((5,))
    return compiled(keras.Model(inputs, softmax()(body(inputs))), keras.optimizers.SGD(0.1, momentum=0.9), **arguments)


def _pooled(x: Any) -> Any:
    return layers.Dropout(0.3, seed=2)(layers.GlobalAveragePooling2D()(x))


def _frozen_dense(width: int = 8, **arguments: Any) -> layers.Layer:
    return layers.Dense(width, activation="tanh", trainable=False, **arguments)


def _nested() -> keras.Model:
    return _images(lambda x: _pooled(_backbone()(x)))


def _called_in_inference_mode() -> keras.Model:
    backbone = _backbone(trainable=True)
    for layer in backbone.layers:
        if not isinstance(layer, layers.BatchNormalization):
            layer.trainable = False
    backbone.layers[2].gamma.trainable = backbone.layers[2].beta.trainable = False
    return _images(lambda x: _pooled(backbone(x, training=False)))


def _two_inputs() -> keras.Model:
    inputs = [keras.Input((5,)), keras.Input((2,))]
    joined = layers.concatenate([_frozen_dense(6)(i) for i in inputs])
    model = keras.Model(inputs, softmax()(layers.Dense(6, activation="relu")(joined)))
    return compiled(model, keras.optimizers.SGD(0.1))


def _words(body: Callable[[Any], Any]) -> keras.Model:
    inputs = keras.Input((5,), dtype="int32")
    embedded = layers.Embedding(20, 6, mask_zero=True, trainable=False)(inputs)
    return compiled(keras.Model(inputs, softmax()(body(embedded))), keras.optimizers.SGD(0.1))


def _masked_attention() -> keras.Model:
    def body(embedded: Any) -> Any:
        attended = layers.MultiHeadAttention(2, 3)(embedded, embedded)
        return layers.GlobalAveragePooling1D()(attended + embedded)

    return _words(body)


def _frozen_attention() -> keras.Model:
    def body(embedded: Any) -> Any:
        attention = layers.MultiHeadAttention(2, 3)
        attended = attention(embedded, embedded)
        attention.trainable = False  # its own layers exist by now
        return layers.LSTM(3)(attended)

    return _words(body)


def _mixed() -> keras.Model:
    inputs = keras.Input((5,))
    frozen = _frozen_dense(dtype="mixed_float16")(inputs)
    hidden = layers.Dense(6, activation="relu", dtype="mixed_float16")(frozen)
    outputs = layers.Dense(models.CLASSES, activation="softmax", dtype="float32")(hidden)
    model = keras.Model(inputs, outputs)
    model.dtype_policy = "mixed_float16"
    return compiled(model, keras.optimizers.SGD(0.1))


def _skips() -> keras.Model:
    def body(x: Any) -> Any:
        first = _frozen_dense()(x)
        second = _frozen_dense()(first)
        moved = layers.Dense(8, activation="relu")(second)
        return layers.concatenate([moved, first, x])

    return _points(body)


def _top_block() -> keras.Model:
    def body(x: Any) -> Any:
        backbone = _backbone()
        hidden = backbone.layers[2](backbone.layers[1](x))
        top = layers.Conv2D(4, 3, padding="same")
        return _pooled(layers.ReLU()(layers.BatchNormalization(momentum=0.8)(top(hidden))))

    return _images(body)


def _dropout_in_the_middle() -> keras.Model:
    return _points(lambda x: _frozen_dense()(layers.Dropout(0.3, seed=8)(_frozen_dense(16)(x))))


def _batch_statistics_in_the_middle() -> keras.Model:
    return _points(lambda x: _frozen_dense()(layers.BatchNormalization(momentum=0.5)(_frozen_dense(16)(x))))


def _with_penalties() -> keras.Model:
    def body(x: Any) -> Any:
        hidden = _frozen_dense(kernel_regularizer="l2", activity_regularizer=keras.regularizers.L2(0.01))(x)
        return layers.Dense(6, activation="relu", kernel_regularizer="l2")(hidden)

    return _points(body)


def _shared_frozen_layer() -> keras.Model:
    def body(x: Any) -> Any:
        frozen = _frozen_dense(5)
        return frozen(layers.Dense(5, activation="tanh")(frozen(x)))

    return _points(body)


KEPT = (
    Kind("a nested backbone", _nested, models.images, rate=0.1),
    Kind("a nested backbone, partial last batch", _nested, models.images, batch_size=10, rate=0.1),
    Kind("a backbone called in inference mode", _called_in_inference_mode, models.images, rate=0.1),
    Kind("two frozen inputs", _two_inputs, models.as_tuple, rate=0.1),
    Kind("masks for an LSTM", lambda: _words(layers.LSTM(4)), models.sentences, rate=0.1),
    Kind("masks for attention", _masked_attention, models.sentences, rate=0.1),
    Kind("frozen attention", _frozen_attention, models.sentences, rate=0.1),
    Kind("mixed_float16", _mixed, rate=0.1),
    Kind("skip connections", _skips, rate=0.1),
    Kind("a trainable top block", _top_block, models.images, rate=0.1),
    Kind("up to batch statistics in the frozen part", _batch_statistics_in_the_middle, rate=0.1),
    Kind("penalties", _with_penalties, rate=0.1),
    Kind("a frozen layer used on both sides", _shared_frozen_layer, rate=0.1),
    Kind("sample weights", lambda: _points(_frozen_dense()), models.weighted_points, rate=0.1),
)


DRAWN = (
    Kind("Dropout", lambda: _points(lambda x: _frozen_dense()(layers.Dropout(0.3, seed=1)(x))), rate=0.1),
    Kind("Dropout in the frozen part", _dropout_in_the_middle, rate=0.1),
    Kind("GaussianNoise", lambda: _points(lambda x: _frozen_dense()(layers.GaussianNoise(0.3, seed=1)(x))), rate=0.1),
    Kind("RandomFlip", lambda: _flipped(), models.images, rate=0.1),
    Kind("RandomFlip, partial last batch", lambda: _flipped(), models.images, batch_size=10, rate=0.1),
    Kind("a frozen encoder with dropout", lambda: _frozen_encoder_with_dropout(), models.sentences, rate=0.1),
)


class _AfterFirstStep(keras.callbacks.Callback):
    """Keeps the weights after the first batch of a fit."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if not hasattr(self, "weights"):
            self.weights = [v.value.numpy() for v in self.model.variables]


@pytest.mark.parametrize("kind", [*KEPT, *DRAWN], ids=lambda kind: kind.name)
def test_training_on_kept_outputs_is_the_same_training(kind: Kind) -> None:
    table = read(kind, EPOCHS)
    assert table.total >= 24
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        plan = session.plan
        assert plan.prefix_cached and plan.step_share < 1
        assert plan.cache_bytes > 0
        assert plan.by_step == (kind in DRAWN)
        assert f"computed once {'at each step ' if plan.by_step else ''}and reused" in plan.prefix
        assert "nothing" not in plan.prefix
        assert "1e-5" in plan.exactness
        first, _ = session.run(session.start, rates(table, kind.rate), 1)
        end, _ = session.run(first, rates(table, kind.rate), table.total)
        found = {1: session.weights(first), table.total: session.weights(end)}
        measured = session.evaluate(end)
    oracle, after = kind.model(), _AfterFirstStep()
    plain_fit(oracle, kind, table, kind.rate, [after])
    assert furthest(found[1], after.weights) <= ONE_STEP
    assert furthest(found[table.total], [v.value.numpy() for v in oracle.variables]) <= ALL_STEPS
    for variable, value in zip(oracle.variables, found[table.total], strict=True):
        variable.assign(value)
    expected = evaluated(oracle, kind)
    assert measured.values == pytest.approx({f"val_{name}": v for name, v in expected.items()}, rel=1e-5)
    x, y = kind.data()[:2]
    predicted = np.asarray(oracle(tf.nest.map_structure(lambda leaf: leaf[measured.rows], x), training=False))
    weights = kind.data()[2][measured.rows] if len(kind.data()) > 2 else 1.0
    losses = -np.log(predicted[np.arange(len(predicted)), y[measured.rows]]) * weights
    assert measured.losses == pytest.approx(losses, rel=1e-5, abs=1e-6)
    assert np.array_equal(measured.classes, predicted.argmax(-1))


def _trained(session: Session, table: Table, by_rate: Sequence[float], stops: Sequence[int]) -> list[list[np.ndarray]]:
    """Weights of one candidate for each rate, which take turns up to each of `stops`."""
    states = [session.start] * len(by_rate)
    for until in stops:
        states = [session.run(s, rates(table, rate), until)[0] for s, rate in zip(states, by_rate, strict=True)]
    return [session.weights(state) for state in states]


@pytest.mark.parametrize("kind", DRAWN, ids=lambda kind: kind.name)
def test_what_draws_is_computed_once_a_step_for_all_and_each_is_as_if_it_were_alone(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, by_rate = read(kind, EPOCHS), (0.1, 0.3, 1e-3)
    alone = []
    for rate in by_rate:
        with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
            alone += _trained(session, table, [rate], [table.total])
    steps: list[int] = []
    put = Memo.put
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        monkeypatch.setattr(
            Memo, "put", lambda memo, step, *rest, **more: steps.append(step) or put(memo, step, *rest, **more)
        )
        together = _trained(session, table, by_rate, [2, table.total // 2, table.total])
    assert steps == list(range(table.total))
    for one, other in zip(alone, together, strict=True):
        assert [values.tobytes() for values in one] == [values.tobytes() for values in other]


def test_where_memory_holds_some_steps_only_they_are_kept_in_turn_and_the_plan_says_so() -> None:
    kind = DRAWN[1]
    table = read(kind, EPOCHS)
    a_step = 8 * 8 * 4  # samples, numbers, bytes
    found = []
    for limit in (ROOM, 16 * a_step):
        with open_session(kind.model(), table.train, table.validation, memory_limit=limit) as session:
            said = session.plan.prefix
            found.append(_trained(session, table, (0.1, 0.3), [10, 20, table.total]))
        assert ("as far as memory goes (16 steps at a time)" in said) == (limit < ROOM)
    assert [v.tobytes() for one in found[0] for v in one] == [v.tobytes() for one in found[1] for v in one]


def test_what_is_too_large_to_keep_of_each_sample_is_kept_of_the_steps_under_way() -> None:
    kind = Kind("one by one", _nested, models.images, batch_size=1)
    table = read(kind)
    a_sample = 4 * 4  # four pooled numbers
    found = []
    for limit in (ROOM, 20 * a_sample):  # of 24 samples
        with open_session(kind.model(), table.train, table.validation, memory_limit=limit) as session:
            assert session.plan.prefix_cached and session.plan.by_step == (limit < ROOM)
            assert ("gives too much to keep for every sample" in session.plan.prefix) == (limit < ROOM)
            found.append(_trained(session, table, (0.1, 0.01), [20, table.total]))
    for one, other in zip(*found, strict=True):
        assert furthest(one, other) <= ALL_STEPS
    with open_session(kind.model(), table.train, table.validation, memory_limit=15 * a_sample) as session:
        assert not session.plan.prefix_cached and "MB are allowed" in session.plan.prefix


@pytest.mark.parametrize("lost", [0, 4, 5])
@pytest.mark.parametrize("kind", [KEPT[0], DRAWN[3]], ids=lambda kind: kind.name)
def test_a_loop_over_kept_outputs_ends_with_the_first_loss_that_is_not_finite(kind: Kind, lost: int) -> None:
    table = read(kind)
    risen = rates(table, 0.01)
    risen[lost] = np.inf
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        end, losses = session.run(session.start, risen, table.total)
        assert end.step == len(losses) == min(lost + 2, table.total)
        assert np.isfinite(losses[: lost + 1]).all()
        assert np.isfinite(losses[-1]) == (lost + 1 == table.total)


def test_outputs_are_kept_in_the_type_they_are_computed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []
    original = Cut.bytes_per_sample.fget
    monkeypatch.setattr(Cut, "bytes_per_sample", property(lambda cut: shapes.append(cut.shapes) or original(cut)))
    kind = next(kind for kind in KEPT if kind.name == "mixed_float16")
    table = read(kind)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        assert session.plan.cache_bytes == 2 * 24 * 8 * 2  # two halves, 24 samples, 8 numbers of 2 bytes
    assert {dtype for cut in shapes for _, dtype in cut} == {tf.float16}


def test_nothing_is_kept_where_that_is_switched_off() -> None:
    kind = KEPT[0]
    table = read(kind, epochs=1)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM, reuse_prefix=False) as session:
        assert "switched off" in session.plan.prefix and not session.plan.prefix_cached


def test_as_little_as_possible_is_kept() -> None:
    kind = KEPT[0]
    table = read(kind)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        assert session.plan.cache_bytes == 2 * 24 * 4 * 4  # the four pooled numbers a sample, not the image


@dataclass(frozen=True)
class Refused:
    """A kind of model whose frozen part must be computed in every step, and a word of the reason."""

    kind: Kind
    why: str
    limit: int = ROOM
    drawn_by_tensorflow: bool = False


class Uniform(layers.Layer):
    """Noise whose state nobody can save."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        return inputs + tf.random.uniform(tf.shape(inputs)) if training else inputs


def _spectral() -> keras.Model:
    return _points(layers.SpectralNormalization(layers.Dense(8, trainable=False), trainable=False))


def _tied() -> keras.Model:
    def body(x: Any) -> Any:
        tied = layers.Dense(5, activation="tanh")
        return tied(_frozen_dense(5)(tied(x)))

    return _points(body)


def _batch_mode() -> keras.Model:
    norm = layers.BatchNormalization(center=False, scale=False)
    return _points(lambda x: _frozen_dense()(norm(x)))


def _flipped() -> keras.Model:
    return _images(lambda x: _pooled(_backbone()(layers.RandomFlip(seed=4)(x))))


def _drawn_first() -> keras.Model:
    return _points(lambda x: layers.Dense(8)(layers.Dropout(0.3, seed=1)(x)))


def _drawn_twice() -> keras.Model:
    """The state of the generator moves twice in a step: which value a draw sees is a matter of order."""

    def body(x: Any) -> Any:
        drop = layers.Dropout(0.3, seed=1)
        return drop(_frozen_dense(5)(drop(x)))

    return _points(body)


def _frozen_encoder_with_dropout() -> keras.Model:
    def body(embedded: Any) -> Any:
        attention = layers.MultiHeadAttention(2, 3, dropout=0.2, seed=3)
        attended = layers.Dropout(0.1, seed=5)(attention(embedded, embedded))
        attention.trainable = False  # its own layers exist by now
        frozen = layers.LayerNormalization(trainable=False)(attended + embedded)
        return layers.Dropout(0.3, seed=6)(layers.GlobalAveragePooling1D()(frozen))

    return _words(body)


NOTHING_BEFORE = "can be kept sample by sample"
REFUSED = (
    Refused(Kind("all trainable", lambda: _points(layers.Dense(8)), rate=0.1), NOTHING_BEFORE),
    Refused(Kind("draws before what is trained", _drawn_first, rate=0.1), NOTHING_BEFORE),
    Refused(Kind("one generator drawn from twice", _drawn_twice, rate=0.1), NOTHING_BEFORE),
    Refused(Kind("SpectralNormalization", _spectral), NOTHING_BEFORE),
    Refused(Kind("a tied weight", _tied), NOTHING_BEFORE),
    Refused(Kind("batch statistics", _batch_mode), NOTHING_BEFORE),
    Refused(Kind("too large", _nested, models.images), "MB are allowed", limit=100),
    Refused(Kind("run_eagerly", lambda: _points(_frozen_dense(), run_eagerly=True)), "eagerly"),
    Refused(
        Kind("tf.random", lambda: _points(lambda x: _frozen_dense()(Uniform()(x)))),
        NOTHING_BEFORE,
        drawn_by_tensorflow=True,
    ),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.kind.name)
def test_where_outputs_differ_nothing_is_kept_and_the_plan_says_why(case: Refused) -> None:
    kind, table = case.kind, read(case.kind)
    with open_session(kind.model(), table.train, table.validation, memory_limit=case.limit) as session:
        training = session.plan.prefix.split("; in validation")[0]
        assert "nothing is reused" in training and case.why in training
        assert not session.plan.prefix_cached and session.plan.step_share == 1
        assert session.hidden_draws == (("RandomUniform",) if case.drawn_by_tensorflow else ())
        end, _ = session.run(session.start, rates(table, kind.rate), table.total)
        found = held(session, end)
    if case.drawn_by_tensorflow:
        return  # TensorFlow hides the state of these draws, so that no two trainings are alike: the plan warns
    oracle = kind.model()
    plain_fit(oracle, kind, table, kind.rate)
    assert found == bits(oracle)


def test_validation_is_kept_where_only_training_draws() -> None:
    kind = Kind("one generator drawn from twice", _drawn_twice)
    table = read(kind)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        assert "in validation the frozen part's output is computed once" in session.plan.prefix
        measured = session.evaluate(session.start)
    expected = evaluated(kind.model(), kind)
    assert measured.values["val_loss"] == pytest.approx(expected["loss"], rel=1e-5)


def test_samples_that_a_layer_mixes_are_not_kept() -> None:
    class Centred(layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs - keras.ops.mean(inputs, axis=0, keepdims=True)

    kind = Kind("", lambda: _points(lambda x: _frozen_dense()(Centred()(x))), rate=0.1)
    table = read(kind)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        assert "mixes the samples" in session.plan.prefix
        end, _ = session.run(session.start, rates(table, kind.rate), table.total)
        found = held(session, end)
    oracle = kind.model()
    plain_fit(oracle, kind, table, kind.rate)
    assert found == bits(oracle)


def test_a_kept_output_that_does_not_agree_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from rightrate.engine import session as module

    original = module.prefix.keep_outputs
    monkeypatch.setattr(
        module.prefix, "keep_outputs", lambda *arguments: tuple(1.001 * kept for kept in original(*arguments))
    )
    kind = KEPT[0]
    table = read(kind)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        assert "did not agree" in session.plan.prefix and not session.plan.prefix_cached
        end, _ = session.run(session.start, rates(table, kind.rate), table.total)
        found = held(session, end)
    oracle = kind.model()
    plain_fit(oracle, kind, table, kind.rate)
    assert found == bits(oracle)
