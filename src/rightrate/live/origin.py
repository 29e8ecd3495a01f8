"""`Origin`: which process writes a log, and whether it is still there."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rightrate.live.records import finite, text, whole
from rightrate.live.wording import SILENCE
from rightrate.runner.writer import process_state


@dataclass(frozen=True)
class Origin:
    """Who writes, as a log's header says it; None where it does not.

    Args:
        pid, host: the process and its machine.
        birth: the tick at which it began, on Linux.
        started: when the log was begun, in seconds since 1970.
    """

    pid: int | None = None
    host: str | None = None
    birth: int | None = None
    started: float | None = None


def origin(header: Mapping[str, Any]) -> Origin:
    """Read a header."""
    return Origin(
        whole(header.get("pid")),
        text(header.get("host"), 80) or None,
        whole(header.get("birth")),
        finite(header.get("started")),
    )


def lost(who: Origin, quiet: float) -> str | None:
    """`"stopped"` or `"silent"` where a log's writer is gone, or may be; None where it may still write.

    Args:
        quiet: seconds since its last line.
    """
    there = is_there(who)
    if there is False:
        return "stopped"
    return "silent" if there is None and quiet > SILENCE else None


def is_there(who: Origin) -> bool | None:
    """Whether the process still runs; None where this machine cannot know.

    Edge cases: a process that ended and was not waited for yet is gone, and so is one whose number another has now.

    Example:
        >>> is_there(Origin(os.getpid(), socket.gethostname())), is_there(Origin(1, "another machine"))
        (True, None)
    """
    if who.pid is None or who.pid < 1 or who.host != socket.gethostname() or os.name != "posix":
        return None
    try:
        os.kill(who.pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass  # it is there, and somebody else's
    state = process_state(who.pid)
    if state is None:
        return True
    letter, birth = state
    return letter not in ("Z", "X") and who.birth in (None, birth)
