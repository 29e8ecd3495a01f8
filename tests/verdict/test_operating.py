"""Thresholds for the wishes of a policy, judged on rows they were not chosen on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rightrate.errors import UsageError
from rightrate.scoring.predictions import Predictions, Task
from rightrate.verdict import OperatingPoint, Policy
from rightrate.verdict.operating import operating_points
from rightrate.verdict.words import percent


def binary(true: np.ndarray, prob: np.ndarray, **more: object) -> Predictions:
    prob = np.asarray(prob, float)
    said = np.where(np.isnan(prob), -1, (prob >= 0.5).astype(int))
    return Predictions(Task.BINARY, np.asarray(true), said, prob, ("ok", "bad"), 1, 0.5, **more)


def shy(seed: int = 0, n: int = 400) -> Predictions:
    """Ranks well, but its probabilities are so low that 0.5 finds next to nothing."""
    rng = np.random.default_rng(seed)
    true = (np.arange(n) % 4 == 0).astype(int)
    return binary(true, np.clip(0.1 + 0.25 * true + rng.normal(0, 0.03, n), 0.001, 0.999))


def points(p: Predictions, policy: Policy | None = None, other: Predictions | None = None) -> dict[str, OperatingPoint]:
    return {point.goal: point for point in operating_points(p, policy or Policy(), other)}


def first(p: Predictions, policy: Policy | None = None, other: Predictions | None = None) -> OperatingPoint:
    return operating_points(p, policy or Policy(), other)[0]


def test_a_shy_model_is_rescued_by_its_threshold() -> None:
    both = first(shy())
    assert both.feasible
    assert 0.2 < both.threshold < 0.4
    assert both.recall.value > 0.75 and both.precision.value > 0.95
    assert both.recall.n == 100
    assert "on halves it was not chosen on" in both.said


def test_other_rows_are_judged_at_the_threshold_that_these_gave() -> None:
    chosen_on, judged = shy(0), shy(1, 80)
    both = first(judged, None, chosen_on)
    said = judged.prob >= both.threshold
    assert both.recall.value == pytest.approx((said & (judged.true == 1)).sum() / 20)
    assert both.recall.n == 20
    assert both.alarms.value == pytest.approx(said.mean())
    scores = np.sort(chosen_on.prob)
    at = int(np.searchsorted(scores, both.threshold))
    assert both.threshold == pytest.approx((scores[at - 1] + scores[at]) / 2)  # midway between two neighbours
    assert "on rows it was not chosen on" in both.said


def test_what_no_threshold_can_do_is_said_with_the_best_that_can_be_had() -> None:
    rng = np.random.default_rng(0)
    p = binary(np.arange(300) % 10 == 0, rng.uniform(size=300))
    both = first(p)
    assert not both.feasible
    assert both.said == (
        f"No threshold reaches a precision of 80 % at a recall of 80 %; the nearest, {both.threshold:.3g}, has recall "
        f"{percent(both.recall.value)}, precision {percent(both.precision.value)} (on halves it was not chosen on)."
    )
    top = binary(np.tile([1, 0], 50), np.repeat([0.9, 0.1], 50))
    precise = points(top)["highest recall at a precision of 80 % or more"]
    assert not precise.feasible
    assert precise.said == (
        f"No threshold reaches a precision of 80 %; the nearest, 0.5, has recall {percent(precise.recall.value)}, "
        f"precision {percent(precise.precision.value)} (on halves it was not chosen on)."
    )


def test_wishes_are_those_of_the_policy() -> None:
    default = list(points(shy()))
    assert default == [
        "recall of 80 % or more and precision of 80 % or more",
        "best F1",
        "highest precision at a recall of 80 % or more",
        "highest recall at a precision of 80 % or more",
    ]
    asked = Policy(beta=2, cost_fn=500, cost_fp=5, alerts_per_day=100, items_per_day=1000, min_recall=0.9)
    found = points(shy(), asked)
    assert "best F2" in found
    assert "lowest cost (a miss costs 500, a false alarm 5)" in found
    assert "recall of 90 % or more and precision of 80 % or more" in found
    assert found["at most 100 alarms a day of 1000 items"].threshold is not None


def test_cost_is_that_of_a_mean_row() -> None:
    true = np.tile([0, 0, 0, 1], 50)
    prob = np.where(true == 1, 0.9, 0.1)
    prob[:4] = [0.9, 0.1, 0.1, 0.1]  # one false alarm, one miss
    point = points(binary(true, prob), Policy(cost_fn=10, cost_fp=3), binary(true, prob))[
        "lowest cost (a miss costs 10, a false alarm 3)"
    ]
    assert point.cost == pytest.approx((10 + 3) / 200)
    rare = Policy(cost_fn=10, cost_fp=3, prevalence=0.01)
    point = points(binary(true, prob), rare, binary(true, prob))["lowest cost (a miss costs 10, a false alarm 3)"]
    assert point.cost == pytest.approx(0.01 * 10 * 1 / 50 + 0.99 * 3 * 1 / 150)


def test_precision_and_alarms_are_told_for_the_prevalence_of_production() -> None:
    true = np.repeat([0, 1], [100, 100])
    prob = np.r_[np.repeat([0.9, 0.1], [10, 90]), np.repeat([0.9, 0.1], [80, 20])]
    point = points(binary(true, prob), Policy(prevalence=0.01), binary(true, prob))["best F1"]
    assert point.threshold == 0.5  # midway between the two scores
    assert point.precision.value == pytest.approx(0.8 * 0.01 / (0.8 * 0.01 + 0.1 * 0.99))
    assert point.alarms.value == pytest.approx(0.01 * 0.8 + 0.99 * 0.1)
    assert point.recall.value == pytest.approx(0.8)


def test_rows_of_one_class_are_no_division_by_zero() -> None:
    only = binary(np.ones(30, int), np.linspace(0, 1, 30))
    costs = Policy(prevalence=0.1, cost_fn=5, cost_fp=1)
    for point in operating_points(only, costs, shy()):
        assert point.alarms.why == "all rows are of one class"
        assert point.cost is None
        assert point.recall.measured


def test_rows_without_an_answer_are_left_out() -> None:
    p = shy()
    prob = p.prob.copy()
    prob[:8] = np.nan  # two of the positives
    assert first(binary(p.true, prob)).recall.n == 98
    nothing = binary(p.true, np.full(400, np.nan))
    assert operating_points(nothing, Policy(cost_fn=1, cost_fp=1), p)[2].cost is None


def test_where_there_is_nothing_to_choose_there_is_no_point() -> None:
    assert operating_points(replace(shy(), prob=None), Policy()) == ()
    assert operating_points(binary(np.zeros(30, int), np.linspace(0, 1, 30)), Policy()) == ()
    three = Predictions(Task.MULTICLASS, np.array([0, 1, 2]), np.array([0, 1, 2]), np.eye(3), ("a", "b", "c"))
    assert operating_points(three, Policy()) == ()


@pytest.mark.parametrize(
    "other",
    [
        replace(shy(), prob=None),
        replace(shy(), names=("ham", "spam")),
        replace(shy(), positive=0),
        Predictions(Task.MULTICLASS, np.array([0, 1, 2]), np.array([0, 1, 2]), np.eye(3), ("a", "b", "c")),
    ],
)
def test_rows_that_no_threshold_can_be_chosen_on_are_refused(other: Predictions) -> None:
    with pytest.raises(UsageError, match="choose a threshold on"):
        operating_points(shy(), Policy(), other)


def test_weights_of_any_size_give_the_same_interval() -> None:
    p = shy()
    small, large = (first(replace(p, weights=np.full(p.size, size))) for size in (1.0, 1000.0))
    assert small.recall.low == pytest.approx(large.recall.low) and large.recall.n == pytest.approx(100)
