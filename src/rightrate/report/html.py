"""The report of a search as one HTML page that opens from disk."""

from __future__ import annotations

from dataclasses import replace

from rightrate.report import sections, tables, titles
from rightrate.report.charts import charts, rate_chart
from rightrate.report.diagnosed import sections as diagnosed
from rightrate.report.document import Document
from rightrate.report.figure import Figure
from rightrate.report.judged import html as judged
from rightrate.report.judged import words as say
from rightrate.report.keys import keys
from rightrate.report.marks import Chart
from rightrate.report.notebook import shown
from rightrate.report.one_page import figure, page, svg_of
from rightrate.report.section import First, Section
from rightrate.verdict import Judgement

_TABLES = {
    "rate": tables.rate_table,
    "sweet-spot": tables.sweet_spot_table,
    "curves": tables.curves_table,
    "winner": tables.winner_table,
    "schedule": tables.schedule_table,
}
# Names of sections of the search, which those of the verdict must not have again.
_TAKEN = ("findings", "about")
SHAPES = "Shapes of the schedule at the chosen rate"
HEADINGS = {
    "rate": "Which rate is best",
    "sweet-spot": "Precision and recall: the sweet spot",
    "curves": "How each candidate learned",
    "winner": "Training and validation loss at the chosen rate",
    "schedule": "The schedule",
}


def to_html(document: Document) -> str:
    """Return the text of `report.html`."""
    drawn = dict(charts(document))
    figures = {name: figure(name, HEADINGS[name], chart, _TABLES[name](document)) for name, chart in drawn.items()}
    made = [Section(name, HEADINGS[name], figures=(one,)) for name, one in figures.items() if name != "winner"]
    made += _training(document, figures.get("winner"))
    if document.judgement is not None:
        of_verdict, more = judged.parts(document.judgement, level=3)
        made.append(_verdict(document.judgement))
        made += [replace(one, name=f"verdict-{one.name}" if one.name in _TAKEN else one.name) for one in of_verdict]
        drawn |= more
    made.append(Section("chosen", "The chosen rate in numbers", pairs=sections.answer(document)))
    candidates = tables.candidates(document)
    if candidates.rows:
        made.append(Section("candidates", "All candidates", table=candidates))
    if len(document.shaped) > 1:
        made.append(Section("shapes", SHAPES, table=tables.shapes(document)))
    made.append(Section("cost", "What it cost", pairs=sections.cost(document)))
    made.append(Section("about", "How it was measured", pairs=sections.about(document)))
    return page(sections.heading(document), _first(document), made, drawn)


def in_notebook(document: Document) -> str:
    """Return what a notebook shows of a search."""
    first = _first(document)
    said = [f"{first.outcome[1]} {first.sentences[0]}" if first.outcome else first.sentences[0]]
    said = [first.banner, *said] if first.banner else said
    return shown(first.headline, first.tone, said, first.keys, rate_chart(document) if document.trials else None)


def _first(document: Document) -> First:
    judgement = document.judgement
    said = titles.rate_title(document) if judgement is None else sections.verdict_sentence(judgement)
    return First(
        subject=sections.heading(document),
        headline=sections.headline(document),
        tone="good" if document.learning_rate is not None else "open",
        sentences=(said,),
        outcome=None if judgement is None else (judged.TONES[judgement.outcome], say.outcome(judgement) + ":"),
        banner=sections.banner(document),
        keys=keys(document),
        steps=sections.next_steps(document),
    )


def _training(document: Document, winner: Figure | None) -> list[Section]:
    """The chosen training with its findings drawn in, and the findings about the search."""
    examined = None if document.diagnosed is None else document.diagnosed.main
    of_training = () if examined is None else diagnosed.findings(examined)
    found = (*sections.findings(document), *of_training)
    made = []
    if found:
        made.append(Section("findings", "Findings", findings=found))
    if winner is not None:
        said = () if examined is None or of_training else (diagnosed.leading(examined)[1],)
        folded = None if examined is None else diagnosed.rules(examined)
        made.append(
            Section("winner", HEADINGS["winner"], after=said, figures=(winner,), folded=folded, folds="Every rule")
        )
    return made


def _verdict(judgement: Judgement) -> Section:
    said = (f"{say.outcome(judgement)}: {sections.verdict_sentence(judgement)}",)
    return Section("verdict", "Is the fine-tuned model fit?", before=said)


def to_svg(chart: Chart) -> str:
    """Return a chart, with its title, as a picture."""
    return svg_of(chart.to_dict())
