"""A classifier's loss that went where no untrained network is, and came back."""

from __future__ import annotations

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.blew_up import check
from tests.diagnosis.trainings import training

# Recorded by benchmarks/diagnosis.py: cancer_mlp, SGD at 0.1 with Adam's rates (0.316).
BLOWN = [19.4, 17.8, 7.01, 1.7, 0.441, 1.15, 0.0884, 0.0577]
ACCURACY = [0.96, 0.95, 0.955, 0.955, 0.975, 0.95, 0.95, 0.955]


def of(classes: int | None = None, **values: list[float]) -> Check:
    return check(Reading(training(Setting(classes=classes), **values)))


def test_a_mean_cross_entropy_above_ten_is_told_without_the_classes() -> None:
    answer = of(loss=BLOWN, accuracy=ACCURACY)
    assert answer.is_fired and answer.severity is Severity.WARNING
    assert "was 19.4 at epoch 1, where a network that knows nothing has 10 at most" in answer.why
    assert "scale the inputs" in answer.advice


def test_with_known_classes_less_is_enough() -> None:
    assert of(2, loss=[3.5, 0.6, 0.5]).is_fired
    assert of(10, loss=[3.5, 2.0, 1.5]).outcome is Outcome.CLEAR


def test_a_blow_up_in_the_middle_counts_also_where_it_was_no_number() -> None:
    answer = of(2, loss=[0.7, float("nan"), 0.69, 0.69])
    assert answer.is_fired and "was inf at epoch 2" in answer.why


def test_a_loss_that_did_not_come_back_belongs_to_another_rule() -> None:
    assert of(2, loss=[0.7, 5.0, 9.0]).outcome is Outcome.CLEAR


def test_a_regression_may_begin_anywhere() -> None:
    assert of(loss=[1e4, 20.0, 5.0]).outcome is Outcome.NOT_APPLICABLE


def test_one_point_is_not_enough() -> None:
    assert of(2, loss=[30.0]).outcome is Outcome.NOT_ENOUGH_DATA
