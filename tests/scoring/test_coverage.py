"""Intervals on simulated data whose truth is known: they hold it about as often as they say.

As a program (`python tests/scoring/test_coverage.py 1000`) it prints the table of docs/judging.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest

from rightrate.scoring.calibration import bin_edges
from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import Measurement, measure
from rightrate.scoring.paired import compare
from rightrate.scoring.predictions import Predictions, Task

NAMES = (
    "f1", "macro_f1", "macro_precision", "weighted_f1", "balanced_accuracy", "mcc",
    "average_precision", "roc_auc", "log_loss", "brier", "calibration_error",
)  # fmt: skip
ALL_ROWS = 400_000

#: Draws rows: a generator and how many.
Make = Callable[[np.random.Generator, int], Predictions]


def two_classes(rng: np.random.Generator, n: int) -> Predictions:
    """A fifth of all rows is positive; scores are normal, 1.5 standard deviations apart, and not calibrated."""
    true = (rng.random(n) < 0.2).astype(int)
    return binary(true, rng.normal(size=n) + 1.5 * true - 0.9)


def calibrated(rng: np.random.Generator, n: int) -> Predictions:
    """Two classes; every probability is exactly right, so that the calibration error of all rows is 0."""
    logit = 1.5 * rng.normal(size=n) - 1
    return binary((rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int), logit)


def four_classes(rng: np.random.Generator, n: int) -> Predictions:
    true = rng.integers(0, 4, n)
    logit = rng.normal(size=(n, 4))
    logit[np.arange(n), true] += 1.2
    prob = np.exp(logit) / np.exp(logit).sum(axis=1, keepdims=True)
    return Predictions(Task.MULTICLASS, true, prob.argmax(axis=1), prob, ("a", "b", "c", "d"))


def binary(true: np.ndarray, logit: np.ndarray) -> Predictions:
    prob = 1 / (1 + np.exp(-logit))
    return Predictions(Task.BINARY, true, (prob >= 0.5).astype(int), prob, ("ok", "fraud"), 1, 0.5)


def figure(measured: Measurement, name: str) -> Figure:
    return list(measured.per_class.values())[-1]["f1"] if name == "f1" else measured.metrics[name]


def confidence(p: Predictions) -> tuple[np.ndarray, np.ndarray]:
    """What calibration is about: how sure an answer is, and whether it is right."""
    assert p.prob is not None
    return (p.prob, p.true == 1) if p.prob.ndim == 1 else (p.prob.max(axis=1), p.prob.argmax(axis=1) == p.true)


def coverage(make: Make, rows: int, runs: int, resamples: int = 1000) -> dict[str, float]:
    """Share of simulated test sets whose interval holds the figure of all rows there could be.

    That of the calibration error is the error in the bins of the test set: other bins have another error.
    """
    everyone = make(np.random.default_rng(0), ALL_ROWS)
    truth, (sure, right) = measure(everyone, resamples=2), confidence(everyone)
    hits = dict.fromkeys(NAMES, 0)
    for seed in range(1, runs + 1):
        sample = make(np.random.default_rng(seed), rows)
        found = measure(sample, resamples=resamples, seed=seed)
        for name in NAMES:
            expected = figure(truth, name).value
            if name == "calibration_error":
                edges = bin_edges(np.sort(confidence(sample)[0]))
                gaps = np.bincount(np.searchsorted(edges[1:], sure, side="right"), sure - right)
                expected = float(np.abs(gaps).sum()) / ALL_ROWS
            f = figure(found, name)
            assert f.low is not None and f.high is not None and expected is not None, name
            hits[name] += f.low <= expected <= f.high
    return {name: count / runs for name, count in hits.items()}


@pytest.mark.parametrize(("make", "rows", "runs"), [(two_classes, 200, 300), (four_classes, 200, 200)])
def test_95_percent_intervals_hold_the_truth_about_95_times_of_100(make: Make, rows: int, runs: int) -> None:
    found = coverage(make, rows, runs, resamples=500)
    # What so few runs cannot tell from 93.5 to 96.5 %: two standard errors of a share of 0.95.
    unsure = 2 * (0.95 * 0.05 / runs) ** 0.5
    at_least = found.pop("calibration_error")
    assert {name: share for name, share in found.items() if not 0.935 - unsure <= share <= 0.965 + unsure} == {}
    assert at_least >= 0.95 - unsure


def two_models(rng: np.random.Generator, n: int, alike: float) -> tuple[Predictions, Predictions]:
    """A fifth of all rows is positive; the models share `alike` of their noise, and the first tells more apart."""
    true, common = (rng.random(n) < 0.2).astype(int), rng.normal(size=n)
    noise = (alike**0.5 * common + (1 - alike) ** 0.5 * rng.normal(size=n) for _ in range(2))
    model, baseline = (binary(true, own + apart * (true - 0.5)) for own, apart in zip(noise, (2.0, 1.6), strict=True))
    return model, baseline


def paired_coverage(alike: float, rows: int, runs: int, resamples: int = 1000) -> dict[str, float]:
    """Share of simulated test sets whose interval holds the difference on all rows there could be."""
    truth = compare(*two_models(np.random.default_rng(0), 4 * ALL_ROWS, alike), resamples=2).differences
    hits = dict.fromkeys(truth, 0)
    for seed in range(1, runs + 1):
        found = compare(*two_models(np.random.default_rng(seed), rows, alike), resamples=resamples, seed=seed)
        for name, f in found.differences.items():
            value = truth[name].value
            assert f.low is not None and f.high is not None and value is not None, name
            hits[name] += f.low <= value <= f.high
    return {name: count / runs for name, count in hits.items()}


@pytest.mark.parametrize(("alike", "rows"), [(0.5, 200), (0.9, 60), (0.9, 200)])
def test_so_do_those_of_the_difference_of_two_models(alike: float, rows: int) -> None:
    found = paired_coverage(alike, rows, 400, resamples=500)
    unsure = 2 * (0.95 * 0.05 / 400) ** 0.5
    low = {name: share for name, share in found.items() if share < 0.935 - unsure}
    # Those of shares are wider than they need be where only a handful of rows tells the two apart.
    high = {name: share for name, share in found.items() if name in ("precision", "f1") and share > 0.965 + unsure}
    assert (low, high) == ({}, {})


def test_the_interval_of_a_calibration_error_reaches_down_to_a_true_error_of_0() -> None:
    assert coverage(calibrated, 100, 200, resamples=500)["calibration_error"] >= 0.95 - 2 * 0.0154


if __name__ == "__main__":
    for make in (two_classes, four_classes, calibrated):
        for rows in (60, 200, 1000):
            shares = coverage(make, rows, int(sys.argv[1]))
            print(make.__name__, rows, *(f"{name} {100 * share:.1f}" for name, share in shares.items()))
    for alike in (0.5, 0.9):
        for rows in (60, 200, 1000):
            shares = paired_coverage(alike, rows, int(sys.argv[1]))
            print("two models", alike, rows, *(f"{name} {100 * share:.1f}" for name, share in shares.items()))
