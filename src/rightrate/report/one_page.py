"""What every page shares: one HTML file that opens from disk, with no network, no server, nothing beside it.

The charts' program and data travel inside the page. A Content-Security-Policy allows exactly the page's own
scripts, by their hashes, and no address at all; where no chart is drawn and the page brings no script of its own there
is none. Without JavaScript the same charts are shown as pictures.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import jinja2
import vl_convert
from markupsafe import Markup, escape

from rightrate.report.marks import Chart

# Numbers that a browser would break in two: an exponent after its hyphen, a percent sign after its space.
_NUMBER = re.compile(r"\b\d+(\.\d+)?(e-\d+\b| %)")


@dataclass(frozen=True)
class Figure:
    """A chart as the page shows it: finding and notes as text, so that they wrap; a picture; its numbers.

    Args:
        table: with `columns` and `rows` of texts, as the page's template shows them.
    """

    name: str
    heading: str
    finding: str
    notes: str
    picture: str
    table: Any


def figure(name: str, heading: str, chart: Chart, table: Any) -> Figure:
    """Take a chart apart into what the page shows of it."""
    spec = chart.to_dict()
    title = spec.pop("title")
    picture = base64.b64encode(svg_of(spec).encode()).decode()
    finding, notes = " ".join(title["text"]), " ".join(title["subtitle"])
    return Figure(name, heading, finding, notes, f"data:image/svg+xml;base64,{picture}", table)


def render(
    template: str, styles: Sequence[str], drawn: Mapping[str, Chart], *, script: str | None = None, **values: Any
) -> str:
    """Return the text of a page, to be written as UTF-8.

    Args:
        template, styles: files of the folder `page`.
        drawn: the charts, by name.
        script: a file of the same folder that the template shows as `own_script`, allowed by the page's policy.
        values: what the template asks for beyond charts, styles and scripts.
    """
    specs = {name: _for_page(chart.to_dict()) for name, chart in drawn.items()}
    program, start = (_chart_program(), _page_file("page.js")) if drawn else ("", "")
    own_script = "" if script is None else _page_file(script)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["whole"] = whole
    page = environment.from_string(_page_file(template)).render(
        **values,
        version=version("rightrate"),
        style=Markup("".join(map(_page_file, styles))),
        specs=Markup(embedded(specs)),
        program=Markup(program),
        start=Markup(start),
        own_script=Markup(own_script),
        policy=_content_policy([*([program, start] if drawn else []), *([own_script] if own_script else [])]),
    )
    return page.lstrip()  # the templates begin with their macros


def svg_of(spec: dict[str, Any]) -> str:
    # No address may be loaded while a chart is drawn.
    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


@lru_cache(maxsize=1)
def _chart_program() -> str:
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


def _page_file(name: str) -> str:
    return files("rightrate.report").joinpath("page").joinpath(name).read_text(encoding="utf-8")


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
