"""What the engine's tests share: reading data, plain `Model.fit` as the measure of all things, and comparing bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate.engine import samples
from rightrate.engine.samples import Samples
from rightrate.engine.session import Session, State

from .models import Kind

ROOM = 1 << 30


@dataclass(frozen=True)
class Table:
    """Training and validation samples, with the steps of an epoch and of the whole training."""

    train: Samples
    validation: Samples
    per_epoch: int
    total: int


def read(kind: Kind, epochs: int = 2, seed: int = 3) -> Table:
    """`kind`'s data as a search reads them; validated on the same samples."""
    data = kind.data()
    train, per_epoch = samples.read_training(
        data,
        batch_size=kind.batch_size,
        epochs=epochs,
        steps_per_epoch=None,
        class_weight=kind.fit.get("class_weight"),
        seed=seed,
        limit=ROOM,
    )
    validation = samples.read_validation(data, batch_size=kind.batch_size, limit=ROOM)
    return Table(train, validation, per_epoch, per_epoch * epochs)


def plain_fit(model: keras.Model, kind: Kind, table: Table, rate: float, callbacks: Sequence[Any] = ()) -> None:
    """Train by `Model.fit` on the arrays themselves, in the order of the table; one call where batches fit in."""
    model.optimizer.learning_rate = rate
    fit_in_order(model, kind, table, callbacks)


def fit_in_order(model: keras.Model, kind: Kind, table: Table, callbacks: Sequence[Any] = ()) -> None:
    """The same with the rate that the optimizer has."""
    at_once = table.per_epoch if table.train.open_batch else table.total
    for first in range(0, table.total, at_once):
        rows = np.concatenate(table.train.steps[first : first + at_once])
        x, *others = tf.nest.map_structure(lambda leaf, rows=rows: leaf[rows], kind.data())
        named = dict(zip(("y", "sample_weight"), others, strict=False))
        model.fit(
            x,
            **named,
            batch_size=kind.batch_size,
            shuffle=False,
            verbose=0,
            callbacks=[*callbacks],
            **kind.fit,
        )


def evaluated(model: keras.Model, kind: Kind) -> dict[str, float]:
    """What `Model.evaluate` says on the same data."""
    x, *others = kind.data()
    named = dict(zip(("y", "sample_weight"), others, strict=False))
    return model.evaluate(x, **named, batch_size=kind.batch_size, verbose=0, return_dict=True)


def rates(table: Table, rate: float) -> np.ndarray:
    """The same rate at every step."""
    return np.full(table.total, rate)


def held(session: Session, state: State) -> list[bytes]:
    """All bits of the model and its optimizer in `state`."""
    session.weights(state)  # puts the state into the model
    return bits(session.model)


def bits(model: keras.Model) -> list[bytes]:
    """The bits of all variables of the model, seeds included, and of its optimizer."""
    return [v.value.numpy().tobytes() for v in (*model.variables, *model.optimizer.variables)]


def rateless_bits(model: keras.Model) -> list[bytes]:
    """The same without the variable that holds the learning rate."""
    slots = [v for v in model.optimizer.variables if not v.path.endswith("learning_rate")]
    return [v.value.numpy().tobytes() for v in (*model.variables, *slots)]


def furthest(found: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> float:
    """Largest difference of two lists of arrays, each relative to its largest value."""
    differences = [
        float(np.max(np.abs(a.astype(float) - b.astype(float)))) / max(float(np.max(np.abs(b))), 1e-6)
        for a, b in zip(found, expected, strict=True)
        if a.size
    ]
    return max(differences)
