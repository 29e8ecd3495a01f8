"""axe-core on every kind of report, as it opens and with everything unfolded."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from .kinds import KINDS


def complaints(page):
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("scheme", ("light", "dark"))
@pytest.mark.parametrize("width", (1280, 390))
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_serious(visit, kind, width, scheme):
    page = visit(kind, width, color_scheme=scheme)
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert complaints(page) == []
    assert page.complaints == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit):
    page = visit("tune")
    seen = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        tag, ring = page.evaluate(
            "() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [e.dataset.save || e.dataset.part || (e.dataset.go && 'go') || e.tagName.toLowerCase(),"
            " s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2]; }"
        )
        if tag == "body":
            break
        assert ring, f"the focus on {tag} cannot be seen"
        seen.add(tag)
    assert {"summary", "svg", "csv", "slider", "field", "items", "missed", "alarm", "cheapest", "go"} <= seen
