"""Lines of logs, as searches and watches write them, and folders of runs."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

from rightrate.runner.writer import writer

ELSEWHERE = {"pid": 1, "host": "another-machine", "started": 1.0}


def line(record: dict[str, Any]) -> bytes:
    return json.dumps(record).encode() + b"\n"


def write(path: Path, *records: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(line, records)))
    return path


def append(path: Path, *records: dict[str, Any]) -> None:
    with path.open("ab") as file:
        file.write(b"".join(map(line, records)))


def gone() -> dict[str, Any]:
    """A writer on this machine whose process is no more."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return {"pid": child, "host": socket.gethostname(), "started": 1.0}


def search(title: str = "small", *, who: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """A search under way: three rates, of which one has left."""
    head = {"rightrate": "search", "version": 1, "rightrate_version": "0", "title": title}
    head |= {"objective": "val_loss", "larger_is_better": False, **(who or writer())}
    return [
        head,
        {"planned": [0.001, 0.01, 0.1], "total_steps": 100, "full_trainings": 1.5, "plan": "nothing is reused"},
        looked(0.001, 10, 0.9),
        looked(0.01, 10, 0.5),
        looked(0.1, 10, float("inf")),
        {"left": 0.1, "why": "diverged at step 10: the loss became infinite"},
        progress(0.01, 0.5, 0.25),
    ]


def looked(rate: float, step: int, loss: float) -> dict[str, Any]:
    value: Any = loss if loss < float("inf") else "Infinity"
    return {"looked": rate, "step": step, "total_steps": 100, "values": {"val_loss": value, "val_accuracy": 0.5}}


def progress(best: float, value: float, done: float) -> dict[str, Any]:
    return {
        "progress": done, "learning_rate": best, "step": 20, "alive": 2, "tried": 3, "best_rate": best,
        "best_value": value, "spent": 0.4, "seconds": 10.0,
    }  # fmt: skip


def finished(rate: float | None = 0.01) -> dict[str, Any]:
    return {"finished": rate, "unfinished": None, "full_trainings": 1.4, "seconds": 30.0}


def watch(*, who: dict[str, Any] | None = None, planned: int | None = 100, **more: Any) -> dict[str, Any]:
    setting = {"optimizer": "Adam"} | ({"planned": planned} if planned else {})
    return {"rightrate": "watch", "version": 1, "training": "training", "steps_per_epoch": 10, "setting": setting,
            **(who or writer()), **more}  # fmt: skip


def finding(code: str, step: int, *, withdrawn: bool = False, title: str = "The loss turned.") -> dict[str, Any]:
    said = {"finding": code, "at_step": step, "severity": "warning", "title": title, "advice": "Stop there."}
    return {**said, "withdrawn": True} if withdrawn else said
