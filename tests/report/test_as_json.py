"""result.json: strict, complete, and honest about what is no number."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from rightrate.report.as_json import to_dict, to_json
from rightrate.report.thinning import MOST_POINTS, thin

from . import samples


def strict(text: str) -> dict:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("sample", samples.ALL)
def test_is_strict_json_and_equal_to_the_dict(sample):
    document = sample()
    assert strict(to_json(document)) == to_dict(document)


def test_has_the_answer_and_every_value():
    document = samples.normal()
    data = strict(to_json(document))
    assert (data["format"], data["kind"], data["finished"]) == (1, "tune", True)
    assert (data["learning_rate"], data["interval"], data["chosen"]) == (3e-4, [1e-4, 1e-3], 3)
    assert data["schedule"]["peak"] == 3e-4
    assert data["schedule"]["rates"]["values"] == document.schedule.rates.tolist()
    for trial, written in zip(document.trials[:7], data["trials"], strict=False):
        assert written["learning_rate"] == trial.learning_rate
        assert written["train_loss"]["values"] == trial.train_loss.tolist()
        assert [e["values"]["val_loss"] for e in written["evaluations"]] == trial.curve.values.tolist()
        assert written["scores"]["recall"] == trial.scores.recall
    assert data["cost"]["plan"]["cache_bytes"] == 12_300_000
    assert data["about"]["Seed"] == "0"


def test_what_is_no_number_is_null_and_marked():
    infinite, nan = to_dict(samples.normal())["trials"][7:]
    assert infinite["evaluations"][-1]["values"] == {"val_loss": None}
    assert infinite["evaluations"][-1]["not_finite"] == {"val_loss": "infinite"}
    assert nan["ended"] == "diverged"
    assert nan["train_loss"]["values"][-1] is None
    assert nan["train_loss"]["not_finite"] == {
        "count": 1,
        "first_step": 13,
        "steps": [13],
        "values": ["not a number"],
    }
    finding = to_dict(samples.normal())["findings"][0]
    assert finding["evidence"]["loss"] is None
    assert finding["not_finite"] == {"loss": "not a number"}


def test_no_rate_is_null():
    data = to_dict(samples.unfinished())
    assert [data[k] for k in ("learning_rate", "interval", "schedule", "chosen")] == [None] * 4
    assert (data["finished"], data["unfinished"]) == (False, "interrupted by Ctrl-C after 4 s")
    assert data["trials"][1]["scores"] is None


def test_long_losses_are_thinned_and_say_so():
    document = samples.single()
    loss = np.linspace(2.0, 1.0, 5000)
    loss[[1234, 4321]] = math.nan, math.inf
    document = replace(document, trials=(replace(document.trials[0], train_loss=loss),))
    written = to_dict(document)["trials"][0]["train_loss"]
    assert len(written["steps"]) == len(written["values"]) == MOST_POINTS
    assert (written["points"], written["thinned"]) == (5000, True)
    assert (written["steps"][0], written["steps"][-1]) == (1, 5000)
    assert written["not_finite"]["steps"] == [1235, 4322]
    assert written["values"][written["steps"].index(1235)] is None


def test_thinning_of_endless_nan_stays_within_its_limit_and_keeps_finite_points():
    values = np.full(5000, math.nan)
    values[:2000] = 1.0
    kept = thin(values)
    assert len(kept) <= MOST_POINTS
    assert {0, 2000, 4999} <= set(kept.tolist())
    assert np.isfinite(values[kept]).sum() > 400
