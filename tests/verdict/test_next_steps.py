"""What to do next fits what failed, and is never missing where something did."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import rightrate as rr
from rightrate.verdict import Outcome, Policy, Requirement, Waiver

FAST = Policy(resamples=100)
RNG = np.random.default_rng(0)


def counts(tp: int, fn: int, fp: int, tn: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat([1, 1, 0, 0], [tp, fn, fp, tn]), np.repeat([1, 0, 1, 0], [tp, fn, fp, tn])


def steps(*given: Any, **options: Any) -> str:
    verdict = rr.judge(*given, **{"policy": FAST, **options})
    assert verdict.outcome is not Outcome.FIT and verdict.next_steps
    return " ".join(verdict.next_steps)


def requiring(**bar: Any) -> Policy:
    return Policy(resamples=100, require=(Requirement(**bar),))


def test_a_low_precision_asks_for_samples_of_what_is_taken_for_the_class() -> None:
    said = steps(*counts(95, 5, 100, 800), positive=1)
    assert "wrongly answered '1'" in said and "If no threshold does" in said
    assert "samples of '1'" not in said and "is missed" not in said


def test_a_low_recall_asks_for_samples_of_the_class() -> None:
    assert "weigh or add samples of '1' (class_weight in rr.tune)" in steps(*counts(40, 60, 5, 895), positive=1)


def test_no_training_where_the_threshold_alone_is_enough() -> None:
    true = np.arange(300) % 2
    verdict = rr.judge(true, true * 0.2 + 0.1 + RNG.uniform(0, 0.1, 300), policy=FAST)
    said = " ".join(verdict.next_steps[1:])  # the first is about the constant answer
    assert "The bars of both classes can be met by the threshold alone" in said
    assert "train again" not in said and "If no threshold does" not in said


def test_no_threshold_in_tasks_that_have_none() -> None:
    true = np.arange(300) % 3
    said = np.where(true == 2, 1, true)
    text = steps(true, np.eye(3)[said] * 0.8 + 0.06)
    assert "threshold" not in text and "add samples of '2'" in text
    verdict = rr.judge(true, np.zeros(300, int), labels=["a", "b", "c"], policy=FAST)
    assert "threshold" not in " ".join((*verdict.next_steps, *(c.advice for c in verdict.criteria)))


def test_advice_of_a_recall_that_is_perfect_but_open_is_more_rows() -> None:
    true = np.repeat([0, 1], [100, 5])
    verdict = rr.judge(true, true * 0.8 + 0.1, policy=FAST)
    (recall,) = (c for c in verdict.criteria if (c.metric, c.class_name) == ("recall", "1"))
    assert recall.advice == "Judge more rows of '1'."
    assert "threshold" not in " ".join(verdict.next_steps)


def test_the_threshold_moves_the_other_way_for_the_other_class() -> None:
    true = np.repeat([0, 1], [200, 200])
    verdict = rr.judge(true, np.where(true == 1, 0.9, 0.6) + RNG.uniform(-0.2, 0.1, 400), policy=FAST)
    advice = {(c.metric, c.class_name): c.advice for c in verdict.criteria}
    assert advice["recall", "0"].startswith("Raise the threshold first")
    assert advice["precision", "1"].startswith("Raise the threshold first")


def test_an_open_specificity_needs_rows_of_the_other_classes() -> None:
    policy = requiring(metric="specificity", class_name="1", minimum=0.9)
    verdict = rr.judge(*counts(20, 0, 0, 20), policy=policy)
    assert "further rows that are not '1' would settle it" in verdict.reason
    assert "further rows that are not '1'" in " ".join(verdict.next_steps)


def test_operating_point_json_is_named_only_where_there_is_one() -> None:
    true = RNG.normal(size=100)
    verdict = rr.judge(true, true + RNG.normal(0, 0.1, 100), policy=requiring(metric="mae", maximum=1))
    assert verdict.outcome is Outcome.FIT and verdict.next_steps == ("Ship what was judged.",)
    labels = rr.judge(*counts(95, 5, 5, 95), policy=FAST)
    assert "operating_point.json" not in " ".join(labels.next_steps)  # labels have no threshold to serve
    scores = rr.judge(counts(95, 5, 5, 95)[0], np.where(counts(95, 5, 5, 95)[1], 0.9, 0.1), policy=FAST)
    assert "the threshold 0.5 and the same class order (operating_point.json" in " ".join(scores.next_steps)


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        ((RNG.integers(0, 2, (200, 2)), RNG.random((200, 2))), {}, "threshold of its own for each label"),
        ((RNG.integers(0, 2, (200, 2)), RNG.integers(0, 2, (200, 2))), {}, "Give the model's probabilities"),
        ((None, [1.0, 2.0, 3.0] * 20), {"task": "tokens"}, "metric = 'perplexity'"),
        (
            (None, [1.0, 2.0, 3.0] * 20),
            {"task": "tokens", "policy": requiring(metric="perplexity", maximum=2)},
            "documents with the largest losses",
        ),
        (
            (None, [1.0, 2.0]),
            {"task": "tokens", "policy": requiring(metric="perplexity", maximum=20)},
            "Judge 16 rows or more",
        ),
        (
            ([1.5, 2.5, 9.0], [1.4, 2.6, 9.1]),
            {"policy": requiring(metric="mae", maximum=1)},
            "Judge 16 rows or more",
        ),
        ((np.arange(50) / 7, np.ones(50) * 3), {}, "largest errors"),
        (
            (np.arange(400) % 2, np.arange(400) % 2),
            {"groups": np.arange(400) // 50},
            "Judge 20 groups or more: these rows fall into 8",
        ),
        (
            (np.arange(60) % 3, np.arange(60) % 3),
            {"policy": requiring(metric="macro_f1", minimum=0.9), "groups": np.arange(60) // 20},
            "Judge 20 groups or more: these rows fall into 3",
        ),
    ],
)
def test_there_always_is_a_next_step(given: tuple, options: dict[str, Any], said: str) -> None:
    assert said in steps(*given, **options)


def test_a_whole_figure_that_failed_says_where_to_look() -> None:
    verdict = rr.judge(*counts(85, 15, 10, 90), policy=requiring(metric="macro_f1", minimum=0.99))
    assert "The table of the classes shows which of them pull macro_f1 down." in verdict.next_steps


def test_a_waived_bar_asks_for_nothing() -> None:
    from datetime import date

    waive = (Waiver("RR301", "new data come", date(2999, 1, 1)), Waiver("RR302", "new data come", date(2999, 1, 1)))
    verdict = rr.judge(*counts(60, 40, 5, 95), policy=Policy(waive=waive, resamples=100))
    assert verdict.outcome is Outcome.FIT and not any(c.advice for c in verdict.criteria)
