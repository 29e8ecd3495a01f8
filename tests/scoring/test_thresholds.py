"""Choosing a threshold, against all thresholds tried one by one."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from rightrate.scoring import thresholds as module
from rightrate.scoring.thresholds import Choice, Goal, Judged, Wish, choose, cross_fit, judge_at, sweep


@st.composite
def rows(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Few rows of both classes, with many ties."""
    n = draw(st.integers(2, 14))
    true = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    prob = draw(st.lists(st.integers(0, 7), min_size=n, max_size=n))
    return np.array(true), np.array(prob) / 8


class Tried:
    """Exact counts at one threshold, each class weighted as asked."""

    def __init__(self, true: np.ndarray, prob: np.ndarray, threshold: float, prevalence: Fraction | None) -> None:
        positives, negatives = int(true.sum()), int((1 - true).sum())
        up, down = Fraction(1), Fraction(1)
        if prevalence is not None:
            up, down = prevalence * len(true) / positives, (1 - prevalence) * len(true) / negatives
        said = prob >= threshold
        self.tp, self.fn = up * int((said & (true == 1)).sum()), up * int((~said & (true == 1)).sum())
        self.fp = down * int((said & (true == 0)).sum())
        self.rows = Fraction(len(true))
        self.recall = self.tp / (self.tp + self.fn)
        self.precision = self.tp / (self.tp + self.fp) if said.any() else Fraction(-1)
        self.alarms = (self.tp + self.fp) / self.rows


def best(
    true: np.ndarray,
    prob: np.ndarray,
    prevalence: Fraction | None,
    score: Callable[[Tried], Fraction],
    allowed: Callable[[Tried], bool] = lambda tried: True,
) -> float | None:
    """The highest of the best thresholds; None where none is allowed."""
    candidates = [math.inf, *sorted(set(prob.tolist()), reverse=True)]
    tried = [(threshold, Tried(true, prob, threshold, prevalence)) for threshold in candidates]
    left = [(threshold, one) for threshold, one in tried if allowed(one)]
    return max(left, key=lambda pair: score(pair[1]))[0] if left else None


PREVALENCES = st.sampled_from([None, Fraction(1, 100), Fraction(1, 4), Fraction(9, 10)])
BARS = st.sampled_from([Fraction(n, 10) for n in range(1, 11)])


def chosen(data: tuple[np.ndarray, np.ndarray], prevalence: Fraction | None, wish: Wish) -> Choice:
    return choose(sweep(*data, prevalence=None if prevalence is None else float(prevalence)), wish)


@given(rows(), PREVALENCES, st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(2)]))
def test_best_f_beta_is_that_of_all_thresholds(
    data: tuple[np.ndarray, np.ndarray], prevalence: Fraction | None, beta: Fraction
) -> None:
    expected = best(*data, prevalence, lambda t: (1 + beta**2) * t.tp / ((1 + beta**2) * t.tp + beta**2 * t.fn + t.fp))
    assert chosen(data, prevalence, Wish(Goal.F_BETA, beta=float(beta))) == Choice(expected, True)


# Both thresholds cost 9 tenths a row, but for rounding: the higher one raises fewer alarms.
@example((np.array([0, 1]), np.array([0.0, 0.0])), Fraction(9, 10), 1, 9)
@given(rows(), PREVALENCES, st.integers(1, 500), st.integers(1, 20))
def test_lowest_cost_is_that_of_all_thresholds(
    data: tuple[np.ndarray, np.ndarray], prevalence: Fraction | None, miss: int, alarm: int
) -> None:
    expected = best(*data, prevalence, lambda t: -(miss * t.fn + alarm * t.fp))
    assert chosen(data, prevalence, Wish(Goal.COST, cost_fn=miss, cost_fp=alarm)) == Choice(expected, True)


@given(rows(), PREVALENCES, BARS)
def test_precision_at_a_recall_is_the_highest_of_those_that_reach_it(
    data: tuple[np.ndarray, np.ndarray], prevalence: Fraction | None, recall: Fraction
) -> None:
    expected = best(*data, prevalence, lambda t: t.precision, lambda t: t.recall >= recall)
    wish = Wish(Goal.PRECISION_AT_RECALL, recall=float(recall))
    assert chosen(data, prevalence, wish) == Choice(expected, True)


@given(rows(), PREVALENCES, BARS)
def test_recall_at_a_precision_is_the_highest_or_the_best_precision_is_offered(
    data: tuple[np.ndarray, np.ndarray], prevalence: Fraction | None, precision: Fraction
) -> None:
    expected = best(*data, prevalence, lambda t: t.recall, lambda t: t.precision >= precision)
    feasible = expected is not None
    if expected is None:
        expected = best(*data, prevalence, lambda t: t.precision)
    wish = Wish(Goal.RECALL_AT_PRECISION, precision=float(precision))
    assert chosen(data, prevalence, wish) == Choice(expected, feasible)


@given(rows(), PREVALENCES, BARS, BARS)
def test_both_bars_or_the_best_precision_at_the_recall(
    data: tuple[np.ndarray, np.ndarray], prevalence: Fraction | None, recall: Fraction, precision: Fraction
) -> None:
    feasible = best(*data, prevalence, lambda t: t.tp, lambda t: t.recall >= recall and t.precision >= precision)
    expected = best(*data, prevalence, lambda t: t.precision, lambda t: t.recall >= recall)
    wish = Wish(Goal.BOTH, recall=float(recall), precision=float(precision))
    assert chosen(data, prevalence, wish) == Choice(expected, feasible is not None)


@given(rows(), PREVALENCES, BARS)
def test_alarms_stay_within_the_budget_and_find_the_most(
    data: tuple[np.ndarray, np.ndarray], prevalence: Fraction | None, alarms: Fraction
) -> None:
    expected = best(*data, prevalence, lambda t: t.tp, lambda t: t.alarms <= alarms)
    assert chosen(data, prevalence, Wish(Goal.ALARMS, alarms=float(alarms))) == Choice(expected, True)


@given(rows(), st.data())
def test_a_weight_is_as_many_equal_rows(data: tuple[np.ndarray, np.ndarray], more: st.DataObject) -> None:
    true, prob = data
    weights = np.array(more.draw(st.lists(st.integers(1, 3), min_size=len(true), max_size=len(true))))
    weighted, repeated = sweep(true, prob, weights), sweep(np.repeat(true, weights), np.repeat(prob, weights))
    np.testing.assert_allclose(weighted.tp, repeated.tp)
    np.testing.assert_allclose(weighted.fp, repeated.fp)
    assert weighted.thresholds.tolist() == repeated.thresholds.tolist()


def test_one_class_only_has_no_threshold() -> None:
    with pytest.raises(ValueError, match="both classes"):
        sweep(np.array([1, 1]), np.array([0.1, 0.9]))


def test_a_row_exactly_at_the_threshold_is_answered_as_positive() -> None:
    assert judge_at(np.array([1, 0]), np.array([0.5, 0.49]), 0.5) == Judged(tp=1, fp=0, fn=0, tn=1)


def simulated(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    true = (rng.uniform(size=n) < 0.4).astype(int)
    return true, np.round(np.clip(rng.normal(0.35 + 0.3 * true, 0.2), 0, 1), 2)


@settings(max_examples=20)
@given(st.integers(0, 200), st.integers(0, 5))
def test_cross_fit_judges_no_row_with_a_threshold_chosen_on_it(seed: int, split: int) -> None:
    """All probabilities differ, so that a row is known by its own: the two sides of each fit are watched."""
    rng = np.random.default_rng(seed)
    true = np.array([0, 1] * 10)
    prob = rng.permutation(20) / 20
    chosen_on: list[set[float]] = []
    judged: list[set[float]] = []
    real_sweep, real_judge = module.sweep, module.judge_at

    def watched_sweep(t: np.ndarray, p: np.ndarray, *rest: object) -> module.Sweep:
        chosen_on.append(set(p.tolist()))
        return real_sweep(t, p, *rest)  # type: ignore[arg-type]

    def watched_judge(t: np.ndarray, p: np.ndarray, *rest: object) -> Judged:
        judged.append(set(p.tolist()))
        return real_judge(t, p, *rest)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "sweep", watched_sweep)
        patch.setattr(module, "judge_at", watched_judge)
        cross_fit(true, prob, Wish(Goal.F_BETA), seed=split)
    assert len(chosen_on) == len(judged) == 2
    assert all(not a & b for a, b in zip(chosen_on, judged, strict=True))
    assert judged[0] | judged[1] == set(prob.tolist())
    assert not judged[0] & judged[1]


def test_cross_fit_does_not_promise_what_only_the_rows_it_chose_on_have() -> None:
    """A probability that has nothing to do with the class: the best of all rows is optimistic, the cross-fit is not."""
    optimistic, honest = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        true, prob = rng.permutation(np.repeat([0, 1], 15)), rng.uniform(size=30)
        wish = Wish(Goal.PRECISION_AT_RECALL, recall=0.2)
        same = judge_at(true, prob, choose(sweep(true, prob), wish).threshold)
        crossed = cross_fit(true, prob, wish, seed=seed)
        assert crossed is not None
        optimistic.append(same.tp / (same.tp + same.fp))
        honest.append(crossed.tp / max(crossed.tp + crossed.fp, 1))
    assert np.mean(optimistic) > 0.6
    assert abs(np.mean(honest) - 0.5) < 0.1


@settings(max_examples=20)
@given(st.integers(0, 50), st.permutations(range(60)), st.booleans())
def test_the_order_of_the_rows_changes_nothing(seed: int, order: list[int], weighted: bool) -> None:
    true, prob = simulated(seed)
    weights = np.random.default_rng(seed).integers(1, 4, 60).astype(float) if weighted else None
    groups = np.arange(60) // 3
    wish = Wish(Goal.BOTH, recall=0.7, precision=0.7)
    again = None if weights is None else weights[order]
    assert choose(sweep(true, prob, weights), wish) == choose(sweep(true[order], prob[order], again), wish)
    for grouped in (None, groups):
        moved = None if grouped is None else grouped[order]
        assert cross_fit(true, prob, wish, seed=1, weights=weights, groups=grouped) == cross_fit(
            true[order], prob[order], wish, seed=1, weights=again, groups=moved
        )


def test_cross_fit_keeps_groups_whole() -> None:
    """Each group has one probability of its own; none may be on both sides."""
    groups = np.repeat(np.arange(8), 4)
    true, prob = np.tile([0, 1, 0, 1], 8), groups / 8
    sides: list[set[float]] = []
    real = module.sweep

    def watched(t: np.ndarray, p: np.ndarray, *rest: object) -> module.Sweep:
        sides.append(set(p.tolist()))
        return real(t, p, *rest)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "sweep", watched)
        cross_fit(true, prob, Wish(Goal.F_BETA), seed=0, groups=groups)
    assert len(sides) == 2
    assert not sides[0] & sides[1]


def test_cross_fit_of_a_single_positive_is_not_possible() -> None:
    assert cross_fit(np.array([1, 0, 0, 0]), np.array([0.9, 0.1, 0.2, 0.3]), Wish(Goal.F_BETA), seed=0) is None


@given(rows(), st.booleans())
def test_every_threshold_does_what_scikit_learn_says(found: tuple[np.ndarray, np.ndarray], weighted: bool) -> None:
    true, prob = found
    weights = 0.5 + np.arange(len(true)) % 3 if weighted else None
    swept = sweep(true, prob, weights)
    false_rate, recall, thresholds = roc_curve(true, prob, sample_weight=weights, drop_intermediate=False)
    assert np.array_equal(swept.thresholds, thresholds)
    assert np.allclose(swept.recall, recall) and np.allclose(swept.fp / swept.negatives, false_rate)


def test_rows_of_weight_0_make_no_threshold() -> None:
    swept = sweep(np.array([0, 1, 1]), np.array([0.2, 0.6, 0.9]), np.array([1.0, 2.0, 0.0]))
    assert swept.thresholds.tolist() == [math.inf, 0.6, 0.2] and (swept.positives, swept.negatives) == (2.0, 1.0)
