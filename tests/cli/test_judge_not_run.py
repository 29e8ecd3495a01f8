"""`rightrate judge` that could not run: whatever was asked for says so, and nothing looks like a verdict."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(here: Path) -> Path:
    """A folder to work in, outside GitHub: a fit model, and one whose positive class nobody named."""
    (here / "worked.csv").write_text("y_true,y_pred\n" + "1,1\n0,0\n" * 40)
    (here / "trap.csv").write_text("y_true,score\n" + "fraud,0.1\nok,0.2\n" * 40)
    return here


ASKED = ("--json", "v.json", "--junit", "j.xml", "--markdown", "m.md", "--html", "r.html", "--out", "out")


@pytest.mark.parametrize(
    ("options", "code", "why"),
    [
        (("missing<b>.csv",), 2, "missing<b>.csv"),
        (("trap.csv",), 2, "'fraud' and 'ok'"),
        (("worked.csv", "--baseline", "v1.json"), 2, "v1.json"),
    ],
    ids=["no file", "no positive class", "no baseline"],
)
def test_whatever_was_asked_for_says_that_the_check_did_not_run(
    here: Path, run: Run, options: tuple[str, ...], code: int, why: str
) -> None:
    (here / "v.json").write_text('{"outcome": "FIT"}')  # of an earlier run: it must not stay
    assert run("judge", *options, *ASKED)[0] == code
    for folder, names in (
        (here, ASKED[1:8:2]),
        (here / "out", ("verdict.json", "junit.xml", "summary.md", "report.html")),
    ):
        told, tree = json.loads((folder / names[0]).read_text()), ElementTree.parse(folder / names[1])
        assert told["outcome"] == "COULD_NOT_RUN" and why in told["reason"] and told["exit_code"] == code
        error = tree.getroot().find(".//error")
        assert error is not None and why in error.get("message", "")
        plain = html.unescape((folder / names[2]).read_text().replace("\\", ""))
        assert plain.startswith("# COULD NOT RUN") and why in plain
        page = (folder / names[3]).read_text()
        assert "COULD NOT RUN" in page and why in html.unescape(page) and "<b>" not in page


def test_a_note_that_the_check_did_not_run_is_printed_where_json_was_to_be(here: Path, run: Run) -> None:
    code, out, err = run("judge", "missing.csv", "--json", "-")
    assert code == 2 and json.loads(out)["outcome"] == "COULD_NOT_RUN" and "missing.csv" in err


def test_such_a_note_is_no_verdict_and_does_not_stand_in_the_way_of_one(here: Path, run: Run) -> None:
    run("judge", "missing.csv", "--out", "out")
    code, _, err = run("compare", "out/verdict.json", "out/verdict.json")
    assert code == 2 and "could not be judged" in err and "missing.csv" in err
    assert run("judge", "worked.csv", "--out", "out", "--quiet")[0] == 0
    assert json.loads((here / "out" / "verdict.json").read_text())["outcome"] == "FIT"
    run("judge", "missing.csv", "--out", "out")  # never over a verdict
    assert json.loads((here / "out" / "verdict.json").read_text())["outcome"] == "FIT"


def test_one_file_that_cannot_be_written_does_not_keep_the_others_from_saying_so(here: Path, run: Run) -> None:
    code, _, err = run("judge", "worked.csv", "--markdown", "nowhere/m.md", "--json", "v.json", "--quiet")
    assert code == 4 and "nowhere/m.md" in err
    assert json.loads((here / "v.json").read_text())["exit_code"] == 4


def test_places_that_cannot_be_written_are_one_error_before_anything_is_judged(here: Path, run: Run) -> None:
    """Also where the predictions cannot be read: judging has not begun."""
    (here / "folder").mkdir()
    for file in ("worked.csv", "missing.csv"):
        code, out, err = run("judge", file, "--json", "folder", "--junit", "none/j.xml", "--markdown", "m.md")
        assert (code, out) == (4, "")
        assert err.count("\n") == 1 and "missing.csv" not in err, err
        assert "folder cannot be written: it is a folder" in err and "none/j.xml cannot be written" in err
        assert "COULD NOT RUN" in (here / "m.md").read_text()
    assert run("judge", "worked.csv", "--out", "new", "--junit", "new/more.xml", "--quiet")[0] == 0
    assert (here / "new" / "more.xml").is_file()


def test_a_step_summary_that_cannot_be_written_does_not_change_the_answer(
    here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "none" / "summary.md"))
    code, _, err = run("judge", "worked.csv", "--quiet")
    assert code == 0 and "Warning: the step summary" in err and "::notice title=rightrate%3A FIT" in err


def test_in_github_actions_a_check_that_did_not_run_is_an_error(
    here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "summary.md"))
    code, _, err = run("judge", "missing.csv")
    assert code == 2 and "::error title=rightrate%3A COULD NOT RUN::" in err
    assert (here / "summary.md").read_text().startswith("# COULD NOT RUN")


@pytest.mark.parametrize("wrong", [("--threshold", "abc"), ("--no-such-option",)], ids=["value", "option"])
def test_a_wrong_option_is_told_in_the_files_too(here: Path, run: Run, wrong: tuple[str, ...]) -> None:
    (here / "old.xml").write_text("<testsuite/>")
    assert run("judge", "worked.csv", *wrong, "--junit", "old.xml", "--json=v.json")[0] == 2
    assert ElementTree.parse(here / "old.xml").getroot().get("errors") == "1"
    assert json.loads((here / "v.json").read_text())["outcome"] == "COULD_NOT_RUN"


def test_a_wrong_option_overwrites_no_file_that_was_to_be_judged(here: Path, run: Run) -> None:
    before = (here / "worked.csv").read_text()
    assert run("judge", "worked.csv", "--threshold", "abc", "--json", "./worked.csv")[0] == 2
    assert (here / "worked.csv").read_text() == before
