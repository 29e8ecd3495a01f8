"""The recorded trainings, and what is counted from them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from rightrate.demo.sweep import recorded
from rightrate.learning import lesson
from rightrate.report.lesson import views
from rightrate.report.lesson.frame import Scale, epochs, losses, rates, shares
from rightrate.report.lesson.recorded import Counts


def test_the_sweep_is_dense_and_goes_from_far_too_low_to_diverging():
    sweep = recorded()["sweep"]
    values = sorted({one.rate for one in sweep})
    assert len(values) >= 25 and {one.seed for one in sweep} == {0, 1, 2}
    assert max(b / a for a, b in itertools.pairwise(values)) <= 1.8
    assert all(one.final is None or one.final.tp == 0 for one in sweep if one.rate <= 1e-5)
    assert max(one.loss[0] for one in sweep) > 50 > 4 * math.log(2)


def test_counts_and_accuracy_of_each_epoch_agree_and_the_rows_are_always_the_same():
    for group in recorded().values():
        for one in group:
            for counts, accuracy in zip(one.counts, one.accuracy, strict=True):
                assert counts.accuracy == pytest.approx(accuracy, abs=1e-6)
                assert (counts.total, counts.tp + counts.fn) == (683, 34)


def test_the_pitfalls_are_found_by_the_tool_itself():
    taught = lesson()
    by_name = {one.name: one for one in taught.pitfalls}
    assert by_name["high"].wrong[1].title == "the learning rate is too high"
    assert by_name["low"].wrong[1].title == "the learning rate is too low"
    assert by_name["ignored"].wrong[1].code == "RR122" and by_name["ignored"].mended[1].title == "the network overfits"
    assert by_name["schedule"].wrong[1].code == "RR154" and by_name["schedule"].mended[1].band == "good"
    assert all(by_name[name].mended[1].band == "good" for name in ("high", "low"))


def test_a_share_of_nothing_is_not_measured():
    view = views.of_counts(Counts(0, 34, 0, 649))
    assert view["precision"] == "not measured" and view["precisionSteps"].endswith("a share of nothing: not measured")
    assert view["recall"] == "0 %" and views.of_counts(None)["recall"] == "not measured"
    assert view["wrongWide"] == "0.0", "no false alarm is drawn where nothing was answered"


def test_lines_have_gaps_where_a_loss_was_no_number():
    frame = epochs([4.0], losses([0.1, 1.0]))
    path = frame.path([1, 2, 3, 4], [1.0, math.nan, 0.3, 0.1])
    assert path.count("M") == 2 and "nan" not in path.lower()
    assert frame.path([1, 2], [math.nan, math.inf]) == "M0 0"


def test_values_beyond_an_axis_stay_in_the_picture():
    scale = Scale(0.1, 10.0, "log", 100.0, 0.0)
    assert (scale.place(1e9), scale.place(1e-9), scale.place(-1.0)) == (0.0, 100.0, None)


@pytest.mark.parametrize("values", ([0.2], [0.2, 0.2], [math.nan], [], [1e-9, 1e9], [-1.0, 0.0]))
def test_any_losses_give_an_axis_with_at_least_two_numbers(values):
    frame = epochs([1.0], losses(values))
    assert len(frame.y_ticks) >= 2 and len({place for place, _ in frame.y_ticks}) == len(frame.y_ticks)


def test_the_axes_have_few_round_numbers():
    assert [label for _, label in epochs([40.0], shares()).x_ticks] == ["0", "10", "20", "30", "40"]
    assert next(label for _, label in rates(np.geomspace(1e-6, 10, 29).tolist()).x_ticks) == "1e-6"
