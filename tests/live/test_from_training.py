"""The live view started from a training: it outlives it, tells how it ended, and is never what ends it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest

from rightrate.runner.live_view import start_live_view

MODEL = """
import keras, numpy as np
def build():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x = rng.normal(size=(160, 4)).astype("float32")
    y = (x[:, 0] > 0).astype(int)
    return model, (x[:96], y[:96]), (x[96:], y[96:])
"""


def servers(folder: Path) -> list[int]:
    """The processes that serve this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"live" in words and any(word.startswith(bytes(folder)) for word in words):
            found.append(int(process.parent.name))
    return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "train.py").write_text(MODEL)
    yield tmp_path
    for pid in servers(tmp_path):
        os.kill(pid, signal.SIGKILL)


def address_in(text: str) -> str:
    found = re.search(r"Live view: (http://127\.0\.0\.1:\d+/\S+/)", text)
    assert found, text
    return found[1]


def page(address: str) -> str:
    with urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())


def test_tune_live_prints_an_address_that_shows_the_report_after_its_end(place: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "rightrate",
        "tune",
        "train:build",
        "--epochs",
        "2",
        "--live",
        "--out",
        "run",
        "--json",
    ]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("{")  # the JSON alone
    address = address_in(done.stderr)
    shown = page(address)
    assert "The chosen learning rate is" in shown and "Search: train:build, run" in shown
    found = re.search(r'href="(/\S+/report)"', shown)
    assert found
    origin = "/".join(address.split("/")[:3])
    assert page(origin + found[1]) == (place / "run/report.html").read_text()
    assert len(servers(place)) == 1


def test_a_training_that_is_killed_leaves_its_view_which_says_so(place: Path) -> None:
    script = """
import os, signal
import rightrate as rr
from rightrate.runner import events
from train import build
def dies(event):
    if isinstance(event, events.Looked) and event.step > 3:
        os.kill(os.getpid(), signal.SIGKILL)
model, train, validation = build()
rr.tune(model, train, validation, epochs=4, live=True, on_event=dies)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=place, capture_output=True, text=True, timeout=600)
    assert done.returncode == -signal.SIGKILL, done.stderr
    address = address_in(done.stdout)
    assert (place / "runs/0001/search.jsonl").exists()  # without `out`, a numbered folder
    deadline = time.monotonic() + 60
    while "its process is gone" not in (shown := page(address)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "The search ended without saying so: its process is gone." in shown
    assert "stopped unexpectedly" in shown and "still raced" in shown


@pytest.mark.parametrize("executable", ["/nothing/here", "/bin/false", ""])
def test_a_view_that_cannot_start_is_said_in_one_line(tmp_path: Path, monkeypatch, executable: str) -> None:
    said: list[str] = []
    monkeypatch.setattr(sys, "executable", executable)
    start_live_view(tmp_path, said.append)
    assert len(said) == 1 and said[0].startswith("No live view: ") and said[0].endswith("The training goes on.")
    assert "\n" not in said[0]


def test_a_watch_s_log_is_shown_as_it_is(tmp_path: Path) -> None:
    import keras

    import rightrate as rr
    from rightrate.live import watch_view
    from rightrate.live.runs import Runs

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    model.fit(
        x,
        x[:, 0],
        validation_data=(x, x[:, 0]),
        epochs=3,
        verbose=0,
        callbacks=[rr.Watch(log=tmp_path / "w.jsonl", quiet=True)],
    )
    runs = Runs(tmp_path)
    runs.scan()
    (run,) = runs.scanned.runs
    assert not runs.advance(run, is_open=True)
    shown = runs.page(run, time.time())
    assert shown["status"] == "finished" and shown["sentence"].startswith(
        "The training has ended at step 6; training loss "
    )
    assert {chart["id"] for chart in shown["charts"]} == {"losses", "rate"}
    assert watch_view.MOST_POINTS >= len(shown["charts"][0]["lines"][0]["x"]) == 6
