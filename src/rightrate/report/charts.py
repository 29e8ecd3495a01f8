"""The charts of a report, as Vega-Lite by Altair: functions of the `Document`, None where nothing is to draw.

The title of each chart is its finding, a sentence computed from its values; the subtitle explains the marks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt
import numpy as np

from rightrate.report import axes, found_marks, marks, tables, titles, words
from rightrate.report.diagnosed.stretches import shaded, shaded_note, stretches
from rightrate.report.document import Document
from rightrate.report.marks import Chart, Row
from rightrate.report.roles import Role, roles
from rightrate.report.thinning import thin
from rightrate.scoring.bands import BAD, GOOD
from rightrate.search import Ended, Trial

# Two labels closer than these shares of width and height would touch, at the narrowest page (390 px).
_LABEL_APART = (0.17, 0.05)
_EARLY = (Ended.OVERTAKEN, Ended.INTERRUPTED)
_CURVE_POINTS = 300  # points of one line; more cannot be told apart on a screen
# Points of all candidates' lines together, so that a page stays small; but never fewer a line than its shape needs.
_ALL_POINTS, _LEAST_POINTS = 1000, 16
_PAIR_POINTS = 120  # points of each of two lines, with a dot each
#: Findings about precision and recall: the accuracy trap, and what a model should have reached and did not.
_ABOUT_SHARES = ("RR204", "RR207")
_MOST_DOTS = 800  # more dots than these would be one blur


def charts(document: Document) -> dict[str, Chart]:
    """Return the charts that can be drawn, by name, in the order of the report."""
    drawn = {
        "rate": rate_chart(document),
        "sweet-spot": sweet_spot_chart(document),
        "curves": curves_chart(document),
        "winner": winner_chart(document),
        "schedule": schedule_chart(document),
    }
    return {name: chart for name, chart in drawn.items() if chart is not None}


def rate_chart(document: Document) -> Chart | None:
    """Draw the objective against the learning rate: all candidates, the chosen one and the interval marked.

    Diverged candidates are crosses at the edge where values are worst; those that stopped early are hollow
    and labelled with how far they trained.
    """
    name, named = document.objective.name, roles(document)
    rows = [_point(trial, role, name) for trial, role in zip(document.trials, named, strict=True)]
    placed = [row for row in rows if row["value"] is not None and not row["diverged"]]
    crosses = [row for row in rows if row["diverged"]]
    axis = axes.value_axis(row["value"] for row in placed)
    if axis is None and not crosses:
        return None
    domain = marks.domain(document)
    x, y = marks.rate_x(domain), marks.value_y(words.measure(name), axis, share=words.is_share(name))
    present = marks.present(row["role"] for row in (*placed, *crosses))
    looks = {
        "color": alt.Color("role:N", scale=marks.scale(present, marks.COLOURS), legend=marks.legend(len(present))),
        "shape": alt.Shape("role:N", scale=marks.scale(present, marks.SHAPES), legend=marks.legend(len(present))),
        "tooltip": marks.tooltip(learning_rate="rate_text", value="value_text", trained="trained", place="role"),
    }
    full = [row for row in placed if not row["early"]]
    early = [row for row in placed if row["early"]]
    chosen = [row for row in full if row["role"] == Role.CHOSEN.value]
    others = [row for row in full if row["role"] != Role.CHOSEN.value]
    found = found_marks.placed(document)
    at_the_top = [] if document.objective.larger_is_better else [row["rate"] for row in crosses]
    edge = marks.HEIGHT - 10 if document.objective.larger_is_better else 10
    layers: list[alt.Chart] = [
        *marks.interval_layer(document, x),
        *marks.chosen_layer(document, domain, x, at_the_top),
        marks.data(full).mark_line(color=marks.GREY, strokeWidth=1, opacity=0.7).encode(x=x, y=y),
        marks.data(others).mark_point(filled=True, size=110, opacity=1).encode(x=x, y=y, **looks),
        marks.data(chosen).mark_point(filled=True, size=320, opacity=1).encode(x=x, y=y, **looks),
        marks.data(early).mark_point(filled=False, size=80, strokeWidth=1.8, opacity=1).encode(x=x, y=y, **looks),
        marks.data(_labelled(early, domain, axis))
        .mark_text(dy=-11, fontSize=10)
        .encode(x=x, y=y, text=alt.Text("trained:N")),
        marks.data(crosses)
        .mark_point(filled=False, size=80, strokeWidth=2.5, opacity=1)
        .encode(x=x, y=alt.value(edge), **looks),
        *found_marks.layers(document, found, x),
    ]
    notes = [*_rate_notes(document, early, crosses, rows), *found_marks.note(found)]
    return marks.finished(layers, titles.rate_title(document), notes)


def _point(trial: Trial, role: Role, name: str) -> Row:
    value = trial.last(name)
    diverged = trial.ended is Ended.DIVERGED or (value is not None and not math.isfinite(value))
    return {
        "rate": trial.learning_rate,
        "rate_text": words.rate(trial.learning_rate),
        "value": None if value is None or not math.isfinite(value) else value,
        "value_text": words.measured(name, value),
        "role": role.value,
        "early": trial.ended in _EARLY,
        "diverged": diverged,
        "trained": f"{words.trained(trial)}",
    }


def _labelled(rows: Sequence[Row], domain: tuple[float, float], axis: axes.Axis | None) -> list[Row]:
    if axis is None:
        return []
    places = [(axes.share_along(row["rate"], domain), axis.place(row["value"])) for row in rows]
    shown = axes.without_collisions(places, apart=(0.13, 0.05))
    return [row for row, show in zip(rows, shown, strict=True) if show]


def _rate_notes(document: Document, early: list[Row], crosses: list[Row], rows: list[Row]) -> list[str]:
    missing = sum(row["value"] is None and not row["diverged"] for row in rows)
    notes = []
    if marks.shaded(document):
        notes.append("Shaded: rates that cannot be told apart from the chosen one.")
    if early:
        notes.append("Hollow: stopped early, after the epochs written at it.")
    if crosses:
        notes.append("Cross at the edge: diverged; whatever its value is, it means nothing and is not drawn.")
    if missing:
        notes.append(f"Not drawn: {words.counted(missing, 'candidate')} without a measurement.")
    return notes


def sweet_spot_chart(document: Document) -> Chart | None:
    """Draw precision, recall and accuracy against the learning rate, with the lines of the bands."""
    rows = [
        {
            "rate": trial.learning_rate,
            "rate_text": words.rate(trial.learning_rate),
            "value": value,
            "name": name,
        }
        | {"value_text": words.percent(value), "trained": words.trained(trial)}
        for trial in document.trials
        for name, value in _shares(trial)
    ]
    if not any(row["value"] is not None for row in rows if row["name"] != "accuracy"):
        return None
    found = found_marks.placed(document, _ABOUT_SHARES)
    domain, names = marks.domain(document), ["precision", "recall", "accuracy"]
    colours, shapes = [marks.BLUE, marks.VERMILLION, marks.GREY], ["circle", "square", "triangle-up"]
    x, y = marks.rate_x(domain), marks.value_y("share", axes.Axis("linear", 0.0, 1.08), share=True)
    looks = {
        "x": x,
        "y": y,
        "color": alt.Color("name:N", scale=marks.named(names, colours), legend=marks.legend(3)),
        "shape": alt.Shape("name:N", scale=marks.named(names, shapes), legend=marks.legend(3)),
        "tooltip": marks.tooltip(learning_rate="rate_text", measure="name", value="value_text", trained="trained"),
    }
    lines = {key: look for key, look in looks.items() if key != "shape"}
    accuracy = marks.data(row for row in rows if row["name"] == "accuracy")
    others = marks.data(row for row in rows if row["name"] != "accuracy")
    bands = [
        {"value": GOOD, "at": GOOD + 0.03, "label": "good"},
        {"value": BAD, "at": BAD - 0.03, "label": "bad"},
    ]
    layers: list[alt.Chart] = [
        *marks.interval_layer(document, x),
        marks.data(bands).mark_rule(color=marks.GREY, strokeDash=[2, 3]).encode(y=y),
        marks.data(bands)
        .mark_text(align="right", baseline="middle", dx=-4, fontSize=11, fontStyle="italic")
        .encode(x=alt.value("width"), y=alt.Y("at:Q"), text=alt.Text("label:N")),
        *marks.chosen_layer(document, domain, x),
        accuracy.mark_line(strokeWidth=2, strokeDash=[4, 3]).encode(**lines),
        others.mark_line(strokeWidth=2).encode(**lines),
        marks.data(rows).mark_point(filled=True, size=55, opacity=1).encode(**looks),
        *found_marks.layers(document, found, x),
    ]
    notes = [
        f"Dotted lines: good above {words.percent(GOOD)}, bad below {words.percent(BAD)}.",
        "Each candidate at its last evaluation; the table says how far it trained.",
        *found_marks.note(found),
    ]
    return marks.finished(layers, titles.sweet_spot_title(document), notes)


def _shares(trial: Trial) -> list[tuple[str, float | None]]:
    if trial.scores is None:
        return [(name, None) for name in ("precision", "recall", "accuracy")]
    scores = trial.scores
    return [("precision", scores.precision), ("recall", scores.recall), ("accuracy", scores.accuracy)]


def curves_chart(document: Document) -> Chart | None:
    """Draw the validation loss of all candidates against the epoch, and mark where a line ends early."""
    pairs = list(zip(document.trials, roles(document), strict=True))
    most = max(_LEAST_POINTS, min(_CURVE_POINTS, _ALL_POINTS // max(len(pairs), 1)))
    lines_of = [_line(trial, role, most) for trial, role in pairs]
    rows = [{**row, "line": index} for index, line in enumerate(lines_of) for row in line]
    calm = [row["value"] for row in rows if not row["diverged"]]
    axis = axes.value_axis(calm, [row["value"] for row in rows if row["diverged"]], headroom=0.05)
    if axis is None:
        return None
    last_epoch = max(row["epoch"] for row in rows)
    seen = [line[-1] for line in lines_of if line]
    present = marks.present(row["role"] for row in rows)
    x = marks.epoch_x(last_epoch)
    y = marks.value_y("validation loss", axis)
    lines = marks.data(map(_drawn, rows)).encode(
        x=x,
        y=y,
        detail=alt.Detail("line:N"),
        color=alt.Color(
            "role:N", scale=marks.scale(present, marks.COLOURS), legend=marks.legend(len(present), lines=True)
        ),
        tooltip=[
            *marks.tooltip(learning_rate="rate_text"),
            alt.Tooltip("epoch:Q", format=".3~g"),
            alt.Tooltip("value:Q", title="loss", format=".4~g"),
            *marks.tooltip(place="role"),
        ],
    )
    dash = alt.StrokeDash(
        "role:N", scale=marks.scale(present, marks.DASHES), legend=marks.legend(len(present), lines=True)
    )
    layers: list[alt.Chart] = [
        lines.mark_line(clip=True, strokeWidth=1.5).encode(strokeDash=dash),
        marks.data(_drawn(row) for row in rows if row["role"] == Role.CHOSEN.value)
        .mark_line(clip=True, strokeWidth=3.5, color=marks.GREEN)
        .encode(x=x, y=y),
        *([lines.mark_point(filled=True, size=14, opacity=1, clip=True)] if len(rows) <= _MOST_DOTS else []),
        *_end_marks(seen, x, y, present, axis),
        marks.data(_end_labels(seen, last_epoch, axis))
        .mark_text(align="left", dx=7, fontSize=10)
        .encode(x=x, y=y, text=alt.Text("rate_text:N")),
    ]
    return marks.finished(layers, titles.curves_title(document), _curve_notes(document, seen, axis))


def _drawn(row: Row) -> Row:
    """What the chart needs of a point: a page carries hundreds of them."""
    kept = {name: row[name] for name in ("line", "rate_text", "role")}
    return {**kept, "epoch": float(f"{row['epoch']:.6g}"), "value": float(f"{row['value']:.6g}")}


def _line(trial: Trial, role: Role, most: int) -> list[Row]:
    curve = trial.curve
    return [
        {
            "rate": trial.learning_rate,
            "rate_text": words.rate(trial.learning_rate),
            "epoch": float(curve.steps[i]) / trial.steps_per_epoch,
            "value": float(curve.values[i]),
            "role": role.value,
            "diverged": trial.ended is Ended.DIVERGED,
            "early": trial.ended in _EARLY,
        }
        for i in thin(curve.values, most)
        if math.isfinite(curve.values[i])
    ]


def _end_marks(seen: list[Row], x: alt.X, y: alt.Y, present: list[str], axis: axes.Axis) -> list[alt.Chart]:
    key = marks.legend(len(present), lines=True)
    colour = alt.Color("role:N", scale=marks.scale(present, marks.COLOURS), legend=key)
    crosses = [{**row, "value": min(row["value"], axis.high)} for row in seen if row["diverged"]]
    hollow = [row for row in seen if row["early"]]
    return [
        marks.data(crosses)
        .mark_point(shape=marks.CROSS, filled=False, size=70, strokeWidth=2.5, opacity=1)
        .encode(x=x, y=y, color=colour),
        marks.data(hollow)
        .mark_point(shape="circle", filled=False, size=70, strokeWidth=1.8, opacity=1)
        .encode(x=x, y=y, color=colour),
    ]


def _end_labels(seen: list[Row], last_epoch: float, axis: axes.Axis) -> list[Row]:
    first = sorted(seen, key=lambda row: (row["role"] != Role.CHOSEN.value, row["diverged"], row["rate"]))
    inside = [{**row, "value": min(row["value"], axis.high)} for row in first]
    places = [(row["epoch"] / (marks.EPOCH_ROOM * last_epoch or 1.0), axis.place(row["value"])) for row in inside]
    shown = axes.without_collisions(places, apart=_LABEL_APART)
    return [row for row, show in zip(inside, shown, strict=True) if show]


def _curve_notes(document: Document, seen: list[Row], axis: axes.Axis) -> list[str]:
    lost = sorted({trial.learning_rate for trial in document.trials} - {row["rate"] for row in seen})
    notes = []
    if any(row["diverged"] for row in seen):
        notes.append("Cross: diverged there.")
    if any(row["early"] for row in seen):
        notes.append("Open circle: stopped early there.")
    if axis.cut:
        notes.append(f"Losses above {words.number(axis.high)} leave the picture.")
    if lost:
        notes.append(f"No finite loss to draw at {', '.join(words.rate(rate) for rate in lost)}.")
    return notes


def winner_chart(document: Document) -> Chart | None:
    """Draw training and validation loss of the chosen candidate together: their gap shows overfitting."""
    winner = document.winner
    if winner is None:
        return None
    smooth, curve = tables.smoothed_train_loss(winner), winner.curve
    validation = tuple(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))
    names = ["validation loss", "training loss, smoothed"]
    rows: list[Row] = [
        {
            "epoch": step / winner.steps_per_epoch,
            "value": value,
            "name": name,
            "value_text": words.number(value),
        }
        | {"epoch_text": words.epochs(step / winner.steps_per_epoch)}
        for name, points in zip(names, (validation, smooth), strict=True)
        for step, value in _thinned(points)
        if math.isfinite(value)
    ]
    axis = axes.value_axis([row["value"] for row in rows], headroom=0.05)
    if axis is None:
        return None
    last_epoch = max(row["epoch"] for row in rows)
    lines = marks.data(rows).encode(
        x=marks.epoch_x(last_epoch),
        y=marks.value_y("loss", axis),
        color=alt.Color(
            "name:N", scale=marks.named(names, [marks.GREEN, marks.GREY]), legend=marks.legend(2, lines=True)
        ),
        strokeDash=alt.StrokeDash(
            "name:N", scale=marks.named(names, [[1, 0], [5, 3]]), legend=marks.legend(2, lines=True)
        ),
        tooltip=marks.tooltip(measure="name", epoch="epoch_text", value="value_text"),
    )
    found = [] if document.diagnosed is None else stretches(document.diagnosed.main.answers)
    layers = [
        *shaded(found, marks.epoch_x(last_epoch), "epoch", winner.steps_per_epoch),
        lines.mark_line(strokeWidth=2),
        lines.mark_point(filled=True, size=25, opacity=1),
    ]
    last = smooth[-1][1] if smooth else None
    notes = [shaded_note(found)] if found else []
    notes.append("Training loss: mean over the batches since the previous evaluation.")
    return marks.finished(layers, titles.winner_title(document, last), notes)


def _thinned(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    return [points[i] for i in thin(np.array([value for _, value in points]), _PAIR_POINTS)]


def schedule_chart(document: Document) -> Chart | None:
    """Draw the learning rate of each step."""
    schedule = document.schedule
    if schedule is None:
        return None
    rates = schedule.rates
    kept = sorted({*thin(rates, _CURVE_POINTS).tolist(), int(rates.argmax())})
    rows = [{"step": step, "rate": float(rates[step]), "rate_text": words.rate(float(rates[step]))} for step in kept]
    base = marks.data(rows).encode(
        x=alt.X(
            "step:Q",
            title="optimizer step",
            scale=alt.Scale(domain=[0, max(schedule.steps - 1, 1)], nice=False),
            axis=alt.Axis(tickCount=min(6, schedule.steps), tickMinStep=1, grid=False, format=",d"),
        ),
        y=alt.Y(
            "rate:Q",
            title="learning rate",
            scale=alt.Scale(domain=[0, 1.08 * schedule.peak], nice=False),
            axis=alt.Axis(labelExpr=f"datum.value == 0 ? '0' : {marks.RATE_LABEL}", tickCount=5),
        ),
        tooltip=marks.tooltip(step="step", learning_rate="rate_text"),
    )
    layers = [base.mark_line(color=marks.GREEN, strokeWidth=2.5)]
    if len(rows) == 1:
        layers.append(base.mark_point(color=marks.GREEN, filled=True, size=110))
    return marks.finished(layers, titles.schedule_title(document), [])
