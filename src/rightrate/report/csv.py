"""Every measured point as a long table, for `curves.csv`: learning_rate, name, step, epoch, value.

Nothing is thinned. Values that are not finite are written as `nan`, `inf` and `-inf`, which NumPy, pandas and
R read as such.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from rightrate.report.document import Document
from rightrate.report.words import clean
from rightrate.search import Trial

COLUMNS = ("learning_rate", "name", "step", "epoch", "value")


def to_csv(document: Document) -> str:
    """Return the text of `curves.csv`: of each candidate its training loss, then every validation value."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for trial in document.trials:
        table.writerows(_rows(trial))
    return text.getvalue()


def guarded(text: str) -> str:
    """Return a name that no spreadsheet takes for a formula.

    Example:
        >>> guarded("=1+1"), guarded("val_loss")
        ("'=1+1", 'val_loss')
    """
    text = clean(text)
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") else text


def _rows(trial: Trial) -> Iterator[tuple[str, str, int, str, str]]:
    names = dict.fromkeys(name for evaluation in trial.evaluations for name in evaluation.values)
    for curve in (trial.train_curve, *(trial.measured(name) for name in names)):
        for step, value in zip(curve.steps.tolist(), curve.values.tolist(), strict=True):
            epoch = step / trial.steps_per_epoch
            yield repr(float(trial.learning_rate)), guarded(curve.name), step, repr(epoch), repr(value)
