"""Time and memory of `rightrate diagnose` on large logs and large folders of logs.

    python benchmarks/log_speed.py            # all of it: needs 3 GB of disk
    python benchmarks/log_speed.py --only 1M  # the lines whose name has this in it

Each line is a process of its own: a fresh Python that imports the command, reads, diagnoses and prints. Seconds are of
the whole process, the median of three (one for what takes long); processor time is disturbed less by other work on the
machine. Memory is the most that was resident (Linux) less what was after imports.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import numpy as np

STEPS, RUNS, LARGE, EPOCHS = 1_000_000, 10_000, 10**9, 10
REPEATS = 3


def losses(count: int) -> list[str]:
    rng = np.random.default_rng(0)
    values = 2 * np.exp(-np.arange(count) / (count / 5)) + 0.3 + rng.normal(0, 0.1, count) ** 2
    return [repr(value) for value in values.tolist()]


def steps_of(count: int) -> Iterator[tuple[int, str]]:
    return enumerate(losses(count), 1)


def csv_rows(count: int) -> Iterator[str]:
    yield "step,loss,learning_rate\n"
    for step, loss in steps_of(count):
        yield f"{step},{loss},{1e-3 * (1 - step / (count + 1))!r}\n"


def json_rows(count: int) -> Iterator[str]:
    for step, loss in steps_of(count):
        yield f'{{"step": {step}, "loss": {loss}, "learning_rate": {1e-3 * (1 - step / (count + 1))!r}}}\n'


def quoted_rows(count: int) -> Iterator[str]:
    yield '"step","loss"\n'
    for step, loss in steps_of(count):
        yield f'"{step}","{loss}"\n'


def nested_rows(count: int) -> Iterator[str]:
    for step, loss in steps_of(count):
        yield f'{{"step": {step}, "train": {{"loss": {loss}}}}}\n'


def noted_rows(count: int) -> Iterator[str]:
    yield "step,loss,note\n"
    for step, loss in steps_of(count):
        yield f"{step},{loss},ok\n"


def write(rows: Callable[[int], Iterator[str]], count: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("w") as file:
            file.writelines(rows(count))

    return make


def write_bytes(rows: Callable[[int], Iterator[str]]) -> Callable[[Path], None]:
    """Repeat the rows, with steps that go on, until the file has `LARGE` bytes."""

    def make(path: Path) -> None:
        count = int(LARGE / (sum(map(len, rows(10_000))) / 10_000))
        write(rows, count)(path)

    return make


def event(step: int, tag: bytes, value: float) -> bytes:
    """An event as TensorFlow 2 writes it: a tensor of one float."""
    content = b"\x08\x01\x12\x00\x22\x04" + struct.pack("<f", value)
    inner = field(1, tag) + field(9, field(1, field(1, b"scalars"))) + field(8, content)
    return record(b"\x09" + struct.pack("<d", 1.7e9 + step) + b"\x10" + varint(step) + field(5, field(1, inner)))


def record(data: bytes) -> bytes:
    from rightrate.importers.logs.wire import masked_crc

    length = struct.pack("<Q", len(data))
    # The checksum of the data is not read, neither here nor by TensorBoard's default.
    return length + struct.pack("<I", masked_crc(length)) + data + b"\0\0\0\0"


def field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(data)) + data


def varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


def write_events(path: Path) -> None:
    with path.open("wb") as file:
        file.writelines(event(step, b"loss", float(loss)) for step, loss in steps_of(STEPS))


def make_event_runs(folder: Path) -> None:
    for run in range(RUNS):
        for split in ("train", "validation"):
            inner = folder / f"run{run:05}" / split
            inner.mkdir(parents=True)
            whole = b"".join(event(epoch, b"epoch_loss", 1 / (1 + epoch)) for epoch in range(EPOCHS))
            (inner / "events.out.tfevents.1").write_bytes(whole)


def make_csv_runs(folder: Path) -> None:
    folder.mkdir()
    rows = "".join(f"{epoch},{1 / (1 + epoch)},{1.1 / (1 + epoch)}\n" for epoch in range(EPOCHS))
    for run in range(RUNS):
        (folder / f"run{run:05}.csv").write_text("epoch,loss,val_loss\n" + rows)


def make_mlruns(folder: Path) -> None:
    for run in range(RUNS):
        inner = folder / "0" / f"{run:032x}"
        (inner / "metrics").mkdir(parents=True)
        (inner / "meta.yaml").write_text(f"run_id: {run:032x}\nrun_name: run{run}\n")
        for name in ("loss", "val_loss"):
            rows = "".join(f"1 {1 / (1 + epoch)} {epoch}\n" for epoch in range(EPOCHS))
            (inner / "metrics" / name).write_text(rows)
    (folder / "0" / "meta.yaml").write_text("name: Default\n")


LOGS: dict[str, tuple[Callable[[Path], None], int]] = {
    "CSV, 1M steps": (write(csv_rows, STEPS), REPEATS),
    "JSON lines, 1M steps": (write(json_rows, STEPS), REPEATS),
    "TensorBoard file, 1M scalars": (write_events, REPEATS),
    "CSV with quotes, 1M steps": (write(quoted_rows, STEPS), REPEATS),
    "CSV with a column of words, 1M steps": (write(noted_rows, STEPS), REPEATS),
    "nested JSON lines, 1M steps": (write(nested_rows, STEPS), REPEATS),
    "CSV, 1 GB": (write_bytes(csv_rows), 1),
    "JSON lines, 1 GB": (write_bytes(json_rows), 1),
    "10k CSV files": (make_csv_runs, 1),
    "10k TensorBoard runs": (make_event_runs, 1),
    "10k MLflow runs": (make_mlruns, 1),
}


def resident(which: str) -> int:
    """Bytes that this process has in memory ("VmRSS"), or had at most ("VmHWM").

    Not `ru_maxrss`: a process starts with that of the one that started it.
    """
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(which))
    return int(line.split()[1]) * 1024


def diagnose_here(path: Path) -> None:
    """What `rightrate diagnose PATH` does; the memory it took goes to standard error."""
    import rightrate.diagnosing
    import rightrate.report.diagnosed.terminal  # noqa: F401
    from rightrate.cli import main as rightrate_main

    before = resident("VmRSS")
    sys.argv = ["rightrate", "diagnose", str(path)]
    try:
        rightrate_main()
    finally:
        print(json.dumps(resident("VmHWM") - before), file=sys.stderr)


def measure(path: Path) -> dict[str, float]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--file", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    *said, memory = done.stderr.splitlines()
    if done.returncode not in (0, 3) or not memory.isdigit():
        raise SystemExit("\n".join([f"exit code {done.returncode}", *said, memory]))
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "processor": processor, "memory": int(memory)}


def size_of(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(os.path.getsize(Path(folder, name)) for folder, _, names in os.walk(path) for name in names)


def line_of(name: str, folder: Path) -> str:
    make, repeats = LOGS[name]
    path = folder / "log"
    make(path)
    runs = [measure(path) for _ in range(repeats)]
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    return (
        f"| {name} | {size_of(path) / 1e6:,.0f} MB | {middle['seconds']:.2f} | {middle['processor']:.2f} | "
        f"{middle['memory'] / 1e6:,.0f} MB |"
    )


@click.command(help=__doc__.split("\n", 1)[0])
@click.option("--only", default="", metavar="WORDS", help="Only the logs whose name has these words in it.")
@click.option("--file", type=click.Path(path_type=Path), hidden=True)
def main(only: str, file: Path | None) -> None:
    if file is not None:
        diagnose_here(file)
        return
    print("| log | size | seconds | of a processor | memory above imports |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name in LOGS:
        if only in name:
            with tempfile.TemporaryDirectory() as folder:
                print(line_of(name, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
