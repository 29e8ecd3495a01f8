"""The split: disjoint, complete, stratified, seeded."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightrate.errors import DataError, UsageError
from rightrate.importers.split import stratified_split


def enough(sizes: list[int], share: float) -> bool:
    wanted = math.ceil(share * sum(sizes))
    return len(sizes) <= wanted <= sum(sizes) - len(sizes)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(2, 60), min_size=2, max_size=8), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_split_is_disjoint_complete_stratified_and_repeatable(sizes: list[int], share: float, seed: int) -> None:
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    if not enough(sizes, share):
        with pytest.raises(DataError, match="too few for one of each"):
            stratified_split(y, share, seed)
        return
    train, validation = stratified_split(y, share, seed)
    assert sorted([*train.tolist(), *validation.tolist()]) == list(range(len(y)))
    assert (np.diff(train) > 0).all() and (np.diff(validation) > 0).all()
    for label, size in enumerate(sizes):
        held_out = int((y[validation] == label).sum())
        assert 1 <= held_out <= size - 1
        assert abs(held_out - share * size) <= 1 + 1e-9
    again = stratified_split(y, share, seed)
    assert np.array_equal(train, again[0]) and np.array_equal(validation, again[1])


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 200), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_regression_split_keeps_every_sample_once(count: int, share: float, seed: int) -> None:
    train, validation = stratified_split(np.linspace(0.0, 1.0, count), share, seed)
    assert sorted([*train.tolist(), *validation.tolist()]) == list(range(count))
    assert len(validation) == min(math.ceil(share * count), count - 1)


def test_another_seed_gives_another_split() -> None:
    y = np.repeat([0, 1], 50)
    assert not np.array_equal(stratified_split(y, 0.2, 0)[1], stratified_split(y, 0.2, 1)[1])


def test_rare_class_is_in_the_validation_part() -> None:
    y = np.array([0] * 998 + [1] * 2)
    _, validation = stratified_split(y, 0.01, 0)
    assert np.bincount(y[validation]).tolist() == [9, 1]


def test_what_rounding_leaves_goes_to_the_largest_remainder() -> None:
    y = np.repeat([0, 1], [12, 18])
    assert np.bincount(y[stratified_split(y, 0.1, 0)[1]]).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("y", "share", "seed", "kind", "texts"),
    [
        ([0, 0, 1], 0.5, 0, DataError, ["dog (1)", "fewer than 2 samples", "at least 2", "Add samples"]),
        ([0] * 9 + [1] * 3, 0.05, 0, DataError, ["leaves 1 for validation", "0.167 to 0.833", "Change"]),
        ([0] * 9 + [1] * 3, 0.95, 0, DataError, ["leaves 0 for training", "one of each of the 2 classes"]),
        ([0], 0.5, 0, DataError, ["There are 1 samples", "at least 2"]),
        ([0, 0, 1, 1], 0.0, 0, UsageError, ["share is 0.0", "between 0 and 1"]),
        ([0, 0, 1, 1], 1.0, 0, UsageError, ["share is 1.0", "both excluded"]),
        ([0, 0, 1, 1], float("nan"), 0, UsageError, ["share is nan", "such as 0.2"]),
        ([0, 0, 1, 1], 0.5, -1, UsageError, ["seed is -1", "from 0 to 4294967295"]),
        ([0, 0, 1, 1], 0.5, 1.5, UsageError, ["seed is 1.5", "whole number"]),
    ],
)
def test_split_that_makes_no_sense(
    y: list[int], share: float, seed: int, kind: type[Exception], texts: list[str]
) -> None:
    with pytest.raises(kind, match=re.escape(texts[0])) as caught:
        stratified_split(np.array(y), share, seed, classes=("cat", "dog"))
    assert [text for text in texts if text not in str(caught.value)] == []
