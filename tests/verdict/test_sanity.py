"""Each doubt about the evaluation is raised on a minimal case, and on no healthy one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import rightrate
from rightrate.diagnosis import Severity
from rightrate.scoring.measure import measure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.verdict import Policy
from rightrate.verdict.sanity import CHECKS, check


def codes(p: Predictions, policy: Policy | None = None) -> set[str]:
    return {finding.code for finding in found(p, policy)}


def found(p: Predictions, policy: Policy | None = None) -> list:
    return check(p, measure(p, resamples=100), policy or Policy())


def binary(true: np.ndarray, prob: np.ndarray) -> Predictions:
    prob = np.asarray(prob, float)
    said = np.where(np.isnan(prob), -1, (prob >= 0.5).astype(int))
    return Predictions(Task.BINARY, np.asarray(true), said, prob, ("ok", "bad"), 1, 0.5)


def multi(true: np.ndarray, prob: np.ndarray) -> Predictions:
    names = tuple("abcdef"[: prob.shape[1]])
    return Predictions(Task.MULTICLASS, true, prob.argmax(axis=1), prob, names)


def healthy_binary(n: int = 600) -> Predictions:
    """A model whose probabilities mean what they say."""
    rng = np.random.default_rng(1)
    prob = np.clip(rng.beta(0.6, 1.4, n), 0.001, 0.999)
    return binary((rng.uniform(size=n) < prob).astype(int), prob)


def healthy_multi(n: int = 600, classes: int = 4) -> Predictions:
    rng = np.random.default_rng(2)
    prob = rng.dirichlet(np.full(classes, 0.3), n)
    return multi(np.array([rng.choice(classes, p=row) for row in prob]), prob)


@pytest.mark.parametrize("healthy", [healthy_binary(), healthy_multi()])
def test_a_healthy_evaluation_raises_no_doubt(healthy: Predictions) -> None:
    assert codes(healthy) == set()


def test_an_answer_that_is_nan() -> None:
    p = healthy_binary()
    prob = p.prob.copy()
    prob[7] = np.nan
    (finding,) = found(binary(p.true, prob))
    assert (finding.code, finding.severity) == ("RR401", Severity.CRITICAL)
    assert "1 of 600 answers is NaN, the first in row 7 (counted from 0)" in finding.title


def test_nothing_but_nan_names_no_class() -> None:
    titles = [finding.title for finding in found(binary(np.array([0, 1, 0, 1]), np.full(4, np.nan)))]
    assert any("4 of 4 answers are NaN" in title for title in titles)
    assert not any("in every row" in title for title in titles)


def test_one_probability_for_all() -> None:
    finding = next(f for f in found(binary(np.array([0, 1] * 50), np.full(100, 0.5))) if f.code == "RR402")
    assert "All 100 probabilities are the same" in finding.title
    assert "RR402" in codes(multi(np.array([0, 1] * 50), np.tile([0.6, 0.4], (100, 1))))


def test_one_answer_for_all() -> None:
    p = healthy_binary()
    finding = next(f for f in found(binary(p.true, p.prob / 3)) if f.code == "RR402")
    assert finding.title == f"The model answers 'ok' in every row: it finds 0 of {int(np.sum(p.true == 1))} 'bad'."
    assert finding.severity is Severity.CRITICAL


def test_one_right_answer_where_only_that_class_occurs_is_no_constant_model() -> None:
    prob = np.linspace(0.6, 0.9, 40)
    assert "RR402" not in codes(binary(np.ones(40, int), prob))


def test_rows_that_do_not_sum_to_one() -> None:
    p = healthy_multi()
    off = p.prob.copy()
    off[3] *= 1.5
    (finding,) = found(multi(p.true, off))
    assert finding.code == "RR403"
    assert "In 1 of 600 rows" in finding.title and "1.5" in finding.title
    assert "RR403" not in codes(multi(p.true, p.prob.astype(np.float16).astype(float)))


def test_a_permuted_class_order() -> None:
    p = healthy_multi()
    # Sharper, so that the right order is well above what suspicion needs.
    sharp = np.eye(4)[p.true] * 0.9 + 0.025
    moved = multi(p.true, sharp[:, [1, 2, 0, 3]])
    finding = next(f for f in found(moved) if f.code == "RR404")
    assert finding.severity is Severity.CRITICAL
    assert "100 % if the classes were in another order" in finding.title


def test_swapped_binary_classes_with_probabilities_and_with_labels() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, 300)
    prob = np.clip(0.5 + 0.3 * (2 * true - 1) + rng.normal(0, 0.15, 300), 0.01, 0.99)
    assert "RR404" not in codes(binary(true, prob))
    assert "RR404" in codes(binary(true, 1 - prob))
    labels = replace(binary(true, 1 - prob), prob=None, threshold=None)
    assert "RR404" in codes(labels)
    assert "RR404" not in codes(replace(binary(true, prob), prob=None, threshold=None))


def test_a_poor_model_in_the_right_order_is_not_suspected() -> None:
    rng = np.random.default_rng(0)
    assert "RR404" not in codes(binary(rng.integers(0, 2, 300), rng.uniform(size=300)))
    assert "RR404" not in codes(multi(rng.integers(0, 4, 300), rng.dirichlet(np.ones(4), 300)))


def test_classes_in_one_column_only() -> None:
    p = healthy_multi()
    keep = p.true != 3
    finding = next(f for f in found(multi(p.true[keep], p.prob[keep])) if f.code == "RR405")
    assert finding.title == "'d' is in no row."
    shy = p.prob.copy()
    shy[:, 3] = 0
    finding = next(f for f in found(multi(p.true, shy / shy.sum(axis=1, keepdims=True))) if f.code == "RR405")
    assert finding.title == "'d' is never answered."


def test_a_label_that_is_never_given() -> None:
    true = np.tile([[1, 0], [0, 1], [1, 1]], (40, 1))
    said = true.copy()
    p = Predictions(Task.MULTILABEL, true, said, names=("x", "y"))
    assert "RR405" not in codes(p)
    said[:, 1] = 0
    finding = next(f for f in found(replace(p, predicted=said)) if f.code == "RR405")
    assert finding.title == "'y' is never answered."


def test_too_few_rows_of_a_class() -> None:
    true = np.repeat([0, 1], [200, 15])
    finding = next(f for f in found(binary(true, 0.1 + 0.8 * true + np.arange(215) / 3000)) if f.code == "RR406")
    assert "'bad' 15" in finding.title
    true = np.repeat([0, 1], [200, 16])
    assert "RR406" not in codes(binary(true, 0.1 + 0.8 * true + np.arange(216) / 3000))


def test_too_good_to_be_true() -> None:
    true = np.repeat([0, 1], [900, 300])
    prob = np.clip(0.02 + 0.95 * true + np.arange(1200) / 1e5, 0, 1)
    assert "RR407" in codes(binary(true, prob))
    prob[:5] = 0.9
    assert "RR407" not in codes(binary(true, prob))
    small = np.repeat([0, 1], [60, 30])
    assert "RR407" not in codes(binary(small, 0.02 + 0.95 * small))


def test_a_rebalanced_evaluation() -> None:
    rng = np.random.default_rng(0)
    true, prob = np.repeat([0, 1], [200, 200]), rng.uniform(size=400)
    assert "RR408" in codes(binary(true, prob))
    p = binary(true, prob)
    assert "RR408" not in {f.code for f in check(p, measure(p, resamples=100), Policy(prevalence=0.02))}
    assert "RR408" not in codes(binary(np.repeat([0, 1], [300, 100]), prob))


def test_labels_without_probabilities() -> None:
    p = healthy_binary()
    assert codes(replace(p, prob=None, threshold=None)) == {"RR409"}


def test_probabilities_that_do_not_mean_what_they_say() -> None:
    p = healthy_binary()
    sure = np.where(p.prob >= 0.5, 0.99, 0.01) + np.linspace(0, 0.005, 600)
    finding = next(f for f in found(binary(p.true, sure)) if f.code == "RR410")
    assert finding.severity is Severity.HINT


def test_no_check_stumbles_over_a_task_that_it_is_not_for() -> None:
    for p in (
        Predictions(Task.REGRESSION, np.arange(5.0), np.arange(5.0) + 0.1),
        Predictions(Task.TOKENS, np.empty(0), np.arange(5.0)),
    ):
        measured = measure(p, resamples=100)
        assert [one(p, measured, Policy()) for one in CHECKS] == [None] * len(CHECKS)


def test_few_groups_are_said_and_one_group_proves_nothing() -> None:
    true, predicted = np.repeat([1, 0], 100), np.repeat([1, 0, 1, 0], [90, 10, 5, 95])
    one = rightrate.judge(true, predicted, groups=np.zeros(200, int))
    assert one.outcome.value == "NOT_ENOUGH_EVIDENCE" and "RR416" in [f.code for f in one.findings]
    few = rightrate.judge(true, predicted, groups=np.arange(200) % 4)
    assert few.outcome.value == "NOT_ENOUGH_EVIDENCE"
    many = rightrate.judge(true, predicted, groups=np.arange(200))
    assert many.outcome.value == "FIT" and "RR416" not in [f.code for f in many.findings]
