"""What all charts share: colours, line patterns and symbols of the roles, axes, legends, and the frame.

Roles have colour, line pattern and symbol, so that none of the three is needed alone; the colours are those
of Okabe and Ito, which all kinds of colour vision can tell apart.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt

from rightrate.report import axes, words
from rightrate.report.document import Document
from rightrate.report.roles import Role

Chart = alt.LayerChart

WIDTH, HEIGHT = 640, 300
# Room for the labels at the lines' ends, as a multiple of the last epoch.
EPOCH_ROOM = 1.12
# Okabe and Ito, "Color Universal Design" (2008): blue, bluish green, vermillion, and a grey.
BLUE, GREEN, VERMILLION, GREY = "#0072B2", "#009E73", "#D55E00", "#767676"
# What the chosen rate's label takes of the width on the narrowest page (390 px), and where it has crosses and the codes
# of findings above it.
_LABEL_WIDTH, _BELOW_CROSSES = 0.35, 32
CROSS = "M-1,-1L1,1M-1,1L1,-1"

COLOURS = {
    Role.TOO_LOW: BLUE,
    Role.BELOW: BLUE,
    Role.SAME: GREEN,
    Role.CHOSEN: GREEN,
    Role.ABOVE: VERMILLION,
    Role.TOO_HIGH: VERMILLION,
    Role.TOO_HIGH_DIVERGED: VERMILLION,
    Role.DIVERGED: VERMILLION,
    Role.NOT_JUDGED: GREY,
}
DASHES = {
    Role.TOO_LOW: [7, 3],
    Role.BELOW: [7, 3],
    Role.SAME: [3, 2],
    Role.CHOSEN: [1, 0],
    Role.ABOVE: [9, 3, 2, 3],
    Role.TOO_HIGH: [9, 3, 2, 3],
    Role.TOO_HIGH_DIVERGED: [1, 3],
    Role.DIVERGED: [1, 3],
    Role.NOT_JUDGED: [1, 0],
}
SHAPES = {
    Role.TOO_LOW: "triangle-down",
    Role.BELOW: "triangle-down",
    Role.SAME: "circle",
    Role.CHOSEN: "diamond",
    Role.ABOVE: "triangle-up",
    Role.TOO_HIGH: "triangle-up",
    Role.TOO_HIGH_DIVERGED: CROSS,
    Role.DIVERGED: CROSS,
    Role.NOT_JUDGED: "circle",
}
# Vega expressions that write an axis as `words` writes numbers: rates, shares, and other values.
RATE_LABEL = "datum.value >= 0.01 && datum.value < 1000 ? format(datum.value, '~g') : format(datum.value, '~e')"
_SHARE_LABEL = "format(100 * datum.value, '.4~f') + ' %'"
_NUMBER_LABEL = (
    "datum.value != 0 && (abs(datum.value) < 0.001 || abs(datum.value) >= 1e6) "
    "? format(datum.value, '.3~e') : format(datum.value, ',.6~f')"
)

Row = dict[str, Any]


def data(rows: Iterable[Row]) -> alt.Chart:
    """Return a chart of plain rows; Altair would need pandas for anything else."""
    return alt.Chart(alt.InlineData(values=list(rows)))


def domain(document: Document) -> tuple[float, float]:
    """Return the ends of the learning-rate axis, with every candidate and the interval inside."""
    return axes.rate_domain([*(trial.learning_rate for trial in document.trials), *(document.interval or ())])


def rate_x(domain: tuple[float, float]) -> alt.X:
    """Return the logarithmic axis of the field `rate`."""
    axis = alt.Axis(labelExpr=RATE_LABEL, values=axes.rate_ticks(domain), labelOverlap=True, grid=False)
    return alt.X(
        "rate:Q",
        title="learning rate (peak of the schedule)",
        scale=alt.Scale(type="log", domain=list(domain), nice=False),
        axis=axis,
    )


def epoch_x(last: float) -> alt.X:
    """Return the axis of the field `epoch` from 0 to a little after the last one."""
    axis = alt.Axis(format=".4~f", tickCount=6, grid=False)
    return alt.X("epoch:Q", title="epoch", scale=alt.Scale(domain=[0, EPOCH_ROOM * last], nice=False), axis=axis)


def value_y(title: str, axis: axes.Axis | None, *, share: bool = False) -> alt.Y:
    """Return the vertical axis of the field `value`; one without numbers where nothing was measured."""
    if axis is None:
        return alt.Y("value:Q", title=title, axis=alt.Axis(labels=False, ticks=False, grid=False))
    label = _SHARE_LABEL if share else _NUMBER_LABEL
    ticks: dict[str, Any] = {"tickCount": 5}
    if axis.kind == "log":
        ticks = {"values": axes.rate_ticks((axis.low, axis.high))}
    elif share:
        ticks = {"values": axes.share_ticks(axis.low, axis.high)}
    return alt.Y(
        "value:Q",
        title=title,
        scale=alt.Scale(type=axis.kind, domain=[axis.low, axis.high], nice=False),
        axis=alt.Axis(labelExpr=label, labelOverlap=True, **ticks),
    )


def present(names: Iterable[str]) -> list[str]:
    """Return the roles that occur, in the order of `Role`, so that every legend has one order."""
    found = set(names)
    return [role.value for role in Role if role.value in found]


def scale(present: list[str], values: dict[Role, Any]) -> alt.Scale:
    """Return the scale that gives each of the roles its colour, line pattern or symbol."""
    return named(present, [values[Role(name)] for name in present])


def named(names: list[str], values: list[Any]) -> alt.Scale:
    """Return a scale from names to looks, one by one."""
    return alt.Scale(domain=names, range=values)


def legend(entries: int, *, lines: bool = False) -> alt.Legend:
    """Return a legend below the chart, at most two columns wide so that a phone shows it whole."""
    kind: dict[str, Any] = {"symbolType": "stroke", "symbolSize": 200} if lines else {"symbolSize": 90}
    # More columns than entries would draw symbols over labels.
    columns = min(2, entries)
    return alt.Legend(title=None, orient="bottom", columns=columns, labelLimit=175, symbolStrokeWidth=2, **kind)


def tooltip(**fields: str) -> list[alt.Tooltip]:
    """Return what hovering shows: titles (underscores are spaces) and the fields with their texts."""
    return [alt.Tooltip(f"{field}:N", title=title.replace("_", " ")) for title, field in fields.items()]


def interval_layer(document: Document, x: alt.X) -> list[alt.Chart]:
    """Return the shaded interval; nothing where it was not measured or is a single rate."""
    if not shaded(document) or document.interval is None:
        return []
    low, high = document.interval
    rows = [{"rate": low, "high": high}]
    return [data(rows).mark_rect(color=GREEN, opacity=0.13).encode(x=x, x2=alt.X2("high:Q"))]


def shaded(document: Document) -> bool:
    """Tell whether there is an interval with a width that can be seen."""
    return document.interval is not None and document.interval[0] < document.interval[1]


def chosen_layer(
    document: Document, domain: tuple[float, float], x: alt.X, diverged: Iterable[float] = ()
) -> list[alt.Chart]:
    """Return the upright line at the chosen rate, with its label; nothing without one.

    Args:
        diverged: rates of the crosses at the upper edge, which the label leaves free.
    """
    rate = document.learning_rate
    if rate is None:
        return []
    # Diverged candidates stand to the right, so the label stands to the left where there is room for it.
    share = axes.share_along(rate, domain)
    left = share > _LABEL_WIDTH
    crosses = [axes.share_along(at, domain) for at in diverged]
    is_covered = any(at < share for at in crosses) if left else any(share < at < share + _LABEL_WIDTH for at in crosses)
    base = data([{"rate": rate, "label": f"chosen {words.rate(rate)}"}])
    return [
        base.mark_rule(color=GREEN, strokeWidth=1.5).encode(x=x),
        line_label(base, "label", x, left=left, y=_BELOW_CROSSES if is_covered else 3, size=12),
    ]


def line_label(
    base: alt.Chart, field: str, x: alt.X, *, left: bool, y: float, size: int, color: str | None = None
) -> alt.Chart:
    """Return the words beside an upright line, `y` pixels below the top."""
    said = base.mark_text(
        align="right" if left else "left",
        dx=-6 if left else 6,
        fontSize=size,
        fontWeight="bold",
        baseline="top",
        color=alt.Undefined if color is None else color,
    )
    label: alt.Chart = said.encode(x=x, y=alt.value(y), text=alt.Text(f"{field}:N"))
    return label


def finished(layers: Sequence[alt.Chart], title: str, notes: Sequence[str]) -> Chart:
    """Join layers under a title that is wrapped to the chart's width."""
    heading = alt.TitleParams(
        text=textwrap.wrap(title, 84, break_long_words=True),
        subtitle=textwrap.wrap(" ".join(notes), 105),
        anchor="start",
        fontSize=14,
        subtitleFontSize=11.5,
        offset=12,
    )
    chart: Chart = (
        alt.layer(*layers)
        .properties(width=WIDTH, height=HEIGHT, title=heading, description=title)
        .configure(font="system-ui, 'Helvetica Neue', Arial, sans-serif", background="white")
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, titleFontSize=13, titleFontWeight="normal", gridColor="#e3e3e3")
        .configure_legend(labelFontSize=12)
    )
    return chart
