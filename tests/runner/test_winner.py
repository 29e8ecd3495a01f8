"""The chosen training, diagnosed: what a report of a search says went on in it, and where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rightrate.report.as_json import to_dict
from rightrate.report.charts import winner_chart
from rightrate.report.html import to_html
from rightrate.report.sections import next_steps
from rightrate.runner.winner import diagnosed
from rightrate.search import Ended
from tests.report import samples


def drawn(chart) -> list[dict]:
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def test_a_turn_of_the_validation_loss_is_found_and_drawn_where_it_happens():
    document = samples.full()
    assert document.diagnosed.main.leading.code == "RR121"
    mark = next(row for row in drawn(winner_chart(document)) if row.get("code") == "RR121")
    assert (mark["epoch"], mark["last"]) == (5, 10), "the loss turned at epoch 5 of 10"
    assert "RR121" in to_html(document) and document.diagnosed.main.leading.advice in next_steps(document)


def test_a_sound_training_has_no_finding_and_no_mark():
    document = samples.normal()
    found = diagnosed(document)
    assert found.main.findings == () and found.main.band.band == "good"
    assert not any("code" in row for row in drawn(winner_chart(replace(document, diagnosed=found))))


def test_the_curves_are_those_of_the_trial_with_the_rate_that_was_in_force():
    document = samples.normal()
    training = diagnosed(document).training
    assert training.curves["val_loss"].values.tolist() == document.winner.curve.values.tolist()
    assert training.curves["loss"].values.tolist() == document.winner.train_loss.tolist()
    np.testing.assert_allclose(training.curves["learning_rate"].values, document.schedule.rates, rtol=1e-12)


def test_evaluations_on_fewer_samples_are_left_out():
    document = samples.normal()
    first, *rest = document.winner.evaluations
    early = replace(first, samples=20, values={"val_loss": 9.0})
    trials = list(document.trials)
    trials[3] = replace(trials[3], evaluations=(early, *rest))
    assert 9.0 not in diagnosed(replace(document, trials=tuple(trials))).training.curves["val_loss"].values


@pytest.mark.parametrize("sample", (samples.unfinished, samples.empty))
def test_without_a_winner_there_is_nothing_to_diagnose(sample):
    assert diagnosed(sample()) is None


def test_a_training_that_was_not_run_to_its_end_is_not_diagnosed():
    document = samples.normal()
    trials = list(document.trials)
    trials[3] = replace(trials[3], ended=Ended.INTERRUPTED)
    assert diagnosed(replace(document, trials=tuple(trials))) is None


def test_result_json_has_what_the_page_shows():
    told = to_dict(samples.full())
    assert told["verdict"]["format"] == "rightrate-verdict" and told["verdict"]["curves"]["counts"]["tp"]
    assert told["diagnosis"]["leading"]["code"] == "RR121"
    assert told["headline"] == "Use a learning rate of 3e-4." and told["next_steps"]
    bare = to_dict(samples.normal())
    assert bare["verdict"] is None and bare["diagnosis"] is None and bare["format"] == 1
