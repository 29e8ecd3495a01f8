"""Runs a search and shows it: live progress on standard error, the report on standard output."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from rightrate.cli.exit_codes import DONE, INTERRUPTED, NOT_ENOUGH_EVIDENCE
from rightrate.engine.backend import load_quietly
from rightrate.report import words
from rightrate.report.as_json import to_json
from rightrate.report.terminal import to_terminal

if TYPE_CHECKING:
    from rightrate.report.document import Document
    from rightrate.runner.events import Event, Listener
    from rightrate.runner.found import FindResult

Workflow = Callable[["Listener", Callable[[str], None]], "tuple[FindResult, Path]"]


def run_and_show(
    workflow: Workflow, *, as_json: bool, quiet: bool, afterwards: Callable[[Document], list[str]] | None = None
) -> int:
    """Run `workflow` with progress and print what it found, `afterwards` included; returns the exit code."""
    err = Console(stderr=True, quiet=quiet)
    with err.status("Loading TensorFlow"):
        load_quietly()
    with LiveProgress(err) as live:
        result, folder = workflow(
            live.hear, lambda text: err.print(f"Note: {text}", markup=False, highlight=False, soft_wrap=True)
        )
    document = result.document
    if as_json:
        print(to_json(document))
    elif not quiet:
        out = Console()
        out.print(to_terminal(document))
        for sentence in afterwards(document) if afterwards else ():
            out.print(f"\n{sentence}", markup=False, highlight=False)
        out.print(f"\nEverything is in {folder}: open {folder / 'report.html'}", markup=False, soft_wrap=True)
    if document.unfinished == "interrupted":
        return INTERRUPTED
    return DONE if document.learning_rate is not None else NOT_ENOUGH_EVIDENCE


class LiveProgress(AbstractContextManager["LiveProgress"]):
    """Candidates alive, best so far, time left: one line that is redrawn; without a terminal, a line an event."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[note]}"),
        )
        self._progress = Progress(*columns, console=console, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> LiveProgress:
        if self._console.is_terminal:
            self._progress.start()
            self._task = self._progress.add_task("Loading", total=None, note="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def hear(self, event: Event) -> None:
        """Show one event."""
        from rightrate.runner import events

        if isinstance(event, events.Planned):
            self._say(
                f"{len(event.rates)} rates from {words.rate(event.rates[0])} to {words.rate(event.rates[-1])}, about "
                f"{event.estimated_full_trainings:.1f} full trainings of {event.total_steps} steps"
            )
            self._say(event.plan.prefix)
        elif isinstance(event, events.Left):
            self._say(f"Rate {words.rate(event.learning_rate)}: {event.why}")
        elif isinstance(event, events.Progress) and self._task is not None:
            self._progress.update(
                self._task, description=f"{event.alive} of {event.tried} alive", total=1.0, completed=event.done,
                note=_note(event.best_rate, event.best_value, event.done, event.seconds),
            )  # fmt: skip

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, style="dim")


def _note(rate: float | None, value: float | None, done: float, seconds: float) -> str:
    best = "" if rate is None or value is None else f"best so far {words.rate(rate)} ({value:.4g}), "
    left = f"{seconds * (1 - done) / done:.0f} s left" if done > 0.02 else "time left unknown"
    return best + left
