"""RR131."""

from __future__ import annotations

import re

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.validation_fluctuates import check
from tests.diagnosis.trainings import training

_NAN = float("nan")
_SHAKES = [0.9, 0.5, 0.9, 0.45, 0.85, 0.5, 0.8, 0.6]
_STEADY = [0.9, 0.7, 0.6, 0.55, 0.5, 0.48, 0.47, 0.46]


def _rows(rows: int) -> Setting:
    return Setting(validation_rows=rows)


def test_shaking_beyond_the_validation_rows_is_told_with_the_next_rate() -> None:
    found = check(Reading(training(_rows(1000), loss=_STEADY, val_loss=_SHAKES, learning_rate=[0.03] * 8)))
    assert found.severity is Severity.WARNING
    assert "turned 6 times" in found.why and "1000 rows" in found.why
    assert "0.01 instead of 0.03" in found.advice


def test_a_small_validation_set_explains_it_and_the_rows_that_would_settle_it_do() -> None:
    found = check(Reading(training(_rows(30), loss=_STEADY, val_loss=_SHAKES)))
    assert found.outcome is Outcome.CLEAR and "30 rows explains" in found.why
    needed = int(re.findall(r"(\d+) rows would tell", found.why)[0])
    assert needed > 30
    assert check(Reading(training(_rows(2 * needed), loss=_STEADY, val_loss=_SHAKES))).is_fired


def test_an_accuracy_that_shakes_beyond_its_rows_confirms_a_loss_that_shakes_little() -> None:
    val_loss = [2.2, 2.0, 2.2, 2.05, 2.2, 2.0, 2.15, 2.1]
    assert not check(Reading(training(_rows(400), loss=_STEADY, val_loss=val_loss))).is_fired
    accuracy = [0.1, 0.3, 0.1, 0.3, 0.1, 0.3, 0.1, 0.3]
    assert check(Reading(training(_rows(400), loss=_STEADY, val_loss=val_loss, val_accuracy=accuracy))).is_fired


def test_without_the_rows_the_training_loss_is_the_measure() -> None:
    found = check(Reading(training(loss=_STEADY, val_loss=_SHAKES)))
    assert found.is_fired and "small validation set would look the same" in found.why
    assert "validate on more rows" in found.advice
    both = check(Reading(training(loss=_SHAKES, val_loss=_SHAKES)))
    assert both.outcome is Outcome.CLEAR and "validation adds nothing" in both.why
    alone = check(Reading(training(val_loss=_SHAKES)))
    assert alone.outcome is Outcome.CLEAR and "may be chance" in alone.why


def test_an_accuracy_alone_is_held_against_its_rows() -> None:
    accuracy = [0.5, 0.7, 0.5, 0.72, 0.5, 0.7, 0.52, 0.7]
    assert check(Reading(training(_rows(1000), val_accuracy=accuracy))).is_fired
    few = check(Reading(training(_rows(12), val_accuracy=accuracy)))
    assert few.outcome is Outcome.CLEAR and "12 rows explains" in few.why
    assert check(Reading(training(val_accuracy=accuracy))).outcome is Outcome.CLEAR


def test_a_healthy_training_is_silent() -> None:
    assert check(Reading(training(_rows(1000), loss=_STEADY, val_loss=_STEADY))).outcome is Outcome.CLEAR


def test_one_bump_is_no_shaking() -> None:
    bump = [0.9, 0.7, 0.6, 0.55, 0.9, 0.5, 0.51, 0.5]
    assert check(Reading(training(_rows(10_000), loss=_STEADY, val_loss=bump))).outcome is Outcome.CLEAR


def test_shaking_that_is_over_is_silent() -> None:
    settled = [2.0, 1.2, 2.0, 1.2, 2.0, 1.2, 1.0, 0.9, 0.8]
    found = check(Reading(training(_rows(10_000), val_loss=settled)))
    assert found.outcome is Outcome.CLEAR and "falls steadily at the end" in found.why


def test_four_points_are_not_enough_and_nan_counts_as_none() -> None:
    found = check(Reading(training(_rows(1000), val_loss=[1.0, 0.5, _NAN, 1.0, 0.5])))
    assert found.outcome is Outcome.NOT_ENOUGH_DATA and "4 validations" in found.why


def test_without_validation_it_is_not_applicable() -> None:
    assert check(Reading(training(loss=_SHAKES))).outcome is Outcome.NOT_APPLICABLE


def test_shaking_of_next_to_nothing_does_not_matter() -> None:
    little = [0.7, 0.1, 0.009, 0.004, 0.009, 0.005, 0.008, 0.004, 0.009]
    loss = [0.7, 0.3, 0.1, 0.05, 0.03, 0.02, 0.01, 0.009, 0.008]
    found = check(Reading(training(_rows(1000), loss=loss, val_loss=[10 * one for one in little])))
    assert found.is_fired
    found = check(Reading(training(_rows(1000), loss=loss, val_loss=[one / 2 for one in little])))
    assert found.outcome is Outcome.CLEAR and "nothing is left" in found.why
