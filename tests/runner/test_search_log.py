"""The log of a running search: what is in it, when it is there, and that it never ends the search."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from rightrate.runner import events
from rightrate.runner.search_log import search_log
from rightrate.search import Cost, Plan

PLAN = Plan("the frozen part is computed once", True, 0.2, "exact")
PLANNED = events.Planned((0.001, 0.01), 100, 1.5, PLAN)
LOOKED = events.Looked(0.001, 10, 100, {"val_loss": float("nan"), "val_accuracy": 0.5})
SHAPE = events.ShapeTrained(1, 2, "Hold the rate.", 100, {"val_loss": 0.5})
FINISHED = events.Finished(Cost(1.4, 1.5, 100, 3200, 12.0, PLAN), None, 0.001)


def progress(seconds: float = 1.0) -> events.Progress:
    return events.Progress(0.001, 20, 2, 2, 0.001, 0.5, 0.25, seconds, 0.4)


def lines(folder: Path) -> list[dict[str, Any]]:
    def no_constant(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    text = (folder / "search.jsonl").read_text()
    assert text.endswith("\n")
    return [json.loads(line, parse_constant=no_constant) for line in text.splitlines()]


def test_every_event_is_in_the_file_as_soon_as_it_was_told(tmp_path: Path) -> None:
    heard: list[events.Event] = []
    with search_log(tmp_path, title="t", objective="accuracy", listener=heard.append) as hear:
        (header,) = lines(tmp_path)
        assert (header["rightrate"], header["title"]) == ("search", "t")
        assert (header["objective"], header["larger_is_better"]) == ("val_accuracy", True)
        for event in (PLANNED, progress(), LOOKED, events.Left(0.01, "fell behind"), SHAPE, FINISHED):
            before = len(lines(tmp_path))
            hear(event)
            assert len(lines(tmp_path)) == before + 1
    assert heard[0] is PLANNED and len(heard) == 6
    assert [next(iter(line)) for line in lines(tmp_path)] == [
        "rightrate", "planned", "progress", "looked", "left", "shape", "finished",
    ]  # fmt: skip
    assert lines(tmp_path)[3]["values"] == {"val_loss": "NaN", "val_accuracy": 0.5}
    assert lines(tmp_path)[-1]["finished"] == 0.001


def test_a_thousand_events_of_progress_are_few_lines(tmp_path: Path) -> None:
    with search_log(tmp_path, title="t", objective="val_loss") as hear:
        hear(PLANNED)
        began = time.monotonic()
        for _ in range(1000):
            hear(progress())
        took = time.monotonic() - began
    assert len(lines(tmp_path)) - 2 <= 1 + took / 0.25


def test_a_search_that_fails_before_its_plan_leaves_no_log(tmp_path: Path) -> None:
    with pytest.raises(ValueError), search_log(tmp_path, title="t", objective="val_loss"):
        raise ValueError("no such column")
    assert list(tmp_path.iterdir()) == []


def test_a_search_that_fails_later_says_so(tmp_path: Path) -> None:
    with pytest.raises(MemoryError), search_log(tmp_path, title="t", objective="val_loss") as hear:
        hear(PLANNED)
        raise MemoryError
    assert lines(tmp_path)[-1] == {"failed": "MemoryError"}


def test_a_disk_that_is_full_is_said_once_and_the_search_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "search.jsonl").symlink_to("/dev/full")
    heard: list[events.Event] = []
    with search_log(tmp_path, title="t", objective="val_loss", say=said.append, listener=heard.append) as hear:
        hear(PLANNED)
        hear(LOOKED)
    assert heard == [PLANNED, LOOKED]
    assert len(said) == 1 and "No space left" in said[0] and "The search goes on" in said[0]


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "search.jsonl").mkdir()
    with search_log(tmp_path, title="t", objective="val_loss", say=said.append) as hear:
        hear(PLANNED)
    assert len(said) == 1
