"""Two models that predict numbers for the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from rightrate.errors import DataError
from rightrate.scoring.paired_numbers import compare_numbers
from rightrate.scoring.predictions import Predictions, Task


def numbers(true: np.ndarray, said: np.ndarray, **more: Any) -> Predictions:
    return Predictions(Task.REGRESSION, np.asarray(true, float), np.asarray(said, float), **more)


def two(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two models that share most of their error; the first errs less."""
    rng = np.random.default_rng(seed)
    true, common = rng.normal(20, 5, n), rng.normal(0, 1, n)
    return true, true + common + rng.normal(0, 0.3, n), true + common + rng.normal(0, 0.8, n)


def test_by_hand() -> None:
    paired = compare_numbers(numbers([1, 2, 3, 4], [1, 2, 4, 4]), numbers([1, 2, 3, 4], [2, 0, 3, 4]))
    assert (paired.fixes, paired.breaks, paired.p_value) == (2, 1, 1.0)
    assert paired.differences["mae"].value == pytest.approx(1 / 4 - 3 / 4)
    assert paired.differences["rmse"].value == pytest.approx(0.5 - (5 / 4) ** 0.5)
    assert paired.differences["relative_mae"].value == pytest.approx(1 / 3 - 1)


def test_differences_are_those_of_scikit_learn_also_with_weights() -> None:
    true, new, old = two(0, 100)
    for weights in (None, np.arange(100) % 3 * 1.0):
        found = compare_numbers(numbers(true, new, weights=weights), numbers(true, old), resamples=50).differences
        for name, measure in (("mae", mean_absolute_error), ("rmse", root_mean_squared_error)):
            a, b = (measure(true, said, sample_weight=weights) for said in (new, old))
            assert found[name].value == pytest.approx(a - b)


def test_what_both_miss_alike_says_nothing() -> None:
    """Paired, the errors that the two share do not count: MAE of one alone is known worse."""
    true, new, old = two(1, 400)
    figure = compare_numbers(numbers(true, new), numbers(true, old)).differences["mae"]
    assert figure.high is not None and figure.low is not None and figure.high < 0
    apart = 2 * 1.96 * np.hypot(np.abs(new - true).std(), np.abs(old - true).std()) / 400**0.5
    assert figure.high - figure.low < apart


def test_intervals_hold_the_truth_about_95_times_of_100() -> None:
    truth = compare_numbers(*_pair(two(0, 400_000)), resamples=2).differences
    for name in truth:
        value, hits = truth[name].value, 0
        assert value is not None
        for seed in range(1, 301):
            figure = compare_numbers(*_pair(two(seed, 60)), resamples=500, seed=seed).differences[name]
            assert figure.low is not None and figure.high is not None
            hits += figure.low <= value <= figure.high
        assert 0.935 - 0.025 <= hits / 300 <= 0.965 + 0.025, name


def _pair(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> tuple[Predictions, Predictions]:
    return numbers(rows[0], rows[1]), numbers(rows[0], rows[2])


def test_the_order_of_the_rows_changes_nothing_and_groups_widen() -> None:
    true, new, old = (np.repeat(part, 10) for part in two(2, 30))
    order = np.random.default_rng(0).permutation(300)
    plain = compare_numbers(numbers(true, new), numbers(true, old)).differences["mae"]
    moved = compare_numbers(numbers(true[order], new[order]), numbers(true[order], old[order])).differences["mae"]
    assert [plain.value, plain.low, plain.high] == pytest.approx([moved.value, moved.low, moved.high])
    groups = np.repeat(np.arange(30), 10)
    wide = compare_numbers(numbers(true, new, groups=groups), numbers(true, old)).differences["mae"]
    assert wide.high - wide.low > 2 * (plain.high - plain.low)


def test_rows_without_an_answer_are_left_out_and_a_perfect_baseline_has_no_share() -> None:
    found = compare_numbers(numbers([1, 2, 3], [1, np.nan, 4]), numbers([1, 2, 3], [1, 2, 3])).differences
    assert found["mae"].value == pytest.approx(0.5) and found["mae"].n == 2
    assert found["relative_mae"].value is None and found["relative_mae"].why == "the baseline makes no error"


def test_other_rows_are_refused() -> None:
    true, new, old = two(0, 20)
    for other in (numbers(true[:-1], old[:-1]), numbers(true[::-1], old[::-1])):
        with pytest.raises(DataError, match=r"other (rows|true)"):
            compare_numbers(numbers(true, new), other)
    with pytest.raises(DataError, match="No row has a number"):
        compare_numbers(numbers(true, new), numbers(true, np.full(20, np.nan)))
