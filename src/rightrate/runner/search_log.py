"""The log of a running search: JSON lines in its run folder, for whoever looks on.

Its lines are told apart by their first key:

| line | first key | what |
|---|---|---|
| header | `rightrate` | is `"search"`: what is searched, and who writes |
| planned | `planned` | the rates of the first candidates, what a full training is, what the search should cost |
| progress | `progress` | share done; best so far, cost so far: a few times a second at most |
| looked | `looked` | the rate of a candidate that was evaluated, its step and what was measured |
| left | `left` | the rate of a candidate that stopped training, and why |
| shape | `shape` | the place, from 0, of a shape of the schedule at the chosen rate, and what came of it |
| finished | `finished` | the chosen rate and shape, or null; cost, and why it ended early; the results follow |
| failed | `failed` | the error that ended it |
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from rightrate.runner import events
from rightrate.runner.strict_json import strict
from rightrate.runner.writer import writer
from rightrate.search import Objective

#: Of the format.
VERSION = 1
NAME = "search.jsonl"
#: Seconds between two lines of progress: at most four a second. A search of hours has them further apart, one of a
#: thousand, so that its log stays within a few thousand lines; what matters, a look and its value, is written at once.
PAUSE, LONGEST_PAUSE, SHARE = 0.25, 10.0, 1e-3


def on_standard_error(text: str) -> None:
    """Say something without disturbing what a program prints."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def search_log(
    folder: Path,
    *,
    title: str,
    objective: str,
    say: Callable[[str], None] = on_standard_error,
    listener: events.Listener | None = None,
) -> Iterator[events.Listener]:
    """Write `search.jsonl` into a run folder while a search runs.

    Args:
        folder: of the run.
        title: what is tuned.
        objective: what decides, by Keras's name.
        say: told once if the log cannot be written; the search goes on without.
        listener: hears every event too, after it was written.

    Yields:
        What the search tells its events.

    Edge cases: a search that fails before its plan leaves no log; one that fails later says so in its last line.
    """
    log = _SearchLog(folder / NAME, say)
    goal = Objective.named(objective)
    header = {"rightrate": "search", "version": VERSION, "rightrate_version": version("rightrate"), "title": title}
    log.write({**header, "objective": goal.name, "larger_is_better": goal.larger_is_better, **writer()})

    def hear(event: events.Event) -> None:
        log.hear(event)
        if listener is not None:
            listener(event)

    try:
        yield hear
    except BaseException as error:
        log.fail(error)
        raise
    finally:
        log.close()


class _SearchLog:
    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self._path, self._say = path, say
        self._is_planned = False
        self._next = 0.0
        self._file: IO[str] | None = None
        try:
            self._file = path.open("w", encoding="utf-8")
        except OSError as error:
            self._give_up(error)

    def hear(self, event: events.Event) -> None:
        if isinstance(event, events.Progress):
            now = time.monotonic()
            if now < self._next:
                return
            self._next = now + min(LONGEST_PAUSE, max(PAUSE, event.seconds * SHARE))
        self._is_planned |= isinstance(event, events.Planned)
        self.write(_line(event))

    def write(self, line: Mapping[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(strict(line), ensure_ascii=True, allow_nan=False) + "\n")
            self._file.flush()
        except (OSError, ValueError) as error:
            self._give_up(error)

    def fail(self, error: BaseException) -> None:
        if self._is_planned:
            name = type(error).__name__
            self.write({"failed": f"{name}: {error}"[:1000] if str(error) else name})
            return
        self.close()
        with suppress(OSError):
            self._path.unlink()

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()

    def _give_up(self, error: Exception) -> None:
        self.close()
        why = getattr(error, "strerror", None) or error
        self._say(f"{self._path} cannot be written ({why}): nobody can look on. The search goes on.")


def _line(event: events.Event) -> dict[str, Any]:
    if isinstance(event, events.Planned):
        return {
            "planned": [float(rate) for rate in event.rates], "total_steps": event.total_steps,
            "full_trainings": event.estimated_full_trainings, "plan": event.plan.prefix,
        }  # fmt: skip
    if isinstance(event, events.Looked):
        shown = {"step": event.step, "total_steps": event.total_steps, "values": _numbers(event.values)}
        return {"looked": event.learning_rate, **shown}
    if isinstance(event, events.Left):
        return {"left": event.learning_rate, "why": event.why}
    if isinstance(event, events.ShapeTrained):
        shown = {"of": event.of, "says": event.says, "steps": event.steps, "values": _numbers(event.values)}
        return {"shape": event.place, **shown}
    if isinstance(event, events.Progress):
        return {
            "progress": event.done, "learning_rate": event.learning_rate, "step": event.step, "alive": event.alive,
            "tried": event.tried, "best_rate": event.best_rate, "best_value": event.best_value, "spent": event.spent,
            "seconds": event.seconds,
        }  # fmt: skip
    return {
        "finished": event.chosen, "shape": event.shape, "unfinished": event.unfinished,
        "full_trainings": event.cost.full_trainings, "seconds": event.cost.seconds,
    }  # fmt: skip


def _numbers(values: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}  # NumPy's are no JSON
