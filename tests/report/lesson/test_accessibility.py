"""axe-core on the lesson, before and after it was used."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe


def complaints(page):
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("width", (1280, 390))
def test_axe_finds_nothing_serious(visit, width, scheme):
    page = visit(width=width, color_scheme=scheme)
    assert complaints(page) == []
    page.get_by_role("button", name="No, it is not").click()
    page.locator("[data-sort] button").first.click()
    question = page.locator("[data-question]").first
    question.locator("input").first.check()
    question.get_by_role("button").click()
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert complaints(page) == []
