"""What a watch can hear in a step of one's own, in steps done at once, and beside another watch."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import rightrate as rr

from .own_step import OwnStep
from .test_watch_ends import Spoils
from .test_watch_fit import data, fit, heard, network


class HeardInValidation(OwnStep):
    tested = "loss"


def own(kind: type[OwnStep], rate: float = 0.01) -> keras.Model:
    keras.utils.set_random_seed(3)
    inputs = keras.Input((6,))
    model = kind(inputs, keras.layers.Dense(1)(keras.layers.Dense(16, activation="relu")(inputs)))
    model.compile(keras.optimizers.SGD(rate))
    return model


def test_a_loss_by_another_name_is_said_at_the_start_with_the_name_to_give_it() -> None:
    watch, page = heard("warn", gradient_norm=True)
    fit(own(OwnStep), watch, epochs=2)
    first = page.getvalue().splitlines()
    assert "at the start: gradient_norm=True reads nothing here" in first[0]
    assert "no loss of a step can be read: the train step gives 'ce', and nothing called 'loss'" in page.getvalue()
    assert "keras.metrics.Mean(name='loss')" in page.getvalue()


@pytest.mark.parametrize("on", ["stop", "rescue"])
def test_nothing_can_be_decided_by_a_loss_that_nobody_hears(on: Any) -> None:
    with pytest.raises(
        rr.UsageError, match=rf"on='{on}' has nothing to decide by.*'ce', 'val_ce'.*Mean\(name='loss'\)"
    ):
        fit(own(OwnStep), rr.Watch(on, quiet=True), epochs=2)


def test_a_validation_loss_is_enough_to_decide_by() -> None:
    watch = rr.Watch("stop", quiet=True)
    fit(own(HeardInValidation), watch, Spoils(50), epochs=6)
    (stop,) = watch.interventions
    assert stop.epoch_kept in (1, 2)


def test_a_loss_of_keras_own_is_heard_without_a_word() -> None:
    watch, page = heard()
    fit(network(0.05), watch, epochs=1)
    assert "at the start" not in page.getvalue()


def test_steps_done_at_once_are_looked_at_as_early_as_others() -> None:
    """352 steps, 7 in a call: 2 % are the first call."""
    watch, (x, y) = rr.Watch(quiet=True), data(352)
    watch, page = heard()
    model = network(0.01, steps_per_execution=7)
    model.fit(np.where(np.arange(352)[:, None] < 8, np.nan, x), y, shuffle=False, batch_size=8, epochs=8, verbose=0,
              callbacks=[watch])  # fmt: skip
    assert page.getvalue().startswith("rightrate, step 7: ")


@pytest.mark.parametrize("second", ["another", "the same"])
def test_two_watches_in_one_fit_are_refused_at_the_start(second: str) -> None:
    model, watch = network(0.05), rr.Watch(quiet=True)
    other = watch if second == "the same" else rr.Watch("rescue", quiet=True)
    with pytest.raises(rr.UsageError, match=r"Two watches in one fit.*Pass one"):
        fit(model, watch, other)
    fit(model, rr.Watch(quiet=True), epochs=1)  # nothing is left behind
