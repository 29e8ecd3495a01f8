"""`First` and `Section`: what a page shows first, and the parts that follow. Every report is made of these."""

from __future__ import annotations

from dataclasses import dataclass

from rightrate.report.figure import Figure
from rightrate.report.judged.explorer import Explorer
from rightrate.report.judged.matrix import Matrix
from rightrate.report.table import Table

#: A label with its text.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Key:
    """One of the few figures of the first screen.

    Args:
        label: what it is, in a few words.
        value: as short as it can be, shown large.
        note: its interval, or where it was measured; one line.
    """

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class First:
    """The first screen, which is also the first printed page.

    Args:
        subject: what the report is about.
        headline: the answer, in large letters.
        tone: of the headline: "good", "bad" or "open".
        sentences: what decided, one sentence each.
        outcome: a verdict before the first sentence, as `(tone, words)`, or None.
        banner: what a reader must know before anything else, or None.
        keys: three or four figures.
        steps: what to do next.
    """

    subject: str
    headline: str
    tone: str
    sentences: tuple[str, ...] = ()
    outcome: tuple[str, str] | None = None
    banner: str | None = None
    keys: tuple[Key, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One part of a report; terminal and Markdown show what they can of it.

    Args:
        name: a short word for it, for links and styles.
        title: its heading.
        before: sentences before the table.
        steps: a numbered list.
        findings: each one's severity with code, its title and its advice.
        matrix: a confusion matrix, which pages show in place of the table.
        table: the table, or None.
        pairs: labels with texts.
        after: sentences after the table.
        folded: a table of the rows that are seen only when asked for, or None.
        folds: what `folded` is called; empty: "N more" of the title.
        explorer: a slider over thresholds, or None; pages only.
        figures: charts; pages only.
        level: of the heading, 2 or 3.
    """

    name: str
    title: str
    before: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    findings: tuple[tuple[str, str, str], ...] = ()
    matrix: Matrix | None = None
    table: Table | None = None
    pairs: tuple[Pair, ...] = ()
    after: tuple[str, ...] = ()
    folded: Table | None = None
    folds: str = ""
    explorer: Explorer | None = None
    figures: tuple[Figure, ...] = ()
    level: int = 2
