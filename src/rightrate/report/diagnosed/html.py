"""A diagnosis as one HTML page that opens from disk."""

from __future__ import annotations

import numpy as np

from rightrate.report import words
from rightrate.report.diagnosed import sections
from rightrate.report.diagnosed import words as say
from rightrate.report.diagnosed.charts import charts, share_names
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.report.diagnosed.sections import Grid
from rightrate.report.diagnosed.series import series
from rightrate.report.one_page import figure, render

_HEADINGS = {
    "comparison": "The final loss against the learning rate",
    "losses": "Training and validation loss",
    "metrics": "The metrics",
    "rate": "The learning rate",
}
#: Rows of the table behind a chart; the log has all of them.
_MOST_ROWS = 120
_MOST_WARNINGS = 60


def to_html(shown: Diagnosed) -> str:
    """Return the text of the page, to be written as UTF-8."""
    drawn = charts(shown)
    band, band_why = sections.band(shown.main)
    return render(
        "diagnosed.html.j2",
        ["page.css", "judged.css", "diagnosed.css"],
        drawn,
        subject=sections.subject(shown),
        cause=sections.cause(shown),
        tone=sections.tone(shown.main),
        headline=sections.headline(shown),
        advice=sections.advice(shown),
        compared=sections.comparison(shown),
        best=sections.of_training(shown.main),
        band=band,
        band_why=band_why,
        leading=sections.leading(shown.main),
        others=sections.others(shown.main),
        rules=sections.rules(shown.main),
        about=sections.about(shown),
        warnings=[say.sentence(warning) for warning in shown.warnings[:_MOST_WARNINGS]],
        figures=[figure(name, _HEADINGS[name], chart, _numbers(name, shown)) for name, chart in drawn.items()],
    )


def _numbers(name: str, shown: Diagnosed) -> Grid:
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
    note = (
        "Each row is the mean of several values; the log has all of them." if any(c.has_means for c in curves) else ""
    )
    return Grid((training.unit, *(say.name(one.name) for one in curves)), rows, note=note)


def _cell(values: dict[float, float], step: float) -> str:
    return say.loss(values[step]) if step in values else words.NOT_MEASURED
