"""The workflow behind `rightrate live`: a folder in, a server that shows its runs until it is ended."""

from __future__ import annotations

import errno
import importlib.util
import ipaddress
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rightrate.errors import CannotRunError, MissingExtraError, UsageError

INSTALL = "pip install 'rightrate[live]'"
#: Seconds without anybody looking, after the last change, that a server waits before it ends.
IDLE = 600.0
#: A server yields to the training beside it.
NICENESS = 5


def serve(
    folder: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    stay: bool = False,
    announce: Callable[[str, bool], None],
    idle_seconds: float = IDLE,
) -> None:
    """Show the runs under `folder` until Ctrl-C, or until nobody has looked for ten minutes after the last change.

    Args:
        folder: whose runs are shown.
        host: the address to serve at; only this machine reaches the default.
        port: 0 for a free one.
        stay: never end by itself.
        announce: told the address once it answers, and whether only this machine reaches it.
        idle_seconds: how long nobody may have looked.

    Raises:
        UsageError: there is no such folder, or the host or port makes no sense.
        CannotRunError: the port is taken, or the address is not this machine's.
        MissingExtraError: Starlette or uvicorn is not installed.
    """
    root = _checked(folder)
    for name in ("starlette", "uvicorn"):
        if importlib.util.find_spec(name) is None:
            raise MissingExtraError(f"The live view needs {name}, which is not installed. Install it: {INSTALL}")
    import uvicorn

    from rightrate.live.hub import Hub
    from rightrate.live.runs import Runs
    from rightrate.live.server import application

    listening = _listen(host, port)
    with listening:
        address = listening.getsockname()
        is_loopback = ipaddress.ip_address(address[0]).is_loopback
        token = secrets.token_urlsafe(24)
        hub = Hub(Runs(root), None if stay else idle_seconds)
        made: list[uvicorn.Server] = []

        def end() -> None:
            made[0].should_exit = True

        app = application(
            hub, token, folder=root.name or str(root), port=address[1], is_loopback=is_loopback,
            end=end, is_ending=lambda: made[0].should_exit,
        )  # fmt: skip
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="on", server_header=False, date_header=False,
            timeout_graceful_shutdown=1, ws="none",
        )  # fmt: skip
        server = uvicorn.Server(config)
        made.append(server)
        with suppress(AttributeError, OSError):  # no such thing on Windows
            os.nice(NICENESS)
        announce(f"http://{_shown(address[0], is_loopback)}:{address[1]}/{token}/", is_loopback)
        with suppress(KeyboardInterrupt):  # it is how a person ends it
            server.run(sockets=[listening])


def _checked(folder: str | Path) -> Path:
    path = Path(folder)
    if not path.exists():
        raise UsageError(f"There is no folder '{folder}'. Name the folder of a run, or one that holds runs.")
    if not path.is_dir():
        raise UsageError(f"'{folder}' is a file. Name the folder that holds it.")
    try:
        os.listdir(path)
        return path.resolve(strict=True)
    except OSError as error:
        raise UsageError(f"The folder '{folder}' cannot be read: {error.strerror or error}.") from error


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise UsageError(f"--port must be from 0 to 65535; 0 takes a free one. Received: {port}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host must be an address of this machine. Received: {host!r} ({error}).") from error
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        mend = "Choose another --port, or leave it out for a free one."
        if error.errno == errno.EADDRNOTAVAIL:
            mend = "Leave out --host for this machine only, or name an address of this machine, or 0.0.0.0 for all."
        raise CannotRunError(f"Cannot serve at {host}, port {port}: {error.strerror or error}. {mend}") from error
    return listening


def _shown(host: str, is_loopback: bool) -> str:
    """The address to open: of one that stands for all, this machine's name."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        return socket.gethostname()
    return f"[{host}]" if address.version == 6 else host
