"""Asks one peer about some trainings: `python -m recorded.peers_worker PEER`, in the peers' environment.

Reads a line of JSON for each training, answers with a line each. It imports neither rightrate nor a framework, and
it refuses every connection: a peer that wants the network fails.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from recorded.peers_adapters import ask
from recorded.peers_logs import Log

SECONDS_A_TRAINING = 20


def main() -> None:
    name = sys.argv[1]
    out = sys.stdout
    sys.stdout = sys.stderr  # what a peer prints is not an answer
    socket.socket.connect = _refuse  # type: ignore[method-assign]
    socket.getaddrinfo = _refuse
    signal.signal(signal.SIGALRM, _too_long)
    for line in sys.stdin:
        signal.alarm(SECONDS_A_TRAINING)
        with tempfile.TemporaryDirectory() as folder:
            answer = ask(name, Log(**json.loads(line)), Path(folder))
        signal.alarm(0)
        print(json.dumps({**answer, "version": version(name)}), file=out, flush=True)


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise OSError("no network in this benchmark")


def _too_long(*args: Any) -> NoReturn:
    raise TimeoutError(f"no answer within {SECONDS_A_TRAINING} s")


if __name__ == "__main__":
    main()
