"""Makes the README's pictures from a real run of the demo and from the lesson: `make pictures`."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

import altair as alt
import vl_convert
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from rightrate.demo.run import run
from rightrate.learning import lesson
from rightrate.report.charts import charts
from rightrate.report.lesson.html import to_html as lesson_page

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
#: A laptop's window; the page's first screen and the first chart are seen.
WINDOW = {"width": 1280, "height": 1120}
_COLOURS = 128


def main() -> None:
    """Run the demo; draw its two main charts side by side, its report's first screen, and a step of the lesson."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        result, made = run(str(Path(folder) / "demo"), seed=0)
        teaching = Path(folder) / "lesson.html"
        teaching.write_text(lesson_page(lesson()), encoding="utf-8")
        _side_by_side(charts(result.document)["rate"], charts(result.document)["sweet-spot"])
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport=WINDOW)
            page.goto((made / "report.html").as_uri())
            page.locator('[data-chart="rate"] svg').wait_for()
            _save(page, "report.png")
            page.goto(teaching.as_uri())
            page.locator("#step-2").scroll_into_view_if_needed()
            page.evaluate("document.getElementById('step-2').scrollIntoView({ behavior: 'instant' })")
            _save(page, "lesson.png")
            browser.close()
    print(f"Rate {result.learning_rate:g}, interval {result.interval}")


def _chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        sys.exit("Pictures of pages need Chromium, and none was found. `make browser` installs it or says how.")
    return found


def _side_by_side(*drawn: alt.LayerChart) -> None:
    images = [_image(vl_convert.vegalite_to_png(_small(chart).to_dict(), scale=1.5)) for chart in drawn]
    both = Image.new("RGB", (sum(i.width for i in images), max(i.height for i in images)), "white")
    for place, image in enumerate(images):
        both.paste(image, (sum(i.width for i in images[:place]), 0))
    _write(both, "demo.png")


def _small(chart: alt.LayerChart) -> alt.LayerChart:
    return chart.properties(width=460, height=280)


def _save(page: Page, name: str) -> None:
    page.wait_for_timeout(500)  # the last chart's marks settle
    _write(_image(page.screenshot()), name)


def _image(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def _write(image: Image.Image, name: str) -> None:
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=_COLOURS).save(PICTURES / name, optimize=True)
    print(f"Wrote {name}")


if __name__ == "__main__":
    main()
