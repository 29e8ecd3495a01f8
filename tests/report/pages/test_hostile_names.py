"""Names that try to break out of a report: text only, and nothing wider than the screen."""

from __future__ import annotations

import pytest

from .kinds import KINDS


@pytest.mark.parametrize("width", (1280, 390))
@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_are_text_and_stay_inside(visit, kind, width):
    page = visit(f"hostile {kind}", width)
    assert page.complaints == []
    assert [url.split(":")[0] for url in page.requests if not url.startswith("data:")] == ["file"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("main script:not([type='application/json']), main a").count() == 0
    assert page.locator("img:not(.chart > img)").count() == 0
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if kind != "diagnose":
        assert "<img src=x onerror=alert(1)>" in page.locator("body").inner_text()
