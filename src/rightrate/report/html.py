"""The report as one HTML page that opens from disk: no network, no server, nothing beside it.

The charts' program and data travel inside the page. A Content-Security-Policy allows exactly the page's own
two scripts, by their hashes, and no address at all. Without JavaScript the same charts are shown as pictures.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import jinja2
import vl_convert
from markupsafe import Markup, escape

from rightrate.report import sections, tables
from rightrate.report.charts import charts
from rightrate.report.document import Document
from rightrate.report.marks import Chart
from rightrate.report.tables import Table

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
# Numbers that a browser would break in two: an exponent after its hyphen, a percent sign after its space.
_NUMBER = re.compile(r"\b\d+(\.\d+)?(e-\d+\b| %)")


@dataclass(frozen=True)
class Figure:
    """A chart as the page shows it: finding and notes as text, so that they wrap; a picture; its numbers."""

    name: str
    heading: str
    finding: str
    notes: str
    picture: str
    table: Table


def to_html(document: Document) -> str:
    """Return the text of `report.html`."""
    drawn = charts(document)
    specs = {name: for_page(chart.to_dict()) for name, chart in drawn.items()}
    program, start = chart_program(), page_file("page.js")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["whole"] = whole
    page = environment.from_string(page_file("page.html.j2")).render(
        heading=sections.heading(document),
        headline=sections.headline(document),
        chosen=document.learning_rate is not None,
        banner=sections.banner(document),
        answer=sections.answer(document),
        findings=sections.findings(document),
        figures=[_figure(name, chart, document) for name, chart in drawn.items()],
        candidates=tables.candidates(document),
        cost=sections.cost(document),
        about=sections.about(document),
        version=version("rightrate"),
        style=_safe(page_file("page.css")),
        specs=_safe(embedded(specs)),
        program=_safe(program if specs else ""),
        start=_safe(start if specs else ""),
        policy=content_policy([program, start] if specs else []),
    )
    return page.lstrip()  # the template begins with its macros


def to_svg(chart: Chart) -> str:
    """Return a chart, with its title, as a picture."""
    return svg_of(chart.to_dict())


def svg_of(spec: dict[str, Any]) -> str:
    # No address may be loaded while a chart is drawn.
    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


@lru_cache(maxsize=1)
def chart_program() -> str:
    """Return the JavaScript that draws Vega-Lite charts, such that it can stand inside a page (0.9 MB)."""
    program = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    return program.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def embedded(value: Any) -> str:
    r"""Return JSON that no text in it can break out of.

    Example:
        >>> embedded({"name": "</script>&"})
        '{"name": "\\u003c/script\\u003e\\u0026"}'
    """
    text = json.dumps(value, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def whole(text: str) -> Markup:
    """Escape a text, and keep its numbers in one line: no break inside `3e-4` or before a percent sign.

    Example:
        >>> str(whole("<b> at 3e-4"))
        '&lt;b&gt; at <span class="whole">3e-4</span>'
    """
    return Markup(_NUMBER.sub(r'<span class="whole">\g<0></span>', str(escape(text))))


def _safe(text: str) -> Markup:
    return Markup(text)


def page_file(name: str) -> str:
    return files("rightrate.report").joinpath("page").joinpath(name).read_text(encoding="utf-8")


def content_policy(scripts: list[str]) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = " ".join(f"'sha256-{value}'" for value in hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        f"base-uri 'none'; form-action 'none'"
    )


def for_page(spec: dict[str, Any]) -> dict[str, Any]:
    """Take the title out, since the page says it as text, and let the chart be as wide as the page."""
    page = {key: value for key, value in spec.items() if key not in ("title", "$schema")}
    config = {**spec.get("config", {}), "background": "transparent"}
    return {
        **page,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": config,
    }


def _figure(name: str, chart: Chart, document: Document) -> Figure:
    spec = chart.to_dict()
    title = spec.pop("title")
    picture = base64.b64encode(svg_of(spec).encode()).decode()
    return Figure(
        name,
        _HEADINGS[name],
        " ".join(title["text"]),
        " ".join(title["subtitle"]),
        f"data:image/svg+xml;base64,{picture}",
        _TABLES[name](document),
    )
