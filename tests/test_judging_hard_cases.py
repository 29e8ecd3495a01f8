"""Cases in which a verdict is easily wrong, through `rightrate.judge`."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

import rightrate as rr


def counts(tp: int, fn: int, fp: int, tn: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat([1, 1, 0, 0], [tp, fn, fp, tn]), np.repeat([1, 0, 1, 0], [tp, fn, fp, tn])


def codes(verdict: rr.Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.mark.parametrize("answers", [np.ones((300, 3), int), np.full((300, 3), 0.9)])
def test_a_constant_multi_label_model_is_not_fit(answers: np.ndarray) -> None:
    true = (np.random.default_rng(0).random((300, 3)) < 0.9).astype(int)
    assert rr.judge(true, answers).outcome.value == "NOT_FIT"


def test_precision_is_judged_at_the_prevalence_of_production() -> None:
    verdict = rr.judge(*counts(90, 10, 10, 90), policy=rr.Policy(prevalence=0.001))
    assert verdict.outcome.value == "NOT_FIT" and "prevalence of 0.1 %" in verdict.reason
    point = verdict.operating_point()
    assert point["prevalence"] == 0.001 and point["precision"] == pytest.approx(0.0089, abs=1e-3)


def waiver(code: str, **options: Any) -> rr.Waiver:
    return rr.Waiver(code, "known", options.pop("expires", date(2999, 1, 1)), **options)


def test_waiving_the_bars_does_not_waive_the_trap() -> None:
    waived = (waiver("RR301"), waiver("RR302"))
    verdict = rr.judge(*counts(3, 22, 3, 1222), policy=rr.Policy(waive=waived))
    assert verdict.outcome.value == "NOT_FIT" and "RR310" in codes(verdict)
    all_waived = rr.Policy(waive=(*waived, waiver("RR310")))
    assert rr.judge(*counts(3, 22, 3, 1222), policy=all_waived).outcome.value == "FIT"


def test_an_expired_waiver_never_passes() -> None:
    policy = rr.Policy(waive=(waiver("RR301", expires=date(2001, 1, 1)),))
    verdict = rr.judge(*counts(95, 5, 5, 95), policy=policy)
    assert verdict.outcome.value == "NOT_FIT" and "2001-01-01" in verdict.reason


def test_a_waiver_for_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(rr.UsageError, match="not among the classes"):
        rr.judge(*counts(95, 5, 5, 95), policy=rr.Policy(waive=(waiver("RR301", class_name="frud"),)))


def test_random_answers_to_a_frequent_class_are_hardly_ever_fit() -> None:
    """Being better than guessing is proven at 95 %: one in forty is chance."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        true, answers = np.repeat([1, 0], [158, 42]), (rng.random(200) < 0.9).astype(int)
        found.append(rr.judge(true, answers).outcome.value)
    assert found.count("FIT") <= 2


@pytest.mark.parametrize(
    ("true", "answers"),
    [([0] * 30 + [1], [1] + [0] * 30), ([1, 0], [0.9, 0.9]), ([0, 0, 0, 1], [0.3, 0.4, 0.2, 0.1])],
    ids=["one row missed", "two equal probabilities", "four rows the wrong way round"],
)
def test_a_handful_of_rows_is_no_proof_against_a_model(true: list, answers: list) -> None:
    verdict = rr.judge(true, answers)
    assert all(criterion.status.value != "failed" for criterion in verdict.criteria if criterion.metric == "recall")
    assert not {"RR310", "RR402", "RR404"} & set(codes(verdict))


def test_a_perfect_regression_is_fit() -> None:
    x = np.random.default_rng(0).normal(size=2000)
    bar = rr.Requirement("mae", maximum=0.1)
    assert rr.judge(x, x, policy=rr.Policy(require=(bar,))).outcome.value == "FIT"


def test_a_model_that_differs_in_one_row_is_not_proven_worse() -> None:
    true = np.repeat([1, 0], 20)
    answers = true.copy()
    answers[0] = 0
    assert rr.judge(true, answers, baseline=true).outcome.value == "NOT_ENOUGH_EVIDENCE"


def test_another_spelling_of_a_class_is_a_slip_of_the_data() -> None:
    with pytest.raises(rr.DataError, match=r"'Fraud'.*differ in case or blanks"):
        rr.judge(["ok", "fraud"] * 10, ["ok", "Fraud"] * 10)


def test_no_trap_where_the_frequent_class_explains_nothing() -> None:
    true = np.repeat(np.arange(10), 100)
    answers = true.copy()
    answers[:58] = 1
    verdict = rr.judge(true, answers)
    assert verdict.outcome.value == "NOT_FIT" and "RR310" not in codes(verdict)
    assert verdict.reason.startswith("Recall of '0' is 42 %")


def test_with_weights_the_trap_names_the_class_that_weighs_most_and_no_counts() -> None:
    true = np.array([0] * 60 + [1] * 40)
    answers = np.ones(100, int)
    answers[0] = 0
    verdict = rr.judge(true, answers, weights=np.array([1.0] * 60 + [100.0] * 40), positive=0)
    assert "always answering '1'" in verdict.reason and " of 60" not in verdict.reason


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"weights": np.full(200, 1e-320)}, "weights holds"),
        ({"weights": np.full(200, 1e308)}, "weights holds"),
        ({"slices": [1] * 200}, "`slices` must be columns by name"),
        ({"policy": rr.Policy(require=(rr.Requirement("recall", minimum=80, class_name="1"),))}, "between 0 and 1"),
    ],
    ids=["tiny weights", "huge weights", "slices without names", "a bar of 80"],
)
def test_a_slip_is_one_clear_error(options: dict, text: str) -> None:
    with pytest.raises((rr.UsageError, rr.DataError), match=text):
        rr.judge(*counts(90, 10, 10, 90), **options)


def test_an_earlier_verdict_about_other_classes_is_no_baseline() -> None:
    other = rr.judge(["a", "b", "c"] * 30, ["a", "b", "c"] * 30)
    with pytest.raises(rr.UsageError, match="about something else"):
        rr.judge(*counts(90, 10, 10, 90), baseline=other)
