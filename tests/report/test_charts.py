"""Charts: what they draw, what they leave out, and what their titles claim."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from rightrate.diagnosis import Finding, Severity
from rightrate.report import axes, marks, sections, titles, words
from rightrate.report.charts import charts, curves_chart, rate_chart, sweet_spot_chart
from rightrate.report.html import to_svg
from rightrate.report.roles import Role
from rightrate.search import Ended, Evaluation

from . import samples


def title(chart) -> str:
    return " ".join(chart.to_dict()["title"]["text"])


def rows(chart) -> list[dict]:
    return [row for values in chart.to_dict()["datasets"].values() for row in values]


def test_which_charts_there_are():
    assert list(charts(samples.normal())) == ["rate", "sweet-spot", "curves", "winner", "schedule"]
    assert list(charts(samples.regression())) == ["rate", "curves", "winner", "schedule"]
    assert list(charts(samples.unfinished())) == ["rate", "sweet-spot", "curves"]
    assert charts(samples.empty()) == {}


@pytest.mark.parametrize("sample", samples.ALL)
def test_every_chart_becomes_well_formed_svg(sample):
    for chart in charts(sample()).values():
        root = ElementTree.fromstring(to_svg(chart))
        assert root.tag.endswith("svg")
        assert not root.findall(".//{*}script")


def test_titles_say_what_was_measured():
    drawn = charts(samples.normal())
    assert title(drawn["rate"]) == (
        "At the chosen 3e-4 the validation loss is 0.3027; 1e-4 to 1e-3 cannot be told apart; "
        "from a rate of 0.03 up training diverges."
    )
    assert title(drawn["sweet-spot"]) == ("At 3e-4 precision is 94.9 % and recall 93 % (class fraud): both are good.")
    assert title(drawn["schedule"]) == "Warm up over 20 steps, then fall along a cosine from 3e-4 towards 0."


@pytest.mark.parametrize(
    ("precision", "recall", "text"),
    [
        (0.9, 0.12, "recall is below 50 %, which is bad"),
        (0.2, 0.2, "both are below 50 %, which is bad"),
        (0.9, 0.8, "fair, since not both are above 80 %"),
        (None, 0.9, "precision cannot be judged"),
        (None, 0.0, "recall is below 50 %, which is bad"),
        (None, None, "precision and recall cannot be judged"),
    ],
)
def test_bands(precision, recall, text):
    assert titles.band(replace(samples.scores(0.9, 0.9), precision=precision, recall=recall)) == text


def test_a_rebound_of_the_validation_loss_is_in_the_title():
    document = samples.single()
    points = tuple(Evaluation(i + 1, 4, {"val_loss": v}) for i, v in enumerate((0.7, 0.4, 0.9)))
    trial = replace(document.trials[0], evaluations=points, steps=3, total_steps=3, train_loss=np.ones(3))
    assert title(curves_chart(replace(document, trials=(trial,)))) == (
        "At 0.05 the validation loss falls from 0.7 to 0.4 at epoch 2 and ends at 0.9 at epoch 3."
    )


def test_diverged_candidates_are_crosses_and_not_numbers():
    drawn = rows(rate_chart(samples.normal()))
    diverged = {row["rate"]: row["value"] for row in drawn if row.get("role") == Role.TOO_HIGH_DIVERGED.value}
    assert diverged == {0.03: None, 0.1: None}


def test_an_enormous_loss_squashes_nothing():
    document = samples.normal()
    huge = samples.diverged(0.03, 47, 1e308)
    document = replace(document, trials=(*document.trials[:7], huge, document.trials[8]))
    chart = curves_chart(document)
    domain = chart.to_dict()["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert domain[1] < 2
    assert "leave the picture" in " ".join(chart.to_dict()["title"]["subtitle"])


@pytest.mark.parametrize("value", [0.0, -1.0, 1e308, -1e308, 5e-324])
def test_any_finite_loss_has_an_axis(value):
    for calm, wild in (([value], []), ([value, 1.0], []), ([1.0], [value]), ([], [value])):
        axis = axes.value_axis(calm, wild)
        assert math.isfinite(axis.low)
        assert math.isfinite(axis.high)
        assert axis.low < axis.high


def test_all_diverged_draws_crosses_on_an_axis_without_numbers():
    document = replace(
        samples.unfinished(), trials=(samples.diverged(0.1, 13, math.nan), samples.diverged(1.0, 5, math.inf))
    )
    chart = rate_chart(document).to_dict()
    y = next(layer["encoding"]["y"] for layer in chart["layer"] if "field" in layer["encoding"].get("y", {}))
    assert y["axis"]["labels"] is False
    assert title(rate_chart(document)).startswith("No rate was chosen, and no validation loss was measured")


def test_sweet_spot_leaves_gaps_where_precision_was_not_measured():
    document = samples.normal()
    blind = replace(document.trials[5], scores=replace(document.trials[5].scores, precision=None))
    document = replace(document, trials=(*document.trials[:5], blind, *document.trials[6:]))
    values = {(r["rate"], r["name"]): r["value"] for r in rows(sweet_spot_chart(document)) if "name" in r}
    assert values[3e-3, "precision"] is None
    assert values[3e-3, "recall"] is not None


def test_roles_all_have_looks_and_the_colours_are_okabe_ito():
    for looks in (marks.COLOURS, marks.DASHES, marks.SHAPES):
        assert set(looks) == set(Role)
    assert {marks.BLUE, marks.GREEN, marks.VERMILLION} == {"#0072B2", "#009E73", "#D55E00"}


def test_svg_of_hostile_names_carries_no_markup():
    for chart in charts(samples.hostile()).values():
        assert not re.search(r"<(script|img)", to_svg(chart))


def test_interrupted_winner_says_how_far_it_trained():
    document = samples.normal()
    cut = replace(samples.trial(3e-4, until=60), ended=Ended.INTERRUPTED)
    document = replace(document, trials=(*document.trials[:3], cut, *document.trials[4:]), unfinished="stopped")
    assert dict(sections.answer(document))["Validation loss"].endswith("after 3 of 10 epochs")


def test_a_finding_about_one_rate_is_named_at_that_rate():
    document = samples.normal()
    low = document.trials[0].learning_rate
    trap = Finding("RR204", "A trap.", Severity.HINT, evidence={"learning_rate": low}, advice="")
    edge = Finding("RR201", "The edge.", Severity.WARNING, evidence={"learning_rate": low}, advice="")
    drawn = charts(replace(document, findings=(trap, edge)))
    marked = [row for row in rows(drawn["rate"]) if "code" in row]
    assert marked and all(row == {"rate": low, "code": "RR204, RR201"} for row in marked)
    assert [row["code"] for row in rows(drawn["sweet-spot"]) if "code" in row][:1] == ["RR204"]
    assert f"RR204 at {words.rate(low)}" in " ".join(drawn["rate"].to_dict()["title"]["subtitle"])
    plain = charts(replace(document, findings=()))
    assert not [row for row in rows(plain["rate"]) if "code" in row]


def test_the_chosen_rate_s_label_leaves_the_crosses_beside_it_free():
    document = samples.normal()
    low = min(trial.learning_rate for trial in document.trials)
    trials = tuple(replace(one, ended=Ended.DIVERGED) if i and i < 3 else one for i, one in enumerate(document.trials))
    beside = replace(document, trials=trials, learning_rate=low, chosen=0, interval=None)
    free = replace(
        document, trials=document.trials[:1] + document.trials[3:], learning_rate=low, chosen=0, interval=None
    )

    def height(one):
        (label,) = (
            layer
            for layer in rate_chart(one).to_dict()["layer"]
            if layer["encoding"].get("text", {}).get("field") == "label"
        )
        return label["encoding"]["y"]["value"]

    assert height(beside) > 16 > height(free)
