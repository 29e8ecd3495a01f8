"""A diagnosis as Markdown for files, pull requests and job summaries: no pictures, and always under 60 KB."""

from __future__ import annotations

from collections.abc import Iterator

from rightrate.report import words
from rightrate.report.diagnosed import sections
from rightrate.report.diagnosed import words as say
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.report.markdown import escaped as plain_escaped
from rightrate.report.table import Table

#: Bytes of UTF-8. A comment on GitHub holds 65,536 characters; beyond that GitHub drops all of it.
MOST_BYTES = 60_000
# How long tables are, from generous to terse; the first that fits is taken.
_ROWS = (200, 40, 10)
_ZERO_WIDTH_SPACE = "&#8203;"
_CUT = "The rest was left out: it would be too long here. The JSON of this diagnosis has all of it."


def to_markdown(shown: Diagnosed) -> str:
    """Return the diagnosis as Markdown, what leads and what to change first."""
    for rows in _ROWS:
        parts = list(_parts(shown, rows))
        if _size(parts) <= MOST_BYTES:
            return _joined(parts)
    while _size([*parts, _CUT]) > MOST_BYTES:
        parts.pop()
    return _joined([*parts, _CUT])


def escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is: no markup, link, mention or issue number, and one line.

    Example:
        >>> escaped("a|b\n@user")
        'a\\|b @&#8203;user'
    """
    safe = plain_escaped(words.clean(text))
    return safe.replace("@", "@" + _ZERO_WIDTH_SPACE).replace("#", "#" + _ZERO_WIDTH_SPACE).replace(
        "&#" + _ZERO_WIDTH_SPACE, "&#"
    )  # fmt: skip


def _parts(shown: Diagnosed, rows: int) -> Iterator[str]:
    yield f"# {escaped(sections.subject(shown))}"
    if shown.comparison is not None:
        yield f"**{escaped(sections.headline(shown))}**"
        yield escaped(sections.advice(shown))
        compared = sections.comparison(shown)
        if compared is not None:
            yield from _table(compared, rows)
        yield f"## The best one: {escaped(sections.of_training(shown.main))}"
    yield from _main(shown)
    yield "## Rules"
    yield from _table(sections.rules(shown.main), rows)
    yield "## What was read"
    yield "\n".join(f"- {escaped(label)}: {escaped(text)}" for label, text in sections.about(shown))
    if shown.warnings:
        yield "\n".join(f"- Note: {escaped(say.sentence(warning))}" for warning in shown.warnings[:rows])


def _main(shown: Diagnosed) -> Iterator[str]:
    tag, sentence, advice = sections.leading(shown.main)
    yield f"**{escaped(sentence)}**" + (f" ({escaped(tag)})" if tag else "")
    if advice:
        yield escaped(advice)
    name, why = sections.band(shown.main)
    yield f"Band: **{escaped(name)}**. {escaped(why)}".rstrip()
    found = sections.others(shown.main)
    if found:
        yield "## Also found"
        yield "\n".join(
            f"- **{escaped(title)}** ({escaped(tag)}) {escaped(text)}".rstrip() for tag, title, text in found
        )


def _table(table: Table, most: int) -> Iterator[str]:
    lines = [_row(map(escaped, table.columns)), _row(["---"] * len(table.columns))]
    lines += [_row(map(escaped, row)) for row in table.rows[:most]]
    yield "\n".join(lines)
    rest = len(table.rows) - most
    if rest > 0:
        yield f"and {words.counted(rest, 'more row')}"
    if table.note:
        yield escaped(table.note)


def _row(cells: Iterator[str] | list[str] | map[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _size(parts: list[str]) -> int:
    return len(_joined(parts).encode("utf-8"))


def _joined(parts: list[str]) -> str:
    return "\n\n".join(parts) + "\n"
