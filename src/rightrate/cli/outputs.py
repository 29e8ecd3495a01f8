"""Where the answer of a command goes: files that were asked for by name, and the line that says where they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rightrate.errors import CannotRunError, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType


def check_files(files: Mapping[str, str | None]) -> None:
    """Raise where a file that is to be written is a folder: before anything is."""
    for name in files.values():
        if name is not None and Path(name).is_dir():
            raise CannotRunError(f"{name} cannot be written: it is a folder. Name a file.")


def check_apart(files: Mapping[str, str | None], inputs: Iterable[str | None]) -> None:
    """Raise where a file that is to be written is one that is read: the user's own data would be gone.

    Args:
        files: to be written, by the option that names them, without its hyphens.
        inputs: what is read; None is left out. A folder is none of the files in it.

    Edge cases: links are followed, hard ones too.

    Raises:
        UsageError: two are the same.
    """
    kept = apart(files, inputs)
    for option, name in files.items():
        if option not in kept:
            raise UsageError(f"--{option} {name} would overwrite what is read. Name another file.")


def apart(files: Mapping[str, str | None], inputs: Iterable[str | None]) -> dict[str, str | None]:
    """The files to be written, without those that are read."""
    read = [one for one in inputs if one is not None]
    return {option: name for option, name in files.items() if name is None or not _is_among(name, read)}


def _is_among(name: str, read: Iterable[str]) -> bool:
    for other in read:
        if os.path.realpath(name) == os.path.realpath(other):
            return True
        with suppress(OSError):  # one of them is not there
            if os.path.samefile(name, other):
                return True
    return False


def write_texts(files: Mapping[str, str | None], texts: Mapping[str, Callable[[], str]]) -> None:
    """Write each kind of text that a file was named for."""
    from rightrate.store import write_safely

    for kind, text in texts.items():
        name = files[kind]
        if name is not None:
            write_safely(Path(name), lambda p, text=text: p.write_text(text(), encoding="utf-8"))  # type: ignore[misc]


def show(answer: RenderableType, out: str | None) -> None:
    """Print the answer, and where everything is."""
    from rich.console import Console

    console = Console()
    console.print(answer)
    if out is not None:
        console.print(f"\nEverything is in {out}: open {Path(out) / 'report.html'}", markup=False, soft_wrap=True)
