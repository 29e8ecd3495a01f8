"""With a production prevalence all of the chart of precision and recall is at it: as if rows had come in that mix."""

from __future__ import annotations

import numpy as np
import pytest

import rightrate as rr
from rightrate.report.judged import at_prevalence, tables
from rightrate.report.judged.charts import precision_recall_chart
from rightrate.report.judged.markdown import to_markdown


def _judged(times: int, prevalence: float | None = None) -> rr.Verdict:
    """100 positives and 100 negatives, these repeated."""
    rng = np.random.default_rng(0)
    found, false = np.clip(rng.normal(0.65, 0.15, 100), 0, 1), np.clip(rng.normal(0.35, 0.15, 100), 0, 1)
    true = np.repeat([1, 0], [100, 100 * times])
    prob = np.r_[found, np.tile(false, times)]
    return rr.judge(true, prob, positive=1, policy=rr.Policy(prevalence=prevalence, resamples=200))


def _rows(chart) -> list[dict]:
    return [row for values in chart.to_dict()["datasets"].values() for row in values]


def test_the_curves_are_those_of_rows_in_that_mix():
    moved = at_prevalence.curves(_judged(1, prevalence=0.1))
    real = at_prevalence.curves(_judged(9))
    for curve, columns in (("precision_recall", ("recall", "precision")), ("thresholds", ("precision", "alarms"))):
        for column in columns:
            assert moved[curve][column] == pytest.approx(real[curve][column]), (curve, column)


def test_chance_and_the_point_in_use_are_at_it_too():
    moved, real = (_rows(precision_recall_chart(judged)) for judged in (_judged(1, prevalence=0.1), _judged(9)))
    for rows in (moved, real):
        assert [row["value"] for row in rows if list(row) == ["value"]] == pytest.approx([0.1])
    in_use = [[row["value"] for row in rows if "in use" in row.get("name", "")] for rows in (moved, real)]
    assert in_use[0] == pytest.approx(in_use[1]) and len(in_use[0]) == 1


def test_caption_and_tables_say_which_prevalence_it_is():
    judged = _judged(1, prevalence=0.1)
    title = precision_recall_chart(judged).to_dict()["title"]
    said = "at the production prevalence of 10 %"
    assert said in " ".join(title["text"]) and said in " ".join(title["subtitle"])
    assert said in (tables.ranking(judged, 41).note or "")
    text = to_markdown(judged)
    assert f"not chosen on, {said}" in text and "Precision here is at the prevalence of the rows judged, 50 %" in text
    own = precision_recall_chart(_judged(1)).to_dict()["title"]
    assert "at the prevalence of the rows judged, 50 %" in " ".join(own["subtitle"])
