"""Names as labels: no emoji is cut in two, which would leave a page without its chart."""

from __future__ import annotations

import pytest

from rightrate.diagnosing import diagnose_trainings
from rightrate.report.diagnosed.html import to_html
from rightrate.report.labels import labels

from .diagnosed.samples import training


@pytest.mark.parametrize("count", range(8, 16))
def test_a_metric_called_by_emoji_has_its_chart(count):
    values = {"\U0001f600" * count + "_accuracy": [0.1, 0.5, 0.6], "\U0001f600" * count + "x_accuracy": [0.2, 0.5, 0.7]}
    page = to_html(diagnose_trainings([training(loss=[0.9, 0.6, 0.5], **values)]).document)
    assert 'data-chart="metrics"' in page


def test_names_that_are_cut_alike_stay_apart():
    assert len(set(labels(["x" * 50 + str(i) for i in range(5)], 20))) == 5
    assert all(len(one) <= 22 for one in labels(["x" * 50 + str(i) for i in range(5)], 20))
