"""A judgement as Markdown for files, pull requests and job summaries: no pictures, and always under 60 KB.

A comment on GitHub holds 65,536 characters and a job summary 1 MiB; beyond that GitHub drops all of it. Long lists
are cut first, then whole sections from the end, and the text says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rightrate.report import markdown as plain
from rightrate.report import words
from rightrate.report.judged import words as say
from rightrate.report.judged.sections import Limits, sections
from rightrate.report.section import Section
from rightrate.report.table import Table
from rightrate.verdict import Judgement

#: Bytes of UTF-8; under the limits of GitHub's comments, with room for what others write beside it.
MOST_BYTES = 60_000
# How long lists are, from generous to terse; the first that fits is taken.
_ROWS = (40, 20, 10, 5)
# What GitHub makes a mention or the number of an issue of.
_REFERENCE = re.compile(r"([@#])(?=\w)")
# Inside a word an underscore has no meaning.
_INSIDE_WORD = re.compile(r"(?<=[^\W_])\\_(?=[^\W_])")
_ZERO_WIDTH_SPACE = "&#8203;"


def to_markdown(judgement: Judgement, *, level: int = 1) -> str:
    """Return the judgement as Markdown, the answer and its reason first.

    Args:
        level: of its first heading.

    Example:
        >>> from rightrate.verdict import Outcome
        >>> print(to_markdown(Judgement(Outcome.FIT, "Every bar is cleared.", (), rows=3)).split("## Criteria")[0])
        # FIT
        <BLANKLINE>
        **Every bar is cleared.**
        <BLANKLINE>
        3 rows
        <BLANKLINE>
        <BLANKLINE>
    """
    for rows in _ROWS:
        parts = list(_parts(judgement, level, rows))
        if _size(parts) <= MOST_BYTES:
            return _joined(parts)
    cut = "The rest was left out: it would be too long here. The JSON of this verdict has all of it."
    while _size([*parts, cut]) > MOST_BYTES:
        parts.pop()
    return _joined([*parts, cut])


def escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is: no markup, link, mention or issue number, and one line.

    Example:
        >>> escaped("a|b\n@user, see #12"), escaped("my_class _x_")
        ('a\\|b @&#8203;user, see #&#8203;12', 'my_class \\_x\\_')
    """
    safe = _INSIDE_WORD.sub("_", plain.escaped(words.clean(text)))
    return _REFERENCE.sub(rf"\1{_ZERO_WIDTH_SPACE}", safe)


def _size(parts: list[str]) -> int:
    return len(_joined(parts).encode("utf-8"))


def _joined(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n"


def _parts(judgement: Judgement, level: int, rows: int) -> Iterator[str]:
    limits = Limits(criteria=rows, classes=rows, confusions=rows // 2, slices=rows, findings=rows, steps=rows)
    yield f"{'#' * level} {say.outcome(judgement)}"
    yield f"**{escaped(say.sentence(judgement.reason))}**"
    yield escaped(say.subject(judgement))
    for section in sections(judgement, limits):
        yield f"{'#' * (level + 1)} {escaped(section.title)}"
        yield from _body(section)


def _body(section: Section) -> Iterator[str]:
    yield from map(escaped, section.before)
    if section.steps:
        yield "\n".join(f"{number}. {escaped(step)}" for number, step in enumerate(section.steps, 1))
    if section.findings:
        yield "\n".join(_finding(*finding) for finding in section.findings)
    if section.table is not None:
        yield _table(section.table)
        if section.table.note:
            yield escaped(section.table.note)
    if section.pairs:
        yield "\n".join(f"- {escaped(label)}: {escaped(text)}" for label, text in section.pairs)
    if section.after:
        yield "\n".join(f"- {escaped(sentence)}" for sentence in section.after)


def _finding(tag: str, title: str, advice: str) -> str:
    return f"- **{escaped(title)}** ({escaped(tag)}) {escaped(advice)}".rstrip()


def _table(table: Table) -> str:
    lines = [_row([escaped(column) for column in table.columns]), _row(["---"] * len(table.columns))]
    for index, row in enumerate(table.rows):
        cells = [escaped(cell) for cell in row]
        lines.append(_row([f"**{cell}**" if cell and index == table.marked else cell for cell in cells]))
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
