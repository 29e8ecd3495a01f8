"""A judgement for a terminal, as something that rich can print: the answer and its reason first.

Texts are handed to rich as `Text`, never as markup, so that a class named `[red]` stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from rightrate.report.judged import sections, tables
from rightrate.report.judged import words as say
from rightrate.report.judged.sections import Limits
from rightrate.report.section import Section
from rightrate.report.table import Table
from rightrate.report.terminal import finding_lines, pairs_grid
from rightrate.verdict import Judgement, Outcome

_OUTCOMES = {
    Outcome.FIT: "bold green",
    Outcome.NOT_FIT: "bold red",
    Outcome.NOT_ENOUGH_EVIDENCE: "bold yellow",
}
_TONES = {"good": "green", "bad": "bold red", "open": "yellow"}
# What the files show and a terminal of 80 has no room for.
_LEFT_OUT = ("cost of a row",)
# A terminal shows what fits on a few screens; the files have the rest.
_LIMITS = Limits(
    criteria=24, classes=tables.MATRIX_CLASSES, confusions=10, slices=10, findings=10, steps=8, names=48, brief=True
)


def to_terminal(judgement: Judgement) -> Group:
    """Return the whole judgement. Print it with a `rich.console.Console`.

    Example:
        >>> from rich.console import Console
        >>> Console(width=60).print(to_terminal(Judgement(Outcome.FIT, "Every bar is cleared.", (), rows=3)))
        FIT  3 rows
        Every bar is cleared.
        ...
    """
    parts: list[RenderableType] = [
        Text.assemble((say.outcome(judgement), _OUTCOMES[judgement.outcome]), ("  " + say.subject(judgement), "dim")),
        Text(say.sentence(judgement.reason)),
    ]
    for section in sections.sections(judgement, _LIMITS):
        parts += [Text(), Text(section.title, style="bold"), *_body(section)]
    return Group(*parts)


def _body(section: Section) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(sentence) for sentence in section.before]
    if section.steps:
        parts.append(_steps(section.steps))
    parts += [finding_lines(*finding) for finding in section.findings]
    if section.table is not None:
        parts.append(_matrix(section.table) if section.title == "Confusion matrix" else _table(section.table))
        if section.table.note:
            parts.append(Text(section.table.note, style="dim"))
    if section.pairs:
        parts.append(pairs_grid(section.pairs))
    return parts + [Text(sentence, style="dim") for sentence in section.after]


def _steps(steps: Iterable[str]) -> Grid:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    for number, step in enumerate(steps, 1):
        grid.add_row(Text(f"{number}."), Text(step, overflow="fold"))
    return grid


def _table(table: Table) -> Grid:
    kept = [index for index, column in enumerate(table.columns) if column not in _LEFT_OUT]
    grid = Grid(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for index in kept:
        column = table.columns[index]
        texts = [column, *(row[index] for row in table.rows)]
        longest = max(len(word) for text in texts for word in (text.split() or [""]))
        # A column at least as wide as its longest word breaks no word in two.
        grid.add_column(Text(column, style="dim"), overflow="fold", min_width=min(longest, 12))
    tones = table.tones
    for number, row in enumerate(table.rows):
        cells = [Text(row[index]) for index in kept]
        if number < len(tones) and tones[number]:
            cells[0].stylize(_TONES[tones[number]])
        grid.add_row(*cells, style="bold" if number == table.marked else "")
    return grid


def _matrix(table: Table) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    grid.add_column(Text(table.columns[0], style="dim"), overflow="fold", min_width=8)
    for column in table.columns[1:]:
        grid.add_column(Text(column, style="dim"), justify="right", no_wrap=True)
    for number, row in enumerate(table.rows):
        # Right answers lie on the diagonal; they are bold so that the eye finds it.
        cells = [Text(text, style="bold" if index == number else "") for index, text in enumerate(row[1:])]
        grid.add_row(Text(row[0]), *cells)
    return grid
