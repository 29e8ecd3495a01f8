"""What every page shares: one HTML file that opens from disk, with no network, no server, nothing beside it.

The charts' program and data travel inside the page. A Content-Security-Policy allows exactly the page's own
scripts, by their hashes, and no address at all; where no chart is drawn and the page brings no script of its own there
is none. Each chart is in the page as a picture, too: for print, and where scripts do not run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

import jinja2
import vl_convert
from markupsafe import Markup, escape

from rightrate.report.figure import Figure
from rightrate.report.marks import Chart
from rightrate.report.page_files import embedded, page_file
from rightrate.report.section import First, Section
from rightrate.report.table import Table

# What a browser would break in two: an interval in brackets, an exponent after its hyphen, a percent sign after its
# space.
_NUMBER = re.compile(r"\([^\s()]{1,12} to [^\s()]{1,12}( %)?\)|\b\d+(\.\d+)?(e-\d+\b| %)")
# Cells that read best with their digits below each other.
_FIGURES = re.compile(r"[<>+-]?\d|not (measured|known)|(minus )?infinite|not a number|none$|$")
# Cells with more characters are sentences, which may be broken; that many fit side by side on a phone.
_SENTENCE, _PHONE = 24, 42
# Where they do not, rows stand below each other; of a longer table nobody reads all, and it scrolls.
_MOST_STACKED = 64
# Columns whose words tell how a row did: they stand out.
_RESULTS = ("result", "place", "answer")
# What a file's name may hold on every system.
_NO_NAME = re.compile(r"[^a-z0-9]+")
_NAME_LENGTH = 60


def page(title: str, first: First, sections: Sequence[Section], drawn: Mapping[str, Chart]) -> str:
    """Return a report, to be written as UTF-8.

    Args:
        title: of the browser's window.
        drawn: the charts of the sections' figures, by name.
    """
    scripts = ["explorer.js"] if any(section.explorer for section in sections) else []
    return render("report.html.j2", drawn, scripts=scripts, title=title, first=first, sections=sections)


def figure(name: str, heading: str, chart: Chart, table: Table) -> Figure:
    """Take a chart apart into what the page shows of it."""
    spec = chart.to_dict()
    title = spec.pop("title")
    # The page says in words and in a table what the marks say to a screen reader.
    spec["config"] = {**spec.get("config", {}), "aria": False}
    picture = f"data:image/svg+xml,{quote(_coarse(svg_of(spec)), safe=_SAFE)}"
    finding, notes = " ".join(title["text"]), " ".join(title["subtitle"])
    return Figure(name, heading, finding, notes, picture, table, file_name(heading))


_PLACES = re.compile(r' (?:d|transform)="[^"]*"')
_FRACTION = re.compile(r"(\.\d\d)\d+")
# What may stand in an address inside an attribute as it is; the shorter, the smaller the page.
_SAFE = " !$()*+,-./:;=?@[]^_`{|}~"


def _coarse(svg: str) -> str:
    """Round the places in a picture to hundredths of a pixel, which halves it."""
    return _PLACES.sub(lambda found: _FRACTION.sub(r"\1", found[0]), svg)


def file_name(text: str) -> str:
    """Return a name for a file that says what is in it.

    Example:
        >>> file_name("Precision and recall: the sweet spot"), file_name("../../etc")
        ('precision-and-recall-the-sweet-spot', 'etc')
    """
    return _NO_NAME.sub("-", text.lower()).strip("-")[:_NAME_LENGTH].strip("-") or "chart"


def render(
    template: str,
    drawn: Mapping[str, Chart],
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    **values: Any,
) -> str:
    """Return the text of a page, to be written as UTF-8.

    Args:
        template: a file of the folder `page` that extends `base.html.j2`.
        drawn: the charts, by name.
        styles: files of the same folder beside `page.css`.
        scripts: files of the same folder, beside those that draw and save charts; allowed by the page's policy.
        values: what the template asks for beyond charts, styles and scripts.
    """
    specs = {name: _for_page(chart.to_dict()) for name, chart in drawn.items()}
    own = [page_file(name) for name in (*(("page.js", "save.js") if drawn else ()), *scripts)]
    program = [_chart_program()] if drawn else []
    text = (
        _environment()
        .get_template(template)
        .render(
            **values,
            version=version("rightrate"),
            style=Markup("".join(map(page_file, ("page.css", *styles)))),
            specs=Markup(embedded(specs)),
            scripts=[Markup(script) for script in (*program, *own)],
            policy=_content_policy([*program, *own]),
        )
    )
    return text.lstrip()


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rightrate.report", "page"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {
        "whole": whole,
        "sides": _sides,
        "kinds": _kinds,
        "stacks": _stacks,
        "tone": _tone,
        "embedded": lambda value: Markup(embedded(value)),
    }
    return environment


def svg_of(spec: dict[str, Any]) -> str:
    # No address may be loaded while a chart is drawn.
    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


@lru_cache(maxsize=1)
def _chart_program() -> str:
    """Return the JavaScript that draws Vega-Lite charts, such that it can stand inside a page (0.9 MB)."""
    program = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    return program.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def whole(text: str) -> Markup:
    """Escape a text, and keep its numbers in one line: no break inside `3e-4` or before a percent sign.

    Example:
        >>> str(whole("<b> at 3e-4"))
        '&lt;b&gt; at <span class="whole">3e-4</span>'
    """
    return Markup(_NUMBER.sub(r'<span class="whole">\g<0></span>', str(escape(text))))


def _sides(table: Table) -> tuple[str, ...]:
    """The class of each column: those of numbers stand to the right. The first one names the row."""
    columns = range(len(table.columns))
    return tuple(
        "num"
        if i and table.rows and all(_FIGURES.match(row[i]) and len(row[i]) <= _SENTENCE for row in table.rows)
        else ""
        for i in columns
    )


def _kinds(table: Table) -> tuple[str, ...]:
    """The classes of each column's cells."""
    return tuple(
        " ".join(filter(None, (side, "long" if _longest(table, i) > _SENTENCE else "", _result(table, i))))
        for i, side in enumerate(_sides(table))
    )


def _result(table: Table, i: int) -> str:
    return "result" if table.columns[i] in _RESULTS else ""


def _longest(table: Table, i: int) -> int:
    return max((len(row[i]) for row in table.rows), default=0)


def _stacks(table: Table) -> bool:
    """Whether a phone shows each row as a block of its own, since side by side its cells would not fit."""
    words = (max(map(len, column.split()), default=0) for column in table.columns)
    cells = (10 if _result(table, i) else min(_longest(table, i), _SENTENCE) for i in range(len(table.columns)))
    return sum(max(pair) + 1 for pair in zip(words, cells, strict=True)) > _PHONE and len(table.rows) <= _MOST_STACKED


def _tone(table: Table, index: int) -> str:
    if index == table.marked:
        return "marked"
    return table.tones[index] if index < len(table.tones) else ""


def _content_policy(scripts: list[str]) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = " ".join(f"'sha256-{value}'" for value in hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        f"base-uri 'none'; form-action 'none'"
    )


def _for_page(spec: dict[str, Any]) -> dict[str, Any]:
    """Take the title out, since the page says it as text, and let the chart be as wide as the page."""
    page = {key: value for key, value in spec.items() if key not in ("title", "$schema")}
    config = {**spec.get("config", {}), "background": "transparent"}
    return {
        **page,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": config,
    }
