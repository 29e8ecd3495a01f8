"""Where the answer of a command goes: files that were asked for by name, and the line that says where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rightrate.errors import CannotRunError

if TYPE_CHECKING:
    from rich.console import RenderableType


def check_files(files: Mapping[str, str | None]) -> None:
    """Raise where a file that is to be written is a folder: before anything is."""
    for name in files.values():
        if name is not None and Path(name).is_dir():
            raise CannotRunError(f"{name} cannot be written: it is a folder. Name a file.")


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
