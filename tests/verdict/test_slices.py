"""Parts of the rows."""

from __future__ import annotations

import numpy as np
import pytest

from rightrate.errors import DataError
from rightrate.scoring.measure import measure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.proportion import proportion
from rightrate.verdict import Policy
from rightrate.verdict.slices import MOST_VALUES, cut, finding, measure_slices, part, worst_first

POLICY = Policy(resamples=100)


def counts(*recalls: tuple[int, int]) -> tuple[Predictions, np.ndarray]:
    """For each part the positives found and missed, and ten negatives that are right."""
    true, said, site = [], [], []
    for at, (found, missed) in enumerate(recalls):
        true += [1] * (found + missed) + [0] * 10
        said += [1] * found + [0] * (missed + 10)
        site += [f"site {at}"] * (found + missed + 10)
    return Predictions(Task.BINARY, np.array(true), np.array(said), names=("ok", "bad"), positive=1), np.array(site)


def test_the_worst_part_comes_first_and_what_was_not_measured_last() -> None:
    p, site = counts((90, 10), (20, 30), (0, 0), (40, 10))
    measured = measure_slices(p, cut(p, {"site": site}), POLICY)
    found = worst_first(p, measured, POLICY)
    assert [(s.value, s.figure.value) for s in found] == [
        ("site 1", 0.4), ("site 3", 0.8), ("site 0", 0.9), ("site 2", None),
    ]  # fmt: skip
    assert {s.metric for s in found} == {"recall"}


def test_intervals_allow_for_the_number_of_parts() -> None:
    p, site = counts((45, 5), (40, 10), (45, 5), (44, 6), (43, 7))
    measured = measure_slices(p, cut(p, {"site": site}), POLICY)
    recall = measured[("site", "site 1")].per_class["bad"]["recall"]
    expected = proportion(40, 50, level=0.99)  # 95 % for five parts
    assert (recall.low, recall.high) == pytest.approx((expected.low, expected.high))


def test_a_part_that_is_provably_worse_is_a_finding_and_a_likely_one_is_not() -> None:
    p, site = counts((95, 5), (95, 5), (20, 30))
    measured = measure(p, resamples=100)
    worst = worst_first(p, measure_slices(p, cut(p, {"site": site}), POLICY), POLICY)
    said = finding(worst, measured, p, POLICY)
    assert said.code == "RR411"
    assert "Where site is 'site 2', recall is 40 %" in said.title
    assert "corrected for 3 slices" in said.title
    close, site = counts((95, 5), (95, 5), (18, 2))
    worst = worst_first(close, measure_slices(close, cut(close, {"site": site}), POLICY), POLICY)
    assert finding(worst, measure(close, resamples=100), close, POLICY) is None
    assert finding((), measured, p, POLICY) is None


def test_several_columns_are_cut_each_for_itself() -> None:
    p, site = counts((5, 5), (5, 5))
    masks = cut(p, {"site": site, "day": np.arange(40) % 2})
    assert set(masks) == {("site", "site 0"), ("site", "site 1"), ("day", "0"), ("day", "1")}
    assert all(mask.sum() == 20 for mask in masks.values())


def test_a_column_of_identities_or_of_another_length_is_refused() -> None:
    p, _ = counts((150, 60))
    with pytest.raises(DataError, match=f"'id' has 220 values; at most {MOST_VALUES}"):
        cut(p, {"id": np.arange(220)})
    with pytest.raises(DataError, match=r"'site' has shape.*220 rows"):
        cut(p, {"site": ["a", "b"]})


def test_a_part_keeps_what_belongs_to_its_rows() -> None:
    n = 6
    p = Predictions(
        Task.MULTICLASS, np.arange(n) % 3, np.arange(n) % 3, np.eye(3)[np.arange(n) % 3], ("a", "b", "c"),
        groups=np.array([0, 0, 1, 1, 2, 2]), weights=np.arange(n) + 1.0,
    )  # fmt: skip
    some = part(p, np.array([False, False, True, True, False, True]))
    assert some.true.tolist() == [2, 0, 2]
    assert some.weights.tolist() == [3, 4, 6]
    assert some.groups.tolist() == [0, 0, 1]
    assert some.prob.shape == (3, 3)
    assert some.names == p.names


def test_without_a_class_that_alone_matters_balanced_accuracy_and_without_classes_the_error_is_looked_at() -> None:
    site = np.array(["a", "b"] * 20)
    three = Predictions(
        Task.MULTICLASS, np.arange(40) % 3, np.where(site == "a", np.arange(40) % 3, 0), names=("x",) * 3
    )
    found = worst_first(three, measure_slices(three, cut(three, {"site": site}), POLICY), POLICY)
    assert (found[0].value, found[0].metric) == ("b", "balanced_accuracy")
    numbers = Predictions(Task.REGRESSION, np.arange(40.0), np.arange(40.0) + np.where(site == "b", 5, 1))
    found = worst_first(numbers, measure_slices(numbers, cut(numbers, {"site": site}), POLICY), POLICY)
    assert [(s.value, s.metric, s.figure.value) for s in found] == [("b", "mae", 5.0), ("a", "mae", 1.0)]
    losses = Predictions(Task.TOKENS, np.empty(0), np.where(site == "a", 2.0, 1.0))
    found = worst_first(losses, measure_slices(losses, cut(losses, {"site": site}), POLICY), POLICY)
    assert [(s.value, s.metric) for s in found] == [("a", "perplexity"), ("b", "perplexity")]
    assert finding(found, measure(losses, resamples=100), losses, POLICY) is None


def test_a_part_of_one_row_is_not_the_worst_and_hides_none() -> None:
    p, site = counts((95, 5), (0, 1), (20, 30))
    worst = worst_first(p, measure_slices(p, cut(p, {"site": site}), POLICY), POLICY)
    assert [s.value for s in worst] == ["site 2", "site 0", "site 1"]
    said = finding(worst, measure(p, resamples=100), p, POLICY)
    assert "Where site is 'site 2', recall is 40 %" in said.title
    alone, site = counts((950, 50), (0, 1))
    worst = worst_first(alone, measure_slices(alone, cut(alone, {"site": site}), POLICY), POLICY)
    assert finding(worst, measure(alone, resamples=100), alone, POLICY) is None


def test_where_both_classes_matter_the_part_that_misses_the_other_one_is_found() -> None:
    true = np.tile([1] * 20 + [0] * 20, 5)
    site = np.repeat(list("abcde"), 40)
    said = np.where((site == "c") & (true == 0), 1, true)
    p = Predictions(Task.BINARY, true, said, names=("no", "yes"), positive=1, only_positive=False)
    worst = worst_first(p, measure_slices(p, cut(p, {"site": site}), POLICY), POLICY)
    assert (worst[0].value, worst[0].figure.value) == ("c", 0.5)


def test_the_largest_error_of_three_rows_is_not_the_worst() -> None:
    true = np.arange(83.0)
    site = np.repeat(["tiny", "bad", "good"], [3, 40, 40])
    off = np.repeat([9.0, 5.0, 1.0], [3, 40, 40]) + np.tile([0.1, -0.1], 42)[:83]
    p = Predictions(Task.REGRESSION, true, true + off)
    worst = worst_first(p, measure_slices(p, cut(p, {"site": site}), POLICY), POLICY)
    assert [s.value for s in worst] == ["bad", "good", "tiny"]
