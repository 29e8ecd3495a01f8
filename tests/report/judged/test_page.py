"""The page of a judgement in a real Chromium, opened from disk."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from rightrate.report.judged import tables
from rightrate.report.judged.charts import charts
from rightrate.report.judged.html import to_html
from rightrate.report.judged.matrix import matrix

from . import samples
from .strategies import judgements


@pytest.fixture
def visit(open_html):
    def open_page(judgement, width=1280, **options):
        size = {"width": width, "height": 900}
        return open_html(to_html(judgement), bool(charts(judgement)), viewport=size, **options)

    return open_page


@pytest.mark.parametrize("width", (1280, 390))
@pytest.mark.parametrize("sample", samples.ALL)
def test_opens_from_disk_without_network_complaint_or_sideways_scroll(visit, sample, width):
    judgement = sample()
    page = visit(judgement, width)
    assert page.complaints == []
    assert [url.split(":")[0] for url in page.requests] == ["file"]
    assert page.locator(".headline").inner_text() == judgement.outcome.value.replace("_", " ")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("figure").count() == len(charts(judgement))


def test_the_page_says_everything(visit):
    page = visit(samples.trap())
    text = re.sub(r"\s+", " ", page.locator("body").inner_text())
    for part in (
        "accuracy 98 %, but always answering 'ok' also scores 98 %",
        "FAIL RR301 recall of 'fraud' 12 % 4 to 30 % 25 >= 80 % bad proven",
        "about 9 more rows answered 'fraud' would settle it",
        "Use threshold 0.21",
        "Rows are the true class, columns what the model answered.",
        "1,222 99.8 %",
        "22 88 %",
        "Average precision is 41.4 % (26 to 58 %), where chance alone has 2 %; at the threshold in use precision is 50 % and recall 12 %.",
        "Calibration error is 1.1 % (0.8 to 1.6 %)",
        "No threshold reaches 80 % precision at 80 % recall",
        "best F1 0.21 41.2 % (28 to 55 %) 84 % (65 to 94 %) 4.1 % 0.081",
        "cannot be met: highest precision at 80 % recall or more",
        "it fixes 41, breaks 9 of 1250 rows (exact McNemar test: p = 5.6e-06)",
        "accuracy +2.6 points +1.5 to +3.7 proven",
        "region = EU recall 0 % 0 to 52 % 6",
        "precision at the production prevalence (no production prevalence was given)",
        "A convention; change it with --policy.",
        "predictions.csv",
    ):
        assert part in text


def test_charts_have_marks_and_a_table_of_thresholds_behind_them(visit):
    page = visit(samples.trap(), 390)
    figure = page.locator("figure").first
    assert figure.locator("svg .mark-line path, svg .mark-symbol path").count() > 100
    figure.locator("summary").click()
    table = figure.locator("table").inner_text()
    assert "threshold" in table
    assert "not measured" in table
    assert page.locator("figure").nth(1).locator("details tbody tr").count() == 7


@pytest.mark.parametrize("width", (1280, 390))
def test_the_legend_says_each_goal_whole_and_inside_the_page(visit, width):
    goals = ("highest recall at a precision of 80 % or more", "lowest cost (a miss costs 500, a false alarm 5)")
    point = samples.trap().operating_points[0]
    points = tuple(replace(point, goal=goal, threshold=0.1 * i) for i, goal in enumerate(goals, 1))
    page = visit(replace(samples.trap(), operating_points=points), width)
    labels = page.locator('[data-chart="precision-recall"] .role-legend-label text')
    said = " ".join(" ".join(labels.all_text_contents()).replace("\n", " ").split())
    for goal in goals:
        assert goal.replace(" ", "") in said.replace(" ", "")
    assert "…" not in said
    edge = page.locator("figure").first.bounding_box()
    for i in range(labels.count()):
        box = labels.nth(i).bounding_box()
        assert box["x"] + box["width"] <= edge["x"] + edge["width"]


def test_of_many_classes_the_worst_are_seen_and_the_rest_can_be_opened(visit):
    page = visit(samples.classes(150))
    section = page.locator("#classes")
    seen = section.locator("tbody tr:visible td:first-child")
    worst = tables.worst_first(samples.classes(150))
    assert seen.count() == 24 and seen.first.inner_text() == worst[0]
    assert page.locator("#criteria tbody tr:visible").count() == 24
    section.locator("summary").click()
    assert seen.count() == 150 and set(seen.all_inner_texts()) == set(worst)


def test_hovering_a_point_tells_its_threshold(visit):
    page = visit(samples.trap())
    page.locator('[data-chart="precision-recall"] .mark-symbol path').nth(60).hover()
    tip = page.locator("#vg-tooltip-element")
    tip.wait_for(state="visible")
    assert "threshold" in tip.inner_text()


def test_hostile_names_are_only_text(visit):
    page = visit(samples.hostile())
    assert "<script>alert(1)</script>" in page.locator(".reason").inner_text()
    assert page.locator("main script, main img:not(.chart > img), main a, main b").count() == 0
    assert page.locator("#classes td", has_text="=1+1").first.inner_text() == "=1+1"
    assert page.complaints == []


def test_the_policy_stops_any_script_that_is_not_the_page_s_own(visit):
    for sample in (samples.trap, samples.fit):
        page = visit(sample())
        page.evaluate(
            "() => { const s = document.createElement('script'); s.textContent = 'window.stolen = 1'; document.body.append(s); }"
        )
        assert page.evaluate("window.stolen") is None


def test_without_scripts_the_pictures_are_shown(visit):
    pictures = visit(samples.trap(), java_script_enabled=False).locator("figure img")
    assert pictures.count() == 2
    assert all(pictures.nth(i).bounding_box()["height"] > 200 for i in range(2))


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_words_and_colours_can_be_read_in_both_schemes(visit, scheme):
    page = visit(samples.trap(), color_scheme=scheme)
    for selector in (".headline", "td.result", ".matrix td"):
        ink = page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).color")
        brightness = max(float(part) for part in re.findall(r"[\d.]+", ink)[:3])
        assert (brightness > 200) is (scheme == "dark")


def test_shares_of_the_matrix_are_of_the_true_class():
    told = matrix(samples.trap(), numbered=False)
    (ok, first), (fraud, second) = told.rows
    assert (ok, fraud) == ("ok", "fraud")
    assert [cell.share for cell in first] == ["99.8 %", "0.2 %"]
    assert [cell.share for cell in second] == ["88 %", "12 %"]
    assert [cell.right for cell in first + second] == [True, False, False, True]
    assert matrix(samples.undecided(), numbered=False).rows[1][1][0].share == ""


def test_a_page_without_charts_is_small_and_has_no_script():
    page = to_html(samples.classes(100))
    assert len(page) < 1_000_000
    assert "script-src 'none'" in html.unescape(page)
    assert page.count("<script") == 1  # the empty list of charts, which is data


@settings(max_examples=30)
@given(judgements())
def test_any_judgement_becomes_a_page(judgement):
    page = to_html(judgement)
    page.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", page)
