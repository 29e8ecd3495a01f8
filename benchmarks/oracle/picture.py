"""The scorecard as a picture: how far from the best rate each search ends, and what it costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from oracle.scorecard import place

PICTURE = Path(__file__).resolve().parent.parent.parent / "docs" / "pictures" / "scorecard.png"
#: Regrets are drawn between these, in percent; what lies beyond, or was lost, stands at the end.
LEAST, MOST = 0.1, 1000.0
OURS, OTHERS = "#0072B2", "#767676"


def draw(half: str = "held out") -> Path:
    """Draw the median and the 90th percentile of the regret of every search, sorted by cost."""
    told = json.loads(place(half).read_text(encoding="utf-8"))
    rows = pd.DataFrame([_row(name, figures) for name, figures in told["searches"].items()]).sort_values("cost")
    y = alt.Y("label:N", sort=list(rows["label"]), title=None, axis=alt.Axis(labelLimit=400, labelFontSize=12))
    scale = alt.Scale(type="log", domain=[LEAST, MOST])
    title = "loss above that of the best rate, % (dot: median, end of the line: 90th percentile)"
    x = alt.X("median:Q", scale=scale, title=title, axis=alt.Axis(values=[0.1, 1, 10, 100, 1000]))
    colour = alt.Color("colour:N", scale=None)
    base = alt.Chart(rows)
    chart = alt.layer(
        base.mark_rule(strokeWidth=3, opacity=0.6).encode(y=y, x=x, x2="p90:Q", color=colour),
        base.mark_point(filled=True, size=130, opacity=1).encode(y=y, x=x, color=colour),
    ).properties(
        width=520,
        height=24 * len(rows),
        title={
            "text": f"{len(told['tasks'])} fine-tunings that no constant was set on",
            "subtitle": "in brackets: full trainings spent, on average",
            "anchor": "start",
        },
    )
    png = vl_convert.vegalite_to_png(chart.configure_view(stroke=None).to_dict(), scale=1.5)
    PICTURE.write_bytes(png)
    return PICTURE


def _row(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    cost = figures["cost"]
    return {
        "label": f"{name} ({cost:.2g})",
        "cost": cost,
        "median": _percent(figures["median"]),
        "p90": _percent(figures["p90"]),
        "colour": OURS if name.startswith("rightrate") else OTHERS,
    }


def _percent(value: float | None) -> float:
    return MOST if value is None else min(max(100 * value, LEAST), MOST)
