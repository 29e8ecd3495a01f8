"""The JSON of a diagnosis: strict, as its schema has it, and with nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings

from rightrate.diagnosing import diagnose_trainings
from rightrate.diagnosis.rules import RULES
from rightrate.report.diagnosed.as_json import to_json
from tests.diagnosis.trainings import trainings

from . import samples

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA = jsonschema.Draft202012Validator(json.loads((DOCS / "diagnosis.schema.json").read_text()))


def told(shown):
    value = json.loads(json.dumps(to_json(shown), allow_nan=False))
    SCHEMA.validate(value)
    return value


@pytest.mark.parametrize("sample", (*samples.ALL, samples.many))
def test_it_fits_the_schema_and_accounts_for_every_rule(sample):
    value = told(sample())
    for one in (value, *value["trainings"]):
        assert [rule["code"] for rule in one["rules"]] == [rule.code for rule in RULES]
        fired = {rule["code"] for rule in one["rules"] if rule["outcome"] == "fired" and rule["ignored"] is None}
        assert {finding["code"] for finding in one["findings"]} == fired


@settings(max_examples=60)
@given(trainings())
def test_any_training_fits_the_schema(training):
    told(diagnose_trainings([training]).document)


def test_what_leads_is_there_with_its_cause_and_its_advice():
    value = told(samples.overfits())
    assert value["leading"]["cause"] == "overfitting" and value["leading"]["code"] == "RR121"
    assert value["band"] == "bad" and "early stopping" in value["leading"]["advice"]
    assert value["findings"][0]["code"] == "RR121" and value["trainings"] == []
    assert next(rule for rule in value["rules"] if rule["code"] == "RR121")["at"] == [3, 8]


def test_without_enough_data_nothing_is_claimed():
    value = told(samples.one_point())
    assert value["leading"]["cause"] == "not_enough_data" and value["leading"]["code"] is None
    assert value["band"] is None and "fewer than two" in value["band_why"]


def test_what_is_no_number_is_null_with_its_word():
    curves = told(samples.diverged())["training"]["curves"]
    assert curves["loss"]["values"] == [0.9, 0.7, None, None]
    assert curves["loss"]["not_finite"] == [{"step": 3, "why": "NaN"}, {"step": 4, "why": "NaN"}]
    assert curves["val_loss"]["not_finite"] == [{"step": 4, "why": "infinite"}]


def test_long_curves_are_counted_and_left_out():
    curve = told(samples.steps())["training"]["curves"]["loss"]
    assert (curve["points"], curve["steps"], curve["values"]) == (5000, None, None)


def test_several_trainings_are_all_there_and_the_best_leads():
    value = told(samples.several())
    assert [one["training"]["name"] for one in value["trainings"]] == [
        "1e-05.csv",
        "0.0001.csv",
        "0.001.csv",
        "0.01.csv",
    ]
    assert value["training"]["name"] == value["comparison"]["chosen"] == "0.001.csv"
    last = value["comparison"]["rows"][-1]
    assert (last["final"], last["why"], last["place"]) == (None, "it is NaN", "too high")


def test_the_document_names_every_field():
    text = (DOCS / "diagnosis-format.md").read_text()
    value = told(samples.several())
    names = {*value, *value["training"], *value["leading"], *value["comparison"], *value["comparison"]["rows"][0]}
    names |= {*value["rules"][0], *value["training"]["curves"]["loss"]}
    assert {name for name in names if f"`{name}`" not in text and f"`leading.{name}`" not in text} == set()
