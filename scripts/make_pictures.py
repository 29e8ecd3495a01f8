"""Makes the README's picture from a real run of the demo: `make pictures`."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import altair as alt
import vl_convert
from PIL import Image

from rightrate.demo.run import run
from rightrate.report.charts import charts

PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "demo.png"


def main() -> None:
    """Run the demo and draw validation loss, and precision and recall, against the rate side by side."""
    with tempfile.TemporaryDirectory() as folder:
        result, _ = run(str(Path(folder) / "demo"), seed=0)
    drawn = charts(result.document)
    images = [_drawn(drawn[name]) for name in ("rate", "sweet-spot")]
    both = Image.new("RGB", (sum(i.width for i in images), max(i.height for i in images)), "white")
    for place, image in enumerate(images):
        both.paste(image, (sum(i.width for i in images[:place]), 0))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    both.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(PICTURE, optimize=True)
    print(f"Wrote {PICTURE.name}: rate {result.learning_rate:g}, interval {result.interval}")


def _drawn(chart: alt.LayerChart) -> Image.Image:
    png = vl_convert.vegalite_to_png(chart.properties(width=460, height=280).to_dict(), scale=1.5)
    return Image.open(io.BytesIO(png)).convert("RGB")


if __name__ == "__main__":
    main()
