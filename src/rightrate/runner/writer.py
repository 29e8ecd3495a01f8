"""Who writes a log: so that a reader can tell a training that goes on from one whose process is gone."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path


def writer() -> dict[str, int | float | str]:
    """This process, its machine and the time in seconds since 1970, as a log's header says them.

    `birth`, on Linux only, tells the process from a later one with the same number.
    """
    said: dict[str, int | float | str] = {"pid": os.getpid(), "host": socket.gethostname()}
    state = process_state(os.getpid())
    if state is not None:
        said["birth"] = state[1]
    return {**said, "started": round(time.time(), 3)}


def process_state(pid: int) -> tuple[str, int] | None:
    """The letter of a process's state and the tick at which it began, as Linux says them; None elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return fields[0], int(fields[19])
    except (OSError, ValueError, IndexError):
        return None
