"""States of waiting candidates may be forgotten to save memory; the outcome is the same."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import rightrate as rr
from rightrate.runner import local


def tuned() -> rr.TuneResult:
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 6)).astype("float32")
    y = (x.sum(1) > 0).astype(int)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dropout(0.2, seed=3), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(), loss)
    # A schedule by name: with "auto", states that are kept decide which of its shapes the budget pays for.
    train, validation = (x[:300], y[:300]), (x[300:], y[300:])
    return rr.tune(model, train, validation, epochs=8, batch_size=10, budget=2.5, schedule="constant")


def test_forgetting_states_costs_steps_and_changes_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    roomy = tuned()
    monkeypatch.setattr(local, "STATE_MEMORY", 0)
    cramped = tuned()
    assert cramped.cost.steps > roomy.cost.steps
    assert cramped.cost.full_trainings > roomy.cost.full_trainings
    assert cramped.learning_rate == roomy.learning_rate and cramped.interval == roomy.interval
    for one, two in zip(roomy.trials, cramped.trials, strict=True):
        assert np.array_equal(one.train_loss, two.train_loss)
        assert [e.values for e in one.evaluations] == [e.values for e in two.evaluations]
    assert all(np.array_equal(a, b) for a, b in zip(roomy.weights, cramped.weights, strict=True))
