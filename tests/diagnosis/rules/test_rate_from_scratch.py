"""A pretrained network at a rate of training from scratch."""

from __future__ import annotations

from math import nan

import pytest

from rightrate.curves.setting import Setting
from rightrate.diagnosis.check import Check, Outcome
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.reading import Reading
from rightrate.diagnosis.rules.rate_from_scratch import RULE
from tests.diagnosis.trainings import training

NETWORK = {"optimizer": "AdamW", "pretrained": True, "trainable": 5_000_000, "weights": 5_000_000}


def check(rate: float | None = 1e-3, **setting: object) -> Check:
    rates = {"learning_rate": [rate, rate]} if rate is not None else {}
    return RULE.check(Reading(training(Setting(**{**NETWORK, **setting}), loss=[1.0, 0.5], **rates)))  # type: ignore[arg-type]


def test_ten_times_the_usual_rate_fires_with_both_numbers() -> None:
    answer = check(1e-3)
    assert answer.severity is Severity.WARNING
    assert "0.001, 10 times the 0.0001 usual for fine-tuning a network with AdamW" in answer.why
    assert "with a rate of 0.0001" in answer.advice


def test_a_rate_that_float32_rounded_down_fires_too() -> None:
    assert check(0.0009999999).is_fired


def test_a_usual_rate_is_clear() -> None:
    assert check(3e-4).outcome is Outcome.CLEAR


def test_a_head_on_frozen_layers_bears_the_same_rate() -> None:
    assert check(1e-3, trainable=2_000).outcome is Outcome.CLEAR
    assert check(0.1, trainable=2_000).is_fired


def test_sgd_counts_as_without_momentum() -> None:
    assert check(0.1, optimizer="SGD").outcome is Outcome.CLEAR
    assert check(0.3, optimizer="SGD").is_fired


@pytest.mark.parametrize(("unknown", "named"), [
    ("pretrained", "whether the network was pretrained"), ("optimizer", "the optimizer"),
    ("weights", "how many weights there are"), ("trainable", "how many of them are trainable"),
])  # fmt: skip
def test_what_is_not_known_is_named(unknown: str, named: str) -> None:
    answer = check(1e-3, **{unknown: None})
    assert answer.outcome is Outcome.NOT_APPLICABLE
    assert named in answer.why


def test_other_reasons_not_to_apply() -> None:
    assert check(1e-3, pretrained=False).outcome is Outcome.NOT_APPLICABLE
    assert check(1e-3, optimizer="MyOwn").outcome is Outcome.NOT_APPLICABLE
    assert "the learning rate" in check(None).why
    assert "the learning rate" in check(nan).why
