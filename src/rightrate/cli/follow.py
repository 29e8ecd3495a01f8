"""A log that is still growing, shown live: it is read again whenever its size changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from rightrate.errors import DataError

if TYPE_CHECKING:
    from rightrate.runner.diagnosis import Diagnosis

#: Seconds between two looks at the file; a training writes once an epoch, or a few times a second at most.
PAUSE = 1.0


def follow_log(
    path: str,
    asked: Mapping[str, Any],
    *,
    has_all: bool = False,
    console: Console | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Diagnosis:
    """Show a log until Ctrl-C; then the last state stays on the screen.

    Args:
        path: of a file that is there.
        asked: arguments of `rightrate.diagnose`.
        has_all: show each rule with its sentence.
        console: where; a new one by default.
        wait: pauses for so many seconds; `KeyboardInterrupt` from it ends the following.

    Returns:
        What was shown last.

    Edge cases: a log that is empty, or cut off in the middle of a write, is waited for; the last good state stays, with
    a note. A log that is read at its end and cannot be understood is an error then.

    Raises:
        DataError: there is no such file, or nothing could be read until Ctrl-C.
    """
    from rightrate.diagnosing import diagnose

    if not Path(path).exists():
        raise DataError(f"The log '{path}' cannot be followed: there is no such file. Start the training first.")
    shown: Diagnosis | None = None
    problem: DataError | None = None
    before: tuple[int, int] | None = None
    with Live(console=console or Console(), auto_refresh=False, vertical_overflow="visible") as live:
        try:
            while True:
                now = _state(path)
                if now != before:
                    before = now
                    try:
                        shown, problem = diagnose(path, **asked), None
                    except DataError as error:
                        problem = error
                    live.update(_view(shown, problem, path, has_all), refresh=True)
                wait(PAUSE)
        except KeyboardInterrupt:
            if shown is not None:
                live.update(_view(shown, None, path, has_all, is_over=True), refresh=True)
    if shown is None:
        raise problem or DataError(f"The log '{path}' was empty until the end. Expected a log that is being written.")
    return shown


def _state(path: str) -> tuple[int, int] | None:
    """Size and time of the last change; None where the file has gone, as while it is replaced."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _view(
    shown: Diagnosis | None, problem: DataError | None, path: str, has_all: bool, *, is_over: bool = False
) -> RenderableType:
    from rightrate.report.diagnosed.terminal import to_terminal
    from rightrate.report.diagnosed.words import sentence

    parts: list[RenderableType] = [to_terminal(shown.document, has_all=has_all)] if shown is not None else []
    if problem is not None:
        parts.append(Text(f"Waiting: {sentence(str(problem))}", style="dim"))
    if not is_over:
        parts.append(Text(f"Following {sentence(path)} Ctrl-C ends it.", style="dim"))
    return Group(*parts)
