"""Walks a folder of logs: symlinked folders are followed once, loops end, unreadable folders are passed over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Each folder from the top, with the sorted names of its folders and its files.

    Folders that the caller takes out of the list are not entered.

    Edge cases: a link to a folder already visited is not entered again; a broken link, and what is neither file nor
    folder, is not listed.
    """
    seen = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            if identity(here) in seen:
                continue
            seen.add(identity(here))
            folders, files = _entries(here)
        except OSError:
            continue
        yield here, folders, files
        waiting += [here / name for name in reversed(folders)]


def identity(path: Path) -> tuple[int, int]:
    """What a path leads to, by whatever links: its device and number there.

    Raises:
        OSError: it leads nowhere.
    """
    status = os.stat(path)
    return status.st_dev, status.st_ino


def subfolders(folder: Path) -> list[Path]:
    """The folders in a folder, sorted; none where it cannot be read."""
    try:
        return [folder / name for name in _entries(folder)[0]]
    except OSError:
        return []


def _entries(folder: Path) -> tuple[list[str], list[str]]:
    folders, files = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.is_file():
                    files.append(entry.name)
            except OSError:
                continue
    return sorted(folders), sorted(files)


def name_of(part: Path, folder: Path) -> str:
    """The name of what lies in a folder: its path from there, or the folder's own name for itself."""
    inner = part.relative_to(folder).as_posix()
    return folder.name or str(folder) if inner == "." else inner
