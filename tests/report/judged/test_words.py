"""Numbers as every output writes them, and charts that claim no more than was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.report.judged import tables
from rightrate.report.judged import words as say
from rightrate.report.judged.charts import calibration_chart, charts, precision_recall_chart
from rightrate.scoring.figure import Figure

from . import samples


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.0417, 0.2996, "4 to 30 %"),
        (0.0, 0.277, "0 to 28 %"),
        (0.722, 1.0, "72 to 100 %"),
        (0.79, 0.9963, "79 to 99.6 %"),
        (0.0004, 0.2, "<0.1 to 20 %"),
        (0.9706, 0.9865, "97.1 to 98.7 %"),
        (0.5, 0.99999, "50 to >99.9 %"),
    ],
)
def test_intervals(low, high, text):
    assert say.interval("recall", Figure(low, low, high, 25)) == text


@given(st.floats(0, 1), st.floats(0, 1))
def test_an_interval_reads_as_certain_only_where_it_is(a, b):
    low, high = sorted((a, b))
    first, last = say.interval("recall", Figure(low, low, high)).removesuffix(" %").split(" to ")
    assert (float(first) == 0 if first[0] not in "<>" else False) == (low == 0)
    assert (float(last) == 100 if last[0] not in "<>" else False) == (high == 1)


def test_the_worst_classes_come_first_and_unmeasured_ones_last():
    missing = {"precision": Figure.missing("never answered"), "recall": Figure.missing("no row")}
    base = {"precision": Figure(0.9), "recall": Figure(0.9)}
    judged = replace(
        samples.fit(),
        per_class={
            "none": missing,
            "good": base,
            "bad": {**base, "recall": Figure(0.1)},
            "zero": {**missing, "recall": Figure(0.0)},
        },
    )
    assert tables.worst_first(judged) == ["zero", "bad", "good", "none"]


def test_top_confusions_are_the_largest_wrong_cells():
    table = tables.top_confusions(replace(samples.fit(), confusion=((90, 10), (15, 85))), 1)
    assert table.rows == (("defect", "fine", "15", "15 %"),)
    assert table.note == "and 1 more"


def test_the_threshold_table_is_thinned_with_both_ends():
    table = tables.thresholds(samples.trap(), 41)
    assert len(table.rows) == 41
    assert table.rows[0][0] == "1"
    assert table.rows[-1][0] == "0"
    assert table.rows[0][1] == "not measured"
    assert table.note == "41 of 120 thresholds, at the prevalence of the rows judged, 2 %"
    assert tables.thresholds(samples.fit(), 41) is None


def test_charts_are_drawn_only_of_what_there_is():
    assert list(charts(samples.trap())) == ["precision-recall", "calibration"]
    assert charts(samples.fit()) == {}
    blank = {
        "precision_recall": {"recall": (float("nan"),), "precision": (1.0,)},
        "calibration": {"confidence": (0.1,)},
    }
    assert charts(replace(samples.fit(), curves=blank)) == {}


def test_titles_claim_what_was_measured():
    def title(chart) -> str:
        return " ".join(chart.to_dict()["title"]["text"])

    bare = replace(samples.trap(), metrics={}, threshold=None, operating_points=())
    assert title(precision_recall_chart(bare)) == "Precision and recall over all thresholds."
    assert title(calibration_chart(bare)) == "Widest gap: where the model says 40 %, 50 % are so (60 rows)."


def test_below_the_diagonal_probabilities_are_too_high_also_for_rare_positives():
    """Where a model says 20 % and 5 % are so it claims too much; it is not too sure of a negative."""
    notes = " ".join(calibration_chart(samples.trap()).to_dict()["title"]["subtitle"])
    assert "Below it the probabilities are too high, above it too low." in notes and "sure" not in notes


def test_the_chart_marks_thresholds_that_were_judged_and_no_others():
    best = samples.trap().operating_points[0]
    points = (
        best,
        replace(best, goal="again"),
        replace(best, threshold=0.3, feasible=False),
        *samples.trap().operating_points[1:],
    )
    judged = replace(samples.trap(), operating_points=points)
    rows = [row for values in precision_recall_chart(judged).to_dict()["datasets"].values() for row in values]
    assert {row["name"] for row in rows if "name" in row} == {"threshold 0.5, in use", "threshold 0.21, best F1"}
