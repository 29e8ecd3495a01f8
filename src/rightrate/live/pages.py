"""The live pages as HTML; whatever comes from a log stands in them as text."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from typing import Any

import jinja2
from markupsafe import Markup

from rightrate.report.page_files import embedded, page_file


def page(
    kind: str, shown: dict[str, Any], *, base: str, folder: str, nonce: str, run_id: str = "", is_one: bool = False
) -> str:
    """One page.

    Args:
        kind: `"run"` or `"list"`.
        shown: what it shows now, as the events that follow.
        base: the path of the list of runs.
        folder: whose runs these are, as people read it.
        nonce: for its own style and script; nothing else is allowed on it.
        run_id: of a run; `is_one` where there is no other, so that no list is to be gone back to.
    """
    events = f"{base}run/{run_id}/events" if kind == "run" else f"{base}events"
    text = _template().render(
        kind=kind, shown=shown, base=base, events=events, run_id=run_id, is_one=is_one, folder=folder, nonce=nonce,
        title=shown["name"] if kind == "run" else f"Runs in {folder}",
        version=version("rightrate"), style=Markup(page_file("page.css") + page_file("live.css")),
        script=Markup(page_file("live.js")), now=Markup(embedded(shown)),
    )  # fmt: skip
    return text


def policy(nonce: str) -> str:
    """What a browser may do on a live page: its own style and script, and asking the server it came from."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(page_file("live.html.j2"))
