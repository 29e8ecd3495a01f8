"""Where in a curve a finding shows: the stretch is shaded and named in the chart itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import altair as alt

from rightrate.diagnosis.examine import Answer
from rightrate.diagnosis.finding import Severity
from rightrate.report import marks
from rightrate.report.marks import Row

#: Stretches of so many findings; more would lie over each other.
MOST_STRETCHES = 3

_SHADES = {Severity.CRITICAL: marks.VERMILLION, Severity.WARNING: "#E69F00", Severity.HINT: marks.GREY}


def stretches(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers that have a place in the curve, the most serious first."""
    order = list(Severity)
    marked = [one for one in answers if one.counts and one.check.at is not None and one.check.severity is not None]
    return sorted(marked, key=lambda one: order.index(one.check.severity or Severity.HINT))[:MOST_STRETCHES]


def shaded(answers: Iterable[Answer], x: alt.X, field: str, per: float = 1.0) -> list[alt.Chart]:
    """Return the layers that shade and name the stretches.

    Args:
        answers: of `stretches`.
        x: the axis of the field `field`.
        per: steps in one unit of the axis.
    """
    layers: list[alt.Chart] = []
    for place, answer in enumerate(answers):
        assert answer.check.at is not None and answer.check.severity is not None
        first, last = answer.check.at
        shade = _SHADES[answer.check.severity]
        rows: list[Row] = [{field: first / per, "last": last / per, "code": answer.rule.code}]
        base = marks.data(rows)
        if last > first:
            layers.append(base.mark_rect(color=shade, opacity=0.12).encode(x=x, x2=alt.X2("last:Q")))
        else:
            layers.append(base.mark_rule(color=shade, strokeDash=[3, 3], strokeWidth=1.5).encode(x=x))
        layers.append(
            base.mark_text(align="left", dx=4, fontSize=11, fontWeight="bold", baseline="top").encode(
                x=x, y=alt.value(3 + 14 * place), text=alt.Text("code:N")
            )
        )
    return layers


def shaded_note(answers: Iterable[Answer]) -> str:
    """Return the sentence that says what is shaded."""
    return f"Shaded: {', '.join(answer.rule.code for answer in answers)}."
