"""Accuracy, precision and recall as shares of so many rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.curves.setting import Setting
from rightrate.diagnosis.metric_names import Metric
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.shares import positive_shares, share_of, standard_error
from tests.diagnosis.trainings import training

_NAN = float("nan")


@given(*[st.integers(1, 500)] * 4)
def test_the_positives_come_back_from_accuracy_precision_and_recall(tp: int, fn: int, fp: int, tn: int) -> None:
    rows = tp + fn + fp + tn
    reading = Reading(
        training(
            Setting(validation_rows=rows),
            val_accuracy=[(tp + tn) / rows],
            val_precision=[tp / (tp + fp)],
            val_recall=[tp / (tp + fn)],
        )
    )
    shared = positive_shares(reading)
    assert shared is not None
    assert shared[0][0] * rows == pytest.approx(tp + fn, rel=1e-6)
    assert shared[1][0] * rows == pytest.approx(tp + fp, rel=1e-6)
    recall, precision = share_of(reading, Metric.RECALL), share_of(reading, Metric.PRECISION)
    assert recall is not None and recall.rows == pytest.approx(tp + fn, rel=1e-6)
    assert precision is not None and precision.rows == pytest.approx(tp + fp, rel=1e-6)


def test_logged_counts_are_taken_before_anything_is_worked_out() -> None:
    one = training(val_recall=[0.5, 0.75], val_true_positives=[10, 15], val_false_negatives=[10, 5])
    recall = share_of(Reading(one), Metric.RECALL)
    assert recall is not None and recall.rows == 20


def test_an_accuracy_is_a_share_of_all_validation_rows() -> None:
    accuracy = share_of(Reading(training(Setting(validation_rows=100), val_acc=[0.5] * 5)), Metric.ACCURACY)
    assert accuracy is not None and accuracy.rows == 100
    # Two standard errors of a difference: 2 * sqrt(2) * 0.05.
    assert accuracy.tolerance == pytest.approx(0.1414, abs=1e-4)


def test_without_the_number_of_rows_the_tolerance_is_a_point_or_the_own_noise() -> None:
    steady = share_of(Reading(training(val_acc=[0.5] * 6)), Metric.ACCURACY)
    shaking = share_of(Reading(training(val_acc=[0.5, 0.7, 0.5, 0.7, 0.5, 0.7])), Metric.ACCURACY)
    assert steady is not None and steady.error is None and steady.tolerance == 0.01
    assert shaking is not None and shaking.tolerance > 0.2


@pytest.mark.parametrize("values", [[_NAN, _NAN], [91.5, 93.0], [-0.1, 0.5], [float("inf")]])
def test_what_is_no_share_is_not_repaired(values: list[float]) -> None:
    assert share_of(Reading(training(val_accuracy=values)), Metric.ACCURACY) is None


def test_nan_between_values_is_left_out() -> None:
    share = share_of(Reading(training(val_accuracy=[0.5, _NAN, 0.7])), Metric.ACCURACY)
    assert share is not None and share.finite.tolist() == [0.5, 0.7] and np.isnan(share.values[1])


def test_a_network_that_calls_nothing_positive_tells_no_positives() -> None:
    reading = Reading(training(val_accuracy=[0.9], val_precision=[0.0], val_recall=[0.0]))
    assert positive_shares(reading) is None


@given(st.floats(0.0, 1.0), st.floats(1.0, 1e6))
def test_no_share_is_ever_certain(share: float, rows: float) -> None:
    assert 0.0 < standard_error(share, rows) <= 0.5 + 1e-9
