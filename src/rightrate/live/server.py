"""The live view's answers. A path never comes from an address: what it holds is looked up in the table of runs."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from rightrate.live import pages
from rightrate.live.folder import Run
from rightrate.live.hub import LIST, Hub

#: On every answer. Nothing is kept, nothing is guessed, nothing is told to other sites, and no site may embed it.
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
ONLY_HERE = "frame-ancestors 'none'"
#: Beside the policy that a report brings along. A file of that name may be anybody's: it runs apart from this server's
#: address, so that it can neither read other runs nor send what it has anywhere.
APART = (
    "sandbox allow-scripts allow-downloads allow-popups; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_NAMES = ("localhost",)


def application(
    hub: Hub,
    token: str,
    *,
    folder: str,
    port: int,
    is_loopback: bool,
    end: Callable[[], None],
    is_ending: Callable[[], bool],
) -> Starlette:
    """The application.

    Args:
        token: the first part of every address; a request without it learns nothing.
        folder: the name of what is shown.
        port: that it is served at, and `is_loopback`: whether only this machine reaches it. A request that names
            another host (a page of another site, whose name was made to lead here) is refused.
        end: called once nobody looks any more.
        is_ending: whether the server is about to end: it waits for browsers, which are let go then.
    """

    async def answer(request: Request) -> Response:
        parts = request.scope["path"].split("/")[1:]
        if not is_our_host(request.headers.get("host", ""), port, is_loopback=is_loopback):
            return _nothing()
        if not secrets.compare_digest(parts[0].encode("utf-8", "surrogatepass"), token.encode()):
            return _nothing()
        hub.look()
        if parts[1:] == [""]:
            return await _list_page(hub, token, folder)
        if parts[1:] == ["events"]:
            return _events(hub, LIST)
        run = hub.runs.run(parts[2]) if len(parts) in (3, 4) and parts[1] == "run" else None
        if run is None:
            return _nothing()
        if len(parts) == 3:
            return _run_page(hub, token, folder, run)
        if parts[3] == "events" and run.log is not None:
            return _events(hub, run.id)
        return _report(hub, run) if parts[3] == "report" else _nothing()

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        hub.runs.scan()
        poller = asyncio.create_task(hub.poll())
        watcher = asyncio.create_task(_wait_for_the_end(hub, end, is_ending))
        yield
        watcher.cancel()
        hub.close()
        await poller

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]
    return Starlette(routes=[Route("/{path:path}", _only_get(answer), methods=methods)], lifespan=living)


def is_our_host(said: str, port: int, *, is_loopback: bool) -> bool:
    """Whether a request's Host is this server: an IP address, or this machine's name, with its port.

    Example:
        >>> [is_our_host(host, 80, is_loopback=True) for host in ("127.0.0.1:80", "localhost:80", "[::1]:80")]
        [True, True, True]
        >>> [is_our_host(host, 80, is_loopback=True) for host in ("evil.example:80", "10.0.0.1:80", "localhost:81", "")]
        [False, False, False, False]
    """
    host, _, number = said.rpartition(":") if not said.endswith("]") and ":" in said else (said, "", "80")
    if number != str(port):
        return False
    name = host.strip("[]").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        mine = socket.gethostname().lower()
        return name in (*_NAMES, *(() if is_loopback else (mine, f"{mine}.local", socket.getfqdn().lower())))
    return address.is_loopback or not is_loopback


def _only_get(answer: Callable[..., object]) -> Callable[..., object]:
    async def get(request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return _nothing()
        return await answer(request)  # type: ignore[misc,no-any-return]

    return get


def _nothing() -> Response:
    return PlainTextResponse("Not found\n", 404, headers={**HEADERS, "Content-Security-Policy": ONLY_HERE})


def _page(make: Callable[[str], str]) -> Response:
    nonce = secrets.token_urlsafe(16)
    text = make(nonce).encode("utf-8", errors="backslashreplace")
    return HTMLResponse(text, headers={**HEADERS, "Content-Security-Policy": pages.policy(nonce)})


async def _list_page(hub: Hub, token: str, folder: str) -> Response:
    hub.runs.scan()
    itself = hub.runs.run_named(".")
    if itself is not None and hub.runs.is_one:
        return RedirectResponse(f"/{token}/run/{itself.id}", 303, headers=HEADERS)
    await hub.begin()
    shown = hub.runs.listed(time.time())
    return _page(lambda nonce: pages.page("list", shown, base=f"/{token}/", folder=folder, nonce=nonce))


def _run_page(hub: Hub, token: str, folder: str, run: Run) -> Response:
    if run.log is None:
        return RedirectResponse(f"/{token}/run/{run.id}/report", 303, headers=HEADERS)
    hub.runs.advance(run, is_open=True)
    shown, is_one = hub.runs.page(run, time.time()), hub.runs.is_one
    return _page(
        lambda nonce: pages.page(
            "run", shown, base=f"/{token}/", folder=folder, nonce=nonce, run_id=run.id, is_one=is_one
        )
    )


def _events(hub: Hub, key: str) -> Response:
    return StreamingResponse(hub.messages(key), media_type="text/event-stream", headers=HEADERS)


def _report(hub: Hub, run: Run) -> Response:
    """The finished page as it stands in the folder; its own policy is inside it, and holds as well."""
    text = hub.runs.read_report(run)
    return _nothing() if text is None else HTMLResponse(text, headers={**HEADERS, "Content-Security-Policy": APART})


async def _wait_for_the_end(hub: Hub, end: Callable[[], None], is_ending: Callable[[], bool]) -> None:
    while not hub.is_idle and not is_ending():
        await asyncio.sleep(0.2)
    hub.close()
    end()
