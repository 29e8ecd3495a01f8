"""The buttons of a figure: a click saves the chart as SVG, and its numbers as CSV, without any network."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .kinds import KINDS

#: Chromium drops the eleventh download that a page asks for within a second, without a word: no reader is that fast.
BETWEEN_CLICKS_MS = 150


def saved(page, button) -> tuple[str, str]:
    page.wait_for_timeout(BETWEEN_CLICKS_MS)
    with page.expect_download() as waited:
        button.click()
    return waited.value.suggested_filename, Path(waited.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_a_click_saves_a_chart_as_svg_and_its_table_as_csv(visit, kind):
    page = visit(kind)
    for figure in page.locator("figure").all():
        name, text = saved(page, figure.locator("[data-save=svg]"))
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and len(list(root.iter())) > 20
        table, numbers = saved(page, figure.locator("[data-save=csv]"))
        assert name.removesuffix(".svg") == table.removesuffix(".csv") and len(name) > 8
        rows = list(csv.reader(io.StringIO(numbers.removeprefix("\ufeff"))))
        shown = figure.locator("table tr").all()
        assert len(rows) == len(shown) > 1
        assert [cell.removeprefix("'") for cell in rows[1]] == [
            cell.strip() for cell in shown[1].locator("td").all_text_contents()
        ]
    assert page.complaints == []
    assert all(url.split(":")[0] in ("file", "data", "blob") for url in page.requests)


def test_files_are_called_by_what_is_in_them(visit):
    page = visit("tune")
    names = [figure.get_attribute("data-file") for figure in page.locator("figure").all()]
    assert names[:3] == ["which-rate-is-best", "precision-and-recall-the-sweet-spot", "how-each-candidate-learned"]
    assert len(set(names)) == len(names)


def test_a_cell_that_a_spreadsheet_would_run_is_text_and_a_number_stays_one(visit):
    page = visit("diagnose")
    figure = page.locator("figure").first
    cells = ("=1+1", "+cmd", "-2+3", "@sum", " =x", '"quoted", too', "-0.5", "1e-4")
    figure.evaluate(
        "(e, texts) => { const row = e.querySelector('tbody').insertRow(0);"
        " for (const text of texts) row.insertCell().textContent = text; }",
        list(cells),
    )
    _, text = saved(page, figure.locator("[data-save=csv]"))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1] == ["'=1+1", "'+cmd", "'-2+3", "'@sum", "'=x", '"quoted", too', "-0.5", "1e-4"]
