"""The charts of a diagnosis: the losses with the findings' stretches, the metrics, the rate, and the comparison."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import altair as alt

from rightrate.curves.training import Training
from rightrate.report import axes, marks
from rightrate.report.diagnosed import words as say
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.report.diagnosed.series import Series, axis_of, ends, losses, series
from rightrate.report.diagnosed.stretches import shaded, shaded_note, stretches
from rightrate.report.labels import labels as in_chart
from rightrate.report.marks import Chart, Row

#: Points of a curve in a chart: one for each two pixels of its width.
MOST_POINTS = 320
#: Curves of the chart of metrics that can still be told apart.
MOST_METRICS = 4
#: A legend of two columns is seen whole on a phone.
_LABEL_WIDTH = 22

_LABELS = {"loss": "training loss", "val_loss": "validation loss"}
_COLOURS = [marks.BLUE, marks.VERMILLION, marks.GREEN, marks.GREY]
_DASHES = [[1, 0], [6, 3], [2, 2], [9, 3, 2, 3]]
_PLACES = {"too low": marks.BLUE, "right": marks.GREEN, "too high": marks.VERMILLION, "unknown": marks.GREY}


def charts(shown: Diagnosed) -> dict[str, Chart]:
    """The charts that can be drawn, by name, in the order of the page."""
    drawn = {
        "comparison": comparison_chart(shown),
        "losses": loss_chart(shown),
        "metrics": metric_chart(shown.training),
        "rate": rate_chart(shown.training),
    }
    return {name: chart for name, chart in drawn.items() if chart is not None}


def loss_chart(shown: Diagnosed) -> Chart | None:
    """Training and validation loss, with the stretches where the findings show."""
    drawn = losses(shown.training, MOST_POINTS)
    axis = axis_of(drawn, headroom=0.1)
    if axis is None:
        return None
    y = marks.value_y("loss", axis)
    x = _step_x(shown.training, drawn)
    found = stretches(shown.main.answers)
    layers = [*shaded(found, x, "step"), *_lines(drawn, x, y, [_LABELS[one.name] for one in drawn])]
    leading = shown.main.leading
    notes = [shaded_note(found)] if found else []
    if axis.kind == "log":
        notes.append("The axis is logarithmic.")
    if axis.cut:
        notes.append("Losses beyond the top are not shown.")
    lost = [_LABELS[one.name] for one in drawn if any(not math.isfinite(value) for value in one.values)]
    if lost:
        notes.append(f"Where the {' and the '.join(lost)} has a gap it was NaN or infinite.")
    if any(one.has_means for one in drawn):
        notes.append("Each point is the mean of several values.")
    return marks.finished(layers, say.sentence(leading.sentence), notes)


def metric_chart(training: Training) -> Chart | None:
    """The metrics that are shares, such as accuracy, precision and recall; None where none was logged."""
    names = share_names(training)
    drawn = [series(training.curves[name], MOST_POINTS) for name in names]
    if not drawn:
        return None
    y = marks.value_y("share", axes.Axis("linear", 0.0, 1.04), share=True)
    labels = in_chart(map(say.name, names), _LABEL_WIDTH)
    last = [f"{label} ended at {_percent(one)}" for label, one in zip(labels, drawn, strict=True)]
    return marks.finished(_lines(drawn, _step_x(training, drawn), y, labels), f"{'; '.join(last)}.", [])


def share_names(training: Training) -> tuple[str, ...]:
    """The metrics that the chart shows, validation's if there are too many; training first, as in the losses."""
    names = [name for name in training.curves if _is_share(training, name)]
    shown = sorted(names, key=lambda name: (not name.startswith("val_"), name))[:MOST_METRICS]
    return tuple(sorted(shown, key=lambda name: (name.removeprefix("val_"), name.startswith("val_"))))


def rate_chart(training: Training) -> Chart | None:
    """The learning rate; None where it was not logged or never moved, which one number says better."""
    curve = training.curves.get("learning_rate")
    if curve is None or not len(curve):
        return None
    drawn = series(curve, MOST_POINTS)
    seen = [float(value) for value in drawn.values if math.isfinite(value) and value > 0]
    axis = axes.value_axis(seen, headroom=0.1)
    if axis is None or min(seen) == max(seen):
        return None
    lines = _lines([drawn], _step_x(training, [drawn]), marks.value_y("learning rate", axis), ["learning rate"])
    first, last, peak = say.rate(seen[0]), say.rate(seen[-1]), say.rate(max(seen))
    title = f"The learning rate went from {first} to {last}, with a peak of {peak}."
    return marks.finished(lines, title, [])


def comparison_chart(shown: Diagnosed) -> Chart | None:
    """The final loss of each training against its learning rate; None where fewer than two rates are known."""
    compared = shown.comparison
    if compared is None:
        return None
    known = [row for row in compared.rows if row.learning_rate is not None and row.learning_rate > 0]
    finite = [row for row in known if math.isfinite(row.final)]
    axis = axes.value_axis([row.final for row in finite if row.place != "too high"],
                           [row.final for row in finite if row.place == "too high"])  # fmt: skip
    if axis is None or len({row.learning_rate for row in known}) < 2:
        return None
    rates = [float(row.learning_rate or 0.0) for row in known]
    places: list[str] = list(dict.fromkeys(row.place for row in known))
    rows: list[Row] = [
        {
            "rate": row.learning_rate,
            "value": min(row.final, axis.high) if math.isfinite(row.final) else axis.high,
            "place": row.place,
            "name": say.name(row.name),
            "said": say.rate(row.learning_rate),
            "ended": say.loss(row.final),
        }
        for row in known
    ]
    x = marks.rate_x(axes.rate_domain([*rates, *([compared.next_rate] if compared.next_rate else [])]))
    y = marks.value_y("final loss", axis)
    points = (
        marks.data(rows)
        .mark_point(filled=True, size=110, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "place:N", scale=marks.named(places, [_PLACES[p] for p in places]), legend=marks.legend(len(places))
            ),
            shape=alt.Shape(
                "place:N",
                scale=marks.named(places, [_symbol(p) for p in places]),
                legend=marks.legend(len(places)),
            ),
            tooltip=marks.tooltip(training="name", learning_rate="said", final_loss="ended"),
        )
    )
    layers = [*_next_rate(compared.next_rate, x), points]
    lost = len(known) - len(finite)
    notes = [f"Dashed: the rate to try next, {say.rate(compared.next_rate)}."] if compared.next_rate else []
    notes += [f"{lost} at the top ended at no number."] if lost else []
    return marks.finished(layers, say.sentence(compared.sentence), notes)


def _next_rate(rate: float | None, x: alt.X) -> list[alt.Chart]:
    if not rate:
        return []
    return [marks.data([{"rate": rate}]).mark_rule(color=marks.GREEN, strokeDash=[4, 3], strokeWidth=1.5).encode(x=x)]


def _symbol(place: str) -> str:
    return {"too low": "triangle-down", "right": "circle", "too high": "triangle-up"}.get(place, "square")


def _lines(drawn: Sequence[Series], x: alt.X, y: alt.Y, labels: Sequence[str]) -> list[alt.Chart]:
    layers: list[alt.Chart] = []
    legend = marks.legend(len(labels), lines=True) if len(labels) > 1 else None
    looks = {
        "color": alt.Color("curve:N", scale=marks.named(list(labels), _COLOURS[: len(labels)]), legend=legend),
        "strokeDash": alt.StrokeDash("curve:N", scale=marks.named(list(labels), _DASHES[: len(labels)]), legend=legend),
    }
    rows: list[Row] = [
        {
            "step": float(step),
            "value": float(value) if math.isfinite(value) else None,
            "curve": label,
            "at": f"{step:g}",
            "said": say.loss(float(value)),
        }
        for one, label in zip(drawn, labels, strict=True)
        for step, value in zip(one.steps, one.values, strict=True)
    ]
    layers.append(marks.data(rows).mark_line(strokeWidth=2, clip=True).encode(x=x, y=y, **looks))
    finite = [row for row in rows if row["value"] is not None]
    size = 30 if len(rows) <= 120 else 8
    layers.append(
        marks.data(finite)
        .mark_point(filled=True, size=size, opacity=1, clip=True)
        .encode(x=x, y=y, color=looks["color"], tooltip=marks.tooltip(curve="curve", at="at", value="said"))
    )
    return layers


def _step_x(training: Training, drawn: Iterable[Series]) -> alt.X:
    first, last = ends(drawn)
    room = 0.03 * (last - first) or 1.0
    axis = alt.Axis(format=",.6~f", tickCount=min(8, max(2, int(last - first))), grid=False, labelOverlap=True)
    scale = alt.Scale(domain=[first - room, last + room], nice=False)
    return alt.X("step:Q", title=training.unit, scale=scale, axis=axis)


def _is_share(training: Training, name: str) -> bool:
    """Whether a curve is one of the shares that people look at, and lies between 0 and 1."""
    bare = name.removeprefix("val_")
    known = bare.endswith("accuracy") or bare.rstrip("_0123456789") in ("precision", "recall", "f1", "auc")
    values = [float(value) for value in training.curves[name].values if math.isfinite(value)]
    return known and bool(values) and min(values) >= 0.0 and max(values) <= 1.0


def _percent(one: Series) -> str:
    finite = [float(value) for value in one.values if math.isfinite(value)]
    return f"{100 * finite[-1]:.3g} %"
