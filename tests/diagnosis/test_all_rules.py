"""What every rule must keep to: an answer to any training at all, a page with all parts, a code of its own."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given

from rightrate.curves.training import Training
from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.examine import examine
from rightrate.diagnosis.leading import ORDER
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rule import HEADINGS, Rule
from rightrate.diagnosis.rules import RULES
from tests.diagnosis.trainings import training, trainings


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
class TestEveryRule:
    @given(one=trainings(), other=trainings())
    def test_answers_any_training_without_a_warning(self, rule: Rule, one: Training, other: Training) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check = rule.check(Reading(one, (other,)))
        assert check.why.endswith((".", ")")) and len(check.why) > 10
        assert (check.outcome is Outcome.FIRED) == (check.severity is not None) == bool(check.advice)
        for value in check.evidence.values():
            assert value is None or isinstance(value, (int, float, str))
        if check.at is not None:
            assert check.at[0] <= check.at[1]

    def test_gives_the_same_answer_twice(self, rule: Rule) -> None:
        one = training(loss=[3.0, 2.0, 1.0, 0.5], val_loss=[3.0, 2.0, 2.5, 3.0])
        assert rule.check(Reading(one)) == rule.check(Reading(one))

    def test_says_nothing_of_nothing(self, rule: Rule) -> None:
        assert rule.check(Reading(training())).outcome in (Outcome.NOT_APPLICABLE, Outcome.NOT_ENOUGH_DATA)

    def test_has_a_page_with_every_part(self, rule: Rule) -> None:
        assert tuple(rule.parts) == HEADINGS
        assert all(rule.parts.values())
        assert 10 < len(rule.title) < 90


def test_codes_are_unique_sorted_and_well_formed() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"RR1\d\d", code) for code in codes)
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)


def test_the_order_of_causes_names_rules_that_exist_once() -> None:
    assert len(set(ORDER)) == len(ORDER)
    assert set(ORDER) <= {rule.code for rule in RULES}


def test_a_healthy_training_is_silent_and_good() -> None:
    healthy = training(
        loss=[1.2, 0.7, 0.5, 0.42, 0.38, 0.36, 0.35, 0.345],
        val_loss=[0.9, 0.62, 0.50, 0.45, 0.43, 0.42, 0.416, 0.415],
        accuracy=[0.6, 0.75, 0.82, 0.85, 0.87, 0.88, 0.885, 0.887],
        val_accuracy=[0.7, 0.78, 0.82, 0.84, 0.85, 0.855, 0.858, 0.86],
    )
    examined = examine(healthy)
    assert [finding.code for finding in examined.findings] == []
    assert examined.leading.cause.value == "none"
    assert examined.band.band == "good"


def test_every_rule_is_accounted_for() -> None:
    assert [answer.rule for answer in examine(training(loss=[1.0, 0.5])).answers] == list(RULES)
