"""Time and memory of a full verdict against scikit-learn's own calls on the same arrays, and the start of the command.

    python benchmarks/judge_speed.py

Each line is the median of several runs, each in a process of its own; imports and the making of the data are done
before a clock starts. Both sides read the same Parquet file. Input is what the arrays weigh in memory; memory is the
most that was resident (Linux) less what was after imports. The start is also given as processor time, which other work
on the machine disturbs less.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

ROWS, CLASSES, CLASS_ROWS, RUNS = 1_000_000, 100, 100_000, 3
SMALL_ROWS, STARTS = 200, 10


def make_binary(path: Path) -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(ROWS) < 0.05).astype(np.int64)
    pd.DataFrame({"y_true": y, "score": 1 / (1 + np.exp(-rng.normal(-2 + 2.5 * y, 1)))}).to_parquet(path)


def make_classes(path: Path) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, CLASSES, CLASS_ROWS)
    logits = rng.normal(size=(CLASS_ROWS, CLASSES))
    logits[np.arange(CLASS_ROWS), y] += 4
    prob = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    columns = {f"prob_{i:02d}": prob[:, i] for i in range(CLASSES)}
    pd.DataFrame({"y_true": [f"{i:02d}" for i in y], **columns}).to_parquet(path)


def make_small(path: Path) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, SMALL_ROWS)
    pd.DataFrame({"y_true": y, "score": np.clip(rng.normal(0.3 + 0.4 * y, 0.2), 0, 1).round(4)}).to_csv(
        path, index=False
    )


def ours(path: Path) -> int:
    from rightrate.judge_files import JudgeFiles, judge_files

    verdict = judge_files(JudgeFiles(predictions=str(path)))
    return verdict.rows


def scikit_learn(path: Path) -> int:
    from sklearn.metrics import average_precision_score, classification_report, confusion_matrix, roc_auc_score

    frame = pd.read_parquet(path)
    y = frame.pop("y_true").to_numpy()
    prob = frame.to_numpy()
    if prob.shape[1] == 1:
        prob = prob[:, 0]
        answered = (prob >= 0.5).astype(np.int64)
        truth = y
    else:
        y = y.astype(np.int64)
        answered = prob.argmax(axis=1)
        truth = np.eye(CLASSES, dtype=np.int64)[y]
    classification_report(y, answered)
    confusion_matrix(y, answered)
    average_precision_score(truth, prob)
    roc_auc_score(truth, prob)
    return len(y)


SIDES: dict[str, Callable[[Path], int]] = {"rightrate": ours, "scikit-learn": scikit_learn}


def input_bytes(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_table(path).nbytes)


def run_here(side: str, path: Path) -> dict[str, Any]:
    """One run in this process; imports first."""
    import sklearn.metrics  # noqa: F401

    import rightrate.judge_files  # noqa: F401

    before = resident("VmRSS")
    started = time.perf_counter()
    rows = SIDES[side](path)
    seconds = time.perf_counter() - started
    return {"rows": rows, "seconds": seconds, "memory": resident("VmHWM") - before}


def resident(which: str) -> int:
    """Bytes that this process has in memory ("VmRSS"), or had at most ("VmHWM").

    Not `ru_maxrss`: a process starts with that of the one that started it, so that a parent which has just made the
    data hides what its children use.
    """
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(which))
    return int(line.split()[1]) * 1024


def measure(side: str, path: Path) -> dict[str, Any]:
    runs = []
    for _ in range(RUNS):
        command = [sys.executable, __file__, "--side", side, "--file", str(path)]
        runs.append(json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))
    return {name: statistics.median(run[name] for run in runs) for name in ("seconds", "memory")}


def start_seconds(path: Path) -> tuple[float, float]:
    """Median time of `rightrate judge` on a small CSV as a whole process, and mean processor time of one."""
    times, before = [], resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(STARTS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "rightrate", "judge", str(path)], stdout=subprocess.DEVNULL, check=False)
        times.append(time.perf_counter() - started)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return statistics.median(times), processor / STARTS


@click.command(help=__doc__.split("\n", 1)[0])
@click.option("--side", type=click.Choice(list(SIDES)), hidden=True)
@click.option("--file", type=click.Path(path_type=Path), hidden=True)
def main(side: str | None, file: Path | None) -> None:
    if side is not None and file is not None:
        print(json.dumps(run_here(side, file)))
        return
    with tempfile.TemporaryDirectory() as folder:
        places = {
            f"{ROWS:,} binary rows": (Path(folder, "binary.parquet"), make_binary),
            f"{CLASSES} classes x {CLASS_ROWS:,} rows": (Path(folder, "classes.parquet"), make_classes),
        }
        print("| data | input | scikit-learn | rightrate | ratio | memory: scikit-learn / input | rightrate / input |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
        for name, (path, make) in places.items():
            make(path)
            size = input_bytes(path)
            found = {side: measure(side, path) for side in SIDES}
            a, b = found["scikit-learn"], found["rightrate"]
            print(
                f"| {name} | {size / 2**20:.0f} MiB | {a['seconds']:.2f} s | {b['seconds']:.2f} s | "
                f"{b['seconds'] / a['seconds']:.2f} | {a['memory'] / size:.1f} | {b['memory'] / size:.1f} |"
            )
        small = Path(folder, "small.csv")
        make_small(small)
        seconds, processor = start_seconds(small)
        print(
            f"\n`rightrate judge` on {SMALL_ROWS} rows of CSV, whole process: {seconds:.2f} s "
            f"({processor:.2f} s of a processor)"
        )


if __name__ == "__main__":
    main()
