"""Everything measured at once: equal to scikit-learn, whatever the order of rows, and nothing where nothing is known."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from rightrate.errors import DataError, UsageError
from rightrate.scoring import predictions as module
from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import CLASSIFICATION, Measurement, measure
from rightrate.scoring.predictions import Predictions, Task

NAMES = ("a", "b", "c", "d")


def binary(
    rng: np.random.Generator, n: int, *, weighted: bool = False, grouped: bool = False, ties: bool = False
) -> Predictions:
    true = rng.integers(0, 2, n)
    prob = np.clip(0.3 + 0.3 * true + rng.normal(0, 0.25, n), 0, 1)
    prob = np.round(prob, 1) if ties else prob
    return Predictions(
        Task.BINARY, true, (prob >= 0.5).astype(int), prob, ("ok", "fraud"), 1, 0.5,
        rng.integers(0, 12, n) if grouped else None,
        rng.choice([0.5, 1.0, 3.0], n) if weighted else None,
    )  # fmt: skip


def several(rng: np.random.Generator, n: int, classes: int = 4, *, weighted: bool = False) -> Predictions:
    true = rng.integers(0, classes, n)
    prob = rng.dirichlet(np.ones(classes), n)
    prob[np.arange(n), true] += 0.4
    prob /= prob.sum(axis=1, keepdims=True)
    weights = rng.choice([0.5, 1.0, 3.0], n) if weighted else None
    return Predictions(Task.MULTICLASS, true, prob.argmax(axis=1), prob, NAMES[:classes], weights=weights)


def rows_of(p: Predictions, rows: np.ndarray) -> Predictions:
    parts = {name: getattr(p, name) for name in ("true", "predicted", "prob", "groups", "weights")}
    return replace(p, **{name: None if a is None else a[rows] for name, a in parts.items()})


def value(m: Measurement, name: str) -> float:
    found = m.metrics[name].value
    assert found is not None, m.metrics[name].why
    return found


def figures(m: Measurement) -> Mapping[str, Figure]:
    return {**m.metrics, **{f"{c}.{k}": f for c, fs in m.per_class.items() for k, f in fs.items()}}


def ends(f: Figure) -> tuple[float, ...]:
    return tuple(np.nan if end is None else end for end in (f.value, f.low, f.high, f.n))


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(2, 120), st.booleans(), st.booleans())
def test_binary_figures_equal_scikit_learn(seed: int, n: int, weighted: bool, ties: bool) -> None:
    p = binary(np.random.default_rng(seed), n, weighted=weighted, ties=ties)
    m = measure(p, resamples=2)
    w = {"sample_weight": p.weights}
    expected = {"accuracy": sk.accuracy_score(p.true, p.predicted, **w)}
    if len(np.unique(p.true)) == 2:
        expected |= {
            "roc_auc": sk.roc_auc_score(p.true, p.prob, **w),
            "average_precision": sk.average_precision_score(p.true, p.prob, **w),
            "balanced_accuracy": sk.balanced_accuracy_score(p.true, p.predicted, **w),
        }
        if len(np.unique(p.predicted)) == 2:
            expected["mcc"] = sk.matthews_corrcoef(p.true, p.predicted, **w)
    else:
        assert not m.metrics["roc_auc"].measured and not m.metrics["average_precision"].measured
    expected["log_loss"] = sk.log_loss(p.true, p.prob, labels=[0, 1], **w)
    expected["brier"] = sk.brier_score_loss(p.true, p.prob, pos_label=1, labels=[0, 1], **w)
    for name, wanted in expected.items():
        assert value(m, name) == pytest.approx(wanted, abs=1e-12), name
    three = sk.precision_recall_fscore_support(p.true, p.predicted, labels=[0, 1], zero_division=np.nan, **w)
    for index, name in enumerate(p.names):
        for key, column in zip(("precision", "recall", "f1", "support"), three, strict=True):
            found = m.per_class[name][key]
            if found.measured:
                assert found.value == pytest.approx(column[index]), (name, key)
            else:
                assert np.isnan(column[index]) or (key == "f1" and three[3][index] == 0)
    assert m.confusion == tuple(map(tuple, sk.confusion_matrix(p.true, p.predicted, labels=[0, 1]).tolist()))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ties", [False, True])
def test_figures_and_curves_do_not_depend_on_how_many_rows_are_looked_at_together(
    weighted: bool, ties: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = binary(np.random.default_rng(5), 100, weighted=weighted, ties=ties)
    whole = measure(p, resamples=20)
    monkeypatch.setattr(module, "BLOCK", 7)
    in_blocks = measure(p, resamples=20)
    for name, figure in figures(whole).items():
        assert ends(figures(in_blocks)[name]) == pytest.approx(ends(figure), abs=1e-12, nan_ok=True), name
    for name, columns in whole.curves.items():
        for column, values in columns.items():
            assert in_blocks.curves[name][column] == pytest.approx(values, abs=1e-12), (name, column)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(8, 120), st.booleans())
def test_multi_class_figures_equal_scikit_learn(seed: int, n: int, weighted: bool) -> None:
    p = several(np.random.default_rng(seed), n, weighted=weighted)
    m = measure(p, resamples=2)
    w = {"sample_weight": p.weights}
    present = np.unique(p.true)
    for mean in ("macro", "weighted"):
        three = sk.precision_recall_fscore_support(
            p.true, p.predicted, labels=present, average=mean, zero_division=0.0, **w
        )
        for name, wanted in zip(("precision", "recall", "f1"), three[:3], strict=True):
            assert value(m, f"{mean}_{name}") == pytest.approx(wanted)
    assert p.prob is not None
    assert value(m, "log_loss") == pytest.approx(sk.log_loss(p.true, p.prob, labels=range(4), **w))
    assert value(m, "brier") == pytest.approx(sk.brier_score_loss(p.true, p.prob, labels=range(4), **w))
    if len(present) == 4:
        assert value(m, "mcc") == pytest.approx(sk.matthews_corrcoef(p.true, p.predicted, **w))
        assert value(m, "roc_auc") == pytest.approx(sk.roc_auc_score(p.true, p.prob, multi_class="ovr", **w))
        # scikit-learn's own multi-class average precision, spelled out because older versions lack it.
        each = [sk.average_precision_score(p.true == c, p.prob[:, c], **w) for c in range(4)]
        assert value(m, "average_precision") == pytest.approx(np.mean(each))
    else:
        each = [sk.roc_auc_score(p.true == c, p.prob[:, c], **w) for c in present if len(present) > 1]
        assert m.metrics["roc_auc"].value == (pytest.approx(np.mean(each)) if each else None)


@pytest.mark.parametrize("kind", ["plain", "weighted", "grouped", "ties", "several", "several weighted", "large"])
def test_the_order_of_rows_changes_nothing(kind: str) -> None:
    rng = np.random.default_rng(5)
    p = {
        "plain": lambda: binary(rng, 150),
        "weighted": lambda: binary(rng, 150, weighted=True),
        "grouped": lambda: binary(rng, 150, grouped=True),
        "ties": lambda: binary(rng, 150, ties=True),
        "several": lambda: several(rng, 150),
        "several weighted": lambda: several(rng, 150, weighted=True),
        "large": lambda: binary(rng, 5000),
    }[kind]()
    one, other = (measure(rows_of(p, rows), resamples=200) for rows in (np.arange(p.size), rng.permutation(p.size)))
    for name, figure in figures(one).items():
        assert ends(figures(other)[name]) == pytest.approx(ends(figure), abs=1e-9, nan_ok=True), name
    assert one.confusion == other.confusion
    for curve, columns in one.curves.items():
        for column, points in columns.items():
            assert other.curves[curve][column] == pytest.approx(points), (curve, column)


def test_renamed_classes_rename_the_result() -> None:
    rng = np.random.default_rng(6)
    p = several(rng, 400)
    order = np.array([2, 0, 3, 1])
    place = np.argsort(order)
    assert p.prob is not None
    q = replace(
        p, true=place[p.true], predicted=place[p.predicted], prob=p.prob[:, order], names=tuple(NAMES[i] for i in order)
    )
    one, other = measure(p), measure(q)
    for name, figure in figures(one).items():
        found = figures(other)[name]
        assert found.value == pytest.approx(figure.value), name
        # Shares have the same interval; other resamples are drawn, so the rest agrees as far as those do.
        share = name.split(".")[-1] in ("accuracy", "precision", "recall", "specificity", "support")
        assert ends(found) == pytest.approx(ends(figure), abs=1e-12 if share else 0.02, nan_ok=True), name
    assert np.array_equal(np.array(one.confusion)[np.ix_(order, order)], np.array(other.confusion))


@pytest.mark.parametrize("make", [binary, several])
def test_every_row_twice_keeps_values_and_narrows_intervals(make) -> None:  # type: ignore[no-untyped-def]
    p = make(np.random.default_rng(7), 200)
    one, two = measure(p), measure(rows_of(p, np.tile(np.arange(p.size), 2)))
    for name, figure in figures(one).items():
        found = figures(two)[name]
        if name.endswith(".support"):
            continue
        assert found.value == pytest.approx(figure.value), name
        if figure.low is not None and figure.high is not None and found.low is not None and found.high is not None:
            assert found.high - found.low < figure.high - figure.low, name


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_intervals_hold_their_values_where_resampling_is_fair(seed: int, n: int) -> None:
    m = measure(binary(np.random.default_rng(seed), n), resamples=50)
    assert set(CLASSIFICATION) == set(m.metrics)
    for name, f in figures(m).items():
        assert (f.value is None) == (f.why is not None), name
        assert (f.low is None) == (f.high is None)
        for end in (f.value, f.low, f.high):
            assert end is None or np.isfinite(end), name
        if f.low is not None and f.high is not None:
            assert f.low <= f.high


def test_the_trap_in_figures() -> None:
    true = np.array([1] * 25 + [0] * 1225)
    said = np.array([1] * 3 + [0] * 22 + [1] * 3 + [0] * 1222)
    m = measure(Predictions(Task.BINARY, true, said, names=("ok", "fraud"), positive=1))
    assert value(m, "accuracy") == pytest.approx(0.98) and value(m, "majority_accuracy") == pytest.approx(0.98)
    recall = m.per_class["fraud"]["recall"]
    assert (recall.value, recall.n) == (0.12, 25)
    assert (round(100 * (recall.low or 0)), round(100 * (recall.high or 0))) == (4, 30)
    assert m.confusion == ((1222, 3), (22, 3)) and value(m, "prevalence") == 0.02


def test_the_worked_example() -> None:
    true, said = np.array([1] * 100 + [0] * 100), np.array([1] * 85 + [0] * 15 + [1] * 10 + [0] * 90)
    m = measure(Predictions(Task.BINARY, true, said, names=("ok", "defect"), positive=1))
    of = m.per_class["defect"]
    assert of["precision"].value == pytest.approx(85 / 95) and of["recall"].value == 0.85
    assert of["f1"].value == pytest.approx(34 / 39) and value(m, "accuracy") == 0.875
    assert of["specificity"].value == 0.9 and of["support"].value == 100


def test_what_was_not_measured_says_why() -> None:
    only_ok = measure(
        Predictions(Task.BINARY, np.zeros(4, int), np.zeros(4, int), np.full(4, 0.2), ("ok", "fraud"), 1, 0.5)
    )
    of = only_ok.per_class["fraud"]
    assert [of[k].why for k in ("precision", "recall", "f1")] == [
        "never answered 'fraud'",
        "no row is 'fraud'",
        "no row is 'fraud'",
    ]
    assert only_ok.per_class["ok"]["specificity"].why == "every row is 'ok'"
    assert only_ok.metrics["roc_auc"].why == only_ok.metrics["average_precision"].why == "no row is 'fraud'"
    assert only_ok.metrics["mcc"].why is not None and value(only_ok, "accuracy") == 1.0
    labels = measure(Predictions(Task.BINARY, np.array([0, 1]), np.array([0, 1]), names=("ok", "fraud"), positive=1))
    assert labels.metrics["log_loss"].why == "only labels were given, no probabilities"
    assert labels.metrics["precision_at_prevalence"].why == "no production prevalence was given"
    assert not labels.curves


def test_a_row_without_an_answer_is_wrong() -> None:
    true, said = np.array([0, 0, 1, 1, 1]), np.array([0, -1, 1, 1, -1])
    prob = np.array([0.1, np.nan, 0.9, 0.8, np.nan])
    m = measure(Predictions(Task.BINARY, true, said, prob, ("ok", "fraud"), 1, 0.5))
    assert value(m, "accuracy") == 0.6
    of = m.per_class["fraud"]
    assert (of["recall"].value, of["recall"].n) == (pytest.approx(2 / 3), 3)
    assert (of["precision"].value, of["precision"].n) == (1.0, 2)
    assert of["specificity"].value == 0.5 and of["support"].value == 3
    assert m.confusion == ((1, 0), (0, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert value(m, "mcc") == pytest.approx(sk.matthews_corrcoef(true, said))
    assert m.metrics["log_loss"].n == 3 and value(m, "roc_auc") == 1.0


def test_groups_widen_and_cannot_be_certain() -> None:
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(20), 25)
    right = np.repeat(rng.random(20) < 0.7, 25)
    true = rng.integers(0, 2, 500)
    p = Predictions(Task.BINARY, true, np.where(right, true, 1 - true), names=("ok", "fraud"), positive=1)
    alone, grouped = measure(p).metrics["accuracy"], measure(replace(p, groups=groups)).metrics["accuracy"]
    assert alone.value == grouped.value
    assert (grouped.high or 0) - (grouped.low or 0) > 3 * ((alone.high or 0) - (alone.low or 0))
    perfect = measure(replace(p, predicted=true, groups=groups)).metrics["accuracy"]
    assert perfect.value == 1.0 and perfect.low == pytest.approx(0.839, abs=0.001)  # as 20 of 20


def test_weights_count_and_unequal_ones_are_worth_fewer_rows() -> None:
    p = binary(np.random.default_rng(2), 300)
    twos = measure(replace(p, weights=np.full(300, 2.0)))
    assert ends(twos.metrics["accuracy"]) == pytest.approx(ends(measure(p).metrics["accuracy"]))
    uneven = measure(replace(p, weights=np.where(np.arange(300) % 2, 1.0, 9.0)))
    assert uneven.metrics["accuracy"].n == pytest.approx(300 * 100 / 164)


def test_three_rows_and_perfect_separation() -> None:
    m = measure(
        Predictions(
            Task.BINARY, np.array([0, 1, 1]), np.array([0, 1, 1]), np.array([0.1, 0.8, 0.9]), ("a", "b"), 1, 0.5
        )
    )
    assert value(m, "roc_auc") == 1.0 and m.metrics["roc_auc"].low is None
    assert m.metrics["accuracy"].low == pytest.approx(0.438, abs=0.001)
    flat = measure(replace(binary(np.random.default_rng(0), 50), prob=np.full(50, 0.5)))
    assert value(flat, "roc_auc") == 0.5 and value(flat, "average_precision") == pytest.approx(
        value(flat, "prevalence")
    )


def test_curves_are_thin_and_true() -> None:
    p = binary(np.random.default_rng(4), 3000)
    m = measure(p, resamples=2)
    pr, at = m.curves["precision_recall"], m.curves["thresholds"]
    assert len(pr["recall"]) <= 400 and pr["recall"][-1] == 1.0 and list(pr["recall"]) == sorted(pr["recall"])
    assert len(at["threshold"]) <= 201 and set(at) == {"threshold", "precision", "recall", "alarms"}
    assert p.prob is not None
    for threshold, precision, recall, alarms in list(zip(*at.values(), strict=True))[::10]:
        said = p.prob >= threshold
        assert precision == pytest.approx(sk.precision_score(p.true, said))
        assert recall == pytest.approx(sk.recall_score(p.true, said)) and alarms == pytest.approx(said.mean())
    exact = set(zip(*[np.round(a, 9) for a in sk.precision_recall_curve(p.true, p.prob)[:2]], strict=True))
    assert set(zip(np.round(pr["precision"], 9), np.round(pr["recall"], 9), strict=True)) <= exact
    assert sum(m.curves["calibration"]["count"]) == 3000


def test_prevalence_in_production() -> None:
    true = np.array([1] * 100 + [0] * 100)
    said = np.array([1] * 90 + [0] * 10 + [1] * 10 + [0] * 90)
    p = Predictions(Task.BINARY, true, said, names=("ok", "fraud"), positive=1)
    m = measure(p, prevalence=0.04)
    assert value(m, "precision_at_prevalence") == pytest.approx(0.9 * 0.04 / (0.9 * 0.04 + 0.1 * 0.96))
    same = measure(p, prevalence=0.5).metrics["precision_at_prevalence"]
    assert same.value == pytest.approx(m.per_class["fraud"]["precision"].value)
    none = measure(replace(p, predicted=np.where(true == 0, 0, said)), prevalence=0.001).metrics[
        "precision_at_prevalence"
    ]
    assert none.value == 1.0 and none.low is not None and none.low < 0.1


@pytest.mark.parametrize(
    ("change", "asked", "kind"),
    [
        ({}, {"resamples": 1}, UsageError),
        ({}, {"level": 0.0}, UsageError),
        ({}, {"interval": "wald"}, UsageError),
        ({}, {"prevalence": 1.5}, UsageError),
        ({"positive": None}, {}, UsageError),
        ({"task": Task.MULTICLASS}, {"prevalence": 0.1}, UsageError),
        ({"true": np.array([], int), "predicted": np.array([], int), "prob": None}, {}, DataError),
    ],
)
def test_impossible_questions_are_refused(change: dict, asked: dict, kind: type[Exception]) -> None:  # type: ignore[type-arg]
    p = replace(binary(np.random.default_rng(0), 20), **change)
    with pytest.raises(kind, match="Received"):
        measure(p, **asked)
