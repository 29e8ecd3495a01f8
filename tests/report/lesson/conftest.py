"""The lesson's page, made once, and opened in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from rightrate.learning import lesson
from rightrate.report.lesson.html import to_html
from rightrate.report.write import write_reports


@pytest.fixture(scope="session")
def taught():
    return lesson()


@pytest.fixture(scope="session")
def text(taught):
    return to_html(taught)


@pytest.fixture
def visit(open_html, text):
    """Opens the lesson, or another page's text."""

    def open_page(other=None, width=1280, **options):
        return open_html(other or text, False, viewport={"width": width, "height": 900}, **options)

    return open_page


@pytest.fixture
def run_folder(tmp_path):
    """Writes a document as `rightrate tune` does; returns the folder."""

    def write(document) -> Path:
        write_reports(document, tmp_path / "run")
        return tmp_path / "run"

    return write
