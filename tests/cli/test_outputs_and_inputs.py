"""What a command reads is never overwritten by what it writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]

LOG = "epoch,loss,val_loss\n0,0.9,0.8\n1,0.6,0.7\n2,0.4,0.9\n"
PREDICTIONS = "y_true,y_pred\n" + "1,1\n0,0\n" * 40


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a log in a folder of logs, and predictions."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    for name, text in (("runs/keras.csv", LOG), ("p.csv", PREDICTIONS), ("old.csv", PREDICTIONS)):
        (tmp_path / name).write_text(text)
    (tmp_path / "soft.csv").symlink_to("runs/keras.csv")
    (tmp_path / "hard.csv").hardlink_to(tmp_path / "runs" / "keras.csv")
    return tmp_path


@pytest.mark.parametrize("option", ["--html", "--markdown", "--json"])
@pytest.mark.parametrize("written", ["runs/keras.csv", "./runs/../runs/keras.csv", "soft.csv", "hard.csv"])
@pytest.mark.parametrize("read", ["runs/keras.csv", "runs"])
def test_a_log_that_is_diagnosed_stays(here: Path, run: Run, option: str, written: str, read: str) -> None:
    code, out, err = run("diagnose", read, option, written)
    assert (code, out) == (2, "")
    assert f"{option} {written} would overwrite what is read. Name another file." in err
    assert (here / "runs" / "keras.csv").read_text() == LOG


def test_a_report_beside_the_logs_may_be_written_again(here: Path, run: Run) -> None:
    for _ in range(2):
        assert run("diagnose", "runs/keras.csv", "--json", "runs/diagnosis.json")[0] == 0


def test_a_folder_that_holds_the_log_takes_no_report(here: Path, run: Run) -> None:
    assert run("diagnose", "runs/keras.csv", "--out", "runs")[0] == 2
    assert [path.name for path in (here / "runs").iterdir()] == ["keras.csv"]


@pytest.mark.parametrize("option", ["--html", "--markdown", "--json", "--junit"])
@pytest.mark.parametrize("written", ["p.csv", "old.csv"])
def test_predictions_that_are_judged_stay_and_the_other_files_say_why_nothing_was(
    here: Path, run: Run, option: str, written: str
) -> None:
    other = ("--markdown", "m.md") if option != "--markdown" else ("--json", "v.json")
    code, _, err = run("judge", "p.csv", "--baseline", "old.csv", option, written, *other)
    assert code == 2 and f"{option} {written} would overwrite what is read" in err
    assert (here / written).read_text() == PREDICTIONS
    assert "would overwrite" in (here / other[1]).read_text().replace("\\", "")


def test_a_policy_stays(here: Path, run: Run) -> None:
    (here / "policy.toml").write_text("good = 0.7\n")
    assert run("judge", "p.csv", "--policy", "policy.toml", "--json", "policy.toml")[0] == 2
    assert (here / "policy.toml").read_text() == "good = 0.7\n"


@pytest.mark.parametrize("written", ["a.json", "b.json"])
def test_verdicts_that_are_compared_stay(here: Path, run: Run, written: str) -> None:
    for name in ("a.json", "b.json"):
        run("judge", "p.csv", "--json", name, "--quiet")
    before = (here / written).read_text()
    code, _, err = run("compare", "a.json", "b.json", "--out", written)
    assert code == 2 and f"--out {written} would overwrite what is read" in err
    assert (here / written).read_text() == before
