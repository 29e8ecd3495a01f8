"""Counts at thresholds: scikit-learn's at each listed one, and the listed ones are those that were asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.threshold_counts import MOST, threshold_counts


def binary(true, prob, weights=None):
    prob = np.asarray(prob, dtype=float)
    said = np.where(np.isnan(prob), -1, prob >= 0.5).astype(int)
    return Predictions(Task.BINARY, np.asarray(true), said, prob, ("no", "yes"), 1, 0.5, weights=weights)


@settings(max_examples=60)
@given(st.data())
def test_every_listed_threshold_has_the_counts_of_scikit_learn(data):
    size = data.draw(st.integers(1, 60))
    true = np.array(data.draw(st.lists(st.integers(0, 1), min_size=size, max_size=size)))
    scores = st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0])
    prob = np.array(data.draw(st.lists(scores, min_size=size, max_size=size)))
    wanted = data.draw(st.lists(st.floats(0, 1), max_size=4))
    found = threshold_counts(binary(true, prob), wanted)
    listed = found["threshold"]
    assert list(listed) == sorted(set(listed)) and {0.0, 0.5, 1.0, *wanted, prob.min(), prob.max()} <= set(listed)
    for at, *counts in zip(listed, *(found[name] for name in ("tn", "fp", "fn", "tp")), strict=True):
        assert counts == confusion_matrix(true, prob >= at, labels=[0, 1]).ravel().tolist()


def test_many_scores_are_spread_evenly_over_the_distinct_ones():
    random = np.random.default_rng(0)
    prob = random.beta(0.3, 9, 20_000)
    listed = np.array(threshold_counts(binary(random.random(20_000) < prob, prob), [0.123])["threshold"])
    assert len(listed) == MOST and 0.123 in listed
    ranks = np.searchsorted(np.sort(prob), listed[(listed > 0) & (listed < prob.max())])
    assert np.diff(ranks).max() < 3 * 20_000 / MOST


def test_weights_are_summed_and_rows_without_an_answer_left_out():
    weights = np.array([1.0, 2.5, 4.0, 8.0])
    found = threshold_counts(binary([1, 1, 0, 1], [0.2, 0.9, 0.7, np.nan], weights))
    at = found["threshold"].index(0.5)
    assert [found[name][at] for name in ("tp", "fp", "fn", "tn")] == [2.5, 4.0, 1.0, 0.0]


@pytest.mark.parametrize("prob", (None, [np.nan, np.nan]))
def test_nothing_to_count_is_empty(prob):
    prob = None if prob is None else np.array(prob)
    assert threshold_counts(Predictions(Task.BINARY, np.array([0, 1]), np.array([-1, -1]), prob, positive=1)) == {}
