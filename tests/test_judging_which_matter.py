"""Which classes have to clear the bars: the one that is named, every class otherwise."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import rightrate as rr
from rightrate.errors import UsageError
from rightrate.runner.judged import Part, judge_answers
from rightrate.verdict import Outcome

FAST = rr.Policy(resamples=100)
RARE_TRUE, RARE_SAID = np.repeat(["ok", "rare"], [1225, 25]), np.repeat(["ok", "rare", "ok", "rare"], [1222, 3, 22, 3])


def named(ok: Any, rare: Any) -> tuple[np.ndarray, np.ndarray]:
    """1250 rows, 25 of them rare, of which 3 are found; 3 false alarms."""
    return np.where(RARE_TRUE == "rare", rare, ok), np.where(RARE_SAID == "rare", rare, ok)


def codes(verdict: rr.Verdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


@pytest.mark.parametrize(
    ("ok", "rare"),
    [("ok", "fraud"), ("fraud", "ok"), (0, 1), (1, 0), (1, 2), (True, False), ("yes", "no"), ("positive", "negative")],
)
def test_the_trap_is_named_whatever_the_rare_class_is_called(ok: Any, rare: Any) -> None:
    verdict = rr.judge(*named(ok, rare))
    ok, rare = (int(name) if isinstance(name, bool) else name for name in (ok, rare))
    assert verdict.outcome is Outcome.NOT_FIT
    assert verdict.reason == (
        f"Accuracy 98.0 %, but always answering '{ok}' also scores 98.0 %; it finds 3 of 25 '{rare}', 12 %, interval 4 "
        "to 30 %."
    )
    assert "RR310" in codes(verdict)


def test_the_trap_of_a_rare_class_that_is_coded_0_and_scored() -> None:
    true, said = named(1, 0)
    noise = np.random.default_rng(0).normal(0, 0.05, len(true))
    verdict = rr.judge(true, np.clip(0.2 + 0.6 * said + noise, 0, 1), policy=FAST)
    assert (verdict.outcome, verdict.positive) == (Outcome.NOT_FIT, "1")
    assert "it finds 3 of 25 '0'" in verdict.reason


def test_a_class_that_is_not_so_rare() -> None:
    true = np.repeat([1, 0], [840, 160])
    verdict = rr.judge(true, np.r_[np.ones(840, int), np.repeat([1, 0], [140, 20])], policy=FAST)
    assert verdict.outcome is Outcome.NOT_FIT
    assert "it finds 20 of 160 '0'" in verdict.reason


def test_the_class_that_is_named_matters_alone() -> None:
    true, said = named("ok", "fraud")
    assert {c.class_name for c in rr.judge(true, said, positive="ok", policy=FAST).criteria if c.class_name} == {"ok"}
    verdict = rr.judge(*named(1, 0), positive=0, policy=FAST)
    assert {c.class_name for c in verdict.criteria} == {"0"}
    assert "Both classes" not in " ".join(finding.title for finding in verdict.findings)


def test_both_matter_and_a_hint_says_how_to_name_one() -> None:
    true = np.arange(200) % 2
    prob = np.where(true == 1, 0.9, 0.1)
    verdict = rr.judge(true, prob, policy=FAST)
    assert {(c.metric, c.class_name) for c in verdict.criteria} == {
        (metric, name) for metric in ("recall", "precision") for name in "01"
    }
    assert verdict.positive == "1" and verdict.operating_points and "thresholds" in verdict.curves
    hints = [finding.title for finding in verdict.findings if finding.code == "RR412"]
    assert hints == [
        "Both classes have to clear the bars; say positive=… if only one matters. Thresholds and their curves are about "
        "'1'."
    ]


def test_two_classes_with_names_of_their_own_need_no_positive_but_for_a_single_score() -> None:
    true = np.array(["cat", "dog"])[np.arange(200) % 2]
    prob = np.where(true == "dog", 0.9, 0.1)
    both = np.c_[1 - prob, prob]
    for answers in (true, both):
        verdict = rr.judge(true, answers, policy=FAST)
        assert verdict.outcome is Outcome.FIT and len(verdict.criteria) == 4
        assert verdict.operating_points == () and verdict.positive is None
    with pytest.raises(UsageError, match=r"'cat' and 'dog'.*scores of.*positive='cat'.*column of probabilities"):
        rr.judge(true, prob)
    for options in ({"threshold": 0.3}, {"policy": rr.Policy(prevalence=0.1)}, {"threshold_data": (true, both)}):
        with pytest.raises(UsageError, match="positive="):
            rr.judge(true, both, **options)


def test_precision_in_production_is_that_of_either_class() -> None:
    true = np.repeat([0, 1], [500, 500])
    said = true.copy()
    said[:50], said[500:550] = 1, 0
    verdict = rr.judge(true, said, policy=rr.Policy(prevalence=0.01, resamples=100))
    precision = {c.class_name: c.figure.value for c in verdict.criteria if c.metric == "precision"}
    assert precision["1"] == pytest.approx(0.9 * 0.01 / (0.9 * 0.01 + 0.1 * 0.99))
    assert precision["0"] == pytest.approx(0.9 * 0.99 / (0.9 * 0.99 + 0.1 * 0.01))
    assert {c.name for c in verdict.criteria} >= {"precision of '0' at a prevalence of 99 %"}


def test_guessing_is_asked_about_only_where_a_frequent_class_matters_alone() -> None:
    true, said = named(1, 0)
    assert "RR306" not in {c.code for c in rr.judge(true, said, policy=FAST).criteria}
    assert "RR306" in {c.code for c in rr.judge(true, said, positive=1, policy=FAST).criteria}


@pytest.mark.parametrize("said", [True, False])
def test_after_tune_both_matter_where_no_class_was_named(said: bool) -> None:
    true, answered = named(1, 0)
    answers = SimpleNamespace(labels=true, outputs=np.eye(2)[answered] * 0.8 + 0.1)
    marking = SimpleNamespace(names=("fraud", "ok"), positive=1, named=said)
    verdict = judge_answers(answers, marking, logits=False, part=Part.TEST)  # type: ignore[arg-type]
    assert ("it finds 3 of 25 'fraud'" in verdict.reason) is not said


def test_other_names_move_no_interval() -> None:
    """Neither of two classes, weighted or in groups, nor of several labels a row."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, 200)
    said = np.where(rng.random(200) < 0.2, 1 - true, true)
    names = np.array(["ant", "bee"])
    for more in ({}, {"weights": rng.integers(1, 4, 200)}, {"groups": np.arange(200) // 5}):
        one = rr.judge(names[true], names[said], policy=FAST, **more)
        other = rr.judge(names[1 - true], names[1 - said], policy=FAST, **more)
        for metric in ("mcc", "macro_f1", "weighted_precision", "balanced_accuracy"):
            assert one.metrics[metric].low == pytest.approx(other.metrics[metric].low), (metric, more)
        assert one.per_class["ant"]["f1"].low == pytest.approx(other.per_class["bee"]["f1"].low)
    several = rng.integers(0, 2, (200, 3))
    prob = np.clip(several * 0.4 + rng.random((200, 3)) * 0.6, 0, 1)
    order = [2, 0, 1]
    one = rr.judge(several, prob, labels=["a", "b", "c"], policy=FAST)
    other = rr.judge(several[:, order], prob[:, order], labels=["c", "a", "b"], policy=FAST)
    for metric in ("macro_f1", "micro_precision", "samples_f1", "average_precision", "roc_auc"):
        assert one.metrics[metric].low == pytest.approx(other.metrics[metric].low), metric


def test_weights_are_said() -> None:
    true = np.arange(100) % 2
    verdict = rr.judge(true, true, weights=np.full(100, 3.0), policy=FAST)
    assert verdict.per_class["1"]["support"].value == 150 and verdict.confusion == ((50, 0), (0, 50))
    assert "Figures are weighted, and so is support; the confusion matrix counts rows." in [
        finding.title for finding in verdict.findings
    ]
