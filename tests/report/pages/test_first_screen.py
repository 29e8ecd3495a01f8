"""What stands first on a page is what the JSON of the same answer says. (A search: test_sizes.py.)"""

from __future__ import annotations

import json

import pytest

from rightrate.report.diagnosed import as_json
from tests.report import samples
from tests.report.diagnosed import samples as trainings


def first(page) -> str:
    return " ".join(page.locator(".first").inner_text().split())


@pytest.mark.parametrize("kind", ["judge", "compare"])
def test_a_verdict_s_outcome_reason_and_figures(kind, visit):
    told = json.loads(samples.judged().to_json())
    page = visit(kind)
    assert page.locator(".headline").inner_text().endswith(told["outcome"].replace("_", " "))
    assert told["reason"].rstrip(".") in first(page)
    recall = told["per_class"]["fraud"]["recall"]["value"]
    assert f"{100 * recall:.1f} %" in first(page)


def test_a_diagnosis_s_leading_finding_band_and_advice(visit):
    told = as_json.to_json(trainings.overfits())
    page = visit("diagnose")
    said = first(page)
    assert f"{told['leading']['code']} {told['leading']['sentence']}" in said
    assert f"Band {told['band']}" in said
    assert page.locator("#next li").first.inner_text() == told["leading"]["advice"]
