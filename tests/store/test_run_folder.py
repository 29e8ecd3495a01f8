"""Run folders: numbered, never overwritten, never half-written."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from rightrate.errors import CannotRunError, UsageError
from rightrate.store import claim, new_run_folder, write_safely


def test_folders_are_numbered_and_never_reused(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    names = [new_run_folder(root).name for _ in range(3)]
    assert names == ["0001", "0002", "0003"]
    (root / "0002").rmdir()
    (root / "notes").mkdir()
    assert new_run_folder(root).name == "0004"


def test_a_folder_that_holds_anything_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(UsageError, match=r"not empty\. Nothing is overwritten"):
        claim(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "precious"


def test_a_file_is_refused_and_an_empty_folder_taken(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="Received a file"):
        claim(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    assert claim(tmp_path / "empty").is_dir()
    assert claim(tmp_path / "new" / "deep").is_dir()


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotRunError, match="--out"):
        new_run_folder(tmp_path / "file" / "runs")
    with pytest.raises(CannotRunError, match="--out"):
        claim(tmp_path / "file" / "deep")


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def half(path: Path) -> None:
        path.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CannotRunError, match=r"No space left on device.*MB are free"):
        write_safely(tmp_path / "model.keras", half)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_does_not_exist_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match=r"There is no folder .*nowhere: make it first") as caught:
        write_safely(tmp_path / "nowhere" / "page.html", lambda path: path.write_text("x"))
    assert "space" not in str(caught.value) and "  " not in str(caught.value)
    (tmp_path / "file").touch()
    with pytest.raises(CannotRunError, match="There is no folder"):
        write_safely(tmp_path / "file" / "page.html", lambda path: path.write_text("x"))


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    target.write_text("old")

    def interrupted(path: Path) -> None:
        path.write_text("new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_safely(target, interrupted)
    assert target.read_text() == "old" and len(list(tmp_path.iterdir())) == 1
