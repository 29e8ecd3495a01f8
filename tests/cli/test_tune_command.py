"""`rightrate tune` on real files, from the command to the run folder."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import keras
import numpy as np
import pandas as pd
import pytest

Run = Callable[..., tuple[int, str, str]]
ONE_LINE = ("--epochs", 2, "--quiet")


def test_an_npz_gives_a_whole_run_folder(models: Path, npz: Callable[..., Path], tmp_path: Path, run: Run) -> None:
    out = tmp_path / "run"
    code, text, err = run("tune", models / "model.keras", npz(), "--epochs", 3, "--positive", "1", "--out", out)
    assert code == 0, err
    assert {p.name for p in out.iterdir()} == {
        "model.keras", "verdict", "result.json", "report.md", "report.html", "curves.csv", "rate.svg", "sweet-spot.svg",
        "curves.svg", "schedule.svg", "search.jsonl",
    }  # fmt: skip
    result = json.loads((out / "result.json").read_text())
    assert result["format"] == 1 and result["finished"] is True
    rate = result["learning_rate"]
    assert result["interval"][0] <= rate <= result["interval"][1]
    assert str(out / "report.html") in " ".join(text.split()) or "report.html" in text
    tuned = keras.saving.load_model(out / "model.keras")
    assert type(tuned.optimizer) is keras.optimizers.Adam
    assert float(tuned.optimizer.learning_rate) == pytest.approx(rate)


def test_the_saved_model_scores_what_the_report_says(
    models: Path, npz: Callable[..., Path], arrays: dict[str, np.ndarray], tmp_path: Path, run: Run
) -> None:
    run("tune", models / "model.keras", npz(), "--epochs", 3, "--out", tmp_path / "run")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    tuned = keras.saving.load_model(tmp_path / "run" / "model.keras")
    loss, accuracy = tuned.evaluate(arrays["x_val"], arrays["y_val"], verbose=0)
    said = result["trials"][result["chosen"]]["evaluations"][-1]["values"]
    assert said["val_loss"] == pytest.approx(loss, rel=1e-5)
    assert said["val_accuracy"] == pytest.approx(accuracy, rel=1e-5)


def test_the_model_file_is_not_changed(models: Path, npz: Callable[..., Path], tmp_path: Path, run: Run) -> None:
    before = (models / "model.keras").read_bytes()
    run("tune", models / "model.keras", npz(), *ONE_LINE, "--out", tmp_path / "run")
    assert (models / "model.keras").read_bytes() == before


def test_photos_get_a_new_head_and_their_split_is_written(models: Path, photos: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "run"
    code, _, err = run(
        "tune", models / "backbone.keras", photos, "--new-head", *ONE_LINE, "--batch-size", 8, "--out", out
    )
    assert code == 0, err
    tuned = keras.saving.load_model(out / "model.keras")
    assert tuned.output_shape == (None, 2)
    assert [layer.name for layer in tuned.layers if layer.trainable and layer.weights] == ["new_head"]
    split = json.loads((out / "split.json").read_text())
    assert len(split["train"]) + len(split["validation"]) == 24
    assert not set(split["train"]) & set(split["validation"])
    assert "computed once and reused" in json.loads((out / "result.json").read_text())["cost"]["plan"]["prefix"]


def test_a_classifier_for_other_classes_loses_its_old_head(
    models: Path, npz: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    out = tmp_path / "run"
    classes = {"y_train": np.arange(64) % 4, "y_val": np.arange(32) % 4}
    code, _, err = run(
        "tune", models / "model.keras", npz(**classes), "--new-head", "--freeze", "none", *ONE_LINE, "--out", out
    )
    assert code == 0, err
    tuned = keras.saving.load_model(out / "model.keras")
    assert tuned.output_shape == (None, 4)
    assert "answer" not in [layer.name for layer in tuned.layers]
    assert tuned.get_layer("features").trainable


def test_freezing_up_to_a_layer(models: Path, npz: Callable[..., Path], tmp_path: Path, run: Run) -> None:
    out = tmp_path / "run"
    code, _, err = run("tune", models / "model.keras", npz(), "--freeze", "features", *ONE_LINE, "--out", out)
    assert code == 0, err
    tuned, old = (keras.saving.load_model(p, compile=False) for p in (out / "model.keras", models / "model.keras"))
    kept = zip(tuned.get_layer("features").get_weights(), old.get_layer("features").get_weights(), strict=True)
    assert all(np.array_equal(a, b) for a, b in kept)
    assert not np.array_equal(tuned.get_layer("answer").get_weights()[0], old.get_layer("answer").get_weights()[0])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_with_a_label_column(models: Path, tmp_path: Path, run: Run, ending: str) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(120, 3)), columns=["a", "b", "c"])
    table["churned"] = np.where(table.a + table.b > 0, "yes", "no")
    path = tmp_path / f"table.{ending}"
    table.to_csv(path, index=False) if ending == "csv" else table.to_parquet(path)
    code, out, err = run("tune", models / "table.keras", path, "--label", "churned", "--positive", "yes",
                         "--epochs", 2, "--json", "--out", tmp_path / "run")  # fmt: skip
    assert code == 0, err
    result = json.loads(out)
    assert result["trials"][result["chosen"]]["scores"]["positive"] == "yes"


def test_a_function_of_the_users_own(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_training.py").write_text(
        "import keras, numpy as np\n"
        "def build():\n"
        "    x = np.random.default_rng(0).normal(size=(80, 3)).astype('float32')\n"
        "    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
        "    model.compile('sgd', 'mean_squared_error')\n"
        "    return model, (x[:60], x[:60].sum(1)), (x[60:], x[60:].sum(1))\n"
    )
    code, text, err = run("tune", "own_training:build", "--epochs", 2)
    assert code == 0, err
    assert "not measured" in " ".join(text.split())
    assert (tmp_path / "runs" / "0001" / "result.json").exists()
    assert run("tune", "own_training:build", "--epochs", 2, "--quiet")[0] == 0
    assert (tmp_path / "runs" / "0002" / "result.json").exists()


def test_json_is_all_that_standard_output_holds(
    models: Path, npz: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    code, out, _ = run("tune", models / "model.keras", npz(), "--epochs", 1, "--json", "--out", tmp_path / "run")
    assert code == 0
    assert json.loads(out) == json.loads((tmp_path / "run" / "result.json").read_text())


def test_the_range_asked_for_is_the_range_tried(
    models: Path, npz: Callable[..., Path], tmp_path: Path, run: Run
) -> None:
    _, out, _ = run("tune", models / "model.keras", npz(), "--epochs", 1, "--rates", "1e-4:1e-2", "--json",
                    "--out", tmp_path / "run")  # fmt: skip
    rates = [trial["learning_rate"] for trial in json.loads(out)["trials"]]
    assert len(rates) >= 7 and min(rates) == pytest.approx(1e-4) and max(rates) == pytest.approx(1e-2)


def test_ctrl_c_saves_what_is_known_and_ends_with_130(models: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = np.arange(60_000) % 2
    np.savez(tmp_path / "big.npz", x_train=rng.normal(size=(60_000, 8, 8, 1)).astype("float32"), y_train=y,
             x_val=rng.normal(size=(500, 8, 8, 1)).astype("float32"), y_val=y[:500])  # fmt: skip
    out = tmp_path / "run"
    command = [sys.executable, "-m", "rightrate", "tune", str(models / "model.keras"), str(tmp_path / "big.npz"),
               "--epochs", "50", "--out", str(out)]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
    for line in process.stderr:  # the plan is said right before the first candidate trains
        if "rates from" in line:
            break
    time.sleep(3)
    os.kill(process.pid, signal.SIGINT)
    text, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    result = json.loads((out / "result.json").read_text())
    assert result["finished"] is False and result["unfinished"] == "interrupted"
    assert "did not finish" in " ".join(text.split())
    assert not [p for p in out.iterdir() if "part" in p.name]


def test_no_space_left_is_one_clear_error_and_nothing_half_written(
    models: Path, npz: Callable[..., Path], run: Run, full_disk: tuple[Path, str]
) -> None:
    place, reason = full_disk
    code, _, err = run("tune", models / "model.keras", npz(), *ONE_LINE, "--out", place / "run")
    assert code == 4
    assert reason in err and "another folder" in err and "Traceback" not in err
    assert not [p for p in place.rglob("*") if p.name.startswith(".")]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A real file system that is too small for the report; who may not mount one gets a limit on the size of files."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0:
        yield place, "No space left on device"
        subprocess.run(["umount", str(place)], check=True)
        return
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**18, before[1]))
    yield place, "File too large"
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("command", [(), ("tune",), ("demo",)])
def test_help_has_examples(run: Run, command: tuple[str, ...]) -> None:
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert "rightrate demo" in out or "rightrate tune" in out


def test_every_option_of_tune_has_help(run: Run) -> None:
    from rightrate.cli.tune import tune

    assert [p.name for p in tune.params if isinstance(p, click.Option) and not p.help] == []


def test_help_and_import_load_neither_tensorflow_nor_numpy() -> None:
    code = "import sys, rightrate; heavy = {'tensorflow', 'keras', 'numpy', 'scipy', 'pandas', 'altair', 'rich'}; "
    loaded = subprocess.run(
        [sys.executable, "-c", code + "print(heavy & set(sys.modules))"], capture_output=True, text=True
    )
    assert loaded.stdout.strip() == "set()"
    code = "import sys, rightrate.cli; heavy = {'tensorflow', 'keras', 'pandas', 'altair'}; print(heavy & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert loaded.stdout.strip() == "set()"


def test_another_keras_backend_is_named(models: Path, tmp_path: Path, npz: Callable[..., Path]) -> None:
    # Keras imports its backend when it is loaded; without the other framework that already fails.
    environment = {**os.environ, "KERAS_BACKEND": "numpy"}
    command = [sys.executable, "-m", "rightrate", "tune", str(models / "model.keras"), str(npz()), "--epochs", "1"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 4
    assert "KERAS_BACKEND=tensorflow" in done.stderr and "Traceback" not in done.stderr


def test_missing_tensorflow_answers_with_the_install_line(tmp_path: Path, models: Path) -> None:
    # A finder that knows neither: what an environment without the extra looks like to an import.
    code = (
        "import importlib.util, sys; find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *a: None if name in ('tensorflow', 'keras') else find(name, *a)\n"
        "from rightrate.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "demo"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 4
    assert "pip install 'rightrate[tensorflow]'" in done.stderr and "Traceback" not in done.stderr
