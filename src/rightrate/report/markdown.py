"""The report as Markdown, for `report.md`: readable as plain text, and with pictures on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rightrate.report import sections, tables
from rightrate.report.document import Document
from rightrate.report.section import Pair
from rightrate.report.table import Table

# Characters that Markdown, its tables, its links or its mathematics give a meaning to.
_MEANING = re.compile(r"([\\`*_\[\]|~$])")
# Those that make a list or a heading of a line that begins with them.
_AT_START = re.compile(r"^(\s*\d*)((?:[-+.)]|#+)(?=\s|$)|=)")  # a list, a heading; a formula where it is pasted
# What GitHub makes a link of.
_LINK = re.compile(r"(://|www\.)")


def to_markdown(document: Document, pictures: Iterable[tuple[str, str]] = ()) -> str:
    """Return the text of `report.md`.

    Args:
        document: what to report.
        pictures: file name and finding of each chart that lies beside the file.
    """
    warning = sections.banner(document)
    parts = [
        f"# {escaped(sections.heading(document))}",
        f"**{escaped(sections.headline(document))}**",
        *([f"> **Unfinished.** {escaped(warning)}"] if warning else []),
        _pairs((*sections.answer(document), *sections.fitness(document))),
        *_findings(document),
        *[f"![{escaped(finding)}]({name})\n\n{escaped(finding)}" for name, finding in pictures],
    ]
    candidates = tables.candidates(document)
    if candidates.rows:
        parts += ["## All candidates", _table(candidates)]
    if len(document.shaped) > 1:
        shapes = tables.shapes(document)
        parts += ["## Shapes of the schedule at the chosen rate", _table(shapes), escaped(shapes.note or "")]
    parts += ["## What it cost", _pairs(sections.cost(document))]
    parts += ["## How it was measured", _pairs(sections.about(document))]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is, and makes no link of.

    Example:
        >>> escaped("=1+1")
        '\\=1+1'
        >>> escaped("a|b <i> *c* & d_e"), escaped("1. see http://a.b")
        ('a\\|b &lt;i&gt; \\*c\\* &amp; d\\_e', '1\\. see http\\://a.b')
    """
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _AT_START.sub(r"\1\\\2", _MEANING.sub(r"\\\1", safe))
    return _LINK.sub(lambda found: "\\://" if found[0] == "://" else "www\\.", safe)


def _pairs(pairs: Iterable[Pair]) -> str:
    return "\n".join(f"- {escaped(label)}: {escaped(text)}" for label, text in pairs)


def _findings(document: Document) -> list[str]:
    found = sections.findings(document)
    if not found:
        return []
    return [
        "## Findings",
        "\n".join(f"- **{escaped(t)}** ({escaped(tag)}) {escaped(a)}" for tag, t, a in found),
    ]


def _table(table: Table) -> str:
    lines = [table.columns, ("---",) * len(table.columns)]
    text = [f"| {' | '.join(escaped(cell) if cell != '---' else cell for cell in line)} |" for line in lines]
    for index, row in enumerate(table.rows):
        cells = [f"**{escaped(cell)}**" if index == table.marked else escaped(cell) for cell in row]
        text.append(f"| {' | '.join(cells)} |")
    return "\n".join(text)
