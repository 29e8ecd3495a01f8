"""Printed: one page that answers, then the rest."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

from .kinds import KINDS


def printed(page) -> list[str]:
    margins = dict.fromkeys(("top", "right", "bottom", "left"), "15mm")
    pages = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", margin=margins))).pages
    return [re.sub(r"\s+", " ", one.extract_text().replace("ﬁ", "fi").replace("ﬀ", "ff")) for one in pages]


def words(page, selector: str) -> list[str]:
    return [re.sub(r"\s+", " ", text).strip() for text in page.locator(selector).all_text_contents()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_printed_page_is_the_summary(visit, kind):
    page = visit(kind)
    first, *rest = printed(page)
    expected = words(page, ".headline") + words(page, ".reason") + words(page, ".keys dt") + words(page, "#next li")
    for text in expected:
        assert text in first
    heading = words(page, "main h2")[0]
    assert heading not in first and heading in rest[0]


def test_charts_are_printed_as_pictures_also_where_nobody_has_scrolled_to_them(open_html):
    from . import kinds

    page = open_html(kinds.text("tune"), False, color_scheme="dark")
    page.emulate_media(media="print")
    pictures = page.locator(".chart > img")
    assert pictures.count() == page.locator("[data-chart]").count() > 5
    assert all(picture.bounding_box()["height"] > 150 for picture in pictures.all())
    assert not page.locator(".drawn").first.is_visible() and not page.locator(".tools").first.is_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_no_table_is_cut_off_on_paper(visit, kind):
    page = visit(kind, width=680)  # what margins of 15 mm leave of A4
    page.emulate_media(media="print")
    wide = page.evaluate("[...document.querySelectorAll('main table')].map(one => one.getBoundingClientRect().right)")
    assert wide and max(wide) <= 680
