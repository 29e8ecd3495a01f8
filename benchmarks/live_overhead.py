"""The live view under load: many long logs, and what fifty watching browsers cost a training.

    python benchmarks/live_overhead.py size [--runs 200] [--points 1000000]   # 7 GB of logs in the temporary folder
    python benchmarks/live_overhead.py training [--rounds 15] [--browsers 50]

`size` serves so many logs of so many points each and prints: from the start of the program to the first list with all
runs in it; from the opening of a run to its whole curve; from a line appended to a running log until a browser on that
run, and one on the list, has it; the server's largest resident memory.

`training` fits the network of `watch_overhead.py` with `rr.Watch(log=...)` in turns: nobody serves; a server runs and
nobody watches; so many browsers watch (connections that read their events, as fast as they come, in a process of their
own). Printed is the ratio of an epoch's time to the same without, per round, as median with quartiles, on the clock and
in processor time of the training's own process. Asked for: at most 1 % on the clock. Run it on a machine with nothing
else on it; `nobody again` shows what the machine itself wavers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

HEADER = {"rightrate": "watch", "version": 1, "training": "training", "steps_per_epoch": 1000}


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, int]]:
    """The address of a server, and its process."""
    command = [sys.executable, "-m", "rightrate", "live", str(folder), "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1], process.pid
    finally:
        process.kill()
        process.communicate()


async def events(address: str, path: str):
    """What a browser on this page gets, and how large it was."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 24)
    writer.write(f"GET {parts.path}{path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"data: {"):
                yield json.loads(line[6:]), len(line)
    finally:
        writer.close()


async def until(address: str, path: str, wanted) -> tuple[float, int]:
    """Seconds until an event is as wanted, and the bytes of that event."""
    began = time.perf_counter()
    async for shown, size in events(address, path):
        if wanted(shown):
            return time.perf_counter() - began, size
    raise SystemExit("The server closed the connection.")


def write_logs(folder: Path, runs: int, points: int) -> None:
    first = folder / "0000.jsonl"
    began = time.perf_counter()
    with first.open("w") as file:
        who = {"pid": os.getpid(), "host": platform.node(), "started": time.time()}
        file.write(json.dumps({**HEADER, "setting": {}, **who}) + "\n")
        for step in range(1, points + 1):
            file.write(f'{{"step": {step}, "loss": {1 / step:.7g}}}\n')
            if step % 1000 == 0:
                file.write(f'{{"step": {step}, "epoch": {step // 1000}, "val_loss": {2 / step:.7g}}}\n')
    for i in range(1, runs):
        shutil.copyfile(first, folder / f"{i:04d}.jsonl")
    size = first.stat().st_size * runs / 1e9
    print(f"wrote {runs} logs of {points:,} points, {size:.1f} GB, in {time.perf_counter() - began:.0f} s", flush=True)


async def measure_size(folder: Path, runs: int, points: int) -> None:
    began = time.perf_counter()
    with serving(folder) as (address, pid):
        print(f"the server answered after {time.perf_counter() - began:.2f} s")
        asked = time.perf_counter()
        with urlopen(address) as page:
            page.read()
        print(f"the page of the list came within {time.perf_counter() - asked:.2f} s")

        def is_complete(shown: dict) -> bool:
            return len(shown["runs"]) == min(200, runs) and all("step" in run["best"] for run in shown["runs"])

        seconds, size = await until(address, "events", is_complete)
        print(f"all rows of the list were there after {seconds:.2f} s more, {size / 1e3:.0f} kB")
        async for shown, _ in events(address, "events"):
            run = shown["runs"][0]["id"]
            name = shown["runs"][0]["name"]
            break
        path = f"run/{run}/events"
        seconds, size = await until(
            address, path, lambda shown: f"{points:,}" in shown["sentence"] and not shown["reading"]
        )
        print(
            f"a run was open, all its {points:,} points read, after {seconds:.2f} s; a snapshot has {size / 1e3:.0f} kB"
        )
        beside = asyncio.create_task(
            until(address, "events", lambda shown: f"{points + 1:,}" in shown["runs"][0]["best"])
        )
        itself = asyncio.create_task(until(address, path, lambda shown: f"{points + 1:,}" in shown["sentence"]))
        await asyncio.sleep(3)
        appended = time.perf_counter()
        with (folder / name).open("a") as file:
            file.write(f'{{"step": {points + 1}, "epoch": 9, "val_loss": 1e-12}}\n')
        await itself
        print(f"an appended line was on the run's page after {time.perf_counter() - appended:.2f} s", end="")
        await beside
        print(f", in the list after {time.perf_counter() - appended:.2f} s")
        peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        print(f"the server's largest resident memory: {int(peak[1]) / 1e3:.0f} MB" if peak else "memory: unknown")


async def watch_as_many(address: str, browsers: int) -> None:
    """What `browsers` browsers do on one run, for ever."""
    async for shown, _ in events(address, "events"):
        run = shown["runs"][0]["id"]
        break

    async def one() -> None:
        async for _ in events(address, f"run/{run}/events"):
            pass

    await asyncio.gather(*(one() for _ in range(browsers)))


def measure_training(rounds: int, browsers: int) -> None:
    import tensorflow as tf
    import watch_overhead as fits

    import rightrate as rr

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    network = fits.model(fits.UNITS)
    start = network.get_weights()
    names = ["nobody", "nobody again", "a server", f"{browsers} browsers"]
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        log = folder / "watch.jsonl"
        for turn in range(rounds + 1):
            shift = turn % len(names)
            for name in names[shift:] + names[:shift]:
                network.set_weights(start)
                callbacks = [rr.Watch(quiet=True, log=log, existing="overwrite")]
                with watched(folder, None if name.startswith("nobody") else browsers if "browsers" in name else 0):
                    spent = fits.of_a_step(network, callbacks)
                if turn:  # the first round warms up
                    times[name].append(spent)
    print(f"{platform.machine()}, {os.cpu_count()} cores, {rounds} rounds")
    for name, spent in times.items():
        print(f"{name:14s} {'; '.join(fits.described(spent, times['nobody'], kind) for kind in (0, 1))}")


@contextmanager
def watched(folder: Path, browsers: int | None) -> Iterator[None]:
    """A server over the folder with so many browsers; None: no server."""
    if browsers is None:
        yield
        return
    with serving(folder) as (address, _):
        if not browsers:
            yield
            return
        command = [sys.executable, __file__, "browsers", address, "--browsers", str(browsers)]
        process = subprocess.Popen(command)
        time.sleep(2)  # they connect
        try:
            yield
        finally:
            process.kill()
            process.wait()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("what", choices=("size", "training", "browsers"))
    arguments.add_argument("address", nargs="?")
    arguments.add_argument("--runs", type=int, default=200)
    arguments.add_argument("--points", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--browsers", type=int, default=50)
    asked = arguments.parse_args()
    if asked.what == "browsers":
        asyncio.run(watch_as_many(asked.address, asked.browsers))
    elif asked.what == "training":
        measure_training(asked.rounds, asked.browsers)
    else:
        with tempfile.TemporaryDirectory() as place:
            write_logs(Path(place), asked.runs, asked.points)
            asyncio.run(measure_size(Path(place), asked.runs, asked.points))


if __name__ == "__main__":
    main()
