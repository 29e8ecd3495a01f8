"""One chart by its name, as an Altair chart that the user may change; or why there is none."""

from __future__ import annotations

from collections.abc import Mapping

from rightrate.errors import UsageError, nearest
from rightrate.report.marks import Chart

#: Why a chart of a search cannot be drawn.
OF_SEARCH = {
    "rate": "no candidate was measured",
    "sweet-spot": "precision and recall were not measured",
    "curves": "no candidate has a finite validation loss",
    "winner": "no rate was chosen, or its losses are not finite",
    "schedule": "no rate was chosen, so there is no schedule",
}
#: Of a verdict.
OF_VERDICT = {
    "precision-recall": "it takes probabilities and a positive class of which some rows are",
    "calibration": "it takes probabilities",
}
#: Of a diagnosis.
OF_DIAGNOSIS = {
    "losses": "the training has no finite loss",
    "metrics": "no metric that is a share, such as accuracy, was logged",
    "rate": "the learning rate was not logged, or never moved",
    "comparison": "it takes several trainings whose learning rates are known",
}


def chosen(name: str, drawn: Mapping[str, Chart], why: Mapping[str, str]) -> Chart:
    """Return the chart of that name.

    Args:
        drawn: those that could be drawn.
        why: of every chart there may be, why it could not.

    Raises:
        UsageError: there is no chart of that name, or nothing to draw in it.

    Example:
        >>> chosen("rates", {}, OF_SEARCH)
        Traceback (most recent call last):
        rightrate.errors.UsageError: There is no chart 'rates'. Charts: rate, sweet-spot, curves, winner, schedule. ...
    """
    if name not in why:
        raise UsageError(f"There is no chart {name!r}. Charts: {', '.join(why)}. {nearest(str(name), why)}")
    if name not in drawn:
        rest = f" Charts that can be drawn: {', '.join(drawn)}." if drawn else ""
        raise UsageError(f"The chart {name!r} cannot be drawn: {why[name]}.{rest}")
    return drawn[name]
