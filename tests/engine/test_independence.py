"""Candidates do not know of each other, and the same call gives the same answer."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

import rightrate
from rightrate.engine.session import Session, State, open_session

from . import models
from .helpers import ROOM, Table, held, rates, read
from .models import KINDS, Kind

TURNS = tuple(
    kind
    for kind in KINDS
    if kind.name in ("Dropout", "BatchNorm", "own train_step", "mixed_float16", "partial last batch", "run_eagerly")
)


def _frozen() -> keras.Model:
    inputs = keras.Input((5,))
    frozen = layers.Dense(8, activation="relu", trainable=False)(inputs)
    return models.compiled(keras.Model(inputs, models.softmax()(layers.Dropout(0.3, seed=6)(frozen))))


def _trained(session: Session, table: Table) -> tuple[list[bytes], bytes, bytes]:
    end, losses = session.run(session.start, rates(table, 1e-2), table.total)
    return held(session, end), losses.tobytes(), session.evaluate(end).losses.tobytes()


def _finite(session: Session, state: State) -> bool:
    return all(np.isfinite(weight).all() for weight in session.weights(state))


@pytest.mark.parametrize("kind", [*TURNS, Kind("kept prefix", _frozen)], ids=lambda kind: kind.name)
def test_a_diverged_candidate_does_not_touch_the_next(kind: Kind) -> None:
    table = read(kind)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        alone = _trained(session, table)
    with open_session(kind.model(), table.train, table.validation, memory_limit=ROOM) as session:
        lost, losses = session.run(session.start, rates(table, float("nan")), table.total)
        assert lost.step == len(losses) < table.total and not np.isfinite(losses[-1])
        session.evaluate(lost)
        assert not _finite(session, lost)
        assert _trained(session, table) == alone
        assert not _finite(session, lost)  # the lost one is still what it was, too


def _answer(seed: int) -> tuple[object, ...]:
    model = Kind("", lambda: models.compiled(models.dense(layers.Dropout(0.3, seed=1)))).model()
    result = rightrate.tune(
        model, models.points(), models.points(), epochs=2, batch_size=8, rates=(1e-3, 10.0), seed=seed
    )
    return (
        [trial.learning_rate for trial in result.trials],
        [trial.train_loss.tobytes() for trial in result.trials],
        [tuple(repr(look) for look in trial.evaluations) for trial in result.trials],
        [trial.why for trial in result.trials],
        result.learning_rate,
        [v.value.numpy().tobytes() for v in result.model.variables],
    )


def test_the_same_call_gives_the_same_answer() -> None:
    first = _answer(seed=4)
    assert _answer(seed=4) == first
    assert _answer(seed=5)[1] != first[1]
