"""Which runs are found under a folder, and that nothing outside it ever is."""

from __future__ import annotations

import os
from pathlib import Path

from rightrate.live.folder import Scanner

from . import logs


def finished_run(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text("{}")
    (folder / "report.html").write_text("<p>report")


def test_searches_results_verdicts_and_watched_trainings_are_found(tmp_path: Path) -> None:
    logs.write(tmp_path / "runs/0001/search.jsonl", *logs.search())
    logs.write(tmp_path / "runs/0002/search.jsonl", *logs.search())
    finished_run(tmp_path / "runs/0002")
    finished_run(tmp_path / "old")
    (tmp_path / "verdict").mkdir()
    (tmp_path / "verdict/verdict.json").write_text("{}")
    (tmp_path / "verdict/report.html").write_text("<p>verdict")
    logs.write(tmp_path / "a/b/watch.jsonl", logs.watch())
    logs.write(tmp_path / "somebody_elses.jsonl", {"text": "a line of a data set, longer than the beginning of ours"})
    found = {run.name: (run.kind, run.report is not None) for run in Scanner(tmp_path).scan().runs}
    assert found == {
        "runs/0001": ("search", False),
        "runs/0002": ("search", True),
        "old": ("result", True),
        "verdict": ("verdict", True),
        "a/b/watch.jsonl": ("watch", False),
    }


def test_the_newest_comes_first(tmp_path: Path) -> None:
    for name, at in (("old", 100), ("new", 300), ("middle", 200)):
        os.utime(logs.write(tmp_path / f"{name}.jsonl", logs.watch()), (at, at))
    assert [run.name for run in Scanner(tmp_path).scan().runs] == ["new.jsonl", "middle.jsonl", "old.jsonl"]


def test_no_link_and_no_pipe_is_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    logs.write(outside / "run/search.jsonl", *logs.search())
    logs.write(outside / "watch.jsonl", logs.watch())
    inside.mkdir()
    (inside / "folder").symlink_to(outside)
    (inside / "watch.jsonl").symlink_to(outside / "watch.jsonl")
    (inside / "loop").symlink_to(inside)
    os.mkfifo(inside / "pipe.jsonl")
    assert Scanner(inside).scan().runs == ()


def test_a_log_that_begins_empty_is_found_once_it_says_what_it_is(tmp_path: Path) -> None:
    scanner = Scanner(tmp_path)
    (tmp_path / "watch.jsonl").write_bytes(b"")
    assert scanner.scan().runs == ()
    logs.append(tmp_path / "watch.jsonl", logs.watch())
    assert len(scanner.scan().runs) == 1


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    for i in range(12):
        logs.write(tmp_path / f"{i:02d}.jsonl", logs.watch())
    logs.write(tmp_path / "a/b/c/d/e/f/g/watch.jsonl", logs.watch())
    scanned = Scanner(tmp_path, most_runs=10, deepest=3).scan()
    assert len(scanned.runs) == 10
    assert scanned.notes == (
        "Folders more than 3 levels down were not looked at.",
        "12 runs are here; the 10 newest are shown.",
    )
    assert "not all were looked at" in Scanner(tmp_path, most_entries=5).scan().notes[0]


def test_folders_of_programs_and_hidden_ones_are_left_out(tmp_path: Path) -> None:
    for name in (".cache", "node_modules", "venv"):
        logs.write(tmp_path / name / "watch.jsonl", logs.watch())
    assert Scanner(tmp_path).scan().runs == ()


def test_a_file_that_is_written_anew_is_looked_at_anew(tmp_path: Path) -> None:
    scanner = Scanner(tmp_path)
    log = logs.write(tmp_path / "watch.jsonl", {"text": "a line of somebody else's, longer than the beginning"})
    assert scanner.scan().runs == ()
    logs.write(log, logs.watch())  # in place: the same file to the system
    os.utime(log, (1, 1))
    assert len(scanner.scan().runs) == 1


def test_a_folder_that_is_removed_is_lost_and_an_empty_one_is_not(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    root.mkdir()
    scanner = Scanner(root)
    assert not scanner.scan().is_lost
    root.rmdir()
    assert scanner.scan().is_lost
