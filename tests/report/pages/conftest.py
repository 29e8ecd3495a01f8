"""Every kind of report, made once, and opened in a real Chromium."""

from __future__ import annotations

import pytest

from . import kinds


@pytest.fixture
def visit(open_html):
    """Opens a report by its kind; all of its charts are drawn."""

    def open_page(kind, width=1280, **options):
        return open_html(kinds.text(kind), True, viewport={"width": width, "height": 900}, **options)

    return open_page
