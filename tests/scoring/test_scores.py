"""Scores: equal to scikit-learn's, and nothing where nothing was measured."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from rightrate.errors import UsageError
from rightrate.scoring.scores import score

LABELS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=80)


def test_the_worked_example() -> None:
    true = [1] * 100 + [0] * 100
    predicted = [1] * 85 + [0] * 15 + [1] * 10 + [0] * 90
    found = score(true, predicted, ["ok", "defect"], positive=1)
    assert (found.precision, found.recall, found.accuracy) == pytest.approx((85 / 95, 85 / 100, 175 / 200))
    assert found.f1 == pytest.approx(34 / 39)
    assert (found.found, found.positives) == (85, 100)


def test_the_trap_shows_in_the_numbers() -> None:
    true = [1] * 25 + [0] * 1225
    predicted = [1] * 3 + [0] * 22 + [1] * 3 + [0] * 1222
    found = score(true, predicted, ["ok", "fraud"], positive=1)
    assert found.accuracy == pytest.approx(0.98) and found.majority == pytest.approx(0.98)
    assert found.recall == pytest.approx(0.12)


@given(LABELS, st.integers(0, 2))
def test_one_class_equals_scikit_learn(pairs: list[tuple[int, int]], positive: int) -> None:
    true, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    found = score(true, predicted, ["a", "b", "c"], positive)
    assert found.accuracy == pytest.approx(accuracy_score(true, predicted))
    a, b = true == positive, predicted == positive
    assert (found.precision is None) == (not b.any())
    assert (found.recall is None) == (not a.any())
    if found.precision is not None:
        assert found.precision == pytest.approx(precision_score(a, b, zero_division=0))
    if found.recall is not None:
        assert found.recall == pytest.approx(recall_score(a, b, zero_division=0))
        assert found.f1 == pytest.approx(f1_score(a, b, zero_division=0))


@given(LABELS)
def test_the_mean_over_classes_that_occur_equals_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    true, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    found = score(true, predicted, ["a", "b", "c"])
    present = np.unique(true)
    expected = recall_score(true, predicted, labels=present, average="macro", zero_division=0)
    assert found.recall == pytest.approx(expected)
    assert np.array(found.confusion).sum() == len(pairs)


@pytest.mark.parametrize("pair", [([], []), ([0, 1], [0]), ([0, 5], [0, 1]), ([0, -1], [0, 1])])
def test_arrays_that_do_not_fit_are_refused(pair: tuple[list[int], list[int]]) -> None:
    with pytest.raises(UsageError):
        score(*pair, ["a", "b"])
