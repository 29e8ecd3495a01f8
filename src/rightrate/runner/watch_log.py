"""The log of a watched training: JSON lines, readable up to the last one whatever happens to the training.

Its lines are told apart by their first key:

| line | first key | what |
|---|---|---|
| header | `rightrate` | begins a training, and says who writes; with `back_to` a resumed one goes on from that step |
| setting | `setting` | what became known later, such as the samples of a validation, or that the training has ended |
| values | `step` | what was measured at an optimizer step; with `epoch` at the end of an epoch |
| finding | `finding` | became true, or was withdrawn |
| intervention | `intervention` | what was done; with `back_to` later points of earlier lines are given up |
"""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from rightrate.curves.training import Training
from rightrate.errors import CannotRunError, DataError, UsageError
from rightrate.importers.logs.read import read_log
from rightrate.runner.strict_json import strict

#: Of the format; a reader that knows only older ones says so.
VERSION = 1
#: Seconds after which lines are handed to the operating system, also within a long epoch. Not for safety (an epoch's
#: end does that) but for whoever follows the log.
PAUSE = 1.0
#: Sooner in a young log, so that one that is broken off in its first second is not empty: after this share of its age.
SHARE = 0.1

Existing = Literal["refuse", "overwrite", "resume"]
EXISTING = ("refuse", "overwrite", "resume")


class Log:
    """Writes the lines. The file is opened for each flush only, so that no interrupted training holds it.

    Args:
        path: of the file; its folder must be there.
        existing: what to do with a file that is there.

    Raises:
        UsageError: the file is there and may not be replaced, or its folder is not.
    """

    def __init__(self, path: Path, existing: Existing = "refuse") -> None:
        self.path = path
        self.problem: str | None = None
        self._mode = {"refuse": "x", "overwrite": "w", "resume": "a"}[existing]
        self._lines: list[str] = []
        self._flushed, self._began = 0.0, time.monotonic()
        weakref.finalize(self, _write_rest, path, self._lines)
        if not path.parent.is_dir():
            raise UsageError(f"The log '{path}' cannot be written: there is no folder '{path.parent}'. Make it first.")
        if path.is_dir():
            raise UsageError(f"The log '{path}' cannot be written: a folder is there. Name a file in it.")
        if existing == "refuse" and path.exists():
            raise UsageError(
                f"The log '{path}' exists already. Name another file, or say existing='overwrite' to replace it, or "
                "existing='resume' to go on writing it."
            )

    def earlier(self) -> Training | None:
        """The training that is resumed: the last one in the file; None where there is none.

        Raises:
            UsageError: the file is no log of a watch.
        """
        if self._mode != "a" or not self.path.exists() or not self.path.stat().st_size:
            return None
        with self.path.open(encoding="utf-8", errors="replace") as file:
            first = file.readline(4096)
        if not first.startswith('{"rightrate"'):
            raise UsageError(f"'{self.path}' is no log of rr.Watch, so it cannot be resumed. Name another file.")
        try:
            return read_log(self.path)[-1]
        except DataError:
            return None  # it ended before anything was measured

    def write(self, line: Mapping[str, Any]) -> None:
        """Write one line; it is in the file after the next `flush`, or when this process ends."""
        if self.problem is not None:
            return
        self._lines.append(json.dumps(strict(line), ensure_ascii=False, allow_nan=False) + "\n")
        now = time.monotonic()
        if now - self._flushed > min(PAUSE, (now - self._began) * SHARE):
            self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system: it is in the file then, also if this process is killed.

        A disk that is full, or a folder that went away meanwhile, ends the log, not the training: `problem` says so.

        Raises:
            CannotRunError: the file cannot be opened at all, at the beginning.
        """
        if self.problem is not None or not self._lines:
            return
        try:
            file = self.path.open(self._mode, encoding="utf-8")
        except OSError as error:
            if self._flushed:
                self._give_up(error)
                return
            raise CannotRunError(
                f"The log '{self.path}' cannot be written: {error.strerror or error}. Name another file."
            ) from error
        if self._mode == "a" and not self._flushed and _ends_within_a_line(self.path):
            self._lines.insert(0, "\n")
        self._mode, self._flushed = "a", time.monotonic()
        text = "".join(self._lines)
        self._lines.clear()  # the finalizer holds the same list
        try:
            with file:
                file.write(text)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self._lines.clear()
        self.problem = f"The log '{self.path}' cannot be written any more ({error.strerror or error}); it ends here."


def _write_rest(path: Path, lines: list[str]) -> None:
    """What an interrupted training had not flushed. Nobody is left to hear of an error."""
    if lines:
        with suppress(OSError), path.open("a", encoding="utf-8") as file:
            file.write("".join(lines))


def _ends_within_a_line(path: Path) -> bool:
    if not path.exists() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) != b"\n"
