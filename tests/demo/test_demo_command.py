"""`rightrate demo`, from the command to the lesson: one real run for all tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Run the demo twice in a folder without network settings; returns the folder and the first run."""
    place = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "COLUMNS": "200"}
    runs = [
        subprocess.run(
            [sys.executable, "-m", "rightrate", "demo"], cwd=place, capture_output=True, text=True, env=environment
        )
        for _ in range(2)
    ]
    assert all(run.returncode == 0 for run in runs), runs[0].stderr
    return place, runs[0]


def result(place: Path, number: str = "0001") -> dict:
    return json.loads((place / "runs" / number / "result.json").read_text())


def test_it_can_be_repeated_and_finds_the_same(demo: tuple[Path, object]) -> None:
    place, _ = demo
    one, two = result(place, "0001"), result(place, "0002")
    assert one["learning_rate"] == two["learning_rate"] and one["interval"] == two["interval"]
    assert [t["evaluations"] for t in one["trials"]] == [t["evaluations"] for t in two["trials"]]


def test_who_looks_on_sees_its_search(demo: tuple[Path, object]) -> None:
    lines = [json.loads(line) for line in (demo[0] / "runs/0001/search.jsonl").read_text().splitlines()]
    found = result(demo[0])
    assert (lines[0]["rightrate"], lines[0]["title"]) == ("search", "rare digit")
    assert {line["looked"] for line in lines if "looked" in line} == {t["learning_rate"] for t in found["trials"]}
    assert lines[-1]["finished"] == found["learning_rate"]


def test_low_rates_are_an_accuracy_trap(demo: tuple[Path, object]) -> None:
    low = result(demo[0])["trials"][0]
    assert low["scores"]["accuracy"] > 0.94 and low["scores"]["recall"] == 0
    assert low["scores"]["precision"] is None
    assert low["role"] == "too low"


def test_the_chosen_rate_lies_in_the_sweet_spot(demo: tuple[Path, object]) -> None:
    found = result(demo[0])
    scores = found["trials"][found["chosen"]]["scores"]
    assert scores["precision"] >= 0.8 and scores["recall"] >= 0.8
    assert 1e-4 < found["learning_rate"] < 1e-1


def test_high_rates_are_worse_or_diverge(demo: tuple[Path, object]) -> None:
    found = result(demo[0])
    assert found["trials"][-1]["ended"] == "diverged"
    chosen, high = found["trials"][found["chosen"]], found["trials"][-2]
    last = [t["evaluations"][-1]["values"]["val_loss"] for t in (chosen, high)]
    assert last[1] > 10 * last[0]


def test_the_lesson_is_told_with_the_runs_own_numbers(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    text = demo[1].stdout
    for part in ("Too low:", "The accuracy trap:", "The sweet spot:", "Too high:", "Far too high:"):
        assert part in text
    assert "0 of 34 rare digits" in text
    assert "report.html" in text and "runs/0001" in text
