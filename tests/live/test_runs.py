"""What is known of all runs under a folder, and how much is read for it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rightrate.live import runs as runs_of
from rightrate.live.runs import Runs

from . import logs


def read(runs: Runs, *, is_open: bool = False) -> None:
    runs._next_scan = 0.0  # the next look is due
    runs.scan()
    pending = list(runs.scanned.runs)
    while pending:
        pending = [run for run in pending if runs.advance(run, is_open=is_open)]


def test_of_a_long_log_the_list_reads_both_ends_and_the_page_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("WHOLE", 5000), ("BEGINNING", 1000), ("END", 1000)):
        monkeypatch.setattr(runs_of, name, size)
    lines = [{"step": step, "epoch": step, "val_loss": abs(step - 500) + 1.0} for step in range(1, 1001)]
    logs.write(tmp_path / "watch.jsonl", logs.watch(), *lines)
    runs = Runs(tmp_path.resolve())
    read(runs)
    (row,) = runs.listed(time.time())["runs"]
    assert row["best"] == "newest validation loss 501 at step 1,000"
    (run,) = runs.scanned.runs
    read(runs, is_open=True)
    assert "at its best 1 at step 500" in runs.page(run, time.time())["sentence"]
    assert runs.listed(time.time())["runs"][0]["best"] == "validation loss 1 at step 500"


def test_a_log_that_has_not_grown_is_not_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = logs.write(tmp_path / "watch.jsonl", logs.watch(), {"step": 1, "loss": 1.0})
    runs = Runs(tmp_path.resolve())
    read(runs)
    opened = []
    monkeypatch.setattr("rightrate.live.tail.open_regular", opened.append)
    read(runs)
    assert opened == []
    monkeypatch.undo()
    logs.append(path, {"step": 2, "loss": 0.5})
    read(runs)
    assert runs.listed(time.time())["runs"][0]["best"] == "training loss 0.5 at step 2"


def test_a_run_that_was_removed_leaves_the_list(tmp_path: Path) -> None:
    path = logs.write(tmp_path / "watch.jsonl", logs.watch())
    runs = Runs(tmp_path.resolve())
    read(runs)
    assert len(runs.listed(time.time())["runs"]) == 1
    path.unlink()
    read(runs)
    assert runs.listed(time.time())["sentence"].startswith("There are no runs here yet.")


def test_a_verdict_of_a_run_is_beside_its_report_not_a_run_of_its_own(tmp_path: Path) -> None:
    run = tmp_path / "0001"
    logs.write(run / "search.jsonl", *logs.search(), logs.finished())
    for folder, result in (
        (run, "result.json"),
        (run / "verdict", "verdict.json"),
        (tmp_path / "judged", "verdict.json"),
    ):
        folder.mkdir(exist_ok=True)
        (folder / result).write_text('{"outcome": "NOT_FIT"}')
        (folder / "report.html").write_text("<p>report")
    runs = Runs(tmp_path.resolve())
    read(runs)
    rows = {row["name"]: row for row in runs.listed(time.time())["runs"]}
    assert set(rows) == {"0001", "judged"}
    assert rows["judged"]["best"] == "NOT FIT"
    found = runs.run(rows["0001"]["id"])
    assert found is not None
    verdict = runs.run(runs.page(found, time.time())["verdict"])
    assert verdict is not None and runs.read_report(verdict) == b"<p>report"


def test_a_run_whose_log_was_not_read_yet_is_being_read_not_being_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far_on = [logs.looked(0.01, step, 0.5) for step in range(10, 90)]
    logs.write(tmp_path / "0001/search.jsonl", *logs.search("far on"), *far_on)
    logs.write(tmp_path / "watch.jsonl", logs.watch(), {"step": 1, "loss": 1.0})
    runs = Runs(tmp_path.resolve())
    runs.scan()
    rows = runs.listed(time.time())
    assert [(row["state"], row["what"], row["best"]) for row in rows["runs"]] == [
        ("being read", "watched", ""), ("being read", "search", "")
    ]  # fmt: skip
    assert rows["sentence"] == "2 runs; none is under way; 2 are being read."
    search = runs.run_named("0001")
    assert search is not None
    shown = runs.page(search, time.time())
    assert (shown["state"], shown["sentence"]) == ("being read", "Its log is being read.")
    # Of a long log the header alone is no reason to say that it is being prepared.
    header = logs.line(logs.search("far on")[0])
    monkeypatch.setattr(runs_of, "WHOLE", 1000)
    monkeypatch.setattr(runs_of, "BEGINNING", len(header) + 10)
    assert runs.advance(search, is_open=False)
    assert runs.listed(time.time())["runs"][1]["state"] == "being read"
    read(runs)
    assert {row["state"] for row in runs.listed(time.time())["runs"]} == {"running"}


def test_what_was_just_written_is_read_without_waiting_for_the_next_look_over_all(tmp_path: Path) -> None:
    path = logs.write(tmp_path / "search.jsonl", logs.search()[0])
    runs = Runs(tmp_path.resolve())
    read(runs)
    assert runs.listed(time.time())["runs"][0]["state"] == "being prepared"
    logs.append(path, *logs.search()[1:])
    (run,) = runs.scanned.runs
    runs.advance(run, is_open=False)  # a look over a slow folder comes later
    assert runs.listed(time.time())["runs"][0]["state"] == "running"
