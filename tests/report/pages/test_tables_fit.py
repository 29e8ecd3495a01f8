"""Tables: read without scrolling sideways, or with a shadow where they go on."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from rightrate.report.html import to_html
from tests.report import large

from .kinds import KINDS

WIDER = (
    "() => [...document.querySelectorAll('main > section > .scroll:not(.matrix)')]"
    ".filter(one => one.scrollWidth > one.clientWidth).map(one => one.getAttribute('aria-label'))"
)


@pytest.mark.parametrize("width", (1280, 390))
@pytest.mark.parametrize("kind", KINDS)
def test_no_open_table_is_wider_than_its_place(visit, kind, width):
    page = visit(kind, width)
    assert page.locator("main > section > .scroll").count() > 0
    assert page.evaluate(WIDER) == []


def test_on_a_phone_a_cell_says_what_it_is_and_why_a_candidate_left_is_in_sight(visit):
    page = visit("tune", 390)
    row = page.locator("#candidates tbody tr").first
    why = row.locator("td").last
    assert "Left the race at epoch 1" in why.inner_text()
    box = why.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    said = why.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert "why it stopped" in said
    assert page.get_by_role("table").count() > 5


def test_a_table_that_goes_on_has_a_shadow_at_that_edge(open_html):
    page = open_html(to_html(large.document(3, 10)), False, viewport={"width": 390, "height": 900})
    matrix = page.locator(".scroll.matrix")
    matrix.scroll_into_view_if_needed()
    assert matrix.evaluate("one => one.scrollWidth > one.clientWidth") and matrix.get_attribute("tabindex") == "0"
    assert darker(matrix, at_right=True) and not darker(matrix, at_right=False)
    matrix.evaluate("one => one.scrollLeft = one.scrollWidth")
    assert darker(matrix, at_right=False) and not darker(matrix, at_right=True)


def darker(matrix, *, at_right: bool) -> bool:
    """Whether the head's edge is darker than the paper, which is nearly white."""
    picture = Image.open(io.BytesIO(matrix.screenshot())).convert("L")
    return picture.getpixel((picture.width - 1 if at_right else 0, 2)) < 240
