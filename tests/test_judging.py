"""`rightrate.judge` from arrays to the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import classification_report

import rightrate as rr
from rightrate.errors import DataError, UsageError
from rightrate.verdict import Evidence, Outcome, Status

FAST = rr.Policy(resamples=100)


def counts(tp: int, fn: int, fp: int, tn: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat([1, 1, 0, 0], [tp, fn, fp, tn]), np.repeat([1, 0, 1, 0], [tp, fn, fp, tn])


def ranked(seed: int = 0, n: int = 300, share: float = 0.3, apart: float = 0.45) -> tuple[np.ndarray, np.ndarray]:
    """Classes whose probabilities lie `apart`, on both sides of a half."""
    rng = np.random.default_rng(seed)
    true = (rng.permutation(n) < share * n).astype(int)
    return true, np.clip(rng.normal(0.5 + apart * (true - 0.5), 0.12), 0.001, 0.999)


def codes(verdict: rr.Verdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


def ends(figure: Any) -> list[float]:
    """Value and interval; NaN where there is none."""
    return [np.nan if end is None else end for end in (figure.value, figure.low, figure.high)]


# The worked examples.


def test_85_15_10_90() -> None:
    verdict = rr.judge(*counts(85, 15, 10, 90), positive=1)
    figures = verdict.per_class["1"]
    assert figures["precision"].value == pytest.approx(85 / 95)
    assert figures["recall"].value == pytest.approx(85 / 100)
    assert figures["f1"].value == pytest.approx(34 / 39)
    assert verdict.metrics["accuracy"].value == pytest.approx(175 / 200)
    assert verdict.confusion == ((90, 10), (15, 85))
    assert verdict.outcome is Outcome.FIT and bool(verdict)
    proven = {criterion.metric: criterion.proven for criterion in verdict.criteria}
    # Wilson: 81.7 to 94.2 % and 76.7 to 90.7 %, against a bar of 80 %.
    assert proven == {"precision": True, "recall": False}
    assert (figures["precision"].low, figures["recall"].low) == pytest.approx((0.8170, 0.7672), abs=1e-4)
    assert "likely, not proven" in verdict.reason


def test_85_15_10_90_where_the_interval_must_clear_the_bar() -> None:
    verdict = rr.judge(*counts(85, 15, 10, 90), positive=1, policy=rr.Policy(evidence=Evidence.INTERVAL))
    assert verdict.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert {c.metric: c.status for c in verdict.criteria} == {
        "recall": Status.NOT_ENOUGH_EVIDENCE, "precision": Status.PASSED,
    }  # fmt: skip
    assert verdict.reason.startswith("Recall of '1' is 85 % (interval 77 to 91 %); 80 % or more is asked for")
    with pytest.raises(ValueError, match="neither yes nor no"):
        bool(verdict)


def test_98_percent_accuracy_and_12_percent_recall_is_not_fit_without_configuration() -> None:
    verdict = rr.judge(*counts(3, 22, 3, 1222), labels=["ok", "fraud"])
    assert verdict.outcome is Outcome.NOT_FIT
    assert verdict.reason == (
        "Accuracy 98.0 %, but always answering 'ok' also scores 98.0 %; it finds 3 of 25 'fraud', 12 %, interval 4 to "
        "30 %."
    )
    recall = verdict.criteria[0]
    assert (recall.name, recall.status, recall.proven) == ("recall of 'fraud'", Status.FAILED, True)
    assert verdict.metrics["accuracy"].value == pytest.approx(1225 / 1250)


def test_no_positives_at_all() -> None:
    prob = np.linspace(0.01, 0.4, 60)
    verdict = rr.judge(np.zeros(60, int), prob, labels=["ok", "fraud"])
    assert verdict.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert "no row is 'fraud'" in verdict.reason
    assert verdict.per_class["fraud"]["recall"].value is None
    assert verdict.per_class["fraud"]["precision"].value is None
    assert verdict.operating_points == ()


def test_one_class_only_is_never_fit() -> None:
    verdict = rr.judge(np.ones(200, int), np.linspace(0.6, 0.99, 200), labels=["ok", "fraud"])
    assert verdict.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert verdict.per_class["ok"]["recall"].why == "no row is 'ok'"
    with pytest.raises(DataError, match="one class only"):
        rr.judge(["ok"] * 5, ["ok"] * 5)


def test_three_rows() -> None:
    verdict = rr.judge([0, 1, 1], [0.2, 0.8, 0.9], positive=1)
    assert verdict.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    assert verdict.reason == (
        "Recall of '1' is 100 % (interval 34 to 100 %); 80 % or more is asked for, and 2 rows cannot tell; about 14 "
        "further rows of '1' would settle it."
    )


def test_perfect_separation() -> None:
    true = np.repeat([0, 1], [300, 100])
    verdict = rr.judge(true, np.where(true == 1, 0.97, 0.02) + np.linspace(0, 0.01, 400))
    assert verdict.outcome is Outcome.FIT
    assert all(criterion.proven for criterion in verdict.criteria)
    assert verdict.metrics["roc_auc"].value == pytest.approx(1)
    assert "RR407" in codes(verdict)


def test_all_probabilities_equal() -> None:
    verdict = rr.judge([0, 1] * 100, np.full(200, 0.7))
    assert verdict.outcome is Outcome.NOT_FIT
    assert verdict.reason == "All 200 probabilities are the same: the model does not look at its input."
    assert verdict.metrics["roc_auc"].value == pytest.approx(0.5)


def test_nan_in_one_row() -> None:
    true, prob = ranked()
    assert rr.judge(true, prob, policy=FAST).outcome is Outcome.FIT
    prob[5] = np.nan
    verdict = rr.judge(true, prob, policy=FAST)
    assert verdict.outcome is Outcome.NOT_FIT
    assert verdict.reason == "1 of 300 answers is NaN, the first in row 5 (counted from 0)."
    assert sum(map(sum, verdict.confusion)) == 299


# Properties.

PAIRS = st.integers(0, 10_000)


@settings(max_examples=6)
@given(PAIRS, st.booleans())
def test_the_order_of_the_rows_changes_nothing(seed: int, weighted: bool) -> None:
    true, prob = ranked(seed, 80)
    order = np.random.default_rng(seed).permutation(80)
    more = {"weights": np.random.default_rng(seed).integers(1, 4, 80)} if weighted else {}
    baseline = np.round(prob, 1)
    a = rr.judge(true, prob, baseline=baseline, policy=FAST, slices={"half": np.arange(80) < 40}, **more)
    moved = {name: values[order] for name, values in more.items()}
    half = (np.arange(80) < 40)[order]
    b = rr.judge(true[order], prob[order], baseline=baseline[order], policy=FAST, slices={"half": half}, **moved)
    assert (a.outcome, a.reason) == (b.outcome, b.reason)
    assert [(c.code, c.status, c.said) for c in a.criteria] == [(c.code, c.status, c.said) for c in b.criteria]
    assert [p.said for p in a.operating_points] == [p.said for p in b.operating_points]
    assert a.comparison.said == b.comparison.said
    for name, figure in a.metrics.items():
        assert [figure.value, figure.low, figure.high] == pytest.approx(
            [b.metrics[name].value, b.metrics[name].low, b.metrics[name].high], nan_ok=True
        ), name


@settings(max_examples=6)
@given(PAIRS)
def test_other_names_give_the_same_answer_in_other_words(seed: int) -> None:
    """Classes in another order: the columns, the labels and the truth move together."""
    rng = np.random.default_rng(seed)
    true, prob = rng.integers(0, 3, 120), rng.dirichlet(np.ones(3), 120)
    prob[np.arange(120), true] += 1
    prob /= prob.sum(axis=1, keepdims=True)
    names, order = np.array(["ant", "bee", "cat"]), [2, 0, 1]
    a = rr.judge(names[true], prob, labels=names.tolist(), policy=FAST)
    b = rr.judge(names[true], prob[:, order], labels=names[order].tolist(), policy=FAST)
    assert a.outcome is b.outcome
    for name in names:
        for metric in ("precision", "recall", "specificity", "f1"):
            assert ends(a.per_class[name][metric]) == pytest.approx(ends(b.per_class[name][metric]), nan_ok=True)
    for name, figure in a.metrics.items():
        assert ends(figure) == pytest.approx(ends(b.metrics[name]), nan_ok=True), name
    assert {(c.name, c.status) for c in a.criteria} == {(c.name, c.status) for c in b.criteria}


@settings(max_examples=10)
@given(PAIRS)
def test_rows_given_twice_keep_the_values_and_narrow_the_intervals(seed: int) -> None:
    true, prob = ranked(seed, 60, apart=0.2)
    once = rr.judge(true, prob, policy=FAST)
    twice = rr.judge(np.tile(true, 2), np.tile(prob, 2), policy=FAST)
    for a, b in zip(
        sorted(once.criteria, key=lambda c: c.name), sorted(twice.criteria, key=lambda c: c.name), strict=True
    ):
        assert a.figure.value == b.figure.value
        if a.figure.low is not None:
            assert b.figure.high - b.figure.low < a.figure.high - a.figure.low


@settings(max_examples=10)
@given(PAIRS)
def test_figures_of_each_class_are_those_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    true, said = rng.choice(["x", "y", "z"], 60), rng.choice(["x", "y", "z"], 60)
    expected = classification_report(true, said, output_dict=True, zero_division=0)
    verdict = rr.judge(true, said, policy=FAST)
    for name in ("x", "y", "z"):
        for ours, theirs in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            value = verdict.per_class[name][ours].value
            assert (value or 0) == pytest.approx(expected[name][theirs])


@settings(max_examples=15)
@given(PAIRS, st.sampled_from([0.02, 0.1, 0.3, 0.5, 0.7, 0.9]), st.sampled_from([0.2, 0.5, 0.8, 0.95]))
def test_labels_that_have_nothing_to_do_with_the_answers_are_never_fit(seed: int, share: float, said: float) -> None:
    """The negative control, also where the positive class is so frequent that guesses find it."""
    rng = np.random.default_rng(seed)
    true = (rng.permutation(300) < 300 * share).astype(int)
    prob = np.where(rng.permutation(300) < 300 * said, 0.7, 0.3) + rng.uniform(0, 0.2, 300)
    verdict = rr.judge(true, prob, policy=rr.Policy(level=0.999, resamples=200))
    assert verdict.outcome is not Outcome.FIT


def test_a_good_model_is_no_longer_fit_once_its_labels_are_shuffled() -> None:
    true, prob = ranked(share=0.5)
    assert rr.judge(true, prob).outcome is Outcome.FIT
    for seed in range(5):
        shuffled = np.random.default_rng(seed).permutation(true)
        assert rr.judge(shuffled, prob, policy=FAST).outcome is Outcome.NOT_FIT


# What else can be given.


def test_probabilities_logits_and_labels_agree() -> None:
    true, prob = ranked()
    names = np.array(["ok", "fraud"])
    by_prob = rr.judge(true, prob, policy=FAST)
    by_logit = rr.judge(true, np.log(prob / (1 - prob)), logits=True, policy=FAST)
    by_columns = rr.judge(true, np.c_[1 - prob, prob], policy=FAST)
    by_name = rr.judge(names[true], names[(prob >= 0.5).astype(int)], positive="fraud", policy=FAST)
    values = [
        verdict.per_class[name]["recall"].value
        for verdict, name in ((by_prob, "1"), (by_logit, "1"), (by_columns, "1"), (by_name, "fraud"))
    ]
    assert len(set(values)) == 1
    assert {v.outcome for v in (by_prob, by_logit, by_columns, by_name)} == {Outcome.FIT}
    assert "RR409" in codes(by_name)


def test_the_threshold_asked_for_is_the_one_judged() -> None:
    true, prob = ranked()
    verdict = rr.judge(true, prob, threshold=0.9, policy=FAST)
    assert verdict.threshold == 0.9
    assert verdict.per_class["1"]["recall"].value == pytest.approx(((prob >= 0.9) & (true == 1)).sum() / 90)
    assert verdict.outcome is Outcome.NOT_FIT
    assert any("bars of both classes can be met by the threshold alone" in step for step in verdict.next_steps)
    assert not any("train again" in step for step in verdict.next_steps)
    alone = rr.judge(true, prob, threshold=0.9, positive=1, policy=FAST)
    assert any("Both bars can be met by the threshold alone" in step for step in alone.next_steps)


def test_a_baseline_is_beaten_lost_to_or_refused() -> None:
    true, prob = ranked()
    worse = np.where(np.random.default_rng(1).uniform(size=300) < 0.3, 1 - prob, prob)
    better = rr.judge(true, prob, baseline=worse, policy=FAST)
    assert better.outcome is Outcome.FIT
    assert better.comparison.fixes > better.comparison.breaks
    assert {c.code: c.status for c in better.criteria}["RR305"] is Status.PASSED
    lost = rr.judge(true, worse, baseline=prob, policy=FAST)
    assert {c.code: c.status for c in lost.criteria}["RR305"] is Status.FAILED
    with pytest.raises(DataError):
        rr.judge(true, prob, baseline=worse[:-1])


def test_a_baseline_may_answer_a_class_that_the_model_never_does() -> None:
    true = ["ant"] * 30 + ["cat"] * 30 + ["dog"] * 30
    before = ["bee"] * 5 + true[5:]
    labels = ["ant", "bee", "cat", "dog"]
    assert rr.judge(true, true, baseline=before, labels=labels, policy=FAST).comparison.fixes == 5


def test_the_threshold_holds_for_a_baseline_of_probabilities_and_not_for_one_of_answers() -> None:
    true, prob = ranked()
    same = rr.judge(true, prob, threshold=0.9, baseline=prob, policy=FAST).comparison
    assert (same.fixes, same.breaks) == (0, 0)
    answers = (prob >= 0.5).astype(int)
    served = rr.judge(true, prob, threshold=0.9, baseline=answers, policy=FAST).comparison
    assert served.breaks == int(((prob < 0.9) & (answers == 1) & (true == 1)).sum()) > 0


def test_a_baseline_has_the_positive_class_of_the_model() -> None:
    """'Yes' sorts before 'no', and is positive for both."""
    true, prob = ranked()
    verdict = rr.judge(np.array(["no", "Yes"])[true], prob, baseline=prob, policy=FAST)
    assert verdict.positive == "Yes" and verdict.outcome is Outcome.FIT
    assert (verdict.comparison.fixes, verdict.comparison.breaks) == (0, 0)


def test_an_earlier_verdict_may_be_the_baseline() -> None:
    true, prob = ranked()
    before = rr.judge(true, prob, policy=FAST)
    again = rr.judge(true, prob, baseline=before, policy=FAST)
    assert again.comparison.fixes is None
    assert again.comparison.differences["recall"].value == 0
    assert rr.judge(true, prob, baseline=rr.judge(true, np.clip(prob - 0.3, 0.001, 1)), policy=FAST).outcome is (
        Outcome.FIT
    )


def test_groups_widen_intervals() -> None:
    true, prob = (np.repeat(a, 10) for a in ranked(3, 40, apart=0.3))
    alone = rr.judge(true, prob, policy=FAST).per_class["1"]["recall"]
    grouped = rr.judge(true, prob, groups=np.repeat(np.arange(40), 10), policy=FAST).per_class["1"]["recall"]
    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


def test_a_bad_slice_is_named_and_may_be_barred() -> None:
    true, prob = ranked(n=600)
    country = np.where(np.arange(600) % 4 == 0, "DE", "FR")
    prob = np.where((country == "DE") & (true == 1), prob / 3, prob)
    verdict = rr.judge(true, prob, slices={"country": country}, policy=FAST)
    assert (verdict.slices[0].column, verdict.slices[0].value) == ("country", "DE")
    assert "RR411" in codes(verdict)
    bar = rr.Requirement("recall", minimum=0.8, class_name="1", slice_name=("country", "DE"))
    barred = rr.judge(true, prob, slices={"country": country}, policy=replace(FAST, require=(bar,)))
    assert barred.outcome is Outcome.NOT_FIT
    assert "where country=DE" in barred.reason
    with pytest.raises(UsageError, match="country=DE"):
        rr.judge(true, prob, policy=replace(FAST, require=(bar,)))


def test_a_bar_on_precision_in_production_holds_for_slices_too() -> None:
    true, prob = ranked()
    bar = rr.Requirement("precision_at_prevalence", minimum=0.01, slice_name=("half", "a"))
    half = np.array(["a", "b"] * 150)
    verdict = rr.judge(true, prob, slices={"half": half}, policy=replace(FAST, prevalence=0.1, require=(bar,)))
    assert {c.code: c.status for c in verdict.criteria}["RR303"] is Status.PASSED


def test_rows_that_were_trained_on() -> None:
    true, prob = ranked()
    inputs = np.arange(600.0).reshape(300, 2)
    train = np.concatenate([inputs[:7], inputs[:3] + 1e6])
    verdict = rr.judge(true, prob, inputs=inputs, train_inputs=train, policy=FAST)
    (finding,) = [f for f in verdict.findings if f.code == "RR413"]
    assert finding.title == "7 of 300 rows judged were also trained on."
    assert "RR413" not in codes(rr.judge(true, prob, inputs=inputs, train_inputs=inputs + 0.5, policy=FAST))
    texts = [f"text {row}" for row in range(300)]
    assert "RR413" in codes(rr.judge(true, prob, inputs=texts, train_inputs=["text 5", "other"], policy=FAST))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"inputs": np.zeros((300, 2))}, "belong together"),
        ({"inputs": np.zeros((300, 2)), "train_inputs": np.zeros((5, 3))}, "cannot be compared"),
        ({"inputs": {"a": np.zeros(300)}, "train_inputs": {"a": np.zeros(3)}}, "cannot be compared"),
        ({"inputs": np.zeros((2, 2)), "train_inputs": np.zeros((2, 2))}, "has 2 rows; expected the 300 that"),
        ({"threshold_data": [0.5, 0.4, 0.3]}, "`threshold_data` must be"),
        ({"threshold_data": ([0, 1, 1], [0, 1, 1])}, "choose a threshold on"),
        ({"slices": {"site": ["a"]}}, "slice column 'site'"),
        ({"policy": {"good": 0.9}}, "rightrate.Policy"),
        ({"policy": rr.Policy(good=80)}, "`good`"),
        ({"threshold": 2}, "threshold"),
        ({"positive": "maybe"}, "positive"),
        ({"task": "ranking"}, "task"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], said: str) -> None:
    true, prob = ranked()
    with pytest.raises(UsageError, match=said):
        rr.judge(true, prob, **options)


def test_thresholds_chosen_on_other_rows_are_judged_on_these() -> None:
    """The best threshold of thirty rows looks better on them than it is."""
    own, other = [], []
    for seed in range(12):
        true, prob = ranked(seed, 30, share=0.5, apart=0.1)
        fresh = ranked(seed + 1000, 300, share=0.5, apart=0.1)
        for data, found in (((true, prob), own), (fresh, other)):
            verdict = rr.judge(*data, threshold_data=(true, prob), policy=FAST)
            point = next(p for p in verdict.operating_points if p.goal == "best F1")
            found.append(2 / (1 / point.precision.value + 1 / point.recall.value))
    assert np.mean(own) - np.mean(other) > 0.02


def test_the_split_that_chose_the_rate_is_warned_of() -> None:
    from types import SimpleNamespace

    from rightrate.runner.judged import Part, judge_answers

    true, prob = ranked()
    answers = SimpleNamespace(labels=true, outputs=prob[:, None])
    marking = SimpleNamespace(names=("ok", "bad"), positive=1, named=True)
    chosen = judge_answers(answers, marking, logits=False, part=Part.CHOSE_THE_RATE)  # type: ignore[arg-type]
    assert "RR414" in codes(chosen)
    assert chosen.positive == "bad"
    held_out = judge_answers(answers, marking, logits=False, part=Part.TEST)  # type: ignore[arg-type]
    assert "RR414" not in codes(held_out)
    assert held_out.about["part"] == "the test part"


@pytest.mark.parametrize("logits", [False, True])
@pytest.mark.parametrize("positive", [0, 1])
def test_one_output_of_a_tuned_model_speaks_of_class_1_whichever_is_positive(positive: int, logits: bool) -> None:
    from types import SimpleNamespace

    from rightrate.runner.judged import Part, judge_answers

    true, prob = ranked()
    outputs = np.log(prob / (1 - prob)) if logits else prob
    marking = SimpleNamespace(names=("ok", "bad"), positive=positive, named=True)
    answers = SimpleNamespace(labels=true, outputs=outputs[:, None])
    verdict = judge_answers(answers, marking, logits=logits, part=Part.TEST)  # type: ignore[arg-type]
    assert verdict.positive == ("ok", "bad")[positive] and verdict.outcome is Outcome.FIT
    assert verdict.metrics["accuracy"].value == pytest.approx(((prob >= 0.5) == true).mean())


# Other tasks.


def test_regression() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(20, 5, 300)
    good = true + rng.normal(0, 1, 300)
    assert rr.judge(true, good, policy=requiring(rr.Requirement("mae", maximum=1))).outcome is Outcome.FIT
    assert rr.judge(true, rng.permutation(good), policy=FAST).outcome is Outcome.NOT_FIT
    assert rr.judge(true[:3], good[:3], policy=FAST).outcome is Outcome.NOT_ENOUGH_EVIDENCE
    bar = rr.Requirement("mae", maximum=0.5)
    strict = rr.judge(true, good, policy=replace(FAST, require=(bar,)))
    assert strict.outcome is Outcome.NOT_FIT
    assert strict.reason.startswith("Mae is 0.")
    assert "0.5 or less is asked for" in strict.reason


def requiring(*bars: rr.Requirement) -> rr.Policy:
    return replace(FAST, require=bars)


def test_a_regression_that_only_beats_the_mean_is_not_called_fit() -> None:
    """An R2 of 0.1 beats the mean for sure, and is useless for most purposes: nobody has said for which."""
    rng = np.random.default_rng(0)
    true = rng.normal(20, 5, 2000)
    weak = 20 + 0.1 * (true - 20) + rng.normal(0, 1.0, 2000)
    for bars in ((), (rr.Requirement("mae", maximum=10, severity="warn"),)):  # one that does not decide
        verdict = rr.judge(true, weak, policy=requiring(*bars))
        assert verdict.outcome is Outcome.NOT_ENOUGH_EVIDENCE
        assert verdict.reason.startswith("R2 (0 is always predicting the mean) is 0.1")
        assert verdict.reason.endswith("Nothing more was asked, so nobody has said how small an error is enough.")
        assert any("[[tool.rightrate.require]]" in step for step in verdict.next_steps)
    enough = rr.judge(true, weak, policy=requiring(rr.Requirement("r2", minimum=0.05)))
    assert enough.outcome is Outcome.FIT and "R2" in enough.reason


def test_a_regression_that_is_not_worse_than_its_baseline_is_fit() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(20, 5, 500)
    better, worse = true + rng.normal(0, 1, 500), true + rng.normal(0, 2, 500)
    verdict = rr.judge(true, better, baseline=worse, policy=FAST)
    assert verdict.outcome is Outcome.FIT and verdict.comparison.fixes > verdict.comparison.breaks
    assert json.loads(verdict.to_json())["comparison"]["differences"]["mae"]["value"] < 0
    lost = rr.judge(true, worse, baseline=rr.judge(true, better, policy=FAST), policy=FAST)
    assert lost.outcome is Outcome.NOT_FIT and lost.reason.startswith("MAE differs by +")


def test_tokens() -> None:
    losses = np.random.default_rng(0).uniform(1, 3, 400)
    documents = np.repeat(np.arange(20), 20)
    open_one = rr.judge(None, losses, task="tokens", groups=documents, policy=FAST)
    assert open_one.outcome is Outcome.NOT_ENOUGH_EVIDENCE
    bar = rr.Requirement("perplexity", maximum=10)
    closed = rr.judge(
        None, losses, task="tokens", groups=documents, slices={"site": ["a", "b"] * 200},
        policy=replace(FAST, require=(bar,)),
    )  # fmt: skip
    assert closed.outcome is Outcome.FIT
    assert closed.metrics["perplexity"].value == pytest.approx(np.exp(losses.mean()))


def test_multilabel() -> None:
    rng = np.random.default_rng(0)
    true = (rng.uniform(size=(300, 3)) < 0.4).astype(int)
    prob = np.clip(0.5 + 0.4 * (true - 0.5) * 2 + rng.normal(0, 0.1, true.shape), 0.001, 0.999)
    names = ["red", "green", "blue"]
    good = rr.judge(true, prob, labels=names, policy=FAST)
    assert (good.task, good.outcome) == ("multilabel", Outcome.FIT)
    assert len(good.criteria) == 6
    silent = prob.copy()
    silent[:, 2] /= 3
    never = rr.judge(true, silent, labels=names, policy=FAST)
    assert never.outcome is Outcome.NOT_FIT
    assert "'blue' is never answered." in [finding.title for finding in never.findings]


def test_multiclass_needs_every_class_unless_one_is_named() -> None:
    true = np.repeat([0, 1, 2], 60)
    said = true.copy()
    said[120:170] = 0
    names = ["ant", "bee", "cat"]
    verdict = rr.judge(true, said, labels=names, policy=FAST)
    assert verdict.outcome is Outcome.NOT_FIT
    assert "'cat'" in verdict.reason
    assert rr.judge(true, said, labels=names, positive="bee", policy=FAST).outcome is Outcome.FIT


# What comes out.


def test_waivers_hold_until_their_last_day() -> None:
    today = date.today()

    def outcome(expires: date) -> Outcome:
        policy = replace(FAST, waive=(rr.Waiver("RR301", "new data come", expires),))
        return rr.judge(*counts(60, 40, 5, 300), policy=policy).outcome

    assert outcome(today + timedelta(days=1)) is Outcome.FIT
    assert outcome(today - timedelta(days=1)) is Outcome.NOT_FIT


def test_the_operating_point_is_what_serving_code_needs() -> None:
    true, prob = ranked()
    point = rr.judge(true, prob, labels=["ok", "fraud"], threshold=0.4, policy=FAST).operating_point()
    assert (point["threshold"], point["class_names"], point["positive"]) == (0.4, ["ok", "fraud"], "fraud")
    assert point["prevalence"] == pytest.approx(0.3)
    assert all(alternative["threshold"] is not None for alternative in point["alternatives"])
    given = rr.judge(true, prob, policy=replace(FAST, prevalence=0.01)).operating_point()
    assert given["prevalence"] == 0.01
    assert rr.judge([1.5, 2.5, 3.5], [1.4, 2.6, 3.3], policy=FAST).operating_point() is None


def test_a_failed_verdict_is_written_too(tmp_path: Path) -> None:
    verdict = rr.judge(*counts(3, 22, 3, 1222), labels=["ok", "fraud"], policy=FAST)
    folder = verdict.save(tmp_path / "judged")
    assert sorted(path.name for path in folder.iterdir()) == [
        "junit.xml", "operating_point.json", "report.html", "summary.md", "verdict.json",
    ]  # fmt: skip
    written = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
    assert (written["outcome"], written["reason"]) == ("NOT_FIT", verdict.reason)
    assert json.loads((folder / "operating_point.json").read_text())["outcome"] == "NOT_FIT"


def test_the_same_rows_have_the_same_mark_and_others_another() -> None:
    true, prob = ranked()
    a, b = (rr.judge(true, prob, policy=FAST) for _ in range(2))
    assert a == b
    other = prob.copy()
    other[0] = 0.5
    assert rr.judge(true, other, policy=FAST).about["sha256"] != a.about["sha256"]
