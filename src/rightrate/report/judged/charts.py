"""The charts of a judgement: precision against recall, and calibration; None where nothing is to draw."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping

import altair as alt

from rightrate.report import axes, marks, words
from rightrate.report.judged import at_prevalence
from rightrate.report.judged import words as say
from rightrate.report.marks import Chart, Row
from rightrate.verdict import Judgement

# Characters of a line of the legend: more would be cut off on a phone, 390 pixels wide.
_LEGEND_LINE = 40
_LEGEND = alt.Legend(
    title=None,
    orient="bottom",
    columns=1,
    labelLimit=1000,
    symbolSize=90,
    labelExpr="split(datum.label, '\\n')",
    rowPadding=6,
)
# A little more than all, so that points at 100 % are seen whole.
_SHARE = axes.Axis("linear", 0.0, 1.04)


def charts(judgement: Judgement) -> dict[str, Chart]:
    """Return the charts that can be drawn, by name, in the order of the page."""
    drawn = {"precision-recall": precision_recall_chart(judgement), "calibration": calibration_chart(judgement)}
    return {name: chart for name, chart in drawn.items() if chart is not None}


def precision_recall_chart(judgement: Judgement) -> Chart | None:
    """Draw precision against recall over all thresholds, chance, the threshold in use, and other thresholds."""
    rows = _rows(at_prevalence.curves(judgement).get("precision_recall", {}), ("recall", "precision"))
    if not rows:
        return None
    rising = rows if rows[0]["recall"] <= rows[-1]["recall"] else rows[::-1]
    ordered = [{"recall": row["recall"], "value": row["precision"], "order": i} for i, row in enumerate(rising)]
    x, y = _share_x("recall"), marks.value_y("precision", _SHARE, share=True)
    points = _points(judgement)
    names = [row["name"] for row in points]
    colours = [marks.VERMILLION, marks.GREEN, marks.GREY, marks.BLUE]
    shapes = ["diamond", "circle", "square", "triangle-up", "triangle-down"]
    looks = {
        "color": alt.Color(
            "name:N",
            scale=marks.named(names, [colours[i % 4] for i in range(len(names))]),
            legend=_LEGEND,
        ),
        "shape": alt.Shape(
            "name:N",
            scale=marks.named(names, [shapes[i % 5] for i in range(len(names))]),
            legend=_LEGEND,
        ),
    }
    layers: list[alt.Chart] = [
        *_chance(judgement, y),
        # Precision jumps where the threshold passes a false alarm; no threshold lies between.
        marks.data(ordered)
        .mark_line(color=marks.BLUE, strokeWidth=2, interpolate="step-before")
        .encode(x=x, y=y, order=alt.Order("order:Q")),
        marks.data(_threshold_rows(judgement))
        .mark_point(color=marks.BLUE, filled=True, size=14, opacity=1)
        .encode(x=x, y=y, tooltip=marks.tooltip(threshold="at", precision="said", recall="found", alarms="alarms")),
        *(
            [
                marks.data(points)
                .mark_point(filled=True, size=170, opacity=1)
                .encode(x=x, y=y, **looks, tooltip=marks.tooltip(threshold="name", precision="said", recall="found"))
            ]
            if points
            else []
        ),
    ]
    return marks.finished(layers, _ranking_title(judgement), _ranking_notes(judgement))


def calibration_chart(judgement: Judgement) -> Chart | None:
    """Draw the observed share against the predicted probability, with the diagonal where both agree."""
    rows = _rows(judgement.curves.get("calibration", {}), ("confidence", "observed", "count"))
    if not rows:
        return None
    told = [
        {
            "recall": row["confidence"],
            "value": row["observed"],
            "count": row["count"],
            "said": words.percent(row["confidence"]),
            "seen": words.percent(row["observed"]),
            "rows": say.rows_counted(row["count"]),
        }
        for row in rows
    ]
    x, y = _share_x("mean predicted probability"), marks.value_y("observed share", _SHARE, share=True)
    diagonal = [{"recall": end, "value": end} for end in (0.0, 1.0)]
    layers: list[alt.Chart] = [
        marks.data(diagonal).mark_line(color=marks.GREY, strokeDash=[4, 3]).encode(x=x, y=y),
        marks.data(told).mark_line(color=marks.BLUE, strokeWidth=1.5).encode(x=x, y=y),
        marks.data(told)
        .mark_point(color=marks.BLUE, filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            size=alt.Size("count:Q", legend=None, scale=alt.Scale(zero=True, range=[20, 160])),
            tooltip=marks.tooltip(predicted="said", observed="seen", rows="rows"),
        ),
    ]
    notes = ["Dashed: predicted and observed agree. Below it the probabilities are too high, above it too low."]
    return marks.finished(layers, _calibration_title(judgement, rows), [*notes, "Larger points stand for more rows."])


def _rows(curve: Mapping[str, tuple[float, ...]], names: tuple[str, ...]) -> list[Row]:
    """Return the points of a curve whose values are all finite; none where a column is missing."""
    if not all(name in curve for name in names):
        return []
    points = zip(*(curve[name] for name in names), strict=True)
    return [dict(zip(names, point, strict=True)) for point in points if all(map(math.isfinite, point))]


def _share_x(title: str) -> alt.X:
    axis = alt.Axis(
        labelExpr="format(100 * datum.value, '.4~f') + ' %'",
        values=axes.share_ticks(0.0, 1.04),
        grid=False,
        labelOverlap=True,
    )
    return alt.X("recall:Q", title=title, scale=alt.Scale(domain=[0, 1.04], nice=False), axis=axis)


def _threshold_rows(judgement: Judgement) -> list[Row]:
    names = ("threshold", "precision", "recall", "alarms")
    return [
        {
            "recall": row["recall"],
            "value": row["precision"],
            "at": words.number(row["threshold"]),
            "said": words.percent(row["precision"]),
            "found": words.percent(row["recall"]),
            "alarms": words.percent(row["alarms"]),
        }
        for row in _rows(at_prevalence.curves(judgement).get("thresholds", {}), names)
    ]


def _points(judgement: Judgement) -> list[Row]:
    """Return the threshold in use and those that could be used instead, where both figures were measured.

    A threshold that serves several wishes is marked once; one that only comes near a wish is not marked.
    """
    current = judgement.per_class.get(judgement.positive or "", {})
    found, seen = [], set()
    if judgement.threshold is not None and {"precision", "recall"} <= set(current):
        name = f"threshold {words.number(judgement.threshold)}, in use"
        found.append((name, at_prevalence.precision_in_use(judgement).value, current["recall"].value))
    for point in judgement.operating_points:
        if point.threshold is not None and point.feasible and point.threshold not in seen:
            seen.add(point.threshold)
            name = f"threshold {words.number(point.threshold)}, {say.short(point.goal, 120)}"
            found.append((name, point.precision.value, point.recall.value))
    return [
        {
            "name": "\n".join(textwrap.wrap(name, _LEGEND_LINE)),
            "value": precision,
            "recall": recall,
            "said": words.percent(precision),
            "found": words.percent(recall),
        }
        for name, precision, recall in found
        if precision is not None and recall is not None
    ]


def _chance(judgement: Judgement, y: alt.Y) -> list[alt.Chart]:
    share = at_prevalence.prevalence(judgement).shown
    if share is None:
        return []
    return [marks.data([{"value": share}]).mark_rule(color=marks.GREY, strokeDash=[4, 3]).encode(y=y)]


def _ranking_title(judgement: Judgement) -> str:
    average, share = judgement.metrics.get("average_precision"), at_prevalence.prevalence(judgement)
    parts = []
    if average is not None and average.value is not None and share.production is None:
        chance = f", where chance alone has {words.percent(share.rows)}" if share.rows is not None else ""
        parts.append(f"Average precision is {say.with_interval('average_precision', average)}{chance}")
    points = _points(judgement)
    if judgement.threshold is not None and points and points[0]["name"].endswith("in use"):
        where = f" {share.said}" if share.production is not None else ""
        parts.append(f"at the threshold in use{where} precision is {points[0]['said']} and recall {points[0]['found']}")
    title = "; ".join(parts) or "Precision and recall over all thresholds"
    return f"{title[0].upper()}{title[1:]}."


def _ranking_notes(judgement: Judgement) -> list[str]:
    share = at_prevalence.prevalence(judgement)
    notes = ["Each small point is a threshold; low ones lie to the right."]
    if share.shown is not None:
        notes += [f"Precision is {share.said}.", "Dashed: chance, the share of positive rows there."]
    return notes


def _calibration_title(judgement: Judgement, rows: list[Row]) -> str:
    worst = max(rows, key=lambda row: abs(row["confidence"] - row["observed"]))
    error = judgement.metrics.get("calibration_error")
    known = error is not None and error.value is not None
    start = (
        f"Calibration error is {say.with_interval('calibration_error', error)}; widest gap:"
        if known and error
        else "Widest gap:"
    )
    said, seen = words.percent(worst["confidence"]), words.percent(worst["observed"])
    return f"{start} where the model says {said}, {seen} are so ({say.rows_counted(worst['count'])} rows)."
