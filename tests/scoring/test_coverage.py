"""Bootstrap intervals on simulated data whose truth is known: they hold it about as often as they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import measure
from rightrate.scoring.predictions import Predictions, Task

RUNS = 250


def two_classes(rng: np.random.Generator, n: int) -> Predictions:
    """A fifth of the rows is positive; scores are a normal a standard deviation and a half apart, and not calibrated."""
    true = (np.arange(n) % 5 == 0).astype(int)
    logit = rng.normal(size=n) + 1.5 * true - 0.9
    prob = 1 / (1 + np.exp(-logit))
    return Predictions(Task.BINARY, true, (prob >= 0.5).astype(int), prob, ("ok", "fraud"), 1, 0.5)


def four_classes(rng: np.random.Generator, n: int) -> Predictions:
    true = np.arange(n) % 4
    logit = rng.normal(size=(n, 4))
    logit[np.arange(n), true] += 1.2
    prob = np.exp(logit) / np.exp(logit).sum(axis=1, keepdims=True)
    return Predictions(Task.MULTICLASS, true, prob.argmax(axis=1), prob, ("a", "b", "c", "d"))


@pytest.mark.parametrize("make", [two_classes, four_classes])
def test_bootstrap_intervals_cover_about_as_often_as_they_say(
    make: Callable[[np.random.Generator, int], Predictions],
) -> None:
    names = ("macro_f1", "mcc", "balanced_accuracy", "average_precision", "roc_auc", "log_loss", "brier")
    truth = measure(make(np.random.default_rng(0), 200_000), resamples=2).metrics
    hits = dict.fromkeys(names, 0)
    for seed in range(1, RUNS + 1):
        found = measure(make(np.random.default_rng(seed), 200), resamples=200, seed=seed).metrics
        for name in names:
            hits[name] += holds(found[name], truth[name])
    # Bootstrap intervals of 200 rows are a little narrow, and 250 runs tell a coverage to within 3 points.
    assert {name: count / RUNS for name, count in hits.items() if not 0.89 <= count / RUNS <= 0.98} == {}


def holds(figure: Figure, truth: Figure) -> bool:
    assert figure.low is not None and figure.high is not None and truth.value is not None
    return figure.low <= truth.value <= figure.high
