"""`Runs`: all runs under a folder with what is known of each; the only place that reads files again and again."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rightrate.live import records, search_state, search_view, watch_state, watch_view
from rightrate.live.folder import Run, Scanned, Scanner
from rightrate.live.search_state import SearchState
from rightrate.live.tail import Tail, open_regular
from rightrate.live.watch_state import WatchState
from rightrate.live.wording import STATES, name, removed
from rightrate.report import words

#: Of a larger log only its beginning and its end are read for the list of runs; all of it once somebody opens the run.
WHOLE, BEGINNING, END = 2 << 20, 1 << 12, 1 << 16
#: A log that was written to so many seconds ago is looked at each time, not only when the next look over all says so.
FRESH = 60.0
#: Runs in the list: two hundred are some 40 kB.
MOST_LISTED = 200
#: A page of ours is smaller than a tenth of this.
LARGEST_REPORT = 64 << 20
#: The state of a log, and of a run in the list.
State = SearchState | WatchState


@dataclass
class Followed:
    """A log that is followed: where it is read up to, and what it came to.

    Args:
        is_whole: all of it is read, not only its beginning and its end.
        seen: size and time of the last change when all of that had been read; None before.
    """

    tail: Tail
    state: State
    is_whole: bool = True
    seen: tuple[int, float] | None = None


@dataclass
class Runs:
    """The runs under a folder.

    Args:
        root: the folder, resolved.
    """

    root: Path
    scanned: Scanned = field(default_factory=lambda: Scanned(()))
    _scanner: Scanner = field(init=False)
    _followed: dict[str, Followed] = field(default_factory=dict)
    _results: dict[str, tuple[float, str]] = field(default_factory=dict)
    _next_scan: float = 0.0

    def __post_init__(self) -> None:
        self._scanner = Scanner(self.root)

    def scan(self) -> None:
        """Look which runs are there; a folder that takes long is looked at less often."""
        began = time.monotonic()
        if began < self._next_scan:
            return
        self.scanned = self._scanner.scan()
        self._next_scan = time.monotonic() + min(10.0, 5 * (time.monotonic() - began))
        known = {run.id for run in self.scanned.runs}
        for gone in [one for one in self._followed if one not in known]:
            del self._followed[gone]
        self._results = {one: said for one, said in self._results.items() if one in known}

    def run(self, run_id: str) -> Run | None:
        """The run of this id, or None."""
        return next((run for run in self.scanned.runs if run.id == run_id), None)

    def advance(self, run: Run, *, is_open: bool) -> bool:
        """Read a portion of what was appended to a run's log; returns whether there is more to be read at once.

        Args:
            is_open: somebody looks at the run itself, so that all of a large log is read.
        """
        if run.log is None:
            return False
        followed = self._followed.get(run.id)
        is_settled = followed is not None and followed.seen == (run.size, run.changed)
        if is_settled and not is_open and time.time() - run.changed > FRESH:
            return False
        if not _is_inside(run.log, self.root):
            return False
        if followed is None or (is_open and not followed.is_whole):
            followed = Followed(Tail(run.log), _start(run), is_open or run.size <= WHOLE)
            self._followed[run.id] = followed
        at_once = followed.tail.offset == 0 and not followed.is_whole
        read = followed.tail.read(BEGINNING) if at_once else followed.tail.read()
        if read.is_new:
            followed.state = _start(run)
        if read.lines or read.is_new:
            followed.state = _seen(followed.state, records.parse(read.lines))
        if at_once and read.has_more:
            followed.tail.skip_to_the_end(END)
        followed.seen = None if read.has_more else (run.size, run.changed)
        return read.has_more

    def share_read(self, run: Run) -> float:
        """How much of a log has been read, from 0 to 1."""
        followed = self._followed.get(run.id)
        return 1.0 if followed is None or not run.size else min(1.0, followed.tail.offset / run.size)

    def is_unread(self, run: Run) -> bool:
        """Whether nothing can be said of a run yet, since its log has not been read."""
        followed = self._followed.get(run.id)
        return run.log is not None and (followed is None or followed.seen is None) and self._state(run).is_empty

    def page(self, run: Run, now: float) -> dict[str, Any]:
        """Everything that the page of one run shows.

        Args:
            now: seconds since 1970.
        """
        state = self._state(run)
        if isinstance(state, SearchState):
            shown = search_view.view(state, search_view.status(state, now - run.changed, has_report=bool(run.report)))
        else:
            shown = watch_view.view(state, watch_view.status(state, now - run.changed))
        if self.is_unread(run):
            now_is = "finished" if shown["status"] == "finished" else "reading"
            shown |= {"status": now_is, "state": STATES[now_is], "sentence": "Its log is being read.", "notice": ""}
        share = self.share_read(run)
        reading = f"The log is being read: {share:.0%}." if share < 0.999 else ""
        where = self.shown_name(run)
        verdict = self.run_named(f"{run.name}/verdict" if run.name != "." else "verdict")
        return {
            **shown, "name": f"{shown['title']}, {where}", "changed": round(run.changed, 1),
            "report": run.report is not None, "verdict": None if verdict is None else verdict.id, "reading": reading,
        }  # fmt: skip

    def gone(self) -> dict[str, Any]:
        """What the page of a run that is not there any more shows; the rest of it stays as it was."""
        notice = f"{removed('Its folder or its log')} What follows is what was seen last."
        return {
            "gone": {
                "status": "gone", "state": STATES["gone"], "sentence": "This run is not there any more.",
                "notice": notice, "reading": "", "report": False, "verdict": None,
            }
        }  # fmt: skip

    def shown_name(self, run: Run) -> str:
        """A run's name as people read it: its place below the folder, or the folder's own name."""
        return name(self.root.name or "this folder" if run.name == "." else run.name, 80)

    @property
    def is_one(self) -> bool:
        """Whether the folder is that of one run, with nothing else in it."""
        names = {run.name for run in self.scanned.runs}
        return "." in names and names <= {".", "verdict"}

    def run_named(self, wanted: str) -> Run | None:
        """The run of this name, or None."""
        return next((run for run in self.scanned.runs if run.name == wanted), None)

    def listed(self, now: float) -> dict[str, Any]:
        """Everything that the list of runs shows."""
        rows = [self._row(run, now) for run in self.scanned.runs if not self._belongs_to_another(run)]
        notes = list(self.scanned.notes)
        if len(rows) > MOST_LISTED:
            notes.append(f"The {MOST_LISTED} newest of {len(rows)} runs are listed.")
        active = sum(row["status"] in ("running", "preparing", "writing") for row in rows)
        unread = sum(row["status"] == "reading" for row in rows)
        if self.scanned.is_lost:
            sentence = removed("The folder")
        elif not rows:
            sentence = "There are no runs here yet. One appears as soon as it begins."
        else:
            under_way = f"{active or 'none'} {'are' if active > 1 else 'is'} under way"
            reading = f"; {unread} {'are' if unread > 1 else 'is'} being read" if unread else ""
            sentence = f"{words.counted(len(rows), 'run')}; {under_way}{reading}."
        return {"sentence": sentence, "notes": notes, "runs": rows[:MOST_LISTED]}

    def read_report(self, run: Run) -> bytes | None:
        """The finished page of a run, or None."""
        if run.report is None or not _is_inside(run.report, self.root):
            return None
        try:
            with open_regular(run.report) as file:
                return file.read(LARGEST_REPORT)
        except OSError:
            return None

    def _is_whole(self, run: Run) -> bool:
        followed = self._followed.get(run.id)
        return followed is None or followed.is_whole

    def _result(self, run: Run) -> str:
        if self._results.get(run.id, (None,))[0] != run.changed:
            self._results[run.id] = (run.changed, _result(run, self.root))
        return self._results[run.id][1]

    def _belongs_to_another(self, run: Run) -> bool:
        above = run.name.rpartition("/verdict")[0] or "."
        return run.kind == "verdict" and run.name.endswith("verdict") and self.run_named(above) is not None

    def _state(self, run: Run) -> State:
        followed = self._followed.get(run.id)
        return followed.state if followed is not None else _start(run)

    def _row(self, run: Run, now: float) -> dict[str, Any]:
        state, quiet = self._state(run), now - run.changed
        if run.kind in ("result", "verdict"):
            what, status, best = ("verdict" if run.kind == "verdict" else "search"), "finished", self._result(run)
        elif isinstance(state, SearchState):
            status = search_view.status(state, quiet, has_report=run.report is not None)
            what, best = f"search: {name(state.title, 40)}", search_view.short(state)
        else:
            status = watch_view.status(state, quiet)
            what, best = f"watched: {name(state.name, 40)}", watch_view.short(state, is_whole=self._is_whole(run))
        if self.is_unread(run) and status != "finished":
            what, status, best = ("watched" if run.kind == "watch" else "search"), "reading", ""
        return {
            "id": run.id, "name": self.shown_name(run), "what": what, "status": status, "state": STATES[status],
            "best": best, "changed": round(run.changed, 1), "report": run.report is not None,
            "log": run.log is not None,
        }  # fmt: skip


def _start(run: Run) -> State:
    return WatchState() if run.kind == "watch" else SearchState()


def _seen(state: State, parsed: tuple[list[dict[str, Any]], int]) -> State:
    found, damaged = parsed
    now: State = search_state.see(state, found) if isinstance(state, SearchState) else watch_state.see(state, found)
    return replace(now, left_out=now.left_out + damaged) if damaged else now


def _is_inside(path: Path, root: Path) -> bool:
    """Whether a path leads into the folder still: a folder on the way may have become a link since the scan."""
    try:
        return path.resolve(strict=True).is_relative_to(root) and not path.is_symlink()
    except (OSError, RuntimeError):
        return False


def _result(run: Run, root: Path) -> str:
    """What a finished run came to, where its file says so in a word."""
    assert run.report is not None
    path = run.report.with_name("verdict.json" if run.kind == "verdict" else "result.json")
    try:
        if not _is_inside(path, root) or path.stat().st_size > WHOLE:
            return ""
        with open_regular(path) as file:
            said = json.load(file)
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    if run.kind == "verdict":
        return records.text(said.get("outcome"), 40).replace("_", " ")
    rate = records.finite(said.get("learning_rate"))
    return search_view.chosen(rate)
