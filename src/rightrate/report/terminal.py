"""The report for a terminal, as something that rich can print: the answer first.

Texts are handed to rich as `Text`, never as markup, so that a class named `[red]` stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from rightrate.report import sections, tables, words
from rightrate.report.document import Document
from rightrate.report.section import Pair
from rightrate.report.table import Table
from rightrate.search import Ended

_STYLES = {"critical": "bold red", "warning": "bold yellow", "hint": "bold cyan"}
# Columns that the files show and a terminal has no room for; the reasons follow below the table.
_LEFT_OUT = ("accuracy", "why it stopped")


def to_terminal(document: Document) -> Group:
    """Return the whole report: answer, candidates, findings, cost. Print it with a `rich.console.Console`."""
    style = "bold yellow" if document.learning_rate is None else "bold green"
    warning = sections.banner(document)
    parts: list[RenderableType] = [
        Text(sections.heading(document), style="dim"),
        Text(sections.headline(document), style=style),
        *([Text(warning, style="yellow")] if warning else []),
        Text(),
        pairs_grid((*sections.answer(document), *sections.fitness(document))),
    ]
    candidates = tables.candidates(document)
    if candidates.rows:
        parts += [Text(), _table(candidates), *_stopped(document)]
    for tag, title, advice in sections.findings(document):
        parts += [Text(), finding_lines(tag, title, advice)]
    return Group(*parts, Text(), pairs_grid(sections.cost(document)))


def pairs_grid(pairs: Iterable[Pair]) -> Grid:
    """Labels and what they say, in two columns."""
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", max_width=28)
    grid.add_column(overflow="fold")
    for label, text in pairs:
        grid.add_row(Text(label), Text(text))
    return grid


def _table(table: Table) -> Grid:
    """Lay out the columns that a terminal of 80 has room for."""
    kept = [index for index, column in enumerate(table.columns) if column not in _LEFT_OUT]
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for index in kept:
        texts = [table.columns[index], *(row[index] for row in table.rows)]
        longest = max(len(word) for text in texts for word in text.split())
        # A column at least as wide as its longest word breaks no word in two.
        grid.add_column(Text(texts[0], style="dim"), overflow="fold", min_width=min(longest, 12))
    for number, row in enumerate(table.rows):
        style = "bold green" if number == table.marked else ""
        grid.add_row(*(Text(row[index]) for index in kept), style=style)
    return grid


def _stopped(document: Document) -> list[RenderableType]:
    reasons = [
        (words.rate(trial.learning_rate), tables.why(trial))
        for trial in document.trials
        if trial.ended is not Ended.FINISHED
    ]
    return [Text(), Text("Why candidates stopped", style="dim"), pairs_grid(reasons)] if reasons else []


def finding_lines(tag: str, title: str, advice: str) -> Group:
    """A finding with its advice below it, where there is any."""
    head = Text.assemble((tag, _STYLES.get(tag.split(" ")[0], "bold")), "  ", title)
    return Group(head, *([Padding(Text(advice), (0, 0, 0, 2))] if advice else []))
