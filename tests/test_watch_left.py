"""`rr.Watch` copied for another fit, and left by an exception in the middle of one."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

import rightrate as rr

from .test_watch_fit import fit, heard, network


@pytest.mark.parametrize("on", ["warn", "stop", "rescue"])
def test_a_copy_is_a_fresh_watch_with_the_same_options(on: Any) -> None:
    watch, page = heard(on, factor=0.0005, ignore={"RR125": "dropout"})
    fit(network(30.0), watch)
    again = copy.deepcopy(watch)
    with pytest.raises(rr.UsageError, match="Nothing was watched yet"):
        _ = again.diagnosis
    assert again.interventions == ()
    said = page.getvalue()
    fit(network(30.0), again)
    assert again.interventions == watch.interventions
    assert str(again.diagnosis) == str(watch.diagnosis)
    assert page.getvalue() == said + said


def test_copies_follow_each_other_in_one_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    watch = rr.Watch(log=log, quiet=True)
    for rate in (0.01, 0.02):
        fit(network(rate), copy.deepcopy(watch), epochs=2)
    assert [training.name for training in rr.read_log(log)] == ["training", "training 2"]
