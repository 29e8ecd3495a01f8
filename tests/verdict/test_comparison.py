"""A model against its baseline, and whether it is not worse."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.scoring.figure import Figure
from rightrate.scoring.measure import measure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.proportion import proportion
from rightrate.verdict import Comparison, Evidence, Judgement, Outcome, Policy, Status
from rightrate.verdict.comparison import against_judgement, against_predictions, not_worse


def binary(true: np.ndarray, said: np.ndarray) -> Predictions:
    return Predictions(Task.BINARY, np.asarray(true), np.asarray(said), names=("ok", "bad"), positive=1)


def test_fixes_and_breaks_are_said() -> None:
    true = np.tile([0, 1], 200)
    old, new = true.copy(), true.copy()
    old[:41], new[41:50] = 1 - true[:41], 1 - true[41:50]
    found = against_predictions(binary(true, new), binary(true, old), Policy(), "old.csv")
    assert found.said.startswith("Against old.csv it fixes 41, breaks 9 of 400 rows (exact McNemar test: p = ")
    assert not_worse(found, Policy()).status is Status.PASSED
    same = against_predictions(binary(true, new), binary(true, new), Policy(), "old.csv")
    assert "fixes 0, breaks 0 of 400 rows; f1 +0.0 points" in same.said


def with_difference(figure: Figure, name: str = "f1") -> Comparison:
    return Comparison("old", 1, 1, 1.0, {name: figure}, "")


@pytest.mark.parametrize(
    ("value", "low", "high", "expected", "proven"),
    [
        (0.02, 0.01, 0.03, Status.PASSED, True),
        (-0.005, -0.01, 0.0, Status.PASSED, True),  # on the margin is not worse
        (-0.005, -0.02, 0.01, Status.PASSED, False),
        (-0.015, -0.03, 0.01, Status.NOT_ENOUGH_EVIDENCE, False),  # it may be no worse at all
        (-0.015, -0.03, -0.002, Status.FAILED, False),
        (-0.05, -0.08, -0.02, Status.FAILED, True),
    ],
)
def test_not_worse_by_more_than_the_margin(
    value: float, low: float, high: float, expected: Status, proven: bool
) -> None:
    criterion = not_worse(with_difference(Figure(value, low, high, 400)), Policy(margin=0.01))
    assert (criterion.status, criterion.proven) == (expected, proven)
    assert criterion.minimum == -0.01
    strict = not_worse(with_difference(Figure(value, low, high, 400)), Policy(margin=0.01, evidence=Evidence.INTERVAL))
    assert (strict.status is Status.NOT_ENOUGH_EVIDENCE) is not proven


def test_what_cannot_be_compared_is_open_not_passed() -> None:
    criterion = not_worse(Comparison("old", None, None, None, {}, ""), Policy())
    assert criterion.status is Status.NOT_ENOUGH_EVIDENCE
    assert "no figure was measured for both" in criterion.said


def test_without_positives_accuracy_decides() -> None:
    found = against_predictions(binary([0] * 20, [0] * 20), binary([0] * 20, [0] * 18 + [1] * 2), Policy(), "old")
    assert not_worse(found, Policy()).metric == "accuracy"


def earlier(positive: str, recall: Figure) -> Judgement:
    return Judgement(
        Outcome.FIT, "", (), metrics={"accuracy": proportion(80, 100)}, per_class={positive: {"recall": recall}},
        positive=positive, task="binary", class_names=("ok", "bad"),
    )  # fmt: skip


def test_an_earlier_verdict_is_compared_figure_by_figure() -> None:
    p = binary(np.repeat([1, 0], [100, 100]), np.repeat([1, 0, 0], [84, 16, 100]))
    measured = measure(p, resamples=100)
    found = against_judgement(p, measured, earlier("bad", proportion(62, 100)), "v1.json")
    assert (found.fixes, found.breaks, found.p_value) == (None, None, None)
    assert set(found.differences) == {"accuracy", "recall"}
    assert found.differences["recall"].value == pytest.approx(0.22)
    assert found.differences["recall"].low > 0
    assert "rows cannot be paired" in found.said


def test_the_recall_of_another_class_is_not_compared() -> None:
    p = binary(np.repeat([1, 0], [100, 100]), np.repeat([1, 0, 0], [84, 16, 100]))
    found = against_judgement(p, measure(p, resamples=100), earlier("ok", proportion(62, 100)), "v1.json")
    assert set(found.differences) == {"accuracy"}


def regression(rng: np.random.Generator, noise: float) -> Predictions:
    true = np.random.default_rng(0).normal(20, 5, 500)
    return Predictions(Task.REGRESSION, true, true + rng.normal(0, noise, 500))


def test_of_predicted_numbers_the_error_may_be_larger_by_the_margin() -> None:
    rng = np.random.default_rng(1)
    good, poor = regression(rng, 1.0), regression(rng, 2.0)
    found = against_predictions(good, poor, Policy(), "old.csv")
    assert "it is closer on " in found.said and "exact sign test" in found.said and "MAE -5" in found.said
    passed, failed = (not_worse(against_predictions(*two, Policy(), "old"), Policy()) for two in
                      ((good, poor), (poor, good)))  # fmt: skip
    assert (passed.status, passed.proven, passed.maximum) == (Status.PASSED, True, 0.01)
    assert (failed.status, failed.proven) == (Status.FAILED, True) and "1 % more is allowed" in failed.said
    near = Comparison("old", 1, 1, 1.0, {"relative_mae": Figure(0.02, -0.01, 0.05, 400)}, "")
    assert not_worse(near, Policy()).status is Status.NOT_ENOUGH_EVIDENCE  # it may be no worse at all
    assert not_worse(near, Policy(margin=0.05)).status is Status.PASSED


def test_an_earlier_verdict_about_numbers_is_compared_by_its_errors() -> None:
    p = regression(np.random.default_rng(1), 1.0)
    before = Judgement(Outcome.FIT, "", (), metrics={"mae": Figure(1.6, 1.5, 1.7, 400)}, task="regression")
    found = against_judgement(p, measure(p, resamples=100), before, "v1.json")
    assert set(found.differences) == {"mae", "relative_mae"}
    relative = found.differences["relative_mae"]
    assert relative.value == pytest.approx(found.differences["mae"].value / 1.6)
    assert not_worse(found, Policy()).status is Status.PASSED
