"""Which runs are under a folder. What is outside is never looked at: no link is followed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rightrate.live.tail import open_regular

#: Folders below the one that was named; files and folders that are looked at in all; runs that are shown.
DEEPEST, MOST_ENTRIES, MOST_RUNS = 5, 20_000, 400
#: Names of folders that hold programs, not runs.
SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
SEARCH_LOG, REPORT = "search.jsonl", "report.html"
#: How a log of rr.Watch begins; what else ends in .jsonl is somebody else's.
_BEGINNING = b'{"rightrate": "watch"'

Kind = Literal["search", "result", "verdict", "watch"]


@dataclass(frozen=True)
class Run:
    """One run.

    Args:
        id: a short hash of its name; it is what addresses hold, and it leads nowhere but into the table of runs.
        kind: a search with its log; one of which only the result is left; a verdict; a watched training.
        name: its path below the folder, with `/`.
        log: to be followed; None where there is none.
        report: the finished page; None where there is none yet.
        changed: when anything of it was last written, in seconds since 1970.
        size: of the log, in bytes.
    """

    id: str
    kind: Kind
    name: str
    log: Path | None
    report: Path | None
    changed: float
    size: int = 0


@dataclass(frozen=True)
class Scanned:
    """What one look found.

    Args:
        runs: the newest first.
        notes: what was left out, in words.
        is_lost: the folder itself cannot be read any more.
    """

    runs: tuple[Run, ...]
    notes: tuple[str, ...] = ()
    is_lost: bool = False


@dataclass
class Scanner:
    """Scans a folder again and again; remembers which files are no logs.

    Args:
        root: the folder.
        most_entries, most_runs, deepest: where it ends.
    """

    root: Path
    most_entries: int = MOST_ENTRIES
    most_runs: int = MOST_RUNS
    deepest: int = DEEPEST
    _begins: dict[tuple[int, int], tuple[int, bool]] = field(default_factory=dict)

    def scan(self) -> Scanned:
        """What is there now. A folder that cannot be read is left out."""
        notes: list[str] = []
        runs = sorted(self._runs(notes), key=lambda run: (-run.changed, run.name))
        if len(runs) > self.most_runs:
            notes.append(f"{len(runs)} runs are here; the {self.most_runs} newest are shown.")
        return Scanned(tuple(runs[: self.most_runs]), tuple(dict.fromkeys(notes)), not _is_readable(self.root))

    def _runs(self, notes: list[str]) -> Iterator[Run]:
        waiting, seen = [(self.root, "", 0)], 0
        while waiting:
            folder, name, depth = waiting.pop(0)
            files: dict[str, os.stat_result] = {}
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        seen += 1
                        if seen > self.most_entries:
                            notes.append(
                                f"More than {self.most_entries:,} files and folders are here: not all were looked at. "
                                "Name a folder further down."
                            )
                            waiting.clear()
                            break
                        if entry.is_dir(follow_symlinks=False):
                            if _may_hold_runs(entry.name):
                                waiting.append((Path(entry.path), f"{name}{entry.name}/", depth + 1))
                        elif entry.is_file(follow_symlinks=False) and entry.name.endswith((".jsonl", ".html", ".json")):
                            files[entry.name] = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            yield from self._of(folder, name, files)
            if depth >= self.deepest and any(level > self.deepest for _, _, level in waiting):
                waiting = [one for one in waiting if one[2] <= self.deepest]
                notes.append(f"Folders more than {self.deepest} levels down were not looked at.")

    def _of(self, folder: Path, name: str, files: dict[str, os.stat_result]) -> Iterator[Run]:
        """The runs of one folder: itself, and logs of watched trainings in it."""
        itself = name.rstrip("/") or "."
        kind = _kind(files)
        if kind is not None:
            log = files.get(SEARCH_LOG)
            report = folder / REPORT if kind != "search" or _is_whole(files) else None
            changed = max(file.st_mtime for known, file in files.items() if known in _OWN)
            yield Run(
                _id(itself), kind, itself, None if log is None else folder / SEARCH_LOG, report, changed,
                0 if log is None else log.st_size,
            )  # fmt: skip
        for one, status in files.items():
            if one.endswith(".jsonl") and one != SEARCH_LOG and self._is_watch(folder / one, status):
                path = name + one
                yield Run(_id(path), "watch", path, folder / one, None, status.st_mtime, status.st_size)

    def _is_watch(self, path: Path, status: os.stat_result) -> bool:
        key = (status.st_dev, status.st_ino)
        written, known = self._begins.get(key, (None, False))
        if written != status.st_mtime_ns and status.st_size >= len(_BEGINNING):  # a file may be written anew
            try:
                with open_regular(path) as file:
                    known = file.read(len(_BEGINNING)) == _BEGINNING
            except OSError:
                known = False
            self._begins[key] = (status.st_mtime_ns, known)
        return known


_OWN = frozenset({SEARCH_LOG, REPORT, "result.json", "verdict.json"})


def _kind(files: dict[str, os.stat_result]) -> Kind | None:
    if SEARCH_LOG in files:
        return "search"
    if REPORT in files and "result.json" in files:
        return "result"
    return "verdict" if REPORT in files and "verdict.json" in files else None


def _is_whole(files: dict[str, os.stat_result]) -> bool:
    return REPORT in files and "result.json" in files


def _is_readable(folder: Path) -> bool:
    try:
        os.scandir(folder).close()
    except OSError:
        return False
    return True


def _may_hold_runs(name: str) -> bool:
    return not name.startswith(".") and name not in SKIPPED


def _id(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", errors="surrogateescape")).hexdigest()[:12]
