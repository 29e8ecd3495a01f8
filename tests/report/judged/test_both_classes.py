"""Where nobody named a positive class both of a binary task must clear the bars, and every output shows both."""

from __future__ import annotations

from io import StringIO
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

import rightrate as rr
from rightrate.report.judged import words
from rightrate.report.judged.github import annotations
from rightrate.report.judged.html import to_html
from rightrate.report.judged.terminal import to_terminal


def _verdict(positive: int | None) -> rr.Verdict:
    """1225 rows of class 1, all but 3 answered right, and 25 of class 0, of which 3 are found."""
    true, said = np.repeat([1, 0], [1225, 25]), np.repeat([1, 0, 1, 0], [1222, 3, 22, 3])
    return rr.judge(true, said * 0.8 + 0.1, positive=positive, policy=rr.Policy(resamples=100))


@pytest.fixture(scope="module")
def both() -> rr.Verdict:
    return _verdict(None)


@pytest.fixture(scope="module")
def one() -> rr.Verdict:
    return _verdict(1)


def test_the_headline_says_which_classes_matter(both, one):
    assert "both classes matter, thresholds are about '1'" in words.subject(both)
    assert "positive class '1'" in words.subject(one) and "both" not in words.subject(one)


def test_every_output_has_the_bars_of_both_classes(both, one):
    console = Console(width=200, record=True, file=StringIO())
    console.print(to_terminal(both))
    page = to_html(both).replace("&#39;", "'")
    for text in (console.export_text(), both.to_markdown(), page):
        for name in ("recall of '0'", "recall of '1'", "precision of '0'", "precision of '1'"):
            assert name in text, name
    names = [case.get("name", "") for case in ElementTree.fromstring(both.to_junit()).iter("testcase")]
    assert sorted(name.split(" ")[0] for name in names) == ["precision[0]", "precision[1]", "recall[0]", "recall[1]"]
    assert any(line.startswith("::error title=RR301 recall of '0'") for line in annotations(both))
    assert "recall of '0'" not in one.to_markdown()
