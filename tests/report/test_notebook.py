"""What a notebook shows, and charts by their name."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import altair as alt
import pytest

from rightrate.errors import UsageError
from rightrate.judging import judge
from rightrate.runner.diagnosis import Diagnosis
from rightrate.runner.found import FindResult
from rightrate.runner.result import TuneResult

from . import large, samples
from .diagnosed import samples as trainings
from .pages.kinds import hostile_verdict


class Read(HTMLParser):
    """The tags, attributes and text of some HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.text += data


RESULTS = {
    "tune": lambda: TuneResult(samples.full()),
    "tune, hostile": lambda: TuneResult(samples.hostile()),
    "tune, empty": lambda: TuneResult(samples.empty()),
    "tune, large": lambda: TuneResult(large.document(64, 100)),
    "find": lambda: FindResult(replace(samples.normal(), looked_at=1 / 16)),
    "verdict": samples.judged,
    "verdict, hostile": hostile_verdict,
    "diagnosis": lambda: Diagnosis(trainings.overfits()),
    "diagnosis, hostile": lambda: Diagnosis(trainings.hostile()),
    "diagnosis, no loss": lambda: Diagnosis(trainings.no_loss()),
}


@pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS)
def test_it_is_small_and_has_inline_styles_only(make):
    text = make()._repr_html_()
    read = Read(text)
    assert len(text.encode()) < 30_000
    assert set(read.tags) <= {"div", "img"} and read.tags.count("img") <= 1
    assert set(read.attributes) <= {"style", "src", "alt"}
    assert all(source.startswith("data:") for source in re.findall(r'src="([^"]*)', text))
    assert not re.search(r"[;\"]\s*color:", text), "the notebook's own colour is read in dark notebooks too"


def test_it_answers_first():
    assert Read(RESULTS["tune"]()._repr_html_()).text.startswith("Use a learning rate of 3e-4.FIT: All bars")
    assert Read(samples.judged()._repr_html_()).text.startswith("FITAll bars are cleared")
    assert Read(RESULTS["diagnosis"]()._repr_html_()).text.startswith("The network overfits")


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (RESULTS["tune"], ("rate", "sweet-spot", "curves", "winner", "schedule")),
        (samples.judged, ("precision-recall", "calibration")),
        (RESULTS["diagnosis"], ("losses", "metrics")),
        (lambda: Diagnosis(trainings.several()), ("comparison", "losses")),
    ],
)
def test_a_chart_by_name_can_be_changed_and_saved(make, names, tmp_path):
    for name in names:
        chart = make().plot(name).properties(width=300)
        assert isinstance(chart, alt.LayerChart)
        chart.save(tmp_path / f"{name}.svg")
        assert (tmp_path / f"{name}.svg").read_text().startswith("<svg")


def test_the_first_chart_is_drawn_where_nobody_names_one():
    assert RESULTS["tune"]().plot().to_dict()["title"] == RESULTS["tune"]().plot("rate").to_dict()["title"]


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(UsageError, match=r"no chart 'rates'.*rate, sweet-spot, curves, winner, schedule.*Did you mean"):
        RESULTS["tune"]().plot("rates")


@pytest.mark.parametrize(
    ("make", "name", "why"),
    [
        (lambda: TuneResult(samples.unfinished()), "schedule", "no rate was chosen"),
        (lambda: TuneResult(samples.regression()), "sweet-spot", "were not measured. Charts that can be drawn: rate"),
        (lambda: judge([0, 1, 1], [0, 1, 0]), "calibration", "it takes probabilities"),
        (RESULTS["diagnosis"], "comparison", "several trainings"),
    ],
)
def test_a_chart_that_cannot_be_drawn_says_why(make, name, why):
    with pytest.raises(UsageError, match=why):
        make().plot(name)
