"""Starts the live view of a run folder as a process of its own, which outlives the training."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

#: Seconds that a training waits for the address. It takes one; a machine that is short of memory may take long.
PATIENCE = 20.0


def start_live_view(folder: Path, say: Callable[[str], None]) -> None:
    """Start `rightrate live FOLDER` and say its address, or in one line why there is none; a training goes on anyway.

    The process belongs to no terminal and to nobody's group, so that neither the end nor the crash of this one, nor a
    Ctrl-C, ends it. It ends by itself (`rightrate live --help`).
    """
    say(_started(folder))


def _started(folder: Path) -> str:
    command = [sys.executable, "-m", "rightrate", "live", str(folder.resolve()), "--no-browser"]
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, start_new_session=True
            )
        except (OSError, ValueError) as error:
            return f"No live view: {error}. The training goes on."
        line = _first_line(process)
        if line:
            process.returncode = 0  # it is to outlive this process, whose Popen would warn that it still runs
            return line
        process.kill()
        process.wait()
        complaints.seek(0)
        said = complaints.read().decode(errors="replace").strip().splitlines()
    why = said[-1].removeprefix("Error: ") if said else f"it did not start within {PATIENCE:g} seconds."
    return f"No live view: {why} The training goes on."


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """What it printed first; empty where it ended, or said nothing in time."""
    stdout = process.stdout
    assert stdout is not None
    found: list[bytes] = []
    reader = threading.Thread(target=_read_line, args=(stdout, found), daemon=True)
    reader.start()
    reader.join(PATIENCE)
    return found[0].decode(errors="replace").strip() if found else ""


def _read_line(stdout: IO[bytes], found: list[bytes]) -> None:
    with stdout:
        found.append(stdout.readline())
