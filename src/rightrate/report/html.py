"""The report of a search as one HTML page that opens from disk."""

from __future__ import annotations

from rightrate.report import sections, tables
from rightrate.report.charts import charts
from rightrate.report.document import Document
from rightrate.report.keys import keys
from rightrate.report.marks import Chart
from rightrate.report.one_page import figure, page, svg_of
from rightrate.report.section import First, Section

_TABLES = {
    "rate": tables.rate_table,
    "sweet-spot": tables.sweet_spot_table,
    "curves": tables.curves_table,
    "winner": tables.winner_table,
    "schedule": tables.schedule_table,
}
HEADINGS = {
    "rate": "Which rate is best",
    "sweet-spot": "Precision and recall: the sweet spot",
    "curves": "How each candidate learned",
    "winner": "Training and validation loss at the chosen rate",
    "schedule": "The schedule",
}


def to_html(document: Document) -> str:
    """Return the text of `report.html`."""
    drawn = charts(document)
    figures = {name: figure(name, HEADINGS[name], chart, _TABLES[name](document)) for name, chart in drawn.items()}
    made = [Section(name, HEADINGS[name], figures=(one,)) for name, one in figures.items()]
    found = sections.findings(document)
    if found:
        made.append(Section("findings", "Findings", findings=found))
    made.append(Section("chosen", "The chosen rate in numbers", pairs=sections.answer(document)))
    candidates = tables.candidates(document)
    if candidates.rows:
        made.append(Section("candidates", "All candidates", table=candidates))
    made.append(Section("cost", "What it cost", pairs=sections.cost(document)))
    made.append(Section("about", "How it was measured", pairs=sections.about(document)))
    first = First(
        subject=sections.heading(document),
        headline=sections.headline(document),
        tone="good" if document.learning_rate is not None else "open",
        banner=sections.banner(document),
        keys=keys(document),
        steps=sections.next_steps(document),
    )
    return page(first.subject, first, made, drawn)


def to_svg(chart: Chart) -> str:
    """Return a chart, with its title, as a picture."""
    return svg_of(chart.to_dict())
