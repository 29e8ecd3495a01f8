"""A search that others can look on: its log in its run folder, and the live view of it where it is wished for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rightrate.runner.events import Listener
from rightrate.runner.live_view import start_live_view
from rightrate.runner.search_log import on_standard_error, search_log


@contextmanager
def looked_on(
    folder: Path,
    *,
    title: str,
    objective: str,
    listener: Listener | None = None,
    say: Callable[[str], None] = on_standard_error,
    show: Callable[[str], None] | None = None,
) -> Iterator[Listener]:
    """Write the log of a search while it runs, and start the live view of its folder.

    Args:
        folder, title, objective, listener: as for `search_log`.
        say: told once if the log cannot be written.
        show: told the address of the live view, or why there is none; None where none is wished for.

    Yields:
        What the search tells its events.
    """
    with search_log(folder, title=title, objective=objective, say=say, listener=listener) as hear:
        if show is not None:
            start_live_view(folder, show)
        yield hear
