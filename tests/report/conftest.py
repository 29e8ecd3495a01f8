"""What the tests of all pages share: a real Chromium, and a page in it that keeps what it said and asked for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# A chart is drawn when it comes near the screen: pass by all of them, and come back.
SCROLL = """async () => {
  for (const chart of document.querySelectorAll("[data-chart]")) {
    chart.scrollIntoView({ behavior: "instant" });
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  }
  window.scrollTo({ top: 0, behavior: "instant" });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found, "These tests need Chromium, and none was found. `make browser` installs it or says how."
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_html(browser, tmp_path):
    """Opens the text of a page from disk; `page.complaints` and `page.requests` hold all that came of it."""
    contexts = []

    def open_page(text, has_charts, **options):
        path = tmp_path / "report.html"
        path.write_bytes(text.encode("utf-8", errors="backslashreplace"))
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (page.complaints.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(path.as_uri())
        if has_charts and options.get("java_script_enabled", True):
            page.evaluate(SCROLL)
            page.wait_for_selector("html[data-charts=drawn]", timeout=30_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
