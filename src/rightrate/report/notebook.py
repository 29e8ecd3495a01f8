"""What a notebook shows of a result: a few lines with inline styles, which change nothing else on its page.

Colours are those of the notebook, so that it can be read in dark ones; nothing in it is a script.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import vl_convert
from markupsafe import Markup, escape

from rightrate.report.marks import Chart
from rightrate.report.section import Key

#: Bytes. A larger picture is left out: notebooks keep every output.
MOST_BYTES = 30_000
_TONES = {"good": "#009e73", "bad": "#d55e00", "open": "#e69f00"}
_LENGTH = 400


def shown(headline: str, tone: str, sentences: Sequence[str], keys: Sequence[Key], chart: Chart | None = None) -> str:
    """Return HTML of less than 30 KB.

    Args:
        headline, sentences: texts, cut where they are very long.
        tone: "good", "bad" or "open": the colour of the edge.
        keys: a few figures.
        chart: at most one, left out where it would be too large.

    Example:
        >>> shown("FIT", "good", ["All bars are cleared."], [])[:41]
        '<div style="border-left:4px solid #009e73'
    """
    parts = [Markup('<div style="font-size:1.3em;font-weight:700">{}</div>').format(_cut(headline))]
    parts += [Markup("<div>{}</div>").format(_cut(sentence)) for sentence in sentences]
    if keys:
        cells = Markup("").join(map(_cell, keys))
        row = Markup('<div style="display:flex;flex-wrap:wrap;gap:.3em 2em;margin-top:.5em">{}</div>')
        parts.append(row.format(cells))
    frame = Markup('<div style="border-left:4px solid {};padding:.2em 0 .2em 1em;line-height:1.5">{}{}</div>')
    edge, text = _TONES[tone], Markup("").join(parts)
    whole = str(frame.format(edge, text, Markup("") if chart is None else _picture(chart)))
    return whole if len(whole.encode()) < MOST_BYTES else str(frame.format(edge, text, Markup("")))


def _cut(text: str) -> str:
    return text if len(text) <= _LENGTH else text[: _LENGTH - 1] + "…"


def _cell(key: Key) -> Markup:
    small = Markup('<div style="opacity:.75;font-size:.9em">{}</div>')
    large = Markup('<div style="font-weight:700">{}</div>').format(_cut(key.value))
    return Markup("<div>{}{}{}</div>").format(small.format(_cut(key.label)), large, small.format(_cut(key.note)))


def _picture(chart: Chart) -> Markup:
    spec = chart.to_dict()
    title = " ".join(spec.pop("title")["text"])
    spec["config"] = {**spec.get("config", {}), "aria": False}
    picture = quote(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]), safe=" !$()*+,-./:;=?@[]^_`{|}~")
    style = "display:block;margin-top:.6em;width:640px;max-width:100%;background:#fff"
    return Markup('<img style="{}" alt="{}" src="data:image/svg+xml,{}">').format(style, escape(title), Markup(picture))
