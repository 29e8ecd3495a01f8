"""`rightrate compare` as a person or a pipeline uses it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.counted import WORKED, csv_of

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(here: Path) -> Path:
    """A folder to work in, without a project's policy and outside GitHub."""
    csv_of(here / "worked.csv", WORKED)
    return here


def test_compare_says_what_changed_and_what_is_proven(here: Path, run: Run) -> None:
    csv_of(here / "old.csv", (("1", "1", 40), ("1", "0", 60), ("0", "1", 10), ("0", "0", 90)))
    run("judge", "old.csv", "--json", "old.json", "--quiet")
    run("judge", "worked.csv", "--json", "new.json", "--quiet")
    code, out, _ = run("compare", "old.json", "new.json", "--out", "comment.md")
    assert code == 0 and out.startswith("## NOT FIT → FIT")
    assert any("recall of '1'" in line and "better, proven" in line for line in out.splitlines())
    assert (here / "comment.md").read_text().strip() == out.strip()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", "JSON"),
        ("[]", "verdict"),
        ('{"format": "rightrate-result"}', "verdict"),
        ('{"format": "rightrate-verdict", "format_version": 99}', "99"),
    ],
)
def test_compare_refuses_what_is_no_verdict(here: Path, run: Run, content: str, text: str) -> None:
    (here / "a.json").write_text(content)
    code, out, err = run("compare", "a.json", "a.json")
    assert (code, out) == (2, "") and text in err and "a.json" in err


def test_verdicts_of_two_tasks_are_not_compared(here: Path, run: Run) -> None:
    (here / "numbers.csv").write_text("y_true,y_pred\n" + "1.5,1.4\n2.5,2.7\n" * 30)
    run("judge", "numbers.csv", "--json", "numbers.json", "--quiet")
    run("judge", "worked.csv", "--json", "classes.json", "--quiet")
    code, out, err = run("compare", "numbers.json", "classes.json")
    assert (code, out) == (2, "") and "'numbers.json' judges a regression task and 'classes.json' a binary" in err


def test_names_are_plain(here: Path, run: Run) -> None:
    csv_of(here / "names.csv", (("my_cat", "my_cat", 40), ("a_dog", "a_dog", 40), ("a_dog", "my_cat", 9)))
    run("judge", "names.csv", "--json", "a.json", "--quiet")
    _, out, _ = run("compare", "a.json", "a.json")
    assert "| balanced accuracy |" in out and "| recall of 'a_dog' |" in out and "\\" not in out


def test_chance_alone_changes_nothing_however_many_figures_are_compared(here: Path, run: Run) -> None:
    """Ten pairs of one model on fresh rows, some 40 figures each: uncorrected, most pairs would have a proven one."""
    rng = np.random.default_rng(0)
    names = np.array([f"c{i:02d}" for i in range(12)])
    found = 0
    for pair in range(10):
        for side in ("old", "new"):
            true = rng.integers(0, 12, 600)
            said = np.where(rng.random(600) < 0.7, true, rng.integers(0, 12, 600))
            csv_of(here / f"{side}.csv", tuple((names[t], names[s], 1) for t, s in zip(true, said, strict=True)))
            run("judge", f"{side}.csv", "--resamples", "200", "--json", f"{side}{pair}.json", "--quiet")
        _, out, _ = run("compare", f"old{pair}.json", f"new{pair}.json")
        told = re.search(r"(\d+) of (\d+) figures changed beyond chance \(Holm", out)
        assert told is not None and int(told[2]) > 30
        found += int(told[1]) > 0
    assert found <= 1


@pytest.mark.parametrize("option", ["--out", "--html"])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(here: Path, run: Run, option: str) -> None:
    code, out, err = run("compare", "nothing.json", "nothing.json", option, "no_folder/changes.html")
    assert (code, out) == (4, "") and "there is no folder no_folder" in err
