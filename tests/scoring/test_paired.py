"""A model against its baseline, row by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from rightrate.errors import DataError
from rightrate.scoring.paired import compare
from rightrate.scoring.predictions import Predictions, Task


def binary(true: np.ndarray, said: np.ndarray, **more: object) -> Predictions:
    return Predictions(Task.BINARY, np.asarray(true), np.asarray(said), names=("ok", "bad"), positive=1, **more)


def noisy(seed: int, n: int = 200) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 2, n)
    return (
        true,
        np.where(rng.uniform(size=n) < 0.1, 1 - true, true),
        np.where(rng.uniform(size=n) < 0.3, 1 - true, true),
    )


def test_fixes_and_breaks_by_hand() -> None:
    true = [1, 1, 1, 0, 0, 0, 0, 1]
    new = [1, 1, 0, 0, 0, 1, 0, 1]
    old = [0, 0, 1, 1, 0, 0, 0, 1]
    paired = compare(binary(true, new), binary(true, old))
    assert (paired.fixes, paired.breaks) == (3, 2)
    # 2 or fewer of 5, or 3 or more: certain.
    assert paired.p_value == 1.0


def test_forty_one_fixed_and_nine_broken_is_no_chance() -> None:
    true = np.ones(200, int)
    new, old = true.copy(), true.copy()
    old[:41], new[41:50] = 0, 0
    paired = compare(binary(true, new), binary(true, old))
    assert (paired.fixes, paired.breaks) == (41, 9)
    assert paired.p_value == pytest.approx(2 * binom.cdf(9, 50, 0.5))


def test_the_same_answers_differ_in_nothing() -> None:
    true, new, _ = noisy(0)
    paired = compare(binary(true, new), binary(true, new))
    assert (paired.fixes, paired.breaks, paired.p_value) == (0, 0, 1.0)
    assert all(f.value == 0.0 and f.low < 0 < f.high for f in paired.differences.values())


def test_that_few_rows_do_not_tell_two_models_apart_is_no_proof_that_none_does() -> None:
    """0 of 20 rows: up to 16 of 100 might (Wilson). Of 20 000 hardly any."""
    few, many = (compare(binary(*a), binary(*a)).differences for a in ([[0, 1] * n] * 2 for n in (10, 10_000)))
    for name in few:
        assert few[name].high > 0.05 and few[name].low < -0.05, name
        assert -0.001 < many[name].low < many[name].high < 0.001, name
    grouped = compare(binary([0, 1] * 10_000, [0, 1] * 10_000, groups=np.arange(20_000) // 1000),
                      binary([0, 1] * 10_000, [0, 1] * 10_000)).differences  # fmt: skip
    assert grouped["accuracy"].high > 0.05  # twenty groups are no more than twenty rows


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_differences_are_those_of_scikit_learn(seed: int) -> None:
    true, new, old = noisy(seed, 60)
    found = compare(binary(true, new), binary(true, old), resamples=100).differences
    for name, measure in (
        ("accuracy", accuracy_score), ("recall", recall_score), ("precision", precision_score), ("f1", f1_score),
    ):  # fmt: skip
        assert found[name].value == pytest.approx(measure(true, new) - measure(true, old)), name
        assert found[name].low <= found[name].value <= found[name].high


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_swapping_the_two_turns_every_difference_around(seed: int) -> None:
    true, new, old = noisy(seed)
    there, back = compare(binary(true, new), binary(true, old)), compare(binary(true, old), binary(true, new))
    assert (there.fixes, there.breaks, there.p_value) == (back.breaks, back.fixes, back.p_value)
    for name, figure in there.differences.items():
        turned = back.differences[name]
        assert figure.value == pytest.approx(-turned.value)
        # Other draws: the ends agree to what 1000 resamples can tell.
        assert figure.low == pytest.approx(-turned.high, abs=0.03)
        assert figure.high == pytest.approx(-turned.low, abs=0.03)


def test_a_paired_interval_is_narrower_than_that_of_two_models_apart() -> None:
    """Two models that miss nearly the same rows: what differs is one row in a hundred, whatever the rows are."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, 400)
    old = np.where(rng.uniform(size=400) < 0.3, 1 - true, true)
    new = old.copy()
    new[np.flatnonzero(old != true)[:8]] = true[np.flatnonzero(old != true)[:8]]
    figure = compare(binary(true, new), binary(true, old)).differences["accuracy"]
    assert figure.value == pytest.approx(0.02)
    assert 0 < figure.low < 0.02 < figure.high < 0.04


def test_groups_widen_the_interval() -> None:
    """Ten rows of each group are copies: a hundred rows, worth ten."""
    true, new, old = (np.repeat(a, 10) for a in noisy(3, 20))
    alone = compare(binary(true, new), binary(true, old)).differences["accuracy"]
    groups = np.repeat(np.arange(20), 10)
    grouped = compare(binary(true, new, groups=groups), binary(true, old)).differences["accuracy"]
    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_a_weight_counts_as_rows_in_the_difference() -> None:
    weights = np.array([3.0, 1.0, 1.0])
    found = compare(binary([1, 1, 0], [1, 0, 0], weights=weights), binary([1, 1, 0], [0, 0, 0])).differences
    assert found["accuracy"].value == pytest.approx(4 / 5 - 1 / 5)


@settings(max_examples=20)
@given(st.permutations(range(50)), st.booleans(), st.booleans())
def test_the_order_of_the_rows_changes_nothing(order: list[int], weighted: bool, grouped: bool) -> None:
    true, new, old = noisy(5, 50)
    more = {"weights": np.random.default_rng(0).integers(1, 4, 50) * 1.0} if weighted else {}
    more |= {"groups": np.arange(50) // 5} if grouped else {}
    moved = {name: values[order] for name, values in more.items()}
    a = compare(binary(true, new, **more), binary(true, old), resamples=100)
    b = compare(binary(true[order], new[order], **moved), binary(true[order], old[order]), resamples=100)
    assert (a.fixes, a.breaks, a.p_value) == (b.fixes, b.breaks, b.p_value)
    for name, figure in a.differences.items():
        other = b.differences[name]
        assert [figure.value, figure.low, figure.high] == pytest.approx([other.value, other.low, other.high])


def test_an_answer_that_is_no_number_is_wrong() -> None:
    paired = compare(binary([1, 0, 1], [1, 0, 1]), binary([1, 0, 1], [-1, 0, -1]))
    assert (paired.fixes, paired.breaks) == (2, 0)


def test_without_positives_only_accuracy_is_compared() -> None:
    found = compare(binary([0, 0], [0, 1]), binary([0, 0], [1, 1])).differences
    assert found["accuracy"].value == 0.5
    assert not found["recall"].measured
    assert found["recall"].why


def test_either_may_answer_a_class_that_the_other_never_does() -> None:
    """The same rows, though the class names that were found differ."""
    true = np.array([0, 0, 1, 1])
    model = binary(true, [0, 0, 1, 1])
    wider = Predictions(Task.MULTICLASS, true * 2, np.array([1, 0, 2, 2]), names=("ok", "odd", "bad"))
    assert (compare(model, wider).fixes, compare(model, wider).breaks) == (1, 0)
    assert (compare(wider, model).fixes, compare(wider, model).breaks) == (0, 1)


def test_a_row_of_several_labels_is_right_if_all_of_them_are() -> None:
    true = np.array([[1, 0], [1, 1], [0, 0], [0, 1]])
    new, old = true.copy(), true.copy()
    new[0, 1], old[1:3] = 1, 1 - true[1:3]
    model, baseline = (Predictions(Task.MULTILABEL, true, said, names=("a", "b")) for said in (new, old))
    paired = compare(model, baseline)
    assert (paired.fixes, paired.breaks) == (2, 1)
    assert paired.differences.keys() == {"accuracy"} and paired.differences["accuracy"].value == pytest.approx(1 / 4)
    with pytest.raises(DataError, match=r"other (rows|true)"):
        compare(model, replace(baseline, true=1 - true))
    with pytest.raises(DataError, match=r"multilabel and binary"):
        compare(model, binary([0, 1, 1, 0], [0, 1, 1, 0]))


def test_other_rows_are_refused() -> None:
    true, new, old = noisy(0, 20)
    with pytest.raises(DataError, match=r"other (rows|true)"):
        compare(binary(true, new), binary(true[:-1], old[:-1]))
    with pytest.raises(DataError, match=r"other (rows|true)"):
        compare(binary(true, new), binary(true[::-1], old[::-1]))
    other = replace(binary(true, old), names=("ham", "spam"))
    with pytest.raises(DataError, match=r"other (rows|true)"):
        compare(binary(true, new), other)


def test_tasks_without_one_class_a_row_are_refused() -> None:
    numbers = Predictions(Task.REGRESSION, np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    with pytest.raises(DataError, match="regression"):
        compare(numbers, numbers)


def test_where_only_the_truth_differs_it_says_in_which_row() -> None:
    true, new, old = noisy(0, 20)
    other = true.copy()
    other[7] = 1 - other[7]
    with pytest.raises(DataError, match=r"other true classes than the model in 1 of 20 rows, first in row 7"):
        compare(binary(true, new), binary(other, old))
