"""A page stays small enough to be sent, and its first screen says what the JSON says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rightrate.report.as_json import to_json
from rightrate.report.html import to_html
from tests.report import large, samples

from . import kinds


@pytest.mark.parametrize(("candidates", "classes", "most"), [(20, 10, 1_500_000), (64, 100, 3_000_000)])
def test_a_page_is_no_larger_than_was_promised(candidates, classes, most):
    assert len(to_html(large.document(candidates, classes)).encode()) <= most


def test_the_first_screen_says_what_result_json_says(visit):
    told = json.loads(to_json(samples.full()))
    page = visit("tune")
    assert page.locator(".headline").inner_text() == told["headline"]
    assert told["verdict"]["reason"].rstrip(".") in page.locator(".reason").first.inner_text()
    assert page.locator(".reason strong").first.inner_text() == told["verdict"]["outcome"].replace("_", " ") + ":"
    assert page.locator("#next li").all_inner_texts() == told["next_steps"]
    keys = dict(
        zip(page.locator(".keys dt").all_inner_texts(), page.locator(".keys dd strong").all_inner_texts(), strict=True)
    )
    assert float(keys["Learning rate"]) == told["learning_rate"]
    recall = told["verdict"]["per_class"]["fraud"]["recall"]["value"]
    assert keys["Recall of 'fraud'"] == f"{100 * recall:.1f} %"


def test_a_page_of_parts_shows_what_exists(visit):
    assert {"criteria", "explorer", "precision-recall", "calibration", "comparison", "slices"} <= ids(visit("judge"))
    everything = ids(visit("tune"))
    assert {"rate", "sweet-spot", "curves", "schedule", "findings", "winner", "verdict", "criteria", "classes", "confusion",
            "explorer", "thresholds", "precision-recall", "calibration", "comparison", "cost", "about"} <= everything  # fmt: skip
    bare = to_html(replace(samples.full(), judgement=None, diagnosed=None))
    assert 'id="verdict"' not in bare and 'id="explorer"' not in bare and 'id="winner"' in bare


def ids(page) -> set[str]:
    found = page.locator("[id]").evaluate_all("all => all.map((one) => one.id)")
    own = [one for one in found if not one.startswith(("vg-", "mark", "gradient", "clip"))]
    assert len(own) == len(set(own)), "an id is used twice"
    return set(own)


def test_no_page_names_an_address(visit):
    for kind in kinds.KINDS:
        assert all(url.split(":")[0] in ("file", "data") for url in visit(kind).requests)
