"""How large a report is, and how soon it can be used, in Chromium: `python benchmarks/page_size.py`.

Three pages with all parts: the demo's size, 20 candidates and 10 classes, and 64 candidates and 100 classes. Each is
opened from disk in a fresh browser, five times. Told are bytes; seconds from opening until the first charts are drawn
and the slider answers; until all charts are drawn while somebody scrolls through; and how long the slider takes to
answer. Run it on a quiet machine: two cores are enough.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from rightrate.report.html import to_html
from tests.report import large
from tests.report.conftest import ARGUMENTS, SCROLL

SIZES = ((9, 2), (20, 10), (64, 100))
REPEATS = 5
_NEAR_DRAWN = """() => [...document.querySelectorAll('[data-chart]')]
  .filter((one) => one.getBoundingClientRect().top < 1.5 * innerHeight)
  .every((one) => !one.hasAttribute('data-waiting'))"""
_MOVE = """() => { const slider = document.querySelector('[data-part=slider]'); const began = performance.now();
  slider.value = 3; slider.dispatchEvent(new Event('input', { bubbles: true }));
  document.body.getBoundingClientRect(); return performance.now() - began; }"""


def opened(browser: Browser, path: Path) -> dict[str, float]:
    """Seconds until the page can be used, until all is drawn, and until the slider has answered."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    began = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_function(_NEAR_DRAWN)
    first = time.perf_counter() - began
    slider = page.evaluate(_MOVE) / 1000
    page.evaluate(SCROLL)
    page.wait_for_selector("html[data-charts=drawn]")
    every = time.perf_counter() - began
    page.close()
    return {"usable": first, "all charts": every, "slider": slider}


def main() -> None:
    """Print a line of JSON for each page."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        for candidates, classes in SIZES:
            text = to_html(large.document(candidates, classes))
            path = Path(folder) / f"{candidates}-{classes}.html"
            path.write_text(text, encoding="utf-8")
            runs = []
            for _ in range(REPEATS):
                browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
                runs.append(opened(browser, path))
                browser.close()
            middle = {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]}
            told = {"candidates": candidates, "classes": classes, "bytes": len(text.encode()), **middle}
            print(json.dumps({**told, "load": os.getloadavg()[0]}), flush=True)


if __name__ == "__main__":
    main()
