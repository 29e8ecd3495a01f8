"""`rightrate judge` as a person or a pipeline uses them: text, files, exit codes."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.cli.counted import WORKED, Counts, csv_of

Run = Callable[..., tuple[int, str, str]]
TRAP: Counts = (("fraud", "fraud", 3), ("fraud", "ok", 22), ("ok", "fraud", 3), ("ok", "ok", 1222))


@pytest.fixture
def here(here: Path) -> Path:
    """A folder to work in, without a project's policy and outside GitHub."""
    csv_of(here / "worked.csv", WORKED)
    csv_of(here / "trap.csv", TRAP)
    return here


def test_the_worked_example_is_fit_by_its_values(here: Path, run: Run) -> None:
    code, out, _ = run("judge", "worked.csv", "--json", "-")
    told = json.loads(out)
    assert code == 0 and told["outcome"] == "FIT"
    assert told["per_class"]["1"]["precision"]["value"] == pytest.approx(85 / 95)
    assert told["per_class"]["1"]["recall"]["value"] == pytest.approx(85 / 100)
    assert told["per_class"]["1"]["f1"]["value"] == pytest.approx(34 / 39)
    assert told["metrics"]["accuracy"]["value"] == pytest.approx(175 / 200)
    assert told["confusion"] == [[90, 10], [15, 85]]


def test_by_intervals_the_worked_example_has_not_enough_evidence(here: Path, run: Run) -> None:
    code, out, _ = run("judge", "worked.csv", "--evidence", "interval")
    assert code == 3 and out.startswith("NOT ENOUGH EVIDENCE")


def test_the_trap_is_named_first_with_its_figures(here: Path, run: Run) -> None:
    code, out, _ = run("judge", "trap.csv", "--positive", "fraud")
    first = " ".join(out.split("Criteria")[0].split())
    assert code == 1 and first.startswith("NOT FIT")
    for text in ("Accuracy 98.0 %", "always answering 'ok' also scores 98.0 %", "3 of 25", "12 %", "4 to 30 %"):
        assert text in first


def test_with_two_names_and_no_positive_both_must_clear_the_bars(here: Path, run: Run) -> None:
    """By the last name of the alphabet the trap's model is one that finds 'ok': it would look fit."""
    code, out, _ = run("judge", "trap.csv")
    first = " ".join(out.split("Criteria")[0].split())
    assert code == 1 and "it finds 3 of 25 'fraud', 12 %" in first
    csv_of(here / "columns.csv", (("fraud,0.1,0.9", "", 30), ("ok,0.1,0.9", "", 30)), "y_true,prob_fraud,prob_ok,x")
    code, out, _ = run("judge", "columns.csv", "--json", "-")
    judged = {criterion["class"] for criterion in json.loads(out)["criteria"]}
    assert code == 1 and judged == {"fraud", "ok"}


def test_which_of_two_names_a_lone_score_is_about_is_asked_and_never_guessed(here: Path, run: Run) -> None:
    csv_of(here / "score.csv", (("fraud", "0.9", 30), ("ok", "0.1", 30)), "y_true,score")
    code, out, err = run("judge", "score.csv")
    assert (code, out) == (2, "") and "'fraud' and 'ok'" in err and "--positive" in err
    csv_of(here / "names.csv", (("No", "0.9", 1), ("yes", "0.9", 39), ("No", "0.1", 40)), "y_true,score")
    code, out, _ = run("judge", "names.csv", "--json", "-")
    told = json.loads(out)
    assert code == 0 and told["positive"] == "yes" and told["per_class"]["yes"]["recall"]["value"] == 1.0
    assert any("'yes'" in finding["title"] for finding in told["findings"])


def test_the_threshold_holds_for_the_probabilities_of_a_baseline_too(here: Path, run: Run) -> None:
    rows = (("1", "0.6", 40), ("0", "0.4", 60))
    csv_of(here / "new.csv", rows, "y_true,score")
    csv_of(here / "answers.csv", (("1", "1", 39), ("1", "0", 1), ("0", "0", 60)))
    for threshold, baseline, fixes in (("0.5", "new.csv", 0), ("0.3", "new.csv", 0), ("0.5", "answers.csv", 1)):
        _, out, _ = run("judge", "new.csv", "--threshold", threshold, "--baseline", baseline, "--json", "-")
        told = json.loads(out)["comparison"]
        assert (told["fixes"], told["breaks"]) == (fixes, 0), (threshold, baseline)


def test_several_labels_have_a_column_each(here: Path, run: Run) -> None:
    rng = np.random.default_rng(0)
    true = rng.random((200, 2)) < 0.5
    prob = np.clip(0.2 + 0.6 * true + rng.normal(0, 0.05, true.shape), 0, 1)
    rows = (f"{a:d},{q:.3f},{b:d},{p:.3f}" for (a, b), (p, q) in zip(true, prob, strict=True))
    (here / "tags.csv").write_text("\n".join(["true_red,prob_blue,true_blue,prob_red", *rows]))
    code, out, _ = run("judge", "tags.csv", "--json", "-")
    told = json.loads(out)
    assert (code, told["task"], told["class_names"]) == (0, "multilabel", ["red", "blue"])
    assert told["per_class"]["blue"]["recall"]["value"] == 1.0
    named = run("judge", "tags.csv", "--true", "true_red,true_blue", "--prob", "prob_red,prob_blue", "--json", "-")[1]
    assert json.loads(named)["metrics"] == told["metrics"]


@pytest.mark.parametrize(("choice", "code"), [("fail", 1), ("warn", 3), ("pass", 0)])
def test_the_exit_code_without_enough_evidence_is_chosen(here: Path, run: Run, choice: str, code: int) -> None:
    csv_of(here / "three.csv", (("1", "1", 2), ("0", "0", 1)))
    found, out, _ = run("judge", "three.csv", "--on-inconclusive", choice)
    assert found == code and out.startswith("NOT ENOUGH EVIDENCE")


def test_every_file_is_written_for_a_model_that_is_not_fit(here: Path, run: Run) -> None:
    code, _, _ = run("judge", "trap.csv", "--positive", "fraud", "--out", "verdict", "--junit", "j.xml", "--json", "v.json",
                     "--markdown", "m.md", "--html", "r.html", "--quiet")  # fmt: skip
    assert code == 1
    assert {p.name for p in (here / "verdict").iterdir()} == {
        "verdict.json", "report.html", "summary.md", "junit.xml", "operating_point.json",
    }  # fmt: skip
    assert json.loads((here / "v.json").read_text())["outcome"] == "NOT_FIT"
    assert ElementTree.parse(here / "j.xml").getroot().find(".//failure") is not None
    assert "98.0 %" in (here / "m.md").read_text() and "98.0 %" in (here / "r.html").read_text()


def test_the_operating_point_is_what_was_judged(here: Path, run: Run) -> None:
    rng = np.random.default_rng(0)
    y = np.arange(600) % 2
    scores = np.clip(rng.normal(0.3 + 0.4 * y, 0.12), 0, 1)
    csv_of(here / "scores.csv", tuple((str(a), f"{b:.4f}", 1) for a, b in zip(y, scores, strict=True)), "label,score")
    run("judge", "scores.csv", "--threshold", "0.4", "--prevalence", "0.1", "--out", "out", "--quiet")
    told = json.loads((here / "out" / "operating_point.json").read_text())
    assert (told["threshold"], told["class_names"], told["positive"]) == (0.4, ["0", "1"], "1")
    assert told["prevalence"] == 0.1
    assert any("F1" in other["goal"] for other in told["alternatives"])


def test_a_folder_that_holds_something_is_never_written_to(here: Path, run: Run) -> None:
    (here / "full").mkdir()
    (here / "full" / "mine.txt").write_text("mine")
    code, _, err = run("judge", "worked.csv", "--out", "full")
    assert code == 2 and "not empty" in err and [p.name for p in (here / "full").iterdir()] == ["mine.txt"]


def test_the_projects_policy_counts_and_is_said(here: Path, run: Run) -> None:
    (here / "pyproject.toml").write_text(
        "[tool.rightrate]\ngood = 0.7\n[[tool.rightrate.require]]\nmetric = 'recall'\nclass = '1'\nmin = 0.9\n"
        "reason = 'a miss costs 500'\n"
    )
    code, out, err = run("judge", "worked.csv")
    assert code == 1 and "[tool.rightrate]" in err
    assert "a miss costs 500" in " ".join(out.split())


def test_a_waiver_holds_until_it_expires(here: Path, run: Run) -> None:
    policy = "[[require]]\nmetric = 'recall'\nclass = '1'\nmin = 0.95\n[[waive]]\ncode = 'RR303'\nreason = 'retired'\n"
    for day, code in (("2999-01-01", 0), ("2001-01-01", 1)):
        (here / "policy.toml").write_text(policy + f"expires = {day}\n")
        found, out, _ = run("judge", "worked.csv", "--policy", "policy.toml")
        assert found == code, out
    (here / "policy.toml").write_text(policy + "expires = 2999-01-01\n")
    assert "retired" in run("judge", "worked.csv", "--policy", "policy.toml")[1]


def test_two_models_are_compared_row_by_row(here: Path, run: Run) -> None:
    csv_of(here / "old.csv", (("1", "0", 85), ("1", "0", 15), ("0", "1", 10), ("0", "0", 90)))
    code, out, _ = run("judge", "worked.csv", "--baseline", "old.csv")
    assert code == 0 and "fixes 85, breaks 0" in " ".join(out.split())


def test_in_github_actions_a_summary_and_annotations_are_written(
    here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "summary.md"))
    (here / "summary.md").write_text("# Before\n")
    code, out, err = run("judge", "trap.csv", "--positive", "fraud", "--json", "-")
    assert code == 1 and json.loads(out)
    text = (here / "summary.md").read_text()
    assert text.startswith("# Before\n") and "98.0 %" in text and len(text.encode()) < 60_000
    assert 1 <= sum(line.startswith("::") for line in err.splitlines()) <= 10


def test_judging_a_file_loads_no_tensorflow(here: Path) -> None:
    code = (
        "import sys; from rightrate.cli.main import _run; _run(['judge', 'worked.csv', '--quiet']); "
        "print([name for name in ('tensorflow', 'keras', 'altair') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=here)
    assert done.stdout.strip() == "[]", done.stderr


def test_names_are_shown_and_never_run(here: Path, run: Run) -> None:
    nasty = ["<script>alert(1)</script>", '=HYPERLINK("x")']
    lines = ["y_true,y_pred"] + [f'"{a.replace(chr(34), chr(34) * 2)}",' * 2 for a in nasty for _ in range(20)]
    (here / "nasty.csv").write_text("\n".join(line.rstrip(",") for line in lines))
    code, _, err = run("judge", "nasty.csv", "--positive", nasty[0], "--out", "out", "--quiet")
    assert code == 0, err
    page = (here / "out" / "report.html").read_text()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
    assert "<script>" not in (here / "out" / "summary.md").read_text()
    ElementTree.parse(here / "out" / "junit.xml")


@dataclass(frozen=True)
class Bad:
    """Args:
    name: what is wrong.
    text: what the error must say, all of them.
    content: of `bad.csv`; None writes no file.
    options: after `judge`.
    code: the exit code.
    """

    name: str
    text: tuple[str, ...]
    content: str | bytes | None = "y_true,y_pred\n1,1\n0,0\n"
    options: tuple[str, ...] = ("bad.csv",)
    code: int = 2


PROB = "y_true,score\n1,0.9\n0,0.1\n"
BAD = [
    Bad("nothing named", ("Nothing to judge",), options=()),
    Bad("file missing", ("missing.csv",), options=("missing.csv",)),
    Bad("empty file", ("empty",), content=""),
    Bad("a header and no rows", ("no rows",), content="y_true,y_pred\n"),
    Bad("no true column", ("truth", "y_true"), content="truth,y_pred\n1,1\n"),
    Bad(
        "true column misspelt",
        ("lable", "label"),
        content="label,y_pred\n1,1\n",
        options=("bad.csv", "--true", "lable"),
    ),
    Bad("no prediction column", ("answer",), content="y_true,answer\n1,1\n"),
    Bad("prob column misspelt", ("scor", "score"), content=PROB, options=("bad.csv", "--prob", "scor")),
    Bad("group column missing", ("patient",), options=("bad.csv", "--groups", "patient")),
    Bad("weight column missing", ("w",), options=("bad.csv", "--weights", "w")),
    Bad("slice column missing", ("country",), options=("bad.csv", "--slice", "country")),
    Bad("a probability above 1", ("1.5", "logits"), content="y_true,score\n1,1.5\n0,0.1\n"),
    Bad("a probability below 0", ("-0.5", "logits"), content="y_true,score\n1,-0.5\n0,0.1\n"),
    Bad("a label missing", ("row",), content="y_true,y_pred\n1,1\n,0\n"),
    Bad(
        "unknown positive",
        ("froud", "fraud"),
        content="y_true,y_pred\nfraud,ok\nok,ok\n",
        options=("bad.csv", "--positive", "froud"),
    ),
    Bad(
        "a class that is not among the labels",
        ("maybe",),
        content="y_true,y_pred\nyes,yes\nmaybe,no\n",
        options=("bad.csv", "--labels", "yes,no"),
    ),
    Bad("threshold above 1", ("threshold", "1.5"), content=PROB, options=("bad.csv", "--threshold", "1.5")),
    Bad("threshold without probabilities", ("threshold",), options=("bad.csv", "--threshold", "0.5")),
    Bad(
        "negative weights",
        ("weight", "-1"),
        content="y_true,y_pred,w\n1,1,-1\n0,0,1\n",
        options=("bad.csv", "--weights", "w"),
    ),
    Bad(
        "weights that are words",
        ("w",),
        content="y_true,y_pred,w\n1,1,a\n0,0,b\n",
        options=("bad.csv", "--weights", "w"),
    ),
    Bad("scores that are words", ("high",), content="y_true,score\n1,high\n0,low\n"),
    Bad("a duplicated header", ("y_true",), content="y_true,y_true,y_pred\n1,1,1\n"),
    Bad("rows of different lengths", ("bad.csv",), content="y_true,y_pred\n1,1,1,1\n0,0\n"),
    Bad("not UTF-8", ("UTF-8",), content=b"y_true,y_pred\n\xff\xfe,1\n"),
    Bad("a gzip", ("bad.csv",), content=gzip.compress(b"y_true,y_pred\n1,1\n")),
    Bad("a page", ("bad.csv",), content="<!doctype html><html><body>Log in</body></html>"),
    Bad("a NUL byte", ("bad.csv",), content=b"y_true,y_pred\n1\x00,1\n"),
    Bad("unknown suffix", (".xls",), options=("bad.xls",)),
    Bad("a folder", ("folder",), options=(".",)),
    Bad("policy missing", ("policy.toml",), options=("bad.csv", "--policy", "policy.toml")),
    Bad("good above 1", ("good", "between 0 and 1"), options=("bad.csv", "--good", "80")),
    Bad("bad above good", ("bad", "good"), options=("bad.csv", "--bad", "0.9")),
    Bad("half of the costs", ("cost_fn", "cost_fp"), options=("bad.csv", "--cost-fn", "5")),
    Bad("half of the alerts", ("alerts_per_day", "items_per_day"), options=("bad.csv", "--alerts-per-day", "5")),
    Bad("prevalence of 0", ("prevalence",), options=("bad.csv", "--prevalence", "0")),
    Bad("too few resamples", ("resamples",), options=("bad.csv", "--resamples", "3")),
    Bad("level of 95", ("level",), options=("bad.csv", "--level", "95")),
    Bad("a number that is none", ("--good",), options=("bad.csv", "--good", "much")),
    Bad("unknown option", ("--frob",), options=("bad.csv", "--frob")),
    Bad("baseline about other rows", ("other rows",), options=("bad.csv", "--baseline", "worked.csv")),
    Bad("baseline that is no verdict", ("verdict",), options=("bad.csv", "--baseline", "list.json")),
    Bad("model without data", ("--data",), options=("--model", "m.keras")),
    Bad("model and predictions", ("not both",), options=("bad.csv", "--model", "m.keras", "--data", "d")),
    Bad("model missing", ("m.keras",), options=("--model", "m.keras", "--data", "worked.csv")),
    Bad("a column with a model", ("--groups",), options=("--model", "m.keras", "--data", "d", "--groups", "g")),
    Bad("a place that cannot be written", ("nowhere",), options=("bad.csv", "--json", "nowhere/v.json"), code=4),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_bad_input_is_one_clear_error(here: Path, run: Run, bad: Bad) -> None:
    if bad.content is not None:
        data = bad.content.encode() if isinstance(bad.content, str) else bad.content
        (here / "bad.csv").write_bytes(data)
    (here / "bad.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (here / "list.json").write_text("[1, 2]")
    before = sorted(os.listdir(here))
    code, out, err = run("judge", *bad.options)
    assert (code, out) == (bad.code, ""), err
    assert "Traceback" not in err and len(err.strip()) < 1500
    for text in bad.text:
        assert text in err, err
    assert sorted(os.listdir(here)) == before


def test_the_probability_of_one_class_is_never_credited_to_the_other(here: Path, run: Run) -> None:
    lines = ["y_true,prob_fraud", *("fraud,0.9" for _ in range(30)), *("ok,0.1" for _ in range(30))]
    (here / "one.csv").write_text("\n".join(lines))
    for positive in ("fraud", "ok", None):
        asked = ("--positive", positive) if positive else ()
        told = json.loads(run("judge", "one.csv", *asked, "--json", "-")[1])
        assert told["positive"] == (positive or "fraud")
        assert told["metrics"]["accuracy"]["value"] == 1.0


def test_answers_in_the_file_are_judged_and_its_probabilities_rank(here: Path, run: Run) -> None:
    """Given at a threshold of 0.3: at 0.5 there would be no positive answer at all."""
    lines = ["y_true,y_pred,score", *("1,1,0.4" for _ in range(40)), *("0,0,0.2" for _ in range(40))]
    (here / "both.csv").write_text("\n".join(lines))
    code, out, err = run("judge", "both.csv", "--json", "-")
    told = json.loads(out)
    assert code == 0 and told["metrics"]["accuracy"]["value"] == 1.0 and told["threshold"] is None
    assert told["metrics"]["roc_auc"]["value"] == 1.0 and "y_pred" in err
    told = json.loads(run("judge", "both.csv", "--threshold", "0.5", "--json", "-")[1])
    assert told["metrics"]["accuracy"]["value"] == 0.5
