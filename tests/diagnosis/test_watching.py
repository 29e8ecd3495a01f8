"""A training that is watched says the same as its log that is read at once, and tells each finding once."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.curves.curve import Curve
from rightrate.curves.training import Training
from rightrate.diagnosis.examine import examine
from rightrate.diagnosis.watching import Observation, Watched, observe, tell
from rightrate.errors import DataError
from tests.diagnosis.trainings import trainings


@given(trainings(), st.sets(st.integers(0, 60), max_size=8))
def test_a_training_cut_anywhere_is_examined_like_the_whole(training: Training, cuts: set[int]) -> None:
    state = Watched(training.name, training.unit, training.steps_per_epoch, training.source, training.setting)
    edges = [-1, *sorted(cuts), 61]
    for low, high in itertools.pairwise(edges):
        part = {}
        for name, curve in training.curves.items():
            there = (curve.steps > low) & (curve.steps <= high)
            part[name] = Curve(name, curve.steps[there], curve.values[there])
        state = observe(state, Observation(part))
    whole = Training(
        training.name, {name: curve for name, curve in training.curves.items() if len(curve)}, training.unit,
        training.steps_per_epoch, training.source, training.setting,
    )  # fmt: skip
    live, offline = tell(state)[1], examine(whole)
    assert repr([answer.check for answer in live.answers]) == repr([answer.check for answer in offline.answers])
    assert live.leading == offline.leading and live.band == offline.band


def test_a_finding_is_told_once_and_withdrawn_once() -> None:
    state = Watched(unit="epoch")
    for epoch, (loss, val_loss) in enumerate([(1.0, 0.5), (0.5, 0.6), (0.3, 0.8)], 1):
        state = observe(state, Observation.at(epoch, loss=loss, val_loss=val_loss))
    state, _, news = tell(state)
    assert "RR121" in [finding.code for finding in news.new]
    assert tell(state)[2].new == ()
    for epoch in range(4, 12):
        state = observe(state, Observation.at(epoch, loss=0.3 - epoch / 100, val_loss=0.4 - epoch / 100))
    state, _, news = tell(state)
    assert "RR121" in [finding.code for finding in news.withdrawn]
    assert tell(state)[2].withdrawn == ()


def test_steps_that_go_back_are_an_error() -> None:
    state = observe(Watched(), Observation.at(5, loss=1.0))
    with pytest.raises(DataError, match="at step 5 after step 5"):
        observe(state, Observation({"loss": Curve("loss", np.array([5]), np.array([0.9]))}))
