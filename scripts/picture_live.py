"""Makes the picture of the live view from a real search: `python scripts/picture_live.py`.

It needs Chromium (`make browser`). The search is the demo's on a budget, so that candidates leave.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from PIL import Image
from playwright.sync_api import Playwright, sync_playwright

import rightrate as rr
from rightrate.demo import settings
from rightrate.demo.data import digits
from rightrate.demo.model import build

PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "live.png"
#: Candidates that have left by then.
LEFT = 5


def search(folder: Path) -> None:
    """The demo's search, on a budget of three trainings."""
    data = digits(settings.POSITIVE, settings.SHARE, 0)
    rr.tune(
        build(0),
        (data.x, data.y),
        (data.x_val, data.y_val),
        epochs=8 * settings.EPOCHS,
        batch_size=settings.BATCH_SIZE,
        rates=(1e-5, 0.3),
        budget=3.0,
        positive=data.classes[1],
        class_names=data.classes,
        out=folder,
        title="rare digit",
    )


def looked_at(address: str, playwright: Playwright, chromium: str, searching: threading.Thread) -> Image.Image:
    """The page of the search, once some candidates have left."""
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
    page = browser.new_page(viewport={"width": 1000, "height": 1150}, device_scale_factor=1.5)
    page.goto(address)
    searching.start()
    page.locator("#rows a").first.click(timeout=120_000)
    page.locator("#chart-rate .has-left").nth(LEFT - 1).wait_for(state="attached", timeout=300_000)
    picture = Image.open(io.BytesIO(page.screenshot()))
    browser.close()
    return picture


def main() -> None:
    """Run a search, look at it while it runs, and keep what is seen."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("Chromium was not found: `make browser` installs it or says how.")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "0001"
        searching = threading.Thread(target=search, args=(folder,))
        command = [sys.executable, "-m", "rightrate", "live", place, "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
            assert server.stdout is not None
            try:
                picture = looked_at(server.stdout.readline().split()[-1], playwright, chromium, searching)
            finally:
                server.kill()
        searching.join()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    picture.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(PICTURE, optimize=True)
    print(f"Wrote {PICTURE.name}")


if __name__ == "__main__":
    main()
