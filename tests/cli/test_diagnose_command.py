"""`rightrate diagnose` as a person or a pipeline uses it: text, files, exit codes."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from rightrate.cli.follow import follow_log
from rightrate.errors import DataError

Run = Callable[..., tuple[int, str, str]]

OVERFITS = "epoch,loss,val_loss\n0,0.9,0.8\n1,0.6,0.7\n2,0.4,0.9\n3,0.2,1.0\n4,0.1,1.2\n"
HEALTHY = "epoch,learning_rate,loss,val_loss\n" + "".join(
    f"{i},0.001,{loss},{loss + 0.05:.3f}\n" for i, loss in enumerate((1.0, 0.6, 0.45, 0.4, 0.37, 0.36, 0.355, 0.353))
)
NAN_RUN = "epoch,loss,val_loss\n0,0.9,0.8\n1,nan,nan\n2,nan,nan\n"


def at(rate: str, end: str) -> str:
    return f"epoch,lr,loss,val_loss\n0,{rate},1.0,1.0\n1,{rate},0.9,0.95\n2,{rate},{end},{end}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a few logs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "overfits.csv").write_text(OVERFITS)
    (tmp_path / "healthy.csv").write_text(HEALTHY)
    (tmp_path / "nan.csv").write_text(NAN_RUN)
    return tmp_path


@pytest.fixture
def sweep(here: Path) -> list[str]:
    """Four logs, of which the third has the best rate."""
    names = []
    for rate, end in (("1e-5", "0.9"), ("1e-4", "0.5"), ("1e-3", "0.3"), ("1e-2", "2.0")):
        (here / f"{rate}.csv").write_text(at(rate, end))
        names.append(f"{rate}.csv")
    return names


def test_what_is_wrong_and_what_to_change_come_first(here: Path, run: Run) -> None:
    code, out, err = run("diagnose", "overfits.csv")
    first = " ".join(out.split())
    assert (code, err) == (0, "")
    assert first.startswith("overfits.csv, 5 epochs critical RR121 The validation loss turned at epoch 2")
    assert "Stop at epoch 2" in first and "Band: bad" in first


@pytest.mark.parametrize(
    ("log", "option", "code"),
    [
        ("overfits.csv", (), 0),
        ("overfits.csv", ("--fail-on", "critical"), 1),
        ("overfits.csv", ("--fail-on", "warning"), 1),
        ("healthy.csv", ("--fail-on", "warning"), 0),
        ("warned.csv", ("--fail-on", "warning"), 1),
        ("warned.csv", ("--fail-on", "critical"), 0),
        ("hinted.csv", ("--fail-on", "warning"), 0),
        ("one.csv", ("--fail-on", "critical"), 3),
        ("one.csv", (), 3),
    ],
)  # fmt: skip
def test_the_exit_code_says_what_was_found(here: Path, run: Run, log: str, option: tuple[str, ...], code: int) -> None:
    (here / "one.csv").write_text("epoch,loss\n0,0.5\n")
    (here / "warned.csv").write_text("epoch,loss,val_loss\n0,0.9,0.8\n1,0.6,0.6\n2,0.4,0.62\n3,0.2,0.65\n4,0.1,0.68\n")
    (here / "hinted.csv").write_text("epoch,val_loss\n0,1.1\n1,0.4\n2,0.29\n3,0.21\n4,0.16\n")
    assert run("diagnose", log, *option)[0] == code


def test_a_finding_of_any_training_fails(here: Path, run: Run, sweep: list[str]) -> None:
    (here / sweep[3]).write_text(at("1e-2", "nan"))
    assert run("diagnose", *sweep[:3], "--fail-on", "critical")[0] == 0
    code, _, err = run("diagnose", *sweep, "--fail-on", "critical")
    assert code == 1
    assert err == f"Failed by --fail-on critical: {sweep[3]}: critical RR101.\n"


def test_json_is_all_that_is_printed_where_it_goes_to_standard_output(here: Path, run: Run) -> None:
    code, out, _ = run("diagnose", "overfits.csv", "--json", "-")
    told = json.loads(out)
    assert code == 0 and told["leading"]["cause"] == "overfitting" and told["band"] == "bad"


def test_every_file_is_written(here: Path, run: Run) -> None:
    code, out, _ = run("diagnose", "overfits.csv", "--json", "d.json", "--markdown", "d.md", "--html", "d.html",
                       "--out", "out", "--quiet")  # fmt: skip
    assert (code, out) == (0, "")
    assert {p.name for p in (here / "out").iterdir()} == {"diagnosis.json", "report.html", "summary.md"}
    assert json.loads((here / "d.json").read_text())["leading"]["code"] == "RR121"
    assert "early stopping" in (here / "d.md").read_text() and "early stopping" in (here / "d.html").read_text()


def test_several_logs_are_compared_and_the_sweet_spot_is_named(here: Path, run: Run, sweep: list[str]) -> None:
    code, out, _ = run("diagnose", *sweep)
    text = " ".join(out.split())
    assert code == 0 and text.startswith("4 trainings The best rate of 4 is 0.001")
    for part in ("Too low: 1e-05 (0.9), 0.0001 (0.5).", "Too high: 0.01 (2).", "Keep 0.001, or try 0.0032"):
        assert part in text


def test_a_folder_of_logs_is_the_same_as_its_logs(here: Path, run: Run, sweep: list[str]) -> None:
    (here / "runs").mkdir()
    for name in sweep:
        (here / name).rename(here / "runs" / name)
    assert "The best rate of 4 is 0.001" in " ".join(run("diagnose", "runs")[1].split())


def test_rates_can_be_said_one_for_each_log(here: Path, run: Run) -> None:
    for name, end in (("a", 0.9), ("b", 0.3)):
        (here / f"{name}.csv").write_text(f"epoch,loss,val_loss\n0,1,1\n1,{end},{end}\n")
    out = run("diagnose", "a.csv", "b.csv", "--learning-rate", "1e-4", "--learning-rate", "1e-3")[1]
    assert "The best rate of 2 is 0.001" in " ".join(out.split())


def test_all_says_why_of_every_rule(here: Path, run: Run) -> None:
    short, whole = (run("diagnose", "healthy.csv", *option)[1] for option in ((), ("--all",)))
    assert "all accounted for" in short and "No training at a larger" not in short
    assert "No training at a larger" in " ".join(whole.split())


def test_an_ignored_rule_is_accounted_for_with_its_reason(here: Path, run: Run) -> None:
    out = run("diagnose", "overfits.csv", "--ignore", "RR121=we keep the best epoch")[1]
    assert "RR121: we keep the best epoch" in " ".join(out.split())
    assert (
        run("diagnose", "overfits.csv", "--ignore", "RR121=kept", "--ignore", "RR133=known", "--fail-on", "critical")[0]
        == 0
    )


def test_a_log_that_has_a_header_alone_is_not_enough_data(here: Path, run: Run) -> None:
    (here / "begun.csv").write_text("epoch,loss\n")
    code, out, err = run("diagnose", "begun.csv")
    assert (
        (code, err) == (3, "") and "Not enough data" in out and "until it has logged something" in " ".join(out.split())
    )
    assert json.loads(run("diagnose", "begun.csv", "--json", "-")[1])["leading"]["cause"] == "not_enough_data"


def test_a_rate_that_the_log_does_not_say_is_asked_for_as_an_option(here: Path, run: Run) -> None:
    (here / "low.csv").write_text("epoch,val_loss\n0,2.30\n1,2.29\n2,2.28\n3,2.27\n")
    assert "With --learning-rate RATE the advice names the next one" in " ".join(run("diagnose", "low.csv")[1].split())
    said = " ".join(run("diagnose", "low.csv", "--learning-rate", "1e-4")[1].split())
    assert "--learning-rate" not in said and "0.001 instead of 0.0001" in said


def test_a_column_can_be_named(here: Path, run: Run) -> None:
    (here / "odd.csv").write_text("round,ce\n" + "".join(f"{i},{1 / (i + 1)}\n" for i in range(6)))
    told = json.loads(run("diagnose", "odd.csv", "--columns", "loss=ce", "--columns", "epoch=round", "--json", "-")[1])
    assert list(told["training"]["curves"]) == ["loss"] and told["training"]["unit"] == "epoch"


def test_a_rate_of_training_from_scratch_is_told_from_the_command_line(here: Path, run: Run) -> None:
    known = ("--learning-rate", "0.01", "--optimizer", "adam", "--pretrained", "--trainable", "5000000")
    out = run("diagnose", "overfits.csv", *known, "--weights", "5000000")[1]
    assert "RR154" in out and "100 times the 0.0001 usual" in " ".join(out.split())


def test_diagnosing_loads_none_of_the_large_libraries(here: Path) -> None:
    heavy = ("tensorflow", "keras", "altair", "vl_convert", "scipy.stats", "sklearn", "jinja2")
    code = (
        "import sys; from rightrate.cli.main import _run; _run(['diagnose', 'overfits.csv']); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=here)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_help_shows_examples_and_exit_codes(run: Run) -> None:
    code, out, _ = run("diagnose", "--help")
    assert code == 0 and "rightrate diagnose log.csv" in out and "3 not enough data" in out


def test_hostile_names_are_shown_and_never_run(here: Path, run: Run) -> None:
    nasty = "<script>alert(1)</script>\x1b[31m\u202e\U0001f600"
    lines = [f"epoch,loss,val_loss,{nasty}", *(f"{i},{1 / (i + 1)},{0.5 + i / 9},0.5" for i in range(6))]
    (here / "evil\x1b[31m<b>.csv").write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = run("diagnose", "evil\x1b[31m<b>.csv", "--all", "--out", "out", "--json", "d.json")
    assert code == 0 and "\x1b[31m" not in out and "\\x1b[31m" in out
    page, text = ((here / "out" / name).read_text(encoding="utf-8") for name in ("report.html", "summary.md"))
    assert "<script>alert(1)" not in page + text and "<b>.csv" not in page + text and "&lt;script&gt;" in page
    assert nasty in json.loads((here / "d.json").read_text())["training"]["curves"]


@dataclass(frozen=True)
class Bad:
    """Args:
    name: what is wrong.
    text: what the error must say, all of them.
    options: after `diagnose`.
    content: of `bad.csv`.
    code: the exit code.
    """

    name: str
    text: tuple[str, ...]
    options: tuple[str, ...] = ("bad.csv",)
    content: str | bytes = OVERFITS
    code: int = 2


BAD = [
    Bad("nothing named", ("Nothing to diagnose",), options=()),
    Bad("file missing", ("missing.csv", "check the path"), options=("missing.csv",)),
    Bad("one of two missing", ("missing.csv",), options=("bad.csv", "missing.csv")),
    Bad("empty file", ("bad.csv", "empty"), content=""),
    Bad("blank file", ("bad.csv", "empty"), content="\n\n  \n"),
    Bad("amounts of money", ("bad.csv", "no number", "'$3' is not understood"), content='epoch,loss\n0,"$3"\n1,"$4"\n'),
    Bad("steps beyond exact numbers", ("bad.csv", "2^53"), content="step,loss\n1e18,1\n2e18,0.5\n"),
    Bad("words", ("bad.csv", "no known format"), content="dear diary, today I trained a network\n"),
    Bad("binary", ("bad.csv", "no known format"), content=bytes(range(1, 256)) * 20),
    Bad("an image", ("bad.csv",), content=b"\x89PNG\r\n\x1a\n" + bytes(200)),
    Bad("a page", ("bad.csv",), content="<!doctype html><html><body>Log in</body></html>"),
    Bad("JSON without curves", ("bad.csv", "Expected"), content='{"a": {"b": "c"}}'),
    Bad("JSON cut off", ("bad.csv",), content='{"loss": [0.9, 0.'),
    Bad("two candidates for the loss", ("bad.csv", "could each be 'loss'"), content="epoch,loss,train_loss\n0,1,2\n"),
    Bad("an empty folder", ("empty", "holds no log"), options=("empty",)),
    Bad("a folder that holds itself", ("loop", "holds no log"), options=("loop",)),
    Bad("a link to nothing", ("broken.csv",), options=("broken.csv",)),
    Bad("a name that is no path", ("no path",), options=("a\0b",)),
    Bad("a log named twice", ("given twice",), options=("bad.csv", "bad.csv")),
    Bad("the same log by another path", ("given twice",), options=("bad.csv", "./bad.csv")),
    Bad("columns without equals", ("--columns", "loss=train/ce", "'loss'"), options=("bad.csv", "--columns", "loss")),
    Bad("columns twice", ("--columns names loss twice",), options=("bad.csv", "--columns", "loss=a", "--columns", "loss=b")),
    Bad("a column that is not there", ("'loss=ce'",), options=("bad.csv", "--columns", "loss=ce")),
    Bad("a quantity misspelt", ("'los'", "Did you mean loss"), options=("bad.csv", "--columns", "los=loss")),
    Bad("columns the wrong way round", ("'foo'", "name=column"), options=("bad.csv", "--columns", "foo=loss")),
    Bad("one class", ("2 or more",), options=("bad.csv", "--classes", "1")),
    Bad("more trained than there are", ("20 of 10",), options=("bad.csv", "--trainable", "20", "--weights", "10")),
    Bad("a monitored name misspelt", ("Did you mean val_loss",), options=("bad.csv", "--monitored", "vall_loss")),
    Bad("ignore without a reason", ("--ignore", "RR121"), options=("bad.csv", "--ignore", "RR121")),
    Bad("ignore with an empty reason", ("--ignore",), options=("bad.csv", "--ignore", "RR121=")),
    Bad("ignore an unknown code", ("RR999",), options=("bad.csv", "--ignore", "RR999=no")),
    Bad("ignore a code of a verdict", ("RR310", "No rule"), options=("bad.csv", "--ignore", "RR310=no")),
    Bad("fail on a hint", ("--fail-on",), options=("bad.csv", "--fail-on", "hint")),
    Bad("a rate below zero", ("above 0", "-1"), options=("bad.csv", "--learning-rate", "-1")),
    Bad("a rate in words", ("--learning-rate",), options=("bad.csv", "--learning-rate", "high")),
    Bad("two rates for one log", ("Received 2 for 1",), options=("bad.csv", "--learning-rate", "1", "--learning-rate", "2")),
    Bad("a rate that the log contradicts", ("0.001", "Leave it out"), options=("healthy.csv", "--learning-rate", "1")),
    Bad("zero classes", ("classes", "0"), options=("bad.csv", "--classes", "0")),
    Bad("rows in words", ("--validation-rows",), options=("bad.csv", "--validation-rows", "many")),
    Bad("unknown option", ("--frob",), options=("bad.csv", "--frob")),
    Bad("JSON to a folder that is not there", ("nowhere",), options=("bad.csv", "--json", "nowhere/d.json"), code=4),
    Bad("JSON to a folder", ("empty", "folder"), options=("bad.csv", "--json", "empty"), code=4),
    Bad("HTML to a folder that is not there", ("nowhere",), options=("bad.csv", "--html", "nowhere/d.html"), code=4),
    Bad("out is not empty", ("full", "not empty"), options=("bad.csv", "--out", "full")),
    Bad("out is a file", ("healthy.csv",), options=("bad.csv", "--out", "healthy.csv")),
    Bad("follow two logs", ("--follow shows one log",), options=("bad.csv", "healthy.csv", "--follow")),
    Bad("follow a folder", ("--follow", "folder"), options=("empty", "--follow")),
    Bad("follow and write", ("--follow only shows",), options=("bad.csv", "--follow", "--json", "-")),
    Bad("follow what is not there", ("missing.csv", "no such file"), options=("missing.csv", "--follow")),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_bad_input_is_one_clear_error_and_nothing_is_written(here: Path, run: Run, bad: Bad) -> None:
    (here / "bad.csv").write_bytes(bad.content if isinstance(bad.content, bytes) else bad.content.encode())
    for name in ("empty", "full", "loop"):
        (here / name).mkdir()
    (here / "full" / "mine.txt").write_text("mine")
    (here / "loop" / "again").symlink_to(here / "loop")
    (here / "broken.csv").symlink_to(here / "gone.csv")
    before = sorted((str(p), sorted(f)) for p, _, f in os.walk(here))
    code, out, err = run("diagnose", *bad.options)
    assert (code, out) == (bad.code, ""), (out, err)
    assert "Traceback" not in err and len(err.strip()) < 1500
    assert sum(line.startswith("Error:") for line in err.splitlines()) == 1
    for text in bad.text:
        assert text in " ".join(err.split()), err
    assert sorted((str(p), sorted(f)) for p, _, f in os.walk(here)) == before


@pytest.mark.parametrize("content", ["epoch,loss\n0,nan\n1,nan\n2,nan\n", "epoch,loss\n0,inf\n1,-inf\n"])
def test_a_log_without_any_number_is_told_as_what_it_is(here: Path, run: Run, content: str) -> None:
    (here / "lost.csv").write_text(content)
    code, out, _ = run("diagnose", "lost.csv", "--fail-on", "critical")
    assert code == 1 and "from its first value on" in " ".join(out.split())


class Ends:
    """Pauses that let a log grow, one step each, and then press Ctrl-C."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        self.steps = list(steps)

    def __call__(self, seconds: float) -> None:
        if not self.steps:
            raise KeyboardInterrupt
        self.steps.pop(0)()


def _followed(path: Path, *steps: Callable[[], object], **options: object) -> tuple[object, str]:
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True)
    return follow_log(str(path), options, console=console, wait=Ends(*steps)), file.getvalue()


def test_following_shows_what_comes_and_ends_with_the_last_state(here: Path) -> None:
    log = here / "grows.csv"
    lines = OVERFITS.splitlines(keepends=True)
    log.write_text("".join(lines[:2]))
    diagnosis, shown = _followed(log, lambda: log.write_text(OVERFITS))
    assert diagnosis.leading.code == "RR121" and "1 epoch" in shown and "5 epochs" in shown
    assert "RR121" in shown and "Following" in shown and shown.rindex("Following") < shown.rindex("RR121")


def test_the_command_follows_a_log_until_ctrl_c(here: Path) -> None:
    log = here / "grows.csv"
    log.write_text("epoch,loss,val_loss\n0,0.9,0.8\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "rightrate", "diagnose", "grows.csv", "--follow", "--fail-on", "critical"],
        cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "FORCE_COLOR": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    seen = ""
    while "Following" not in seen:
        seen += process.stdout.read(1)
    log.write_text(OVERFITS)
    while "5 epochs" not in seen:
        seen += process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    rest, error = process.communicate(timeout=60)
    assert "RR121" in rest and "Traceback" not in error
    assert (process.returncode, error.count("critical RR121")) == (1, 1)


def test_a_log_that_has_not_begun_is_waited_for(here: Path) -> None:
    log = here / "grows.csv"
    log.touch()
    diagnosis, shown = _followed(log, lambda: log.write_text(OVERFITS))
    assert diagnosis.leading.code == "RR121" and "Waiting" in shown


def test_a_log_that_goes_away_while_it_is_followed_leaves_the_last_good_state(here: Path) -> None:
    log = here / "grows.csv"
    log.write_text(OVERFITS)
    diagnosis, _ = _followed(log, log.unlink)
    assert diagnosis.leading.code == "RR121"


def test_a_log_that_never_said_anything_is_an_error_at_the_end(here: Path) -> None:
    (here / "grows.csv").touch()
    with pytest.raises(DataError, match="empty"):
        _followed(here / "grows.csv")


def test_a_log_that_does_not_change_is_read_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import rightrate.diagnosing as module

    calls = []
    real = module.diagnose
    monkeypatch.setattr(module, "diagnose", lambda *a, **k: calls.append(1) or real(*a, **k))
    _followed(here / "overfits.csv", *[lambda: None] * 5)
    assert len(calls) == 1


def test_the_readme_prints_what_the_command_says(run: Run) -> None:
    root = Path(__file__).parents[2]
    code, out, _ = run("diagnose", str(root / "docs/examples/training.csv"))
    block = (root / "README.md").read_text("utf-8").split("$ rightrate diagnose docs/examples/training.csv\n")[1]
    lines = block.split("```")[0].splitlines()
    assert code == 0 and len(lines) == 4
    assert all(" ".join(line.split()) in " ".join(out.split()) for line in lines)


def test_a_command_is_told_its_option_and_not_the_argument(here: Path, run: Run) -> None:
    (here / "two.csv").write_text("epoch,loss,train_loss,val_loss\n0,1,1,1\n1,.5,2,3\n")
    code, _, error = run("diagnose", "two.csv")
    assert code == 2 and "--columns 'loss=train_loss'" in error
    (here / "none.csv").write_text("epoch,a\n0,1\n1,2\n")
    _, said, _ = run("diagnose", "none.csv")
    assert "--columns loss=COLUMN" in " ".join(said.split()) and "columns={" not in said
