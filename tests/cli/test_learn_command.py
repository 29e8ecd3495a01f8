"""`rightrate learn` as a person uses it."""

from __future__ import annotations

import subprocess
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]


def test_the_page_is_written_and_no_browser_is_opened_where_none_is_wanted(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    out = tmp_path / "my lesson.html"
    code, said, err = run("learn", "--no-browser", "--out", out)
    assert (code, err, opened) == (0, "", []) and str(out) in said
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    code, said, _ = run("learn", "--out", out)
    assert code == 0 and opened == [out.resolve().as_uri()]


def test_where_no_browser_can_be_opened_it_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    code, said, _ = run("learn", "--out", tmp_path / "a.html")
    assert code == 0 and "No browser could be opened here" in said


def test_a_folder_that_is_no_run_is_wrong_usage_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.html"
    code, said, err = run("learn", tmp_path, "--no-browser", "--out", out)
    assert (code, said) == (2, "") and "holds no result.json, so it is no run" in err and "Traceback" not in err
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    code, _, err = run("learn", "--no-browser", "--out", tmp_path)
    assert code == 4 and "it is a folder. Name a file" in err
    code, _, err = run("learn", "--no-browser", "--out", tmp_path / "none" / "a.html")
    assert code == 4 and "cannot be written" in err


def test_help_has_examples(run: Run) -> None:
    code, said, _ = run("learn", "--help")
    assert code == 0 and "rightrate learn runs/0001" in said and "--no-browser" in said


def test_the_lesson_needs_no_tensorflow(tmp_path: Path) -> None:
    code = (
        "import sys; from rightrate.learning import write_lesson; write_lesson('a.html'); "
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
