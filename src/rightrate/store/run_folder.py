"""Makes and fills run folders."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rightrate.errors import CannotRunError, UsageError

NUMBERED = ", or leave it out for a numbered one under runs/"


def new_run_folder(root: Path) -> Path:
    """Make and return the next numbered folder under `root`: `0001`, `0002`, …

    Two runs that start at once get different numbers: making a folder is atomic.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        taken = [int(p.name) for p in root.iterdir() if re.fullmatch(r"\d{4,}", p.name)]
        number = max(taken, default=0) + 1
        while True:
            folder = root / f"{number:04d}"
            try:
                folder.mkdir()
                return folder
            except FileExistsError:
                number += 1
    except OSError as error:
        raise CannotRunError(
            f"No run folder can be made under {root}: {error.strerror or error}. Choose another place with --out."
        ) from error


def claim(folder: Path, otherwise: str = "") -> Path:
    """Make `folder`, or take an empty one; one that holds anything is refused.

    Args:
        otherwise: what else a user could do than name a new folder.

    Raises:
        UsageError: it is a file, or not empty.
        CannotRunError: it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--out must name a folder. Received a file: {folder}.")
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise UsageError(
                f"The folder {folder} is not empty. Nothing is overwritten: name a new folder with --out{otherwise}."
            )
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRunError(
            f"The folder {folder} cannot be used: {error.strerror or error}. Name another with --out."
        ) from error
    return folder


@contextmanager
def run_folder(out: str | Path | None, root: Path = Path("runs")) -> Iterator[Path]:
    """A folder for one run: `out`, or a new numbered one under `root`; removed if the run fails without a file."""
    folder = new_run_folder(root) if out is None else claim(Path(out), NUMBERED)
    try:
        yield folder
    except BaseException:
        if not any(folder.iterdir()):
            folder.rmdir()
        raise


def write_safely(path: Path, write: Callable[[Path], object]) -> Path:
    """Let `write` fill a file beside `path`, then rename it: `path` is whole or absent.

    The name keeps its ending, because Keras chooses the format by it.

    Raises:
        CannotRunError: the file cannot be written, e.g. no space is left; the half-written one is removed.
    """
    temporary = path.with_name(f".{os.getpid()}.part{path.suffix}")
    try:
        write(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise CannotRunError(
            f"{path} cannot be written: {error.strerror or error}. {_how_to_mend(error, path.parent)}"
        ) from error
    finally:
        with suppress(OSError):  # there is nothing to remove where nothing could be written
            temporary.unlink()
    return path


def _how_to_mend(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(folder).free / 1e6
        return f"{free:.0f} MB are free there. Free some space, or name a place elsewhere."
    if not folder.is_dir():
        return f"There is no folder {folder}: make it first, or name a place elsewhere."
    return "Name a place that can be written to."
