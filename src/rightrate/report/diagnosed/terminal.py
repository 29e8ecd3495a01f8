"""A diagnosis for a terminal, as something that rich can print: what leads and what to change first.

Texts are handed to rich as `Text`, never as markup, so that a run named `[red]` stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rightrate.report import words
from rightrate.report.diagnosed import sections
from rightrate.report.diagnosed import words as say
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.report.diagnosed.drawing import Mark, draw
from rightrate.report.section import Pair
from rightrate.report.table import Table as Texts

_TONES = {"good": "green", "bad": "bold red", "open": "yellow"}
_SEVERITIES = {"critical": "bold red", "warning": "bold yellow", "hint": "bold cyan"}
_LOOKS = {"val_loss": "bold cyan", "loss": "yellow", "axis": "dim", "mark": "bold red"}
#: Rows of a comparison that fit on two screens; the files have the rest.
_MOST_ROWS = 40
#: A drawing wider than this is no clearer.
_MOST_WIDTH = 100


@dataclass(frozen=True)
class Drawing:
    """The drawing of the losses, as wide as the terminal and in the characters that it has."""

    shown: Diagnosed

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(options.max_width, _MOST_WIDTH)
        training, mark = self.shown.training, leading_mark(self.shown)
        for line in draw(training, mark, width, ascii_only=options.ascii_only):
            text = Text.assemble(*((part, _LOOKS.get(kind, "")) for part, kind in line), no_wrap=True)
            text.truncate(options.max_width)
            yield text


def to_terminal(shown: Diagnosed, *, has_all: bool = False) -> Group:
    """Return the whole diagnosis. Print it with a `rich.console.Console`.

    Args:
        has_all: show each rule with its sentence, not only counts and codes.
    """
    parts: list[RenderableType] = [*_top(shown)]
    compared = sections.comparison(shown)
    if compared is not None:
        parts += [Text(), _table(compared, _MOST_ROWS), Text(), *_best_of_several(shown)]
    parts += [Text(), Drawing(shown)]
    found = sections.others(shown.main)
    if found:
        parts += [Text(), Text("Also found", style="bold")]
        parts += [finding_lines(*one) for one in found]
    parts += [Text(), *_rules(shown, has_all)]
    return Group(*parts, *_remarks(shown))


def finding_lines(tag: str, title: str, advice: str) -> Group:
    """A finding with its advice below it, where there is any."""
    head = Text.assemble((tag, _SEVERITIES.get(tag.split(" ")[0], "bold")), "  ", title)
    return Group(head, *([Padding(Text(advice), (0, 0, 0, 2))] if advice else []))


def leading_mark(shown: Diagnosed) -> Mark | None:
    """Where the leading finding shows on the curve; None where it has no place."""
    code = shown.main.leading.code
    for answer in shown.main.answers:
        if answer.rule.code == code and answer.check.at is not None:
            return Mark(answer.rule.code, *answer.check.at)
    return None


def _top(shown: Diagnosed) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(sections.subject(shown), style="dim")]
    if shown.comparison is None:
        return [*parts, *_leading(shown)]
    return [*parts, Text(sections.headline(shown), style="bold"), Text(sections.advice(shown))]


def _best_of_several(shown: Diagnosed) -> list[RenderableType]:
    return [Text(f"The best one, {sections.of_training(shown.main)}", style="bold"), *_leading(shown)]


def _leading(shown: Diagnosed) -> list[RenderableType]:
    tag, sentence, advice = sections.leading(shown.main)
    tone = _TONES[sections.tone(shown.main)]
    name, why = sections.band(shown.main)
    head = finding_lines(tag, sentence, advice) if tag else Text(sentence, style=_bold(tone))
    return [head, Text.assemble("Band: ", (name, _bold(tone)), f". {why}".rstrip())]


def _bold(style: str) -> str:
    return style if "bold" in style else f"bold {style}"


def _rules(shown: Diagnosed, has_all: bool) -> list[RenderableType]:
    count = words.counted(len(shown.main.answers), "rule")
    if has_all:
        return [Text(f"All {count}", style="bold"), _table(sections.rules(shown.main))]
    parts: list[RenderableType] = [Text(f"{count}, all accounted for", style="bold")]
    parts.append(_table(sections.rules_in_short(shown.main)))
    lacking = sections.missing(shown.main)
    if lacking:
        parts += [Text(), Text("Not enough data", style="bold"), pairs(lacking)]
    return [*parts, Text("--all says why of each rule; `rightrate explain CODE` what it means.", style="dim")]


def _remarks(shown: Diagnosed) -> list[RenderableType]:
    if not shown.warnings:
        return []
    said = [Text(f"Note: {say.sentence(warning)}", style="dim") for warning in shown.warnings[:_MOST_ROWS]]
    rest = len(shown.warnings) - len(said)
    return [Text(), *said, *([Text(f"and {words.counted(rest, 'more note')}", style="dim")] if rest else [])]


def pairs(items: tuple[Pair, ...]) -> Table:
    """Labels and what they say, in two columns."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", max_width=28)
    grid.add_column(overflow="fold")
    for label, text in items:
        grid.add_row(Text(label), Text(text))
    return grid


def _table(table: Texts, most: int | None = None) -> Table:
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for index, column in enumerate(table.columns):
        texts = [column, *(row[index] for row in table.rows)]
        longest = max(len(word) for text in texts for word in (text.split() or [""]))
        # A column at least as wide as its longest word breaks no word in two.
        grid.add_column(Text(column, style="dim"), overflow="fold", min_width=min(longest, 13))
    for number, row in enumerate(table.rows[:most]):
        tone = table.tones[number] if number < len(table.tones) else ""
        grid.add_row(*(Text(cell) for cell in row), style=_TONES.get(tone, ""))
    rest = len(table.rows[most:]) if most is not None else 0
    if rest:
        grid.caption = Text(f"and {words.counted(rest, 'more row')}", style="dim")
    return grid
