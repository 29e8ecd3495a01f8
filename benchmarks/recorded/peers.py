"""What other packages say of the recorded trainings, a line for each training and peer."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from recorded.peers_adapters import PEERS
from recorded.peers_baselines import BASELINES
from recorded.peers_words import place
from recorded.scoring import by_steps
from recorded.truth import Recorded

FILE = Path(__file__).resolve().parent.parent / "results" / "diagnosis_peers.jsonl.gz"
FOLDER = Path(__file__).resolve().parent.parent
BATCH = 100  # trainings a process
SECONDS_A_BATCH = 600.0
SAID = 200  # characters kept of what a peer said

Line = dict[str, Any]


def run(recorded: Sequence[Recorded], python: Path, tell: Callable[[str], None], file: Path = FILE) -> list[Line]:
    """Ask every peer about every training that it was not asked about yet; returns all lines.

    Args:
        recorded: the trainings.
        python: the interpreter of the environment that has the peers of requirements-peers.txt.
        tell: told of each finished peer.
        file: lines are added to it, a batch at a time. Delete it to have all asked again.

    Raises:
        RuntimeError: a peer is not installed there. One that fails on a training is counted as failed, and as having
            said nothing.
    """
    lines = read(file)
    asked = {_key(line) for line in lines}
    for name, form in _jobs():
        left = [one for one in recorded if (one.sweep, one.rate, one.seed, name, form) not in asked]
        answers = _baseline(name, left) if name in BASELINES else _peer(name, form, left, python)
        for batch in answers:
            with gzip.open(file, "at", encoding="utf-8") as out:
                out.writelines(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in batch)
            lines += batch
        if left:
            tell(f"{name}, by {form}: {len(left)} trainings")
    return lines


def read(file: Path = FILE) -> list[Line]:
    """The lines there are."""
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _key(line: Line) -> tuple[str, float, int, str, str]:
    return line["sweep"], line["rate"], line["seed"], line["peer"], line["form"]


def _jobs() -> Iterator[tuple[str, str]]:
    for name in (*BASELINES, *PEERS):
        yield name, "epochs"
    for name, peer in PEERS.items():
        if peer.by_steps:
            yield name, "steps"


def _baseline(name: str, recorded: Sequence[Recorded]) -> Iterator[list[Line]]:
    yield [
        {**_line(one, name, "epochs"), "version": "", "answer": answer, "said": "", "loud": answer != "right"}
        for one in recorded
        for answer in [BASELINES[name](one.curves["val_loss"])]
    ]


def _peer(name: str, form: str, recorded: Sequence[Recorded], python: Path) -> Iterator[list[Line]]:
    for start in range(0, len(recorded), BATCH):
        batch = recorded[start : start + BATCH]
        answers = _ask(name, [_log(one, form) for one in batch], python)
        yield [_answered(one, name, form, answer) for one, answer in zip(batch, answers, strict=True)]


def _ask(name: str, logs: Sequence[Line], python: Path) -> list[Line]:
    """One answer a log. Those after the point where the process ended, or ran out of time, have `failed`."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "PYTHONPATH": str(FOLDER), "OMP_NUM_THREADS": "1"}
        asked = "".join(json.dumps(log) + "\n" for log in logs)
        try:
            done = subprocess.run(
                [python, "-m", "recorded.peers_worker", name], input=asked, cwd=home, env=environment, text=True,
                capture_output=True, timeout=SECONDS_A_BATCH,
            )  # fmt: skip
            printed, reason = done.stdout, f"the process ended with {done.returncode}: {done.stderr[-SAID:]}"
        except subprocess.TimeoutExpired as error:
            printed = error.stdout.decode() if isinstance(error.stdout, bytes) else error.stdout or ""
            reason = f"no answer within {SECONDS_A_BATCH:.0f} s"
    answers = [json.loads(line) for line in printed.splitlines()]
    if not answers:
        raise RuntimeError(f"{name} answered nothing: {reason}. Is it installed for {python}?")
    return answers + [{"said": [], "failed": reason, "version": answers[0]["version"]}] * (len(logs) - len(answers))


def _log(one: Recorded, form: str) -> Line:
    """What `recorded.peers_logs.Log` takes."""
    epochs = {name: values.tolist() for name, values in one.curves.items() if name != "batch_loss"}
    rates = by_steps(one).curves["learning_rate"].values.tolist()
    losses = one.curves["batch_loss"].tolist()
    classes = one.settings["classes"]
    return {"epochs": epochs, "losses": losses, "rates": rates, "classes": classes, "by_steps": form == "steps"}


def _answered(one: Recorded, name: str, form: str, answer: Line) -> Line:
    texts = list(dict.fromkeys(words for _, words in answer["said"]))
    line = {
        **_line(one, name, form),
        "version": answer["version"],
        "answer": place(texts, PEERS[name].gives_advice),
        "said": " | ".join(texts)[:SAID],
        "loud": any(level != "info" for level, _ in answer["said"]),
    }
    return {**line, "failed": answer["failed"][:SAID]} if "failed" in answer else line


def _line(one: Recorded, name: str, form: str) -> Line:
    return {"sweep": one.sweep, "rate": one.rate, "seed": one.seed, "peer": name, "form": form}
