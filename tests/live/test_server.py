"""What the server answers, and to whom: nothing outside the folder, nothing without the key."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from rightrate.live.server import is_our_host

from . import logs
from .conftest import Served
from .test_folder import finished_run

Serve = Callable[..., Served]

REPORT = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'"><p>the report'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """runs/ with a finished search, beside a secret and a link to it."""
    root = tmp_path / "runs"
    logs.write(root / "0001/search.jsonl", *logs.search(), logs.finished())
    finished_run(root / "0001")
    (root / "0001/report.html").write_text(REPORT)
    logs.write(root / "watch.jsonl", logs.watch(), {"step": 1, "loss": 0.5})
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "0001").mkdir()
    (root / "link").symlink_to(tmp_path)
    return root


def ids(served: Served) -> dict[str, str]:
    return {run["name"]: run["id"] for run in first_event(served, f"/{served.token}/events")["runs"]}


def first_event(served: Served, path: str) -> dict:
    return asyncio.run(_events(served, path, 1))[0]


async def _events(served: Served, path: str, count: int, heard: Callable[[], None] = lambda: None) -> list[dict]:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1 << 22)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
    found: list[dict] = []
    while len(found) < count:
        line = await asyncio.wait_for(reader.readline(), 60)
        assert line, "the connection ended"
        if line.startswith(b"data: {"):
            found.append(json.loads(line[6:]))
            heard()
    writer.close()
    return found


def test_a_list_a_run_its_report_and_their_events(serve: Serve, folder: Path) -> None:
    served = serve(folder)
    found = ids(served)
    assert set(found) == {"0001", "watch.jsonl"}
    base = f"/{served.token}"
    for path, words in (
        ("/", b"2 runs; 1 is under way."),
        (f"/run/{found['0001']}", b"The chosen learning rate is 0.01"),
    ):
        answer, body = served.ask(base + path)
        assert answer.status == 200 and words in body
        policy = answer.getheader("Content-Security-Policy") or ""
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.getheader("Referrer-Policy") == "no-referrer"
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Cache-Control") == "no-store"
    answer, body = served.ask(f"{base}/run/{found['0001']}/report")
    assert body.decode() == REPORT
    policy = answer.getheader("Content-Security-Policy") or ""
    assert policy.startswith("sandbox allow-scripts ") and "frame-ancestors 'none'" in policy
    assert first_event(served, f"{base}/run/{found['watch.jsonl']}/events")["status"] == "running"


def test_the_folder_of_one_run_leads_to_it_at_once(serve: Serve, folder: Path) -> None:
    served = serve(folder / "0001")
    answer, _ = served.ask(f"/{served.token}/")
    assert answer.status == 303
    answer, body = served.ask(answer.getheader("Location") or "")
    assert answer.status == 200 and b"Read the report" in body


PATHS = [
    "/", "//", "/{t}", "/{t}/..", "/{t}/../", "/wrong/", "/wrong/events", "/wrong/run/{r}", "/{t}x/", "/favicon.ico",
    "/{t}/../secret.txt", "/{t}/../../secret.txt", "/{t}/%2e%2e/secret.txt", "/{t}/%2e%2e%2fsecret.txt",
    "/{t}/..%2fsecret.txt", "/{t}/..%5csecret.txt", "/{t}/..\\secret.txt", "/{t}/run/..%2f..%2fsecret.txt",
    "/{t}/run/{r}/../../../secret.txt", "/{t}/run/{r}/..%2f..%2f..%2fsecret.txt/report", "/{t}/run/{r}%00/report",
    "/{t}/run/0001", "/{t}/run/0001/report", "/{t}/run/link", "/{t}/run/{r}/report/", "/{t}/run/{r}/report.html",
    "/{t}/run/{r}/model.keras", "/{t}/run/{r}/", "/{t}/run//report", "/{t}/run/", "/{t}/run", "/{t}/run/%2fetc%2fpasswd",
    "/{t}/run/{w}/report", "/{t}//etc/passwd", "/{t}/run/../../../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
    "/{t}/run/{r}/report%2f..%2f..%2f..%2fsecret.txt", "/{t}/events/..", "/{t}/%2572un", "/\udcff/", "/{t}/run/é",
]  # fmt: skip


def test_no_other_path_leads_anywhere(serve: Serve, folder: Path) -> None:
    served = serve(folder)
    found = ids(served)
    known = {"t": served.token, "r": found["0001"], "w": found["watch.jsonl"]}
    for path in PATHS:
        asked = path.replace("{t}", known["t"]).replace("{r}", known["r"]).replace("{w}", known["w"])
        connection = socket.create_connection(("127.0.0.1", served.port), timeout=30)
        head = f"GET {asked} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode("utf-8", "surrogateescape"))
        answer = b""
        while part := connection.recv(65536):
            answer += part
        connection.close()
        status = int(answer.split(b" ", 2)[1])
        body = answer.partition(b"\r\n\r\n")[2]
        assert status in (400, 404), path
        assert status == 400 or body == b"Not found\n", path
        assert b"secret" not in body and b"root:" not in body and b"the report" not in body, path


def test_a_run_that_became_a_link_is_read_no_more(serve: Serve, folder: Path, tmp_path: Path) -> None:
    served = serve(folder)
    path = f"/{served.token}/run/{ids(served)['0001']}/report"
    assert served.ask(path)[0].status == 200
    (folder / "0001/report.html").unlink()
    (folder / "0001/report.html").symlink_to(tmp_path / "secret.txt")
    assert served.ask(path)[0].status == 404
    outside = tmp_path / "outside"
    (folder / "0001").rename(outside)
    (outside / "report.html").unlink()
    (outside / "report.html").write_text("elsewhere")
    (folder / "0001").symlink_to(outside)
    assert served.ask(path)[0].status == 404


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{p}", "127.0.0.1", "127.0.0.1:1", "10.0.0.1:{p}", "", "localhost:{p}.evil.example"],
)
def test_a_page_of_another_site_cannot_ask_even_with_the_key(serve: Serve, folder: Path, host: str) -> None:
    served = serve(folder)
    answer, body = served.ask(f"/{served.token}/", host=host.format(p=served.port))
    assert answer.status == 404 and body == b"Not found\n"
    assert served.ask(f"/{served.token}/", host=f"localhost:{served.port}")[0].status == 200


def test_reachable_from_elsewhere_it_takes_addresses_and_its_own_name_but_no_other() -> None:
    mine = socket.gethostname()
    for host in ("10.1.2.3:80", "[fe80::1]:80", "127.0.0.1:80", f"{mine}:80", f"{mine.upper()}:80", "localhost:80"):
        assert is_our_host(host, 80, is_loopback=False), host
    for host in ("evil.example:80", "10.1.2.3:81", "10.1.2.3.evil.example:80", "[fe80::1", ":80", "80"):
        assert not is_our_host(host, 80, is_loopback=False), host


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"])
def test_nothing_can_be_sent(serve: Serve, folder: Path, method: str) -> None:
    served = serve(folder)
    answer, body = served.ask(f"/{served.token}/", method=method)
    assert answer.status in (404, 405) and served.token.encode() not in body


def test_fifty_browsers_all_hear_what_was_written(serve: Serve, folder: Path) -> None:
    served = serve(folder)
    path = f"/{served.token}/run/{ids(served)['watch.jsonl']}/events"

    async def everybody() -> list[list[dict]]:
        connected = 0

        def heard() -> None:
            nonlocal connected
            connected += 1
            if connected == 50:
                logs.append(folder / "watch.jsonl", {"step": 2, "loss": 0.125})

        return await asyncio.gather(*(_events(served, path, 2, heard) for _ in range(50)))

    for first, second in asyncio.run(everybody()):
        assert "training loss 0.5" in first["sentence"]
        assert "training loss 0.125" in second["sentence"]


def test_browsers_that_come_and_go_hold_up_nobody(serve: Serve, folder: Path) -> None:
    served = serve(folder)
    path = f"/{served.token}/run/{ids(served)['watch.jsonl']}/events"

    async def fickle(number: int) -> None:
        for turn in range(8):
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(reader.read(), 0.01 * ((number * 7 + turn * 3) % 20))
            writer.close()

    async def everybody() -> list[dict]:
        await asyncio.gather(*map(fickle, range(10)))
        return await _events(served, path, 2, lambda: logs.append(folder / "watch.jsonl", {"step": 2, "loss": 0.125}))

    assert "training loss 0.125" in asyncio.run(everybody())[-1]["sentence"]
    served.process.terminate()
    served.process.wait(30)
    assert served.process.stderr.read() == ""


def test_a_port_that_is_taken_is_said(folder: Path, serve: Serve) -> None:
    served = serve(folder)
    command = [sys.executable, "-m", "rightrate", "live", str(folder), "--no-browser", "--port", str(served.port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 4
    assert (
        "Address already in use" in done.stderr and "another --port" in done.stderr and "Traceback" not in done.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nothing",), 2, "There is no folder"),
        (("file",), 2, "is a file"),
        ((".", "--port", "70000"), 2, "from 0 to 65535"),
        ((".", "--host", "no such host"), 2, "--host must be an address"),
        ((".", "--host", "203.0.113.7"), 4, "address. Leave out --host for this machine only"),
    ],
)
def test_a_mistake_is_a_sentence(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    (tmp_path / "file").write_text("")
    command = [sys.executable, "-m", "rightrate", "live", *arguments, "--no-browser"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr


def test_without_the_extra_it_says_the_line_that_installs_it(tmp_path: Path) -> None:
    script = """
import sys
from importlib.machinery import PathFinder
class Without:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name == "uvicorn" else PathFinder.find_spec(name, path, target)
sys.meta_path = [finder for finder in sys.meta_path if finder is not PathFinder] + [Without]
from rightrate.cli import main
sys.argv = ["rightrate", "live", ".", "--no-browser"]
main()
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 4 and "pip install 'rightrate[live]'" in done.stderr, done.stderr


def test_served_to_others_it_says_so(serve: Serve, folder: Path) -> None:
    served = serve(folder, "--host", "0.0.0.0")
    assert "Anyone who can reach this machine" in served.process.stderr.readline()
    assert served.ask(f"/{served.token}/")[0].status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_told_to_with_browsers_watching(serve: Serve, folder: Path, number: int) -> None:
    served = serve(folder)
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    connection.sendall(f"GET /{served.token}/events HTTP/1.1\r\nHost: localhost:{served.port}\r\n\r\n".encode())
    connection.recv(10)
    os.kill(served.process.pid, number)
    served.process.wait(30)
    connection.close()
    assert "Traceback" not in served.process.stderr.read()


def test_it_ends_by_itself_when_nobody_looks(tmp_path: Path) -> None:
    old = logs.write(tmp_path / "watch.jsonl", logs.watch())
    os.utime(old, (1, 1))
    script = f"""
from rightrate.live.serve import serve
serve({str(tmp_path)!r}, announce=lambda address, is_loopback: print(address, flush=True), idle_seconds=0.5)
print("ended")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "ended", done.stderr
