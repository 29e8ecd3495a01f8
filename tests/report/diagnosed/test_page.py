"""The page of a diagnosis in a real Chromium, opened from disk."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings

from rightrate.diagnosing import diagnose_trainings
from rightrate.diagnosis.rules import RULES
from rightrate.report.diagnosed.charts import charts
from rightrate.report.diagnosed.html import to_html
from tests.diagnosis.trainings import trainings

from . import samples


@pytest.fixture
def visit(open_html):
    def open_page(shown, width=1280, **options):
        size = {"width": width, "height": 900}
        return open_html(to_html(shown), bool(charts(shown)), viewport=size, **options)

    return open_page


@pytest.mark.parametrize("width", (1280, 390))
@pytest.mark.parametrize("sample", samples.ALL)
def test_opens_from_disk_without_network_complaint_or_sideways_scroll(visit, sample, width):
    shown = sample()
    page = visit(shown, width)
    assert page.complaints == []
    assert [url.split(":")[0] for url in page.requests] == ["file"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("figure").count() == len(charts(shown))


def test_the_page_says_what_leads_what_to_change_and_every_rule(visit):
    page = visit(samples.overfits())
    text = re.sub(r"\s+", " ", page.locator("body").inner_text())
    for part in ("The network overfits", "The validation loss turned at epoch 3 (0.55)", "Stop at epoch 3", "Band bad",
                 "A last line was cut off.", "logs/run.csv"):  # fmt: skip
        assert part in text
    assert page.locator("#rules tbody tr").count() == len(RULES)


def test_the_stretch_of_a_finding_is_shaded_in_the_chart_and_named(visit):
    figure = visit(samples.overfits()).locator('[data-chart="losses"]')
    shades = figure.locator('.mark-rect path[fill="#D55E00"]')
    assert shades.count() == 1 and "RR121" in figure.text_content()
    assert shades.first.bounding_box()["width"] > 0.6 * figure.bounding_box()["width"], "five of seven epochs"


def test_several_trainings_are_shown_side_by_side_with_the_rate_to_try(visit):
    page = visit(samples.several())
    assert page.locator(".headline").inner_text() == "Best rate: 0.001"
    assert page.locator("#comparison tbody").first.locator("tr").count() == 4
    assert page.locator('[data-chart="comparison"] .mark-symbol path').count() >= 4
    assert page.locator('[data-chart="comparison"] line[stroke-dasharray="4,3"]').count() == 1


def test_hovering_a_point_tells_its_value(visit):
    page = visit(samples.overfits())
    page.locator('[data-chart="losses"] .mark-symbol path').nth(3).hover()
    tip = page.locator("#vg-tooltip-element")
    tip.wait_for(state="visible")
    assert "0.4" in tip.inner_text()


def test_hostile_names_are_only_text(visit):
    page = visit(samples.hostile())
    assert "<script>alert(1)</script>" in page.locator("body").inner_text()
    assert (
        page.locator("main script, main img:not(.chart > img), main a, main b").count() == 0 and page.complaints == []
    )


def test_the_policy_stops_any_script_that_is_not_the_page_s_own(visit):
    page = visit(samples.overfits())
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.stolen = 1'; document.body.append(s); }"
    )
    assert page.evaluate("window.stolen") is None


def test_without_scripts_the_pictures_are_shown(visit):
    pictures = visit(samples.diverged(), java_script_enabled=False).locator("figure img")
    assert pictures.count() == len(charts(samples.diverged()))
    assert all(pictures.nth(i).bounding_box()["height"] > 150 for i in range(pictures.count()))


def test_every_chart_has_a_sentence():
    for sample in samples.ALL:
        for chart in charts(sample()).values():
            assert " ".join(chart.to_dict()["title"]["text"]).endswith(".")


def test_a_rate_that_never_moved_is_a_number_and_no_chart():
    assert "rate" not in charts(samples.healthy()) and "0.001 at its peak" in to_html(samples.healthy())
    assert "rate" in charts(samples.steps())


def test_a_page_without_charts_is_small_and_has_no_script():
    page = to_html(samples.no_loss())
    assert len(page) < 200_000 and "script-src 'none'" in html.unescape(page)


@settings(max_examples=25)
@given(trainings())
def test_any_training_becomes_a_page(training):
    page = to_html(diagnose_trainings([training]).document)
    page.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", page)
