"""What a watch says: a line in a terminal, between Keras's own lines; in a notebook a chart that is drawn again."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console

from rightrate.diagnosis.finding import Finding, Severity
from rightrate.diagnosis.watching import News
from rightrate.report.diagnosed.words import sentence
from rightrate.runner.diagnosis import Diagnosis

#: A chart is drawn again once this many times the duration of the last drawing have passed, so that drawing takes at
#: most a thirtieth of the time of a training.
REST = 30.0
_STYLES = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}


def line_of(when: str, finding: Finding) -> str:
    """A finding in one line.

    Example:
        >>> line_of("epoch 3", Finding("RR101", "The loss became NaN", Severity.CRITICAL, "Lower the rate"))
        'epoch 3: The loss became NaN. Lower the rate. (RR101, critical)'
    """
    return f"{when}: {sentence(finding.title)} {sentence(finding.advice)} ({finding.code}, {finding.severity.value})"


class Voice:
    """Prints lines.

    Keras's progress bar is redrawn until after the callbacks of an epoch's end. What is said then waits for the next
    epoch's beginning; what cannot wait begins a new line.

    Args:
        quiet: say nothing.
        console: where; standard output by default.
    """

    def __init__(self, quiet: bool = False, console: Console | None = None) -> None:
        self._quiet, self._console = quiet, console
        self._waiting: list[tuple[str, str]] = []

    def tell(self, when: str, news: News) -> None:
        """Say what has become true, and what was told and is true no longer."""
        for finding in news.new:
            self.say(line_of(when, finding), _STYLES[finding.severity])
        for finding in news.withdrawn:
            self.say(f"{when}: no longer so: {sentence(finding.title)} ({finding.code} withdrawn)", "green")

    def say(self, text: str, style: str = "") -> None:
        """Say something when there is room for it."""
        self._waiting.append((f"rightrate, {text}", style))

    def speak(self, *, amid_a_bar: bool = False) -> None:
        """Print what is waiting; `amid_a_bar` where a progress bar has not ended its line."""
        waiting, self._waiting = self._waiting, []
        if self._quiet or not waiting:
            return
        console = self._console or Console()
        if amid_a_bar:
            console.print()
        for text, style in waiting:
            # A notebook cuts a long line off; a terminal wraps it by itself, and a file keeps it whole.
            console.print(text, style=style, markup=False, highlight=False, soft_wrap=not console.is_jupyter)


class Picture:
    """A live chart of a training in a notebook, drawn again in its place.

    Args:
        show: shows a piece of HTML the first time and returns what replaces it; IPython's display by default.
        clock: seconds.
    """

    def __init__(
        self, show: Callable[[str], Callable[[str], None]] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._show, self._clock = show or _show, clock
        self._replace: Callable[[str], None] | None = None
        self._next = 0.0

    def draw(self, diagnosis: Diagnosis, interventions: tuple[str, ...] = (), *, is_last: bool = False) -> None:
        """Draw the losses so far with what is said of them, unless that was done a moment ago."""
        began = self._clock()
        if began < self._next and not is_last:
            return
        page = _page(diagnosis, interventions)
        if self._replace is None:
            self._replace = self._show(page)
        else:
            self._replace(page)
        ended = self._clock()
        self._next = ended + REST * (ended - began)

    def begin(self) -> None:
        """The next drawing is a chart of its own."""
        self._replace, self._next = None, 0.0


def _page(diagnosis: Diagnosis, interventions: tuple[str, ...]) -> str:
    from rightrate.report.diagnosed.charts import loss_chart
    from rightrate.report.html import to_svg

    chart = loss_chart(diagnosis.document)
    lines = "".join(f"<div>{html.escape(line)}</div>" for line in interventions)
    return (to_svg(chart) if chart is not None else "") + diagnosis._repr_html_() + lines


def in_notebook() -> bool:
    """Whether this runs in a notebook: IPython with a kernel. IPython itself is never imported."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None and hasattr(module, "get_ipython") else None
    return shell is not None and hasattr(shell, "kernel")


def _show(page: str) -> Callable[[str], None]:
    display: Any = sys.modules["IPython"].display
    handle = display.display(display.HTML(page), display_id=True)
    return lambda newer: handle.update(display.HTML(newer))
