"""Regression, tokens and several labels a row: equal to scikit-learn, with intervals that mean something."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from rightrate.scoring.measure import CLASSIFICATION, measure
from rightrate.scoring.predictions import Predictions, Task


def regression(rng: np.random.Generator, n: int, weighted: bool = False) -> Predictions:
    true = rng.normal(50, 10, n)
    return Predictions(
        Task.REGRESSION, true, true + rng.normal(1, 3, n), weights=rng.choice([1.0, 2.0], n) if weighted else None
    )


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(2, 60), st.booleans())
def test_regression_equals_scikit_learn(seed: int, n: int, weighted: bool) -> None:
    p = regression(np.random.default_rng(seed), n, weighted)
    m = measure(p, resamples=50).metrics
    w = {"sample_weight": p.weights}
    mean = np.full(n, np.average(p.true, weights=p.weights))
    expected = {
        "mae": sk.mean_absolute_error(p.true, p.predicted, **w),
        "rmse": sk.mean_squared_error(p.true, p.predicted, **w) ** 0.5,
        "r2": sk.r2_score(p.true, p.predicted, **w),
        "bias": np.average(p.predicted - p.true, weights=p.weights),
        "mean_mae": sk.mean_absolute_error(p.true, mean, **w),
        "mean_rmse": sk.mean_squared_error(p.true, mean, **w) ** 0.5,
    }
    assert {name: m[name].value for name in expected} == pytest.approx(expected)
    if not weighted:
        assert m["p90_error"].value == np.quantile(abs(p.predicted - p.true), 0.9, method="inverted_cdf")


def test_regression_intervals_hold_the_truth_and_ignore_order() -> None:
    rng = np.random.default_rng(1)
    p = regression(rng, 4000)
    m = measure(p).metrics
    for name, truth in (("bias", 1.0), ("rmse", 10**0.5), ("r2", 0.9), ("mean_rmse", 10.0)):
        assert (m[name].low or 0) < truth < (m[name].high or 0) and (m[name].high or 0) - (
            m[name].low or 0
        ) < 0.1 * truth + 0.2
    order = rng.permutation(p.size)
    other = measure(replace(p, true=p.true[order], predicted=p.predicted[order])).metrics
    for name, figure in m.items():
        assert (other[name].low, other[name].high) == pytest.approx((figure.low, figure.high)), name


def test_regression_without_an_error_or_a_spread() -> None:
    m = measure(Predictions(Task.REGRESSION, np.array([0.1] * 3), np.array([0.2, np.nan, 0.3]))).metrics
    assert m["mae"].value == pytest.approx(0.15) and m["mae"].n == 2
    assert m["r2"].why == "all true values are equal"
    none = measure(Predictions(Task.REGRESSION, np.ones(2), np.full(2, np.nan))).metrics
    assert none["mae"].why == "no row has a number for an answer"


def test_perplexity_over_documents() -> None:
    rng = np.random.default_rng(2)
    documents = np.repeat(np.arange(40), 50)
    loss = 2 + np.repeat(rng.normal(0, 0.5, 40), 50) + rng.normal(0, 0.3, 2000)
    p = Predictions(Task.TOKENS, np.array([]), loss)
    alone, by_document = measure(p).metrics["perplexity"], measure(replace(p, groups=documents)).metrics["perplexity"]
    assert alone.value == by_document.value == pytest.approx(np.exp(loss.mean()))
    assert (by_document.high or 0) - (by_document.low or 0) > 3 * ((alone.high or 0) - (alone.low or 0))
    assert (
        measure(Predictions(Task.TOKENS, np.array([]), np.array([np.nan]))).metrics["perplexity"].why
        == "no token has a loss"
    )
    assert "too large" in (
        measure(Predictions(Task.TOKENS, np.array([]), np.array([1e4]))).metrics["perplexity"].why or ""
    )


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 50), st.booleans())
def test_several_labels_equal_scikit_learn(seed: int, n: int, weighted: bool) -> None:
    rng = np.random.default_rng(seed)
    true, prob = rng.integers(0, 2, (n, 3)), rng.random((n, 3))
    said = (prob + 0.3 * true > 0.6).astype(int)
    weights = rng.choice([1.0, 2.0], n) if weighted else None
    m = measure(
        Predictions(Task.MULTILABEL, true, said, prob, ("x", "y", "z"), threshold=0.5, weights=weights), resamples=20
    )
    assert set(CLASSIFICATION) < set(m.metrics) and m.metrics["mcc"].why is not None
    w = {"sample_weight": weights}
    assert m.metrics["accuracy"].value == pytest.approx(sk.accuracy_score(true, said, **w))
    occurs = np.flatnonzero(true.any(axis=0))
    for mean in ("micro", "macro", "weighted", "samples"):
        labels = occurs if mean == "macro" else [0, 1, 2]
        nothing = np.nan if mean == "samples" else 0.0  # a row without anything to divide by is left out
        three = sk.precision_recall_fscore_support(true, said, average=mean, labels=labels, zero_division=nothing, **w)
        for name, wanted in zip(("precision", "recall", "f1"), three[:3], strict=True):
            found = m.metrics[f"{mean}_{name}"]
            if found.measured:
                assert found.value == pytest.approx(wanted, abs=1e-12), (mean, name)
            else:
                assert not true.any() or not said.any()
    each = sk.precision_recall_fscore_support(true, said, zero_division=np.nan, **w)
    for i, name in enumerate(("x", "y", "z")):
        for j, key in enumerate(("precision", "recall")):
            found = m.per_class[name][key]
            assert (np.nan if found.value is None else found.value) == pytest.approx(each[j][i], nan_ok=True)
        assert m.per_class[name]["support"].value == each[3][i]
        assert m.per_class[name]["f1"].measured == bool(each[3][i])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ranked = [sk.average_precision_score(true[:, i], prob[:, i], **w) for i in range(3) if 0 < true[:, i].sum() < n]
    assert m.metrics["average_precision"].value == (pytest.approx(np.mean(ranked)) if ranked else None)


def test_a_label_answer_that_is_no_number_is_wrong() -> None:
    true, said = np.array([[1, 0], [1, 0], [0, 1]]), np.array([[1, 0], [-1, -1], [0, 1]])
    m = measure(Predictions(Task.MULTILABEL, true, said, names=("x", "y")))
    assert m.per_class["x"]["recall"].value == 0.5 and m.per_class["y"]["specificity"].value == 0.5
    assert m.metrics["accuracy"].value == pytest.approx(2 / 3)
    assert m.metrics["roc_auc"].why == "only labels were given, no probabilities"


def test_several_labels_ignore_the_order_of_rows() -> None:
    rng = np.random.default_rng(8)
    true, prob = rng.integers(0, 2, (80, 3)), rng.random((80, 3))
    said = (prob + 0.3 * true > 0.6).astype(int)
    order = rng.permutation(80)
    one, other = (
        measure(Predictions(Task.MULTILABEL, true[o], said[o], prob[o], ("x", "y", "z"), threshold=0.5))
        for o in (np.arange(80), order)
    )
    for name, figure in one.metrics.items():
        found = other.metrics[name]
        assert (found.low, found.high) == (
            pytest.approx((figure.low, figure.high)) if figure.low is not None else (None, None)
        ), name
