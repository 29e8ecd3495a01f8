"""report.html in a real Chromium, opened from disk."""

from __future__ import annotations

import pytest

from rightrate.report import sections
from rightrate.report.charts import charts
from rightrate.report.judged.charts import charts as judged_charts

from . import samples


@pytest.fixture
def visit(open_html):
    def open_report(sample, **options):
        return open_html(samples.page(sample), bool(charts(sample())), **options)

    return open_report


def width(size: int) -> dict:
    return {"viewport": {"width": size, "height": 900}}


@pytest.mark.parametrize("size", (1280, 390))
@pytest.mark.parametrize("sample", samples.ALL)
def test_opens_from_disk_without_network_complaint_or_sideways_scroll(visit, sample, size):
    document = sample()
    page = visit(sample, **width(size))
    assert page.complaints == []
    assert len(page.requests) == 1
    assert page.requests[0].startswith("file://")
    assert page.locator(".headline").inner_text() == sections.headline(document)
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    figures = page.locator("figure")
    judged = {} if document.judgement is None else judged_charts(document.judgement)
    assert figures.count() == len(charts(document)) + len(judged)
    for index in range(figures.count()):
        figure = figures.nth(index)
        assert figure.locator("svg.marks").count() == 1
        assert figure.locator("svg .mark-symbol path, svg .mark-line path").count() > 0
        assert figure.locator("details tbody tr").count() > 0
        box, frame = figure.locator("svg.marks").bounding_box(), figure.bounding_box()
        assert box["width"] <= frame["width"]
        assert box["height"] > 200


def test_a_click_shows_the_numbers_of_a_chart(visit):
    figure = visit(samples.normal, **width(390)).locator("figure").first
    assert not figure.locator("table").is_visible()
    figure.locator("summary").click()
    assert figure.locator("table").is_visible()
    assert "cannot be told apart" in figure.locator("table").inner_text()


def test_hostile_names_are_only_text(visit):
    page = visit(samples.hostile, **width(1280))
    assert "<script>alert(1)</script>" in page.locator(".banner").inner_text()
    assert page.locator("main script, main img:not(.chart > img), main a").count() == 0
    assert "<script>" in page.locator("#sweet-spot figure").inner_text()


def test_hovering_a_mark_says_its_numbers(visit):
    page = visit(samples.normal, **width(1280))
    page.locator('[data-chart="rate"] path[aria-label*="1e-3"]').first.hover()
    tip = page.locator("#vg-tooltip-element")
    tip.wait_for(state="visible")
    assert "cannot be told apart" in tip.inner_text()


def test_the_policy_stops_any_script_that_is_not_the_page_s_own(visit):
    page = visit(samples.normal, **width(1280))
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.stolen = 1';"
        " document.body.append(s); }"
    )
    assert page.evaluate("window.stolen") is None


def test_without_scripts_the_pictures_are_shown(visit):
    page = visit(samples.normal, java_script_enabled=False, **width(1280))
    pictures = page.locator("figure img")
    assert pictures.count() == 5
    assert not page.locator(".tools").first.is_visible(), "nothing can be saved without a script"
    assert all(pictures.nth(i).bounding_box()["height"] > 200 for i in range(5))


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_text_in_charts_can_be_read_in_both_schemes(visit, scheme):
    page = visit(samples.normal, color_scheme=scheme, **width(1280))
    ink = page.evaluate("getComputedStyle(document.querySelector('.chart svg text')).fill")
    light = sum(int(part) for part in ink.removeprefix("rgb(").removesuffix(")").split(",")) / 3
    assert (light > 150) is (scheme == "dark")


def test_an_unfinished_run_has_a_banner(visit):
    banner = visit(samples.unfinished, **width(390)).locator(".banner")
    assert banner.is_visible()
    assert "did not finish" in banner.inner_text()
