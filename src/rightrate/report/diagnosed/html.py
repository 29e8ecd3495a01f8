"""A diagnosis as one HTML page that opens from disk."""

from __future__ import annotations

import math

import numpy as np

from rightrate.diagnosis.reading import Reading
from rightrate.report import words
from rightrate.report.diagnosed import sections
from rightrate.report.diagnosed import words as say
from rightrate.report.diagnosed.charts import charts, comparison_chart, loss_chart, share_names
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.report.diagnosed.series import series
from rightrate.report.notebook import shown as in_short
from rightrate.report.one_page import figure, page
from rightrate.report.section import First, Key, Section
from rightrate.report.table import Table

_HEADINGS = {
    "comparison": "The final loss against the learning rate",
    "losses": "Training and validation loss",
    "metrics": "The metrics",
    "rate": "The learning rate",
}
#: Rows of the table behind a chart; the log has all of them.
_MOST_ROWS = 120
_MOST_WARNINGS = 60
_MOST_STEPS = 5


def to_html(shown: Diagnosed) -> str:
    """Return the text of the page, to be written as UTF-8."""
    drawn = charts(shown)
    figures = {name: figure(name, _HEADINGS[name], chart, numbers(name, shown)) for name, chart in drawn.items()}
    made: list[Section] = []
    compared = sections.comparison(shown)
    if compared is not None:
        of_it = (figures["comparison"],) if "comparison" in figures else ()
        made.append(Section("comparison", "The trainings side by side", table=compared, figures=of_it))
        made.append(_best(shown))
    others = sections.others(shown.main)
    if others:
        made.append(Section("findings", "Also found", findings=others))
    made += [Section(name, _HEADINGS[name], figures=(one,)) for name, one in figures.items() if name != "comparison"]
    made.append(Section("rules", "Every rule, and what it says", table=sections.rules(shown.main)))
    remarks = tuple(say.sentence(warning) for warning in shown.warnings[:_MOST_WARNINGS])
    made.append(Section("about", "What was read", pairs=sections.about(shown), after=remarks))
    return page(f"{sections.subject(shown)}: {sections.cause(shown)}", _first(shown), made, drawn)


def in_notebook(shown: Diagnosed) -> str:
    """Return what a notebook shows of a diagnosis."""
    first = _first(shown)
    chart = comparison_chart(shown) or loss_chart(shown)
    return in_short(first.headline, first.tone, (*first.sentences, *first.steps[:1]), first.keys, chart)


def _first(shown: Diagnosed) -> First:
    tag = sections.leading(shown.main)[0]
    return First(
        subject=sections.subject(shown),
        headline=sections.cause(shown),
        tone=sections.tone(shown.main),
        sentences=(sections.headline(shown),),
        outcome=(sections.tone(shown.main), tag) if tag and shown.comparison is None else None,
        keys=_compared_keys(shown) if shown.comparison is not None else _keys(shown),
        steps=_steps(shown),
    )


def _steps(shown: Diagnosed) -> tuple[str, ...]:
    """What to change: first what leads, then what else was found."""
    every = [sections.advice(shown)]
    if shown.comparison is not None:
        every.append(sections.leading(shown.main)[2])
    every += [advice for _, _, advice in sections.others(shown.main)]
    return tuple(dict.fromkeys(step for step in every if step))[:_MOST_STEPS]


def _keys(shown: Diagnosed) -> tuple[Key, ...]:
    band, why = sections.band(shown.main)
    keys = [Key("Band", band, why)]
    training = shown.training
    for name, label in (("val_loss", "Lowest validation loss"), ("loss", "Lowest training loss")):
        curve = training.curves.get(name)
        finite = [] if curve is None else [i for i, value in enumerate(curve.values) if math.isfinite(value)]
        if curve is not None and finite:
            best = min(finite, key=lambda i: float(curve.values[i]))
            note = f"at {training.unit} {curve.steps[best]:g}; it ended at {say.loss(curve.last)}"
            keys.append(Key(label, say.loss(float(curve.values[best])), note))
    peak = Reading(training).peak
    if peak is not None:
        keys.append(Key("Learning rate", say.rate(peak), "at its peak"))
    return tuple(keys)


def _compared_keys(shown: Diagnosed) -> tuple[Key, ...]:
    compared = shown.comparison
    assert compared is not None
    keys = [Key("Trainings", words.count(len(compared.rows)), "compared")]
    chosen = next((row for row in compared.rows if row.name == compared.chosen), None)
    if chosen is not None:
        keys.append(Key("Final loss of the best", say.loss(chosen.final), say.name(chosen.name)))
    if compared.next_rate:
        keys.append(Key("Rate to try next", say.rate(compared.next_rate)))
    return tuple(keys)


def _best(shown: Diagnosed) -> Section:
    tag, sentence, advice = sections.leading(shown.main)
    band, why = sections.band(shown.main)
    said = f"Band: {band}. {why}".rstrip()
    found = ((tag, sentence, advice),) if tag else ()
    before = (said,) if found else tuple(part for part in (said, sentence, advice) if part)
    return Section("best", f"The best one: {sections.of_training(shown.main)}", before=before, findings=found)


def numbers(name: str, shown: Diagnosed) -> Table:
    """Return the numbers behind a chart."""
    compared = sections.comparison(shown)
    if name == "comparison" and compared is not None:
        return compared
    training = shown.training
    if name == "losses":
        names = [one for one in ("loss", "val_loss") if one in training.curves]
    elif name == "rate":
        names = ["learning_rate"]
    else:
        names = list(share_names(training))
    curves = [series(training.curves[one], _MOST_ROWS) for one in names if len(training.curves[one])]
    steps = np.unique(np.concatenate([one.steps for one in curves]))[: 2 * _MOST_ROWS]
    by_step = [dict(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in curves]
    rows = tuple((f"{step:g}", *(_cell(values, step) for values in by_step)) for step in steps.tolist())
    means = any(curve.has_means for curve in curves)
    note = "Each row is the mean of several values; the log has all of them." if means else None
    return Table((training.unit, *(say.name(one.name) for one in curves)), rows, note=note)


def _cell(values: dict[float, float], step: float) -> str:
    return say.loss(values[step]) if step in values else words.NOT_MEASURED
