"""A real server in a process of its own, as `rightrate live` starts it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ..report.conftest import browser

__all__ = ["Served", "browser", "serve"]


@dataclass
class Served:
    """One server: its process, what it printed, and its address."""

    process: subprocess.Popen[str]
    address: str

    @property
    def port(self) -> int:
        return int(urlsplit(self.address).port or 0)

    @property
    def token(self) -> str:
        return urlsplit(self.address).path.strip("/")

    def ask(self, path: str, *, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
        """Send a request as it stands: no client makes the path tidy before."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path, skip_host="host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Starts `rightrate live FOLDER --no-browser`."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path, *options: str) -> Served:
        command = [sys.executable, "-m", "rightrate", "live", str(folder), "--no-browser", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        assert line.startswith("Live view: http://"), process.stderr.read()
        return Served(process, line.removeprefix("Live view: ").strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()
