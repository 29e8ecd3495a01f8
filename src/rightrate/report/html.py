"""The report of a search as one HTML page that opens from disk."""

from __future__ import annotations

from rightrate.report import sections, tables
from rightrate.report.charts import charts
from rightrate.report.document import Document
from rightrate.report.marks import Chart
from rightrate.report.one_page import figure, render, svg_of

_TABLES = {
    "rate": tables.rate_table,
    "sweet-spot": tables.sweet_spot_table,
    "curves": tables.curves_table,
    "winner": tables.winner_table,
    "schedule": tables.schedule_table,
}
_HEADINGS = {
    "rate": "Which rate is best",
    "sweet-spot": "Precision and recall: the sweet spot",
    "curves": "How each candidate learned",
    "winner": "Training and validation loss at the chosen rate",
    "schedule": "The schedule",
}


def to_html(document: Document) -> str:
    """Return the text of `report.html`."""
    drawn = charts(document)
    return render(
        "page.html.j2",
        ["page.css"],
        drawn,
        heading=sections.heading(document),
        headline=sections.headline(document),
        chosen=document.learning_rate is not None,
        banner=sections.banner(document),
        answer=sections.answer(document),
        findings=sections.findings(document),
        figures=[figure(name, _HEADINGS[name], chart, _TABLES[name](document)) for name, chart in drawn.items()],
        candidates=tables.candidates(document),
        cost=sections.cost(document),
        about=sections.about(document),
    )


def to_svg(chart: Chart) -> str:
    """Return a chart, with its title, as a picture."""
    return svg_of(chart.to_dict())
