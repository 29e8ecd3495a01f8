"""The JSON of a verdict: strict, as its schema says, and read back whole or refused."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightrate.errors import DataError
from rightrate.report.judged.as_json import from_json, to_json
from rightrate.scoring.figure import Figure
from rightrate.verdict import Judgement, Policy, Status

from . import samples
from .strategies import judgements

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "verdict.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def through_a_file(judgement: Judgement) -> dict:
    return json.loads(json.dumps(to_json(judgement), allow_nan=False))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("sample", samples.ALL)
def test_samples_fit_the_schema_and_come_back(sample):
    judgement = sample()
    told = through_a_file(judgement)
    VALIDATOR.validate(told)
    back = from_json(told)
    assert replace(back, curves={}) == replace(judgement, curves={}, policy=back.policy)
    assert through_a_file(back) == told, "the curves too, where a value that is no number is null"


@settings(max_examples=40)  # each example is a whole judgement
@given(judgements())
def test_every_judgement_fits_the_schema_and_comes_back(judgement):
    told = through_a_file(judgement)
    VALIDATOR.validate(told)
    assert from_json(told) == judgement


def test_the_fields_a_reader_relies_on():
    told = to_json(samples.trap())
    assert told["format"] == "rightrate-verdict"
    assert told["format_version"] == 1
    assert told["outcome"] == "NOT_FIT"
    assert told["confusion"] == [[1222, 3], [22, 3]]
    assert told["per_class"]["fraud"]["support"] == {"value": 25, "low": None, "high": None, "n": 1250}
    assert told["metrics"]["precision_at_prevalence"]["value"] is None
    assert told["metrics"]["precision_at_prevalence"]["why"] == "no production prevalence was given"
    first, second, third = told["criteria"]
    assert {key: first[key] for key in ("code", "metric", "class", "value", "n", "bar", "band", "status", "proven", "blocks")} == {
        "code": "RR301", "metric": "recall", "class": "fraud", "value": 0.12, "n": 25, "bar": {"min": 0.8}, "band": "bad",
        "status": "failed", "proven": True, "blocks": True,
    }  # fmt: skip
    assert second["needed"] == 9
    assert third["bar"] == {"max": 0.05}
    assert third["class"] is None


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")])
def test_a_value_that_is_no_number_counts_as_not_measured(odd):
    told = through_a_file(replace(samples.fit(), metrics={"mae": Figure(odd, 1.0, 2.0, 3)}, threshold=odd))
    assert told["metrics"]["mae"]["value"] is None
    assert told["metrics"]["mae"]["low"] is None
    assert told["metrics"]["mae"]["why"]
    assert told["threshold"] is None
    VALIDATOR.validate(told)


def test_numpy_values_and_a_real_policy_become_plain():
    judgement = replace(
        samples.fit(),
        rows=np.int64(3),
        metrics={"mae": Figure(np.float32(0.5), n=np.int64(3))},
        confusion=((np.int64(1), 2), (3, 4)),
        policy=vars(Policy()),
    )
    told = through_a_file(judgement)
    VALIDATOR.validate(told)
    assert told["policy"]["evidence"] == "point"
    assert told["policy"]["require"] == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "a list"),
        (None, "NoneType"),
        ({}, "an object without it"),
        ({"format": "lighthouse"}, "'lighthouse'"),
        ({"format": "rightrate-verdict"}, '"format_version" is None'),
        ({"format": "rightrate-verdict", "format_version": True}, "True"),
        ({"format": "rightrate-verdict", "format_version": 2}, "newer version"),
        ({"format": "rightrate-verdict", "format_version": 1}, '"about" of the verdict is missing|is missing'),
    ],
)
def test_other_formats_and_newer_versions_are_refused(data, words):
    with pytest.raises(DataError, match=words):
        from_json(data)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("outcome",), "MAYBE", "FIT, NOT_FIT"),
        (("reason",), 3, '"reason" of the verdict is 3, where a text'),
        (("rows",), 1.5, "a count"),
        (("rows",), -1, "a count"),
        (("threshold",), "0.5", "a finite number"),
        (("confusion",), [[1, 2], [3]], "a square of counts"),
        (("confusion",), [[1]], "each of the 2 classes"),
        (("class_names",), ["a", 1], "a list of texts"),
        (("criteria", 0, "bar"), {}, '"min" or "max"'),
        (("criteria", 0, "proven"), "yes", '"proven" of criteria 1'),
        (("criteria", 1, "status"), "PASSED", "waived"),
        (("metrics", "mcc", "value"), True, '"value" of metrics, mcc'),
        (("metrics", "mcc"), None, "metrics, mcc is None"),
        (("per_class", "ok", "recall", "n"), "many", "per_class, ok, recall"),
        (("slices",), {}, "a list"),
    ],
)
def test_a_wrong_field_is_named(path, value, words):
    told = through_a_file(samples.trap())
    inner = told
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(DataError, match=words):
        from_json(told)


junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.integers(), max_size=2)
    | st.just({})
)


@given(st.data(), junk)
def test_a_spoiled_verdict_is_read_or_refused_and_nothing_else(data, value):
    told = copy.deepcopy(to_json(samples.trap()))
    inner, key = told, data.draw(st.sampled_from(sorted(told)))
    while isinstance(inner[key], (dict, list)) and inner[key] and data.draw(st.booleans()):
        inner = inner[key]
        key = data.draw(st.sampled_from(sorted(inner)) if isinstance(inner, dict) else st.integers(0, len(inner) - 1))
    if isinstance(inner, dict) and data.draw(st.booleans()):
        del inner[key]
    else:
        inner[key] = value
    try:
        back = from_json(told)
    except DataError:
        return
    assert isinstance(back, Judgement)


def test_fields_of_a_later_version_are_passed_over():
    told = through_a_file(samples.fit()) | {"later": 1}
    assert from_json(told).criteria[1].status is Status.PASSED
