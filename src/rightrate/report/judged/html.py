"""A judgement as one HTML page that opens from disk, and as parts of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rightrate.report.judged import tables
from rightrate.report.judged import words as say
from rightrate.report.judged.charts import charts
from rightrate.report.judged.explorer import explorer
from rightrate.report.judged.keys import keys
from rightrate.report.judged.sections import Limits, sections
from rightrate.report.marks import Chart
from rightrate.report.notebook import shown
from rightrate.report.one_page import figure, page
from rightrate.report.section import First, Section
from rightrate.report.table import Table
from rightrate.verdict import Judgement, Outcome

TONES = {Outcome.FIT: "good", Outcome.NOT_FIT: "bad", Outcome.NOT_ENOUGH_EVIDENCE: "open"}
_HEADINGS = {
    "precision-recall": "Precision and recall over all thresholds",
    "calibration": "Are the probabilities right?",
}
# A page scrolls, so that a matrix may be larger than a terminal's; beyond 40 classes nobody reads one.
_LIMITS = Limits(
    criteria=400, classes=1000, confusions=40, slices=200, findings=100, matrix=40, names=200, unfolded=24
)  # fmt: skip
# A table that is looked things up in; finer thresholds are shown by hovering.
_THRESHOLDS = 41
# The charts follow the last one of these that there is.
_BEFORE_CHARTS = ("thresholds", "confusion", "classes", "criteria")
_MOST_STEPS = 6


def to_html(judgement: Judgement) -> str:
    """Return the text of the page, to be written as UTF-8."""
    made, drawn = parts(judgement)
    first = _first(judgement)
    return page(f"{first.headline}: {first.subject}", first, made, drawn)


def in_notebook(judgement: Judgement) -> str:
    """Return what a notebook shows of a verdict."""
    first = _first(judgement)
    return shown(first.headline, first.tone, (*first.sentences, *first.steps[:1]), first.keys)


def _first(judgement: Judgement) -> First:
    return First(
        subject=say.subject(judgement),
        headline=say.outcome(judgement),
        tone=TONES[judgement.outcome],
        sentences=(say.sentence(judgement.reason),),
        keys=keys(judgement),
        steps=next_steps(judgement),
    )


def next_steps(judgement: Judgement) -> tuple[str, ...]:
    """Return what to do next, as sentences."""
    return tuple(say.sentence(step) for step in judgement.next_steps[:_MOST_STEPS])


def parts(judgement: Judgement, level: int = 2) -> tuple[tuple[Section, ...], Mapping[str, Chart]]:
    """Return all but the first screen, and the charts by name.

    Args:
        level: of the headings.
    """
    drawn = charts(judgement)
    made = [section for section in sections(judgement, _LIMITS) if section.name != "next"]
    place = next((i for i, one in reversed(list(enumerate(made))) if one.name in _BEFORE_CHARTS), -1) + 1
    inserted = [_chart(name, chart, judgement) for name, chart in drawn.items()]
    explored = explorer(judgement)
    if explored is not None:
        inserted.insert(0, Section("explorer", "Try other thresholds", explorer=explored))
    made[place:place] = inserted
    return tuple(replace(one, level=level) for one in made), drawn


def _chart(name: str, chart: Chart, judgement: Judgement) -> Section:
    heading = _HEADINGS[name]
    return Section(name, heading, figures=(figure(name, heading, chart, _numbers(name, judgement)),))


def _numbers(name: str, judgement: Judgement) -> Table:
    return tables.calibration(judgement) if name == "calibration" else tables.ranking(judgement, _THRESHOLDS)
