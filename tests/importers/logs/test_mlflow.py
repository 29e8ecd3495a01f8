"""MLflow's two stores: every run with its name, its curves at their steps, and the learning rate it was given."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from rightrate.errors import DataError
from rightrate.importers.logs.log import Log
from rightrate.importers.logs.read import read_log

from . import samples
from .test_bad_logs import read_or_refuse
from .test_formats import only, points


def store(folder: Path, metrics: dict[str, str], params: dict[str, str]) -> Path:
    """A file store with one run: lines `VALUE STEP` of each metric, and parameters."""
    run = folder / "run"
    (run / "metrics").mkdir(parents=True)
    (run / "params").mkdir()
    (run / "meta.yaml").write_text("run_name: mine\n")
    for name, lines in metrics.items():
        (run / "metrics" / name).write_text("".join(f"17 {line}\n" for line in lines.split(", ")))
    for name, value in params.items():
        (run / "params" / name).write_text(value)
    return folder


def read(folder: Path, metrics: dict[str, str], **params: str) -> Log:
    return read_log(store(folder, metrics, params))


def test_file_store(tmp_path: Path) -> None:
    log = read_log(samples.mlruns(tmp_path / "mlruns"))
    assert log.format == "MLflow"
    assert [training.name for training in log.trainings] == ["run a1", "run b2"]
    first, second = log.trainings
    assert first.unit == "epoch"
    assert points(first, "loss") == {1: 0.9, 2: 0.7}
    assert points(first, "val_loss") == {1: 0.8, 2: 0.6}
    np.testing.assert_equal(points(second, "loss"), {1: np.nan, 2: 0.7})
    assert len(read_log(tmp_path / "mlruns" / "0" / "a1").trainings) == 1


def test_database(tmp_path: Path) -> None:
    path = samples.mlflow_database(tmp_path / "mlflow.db")
    before = path.read_bytes()
    log = read_log(path)
    assert (log.format, [one.name for one in log]) == ("MLflow", ["first", "first (a1)", "old name"])
    first, second, third = log.trainings
    assert [one.unit for one in log] == ["epoch", "step", "step"]
    assert points(first, "loss") == {1: 0.9, 2: 0.7}
    np.testing.assert_equal(points(first, "val_loss"), {1: 0.8, 2: np.nan})
    assert points(first, "learning_rate") == {1: 0.1, 2: 0.1}
    assert points(second, "loss") == {20: 0.5, 40: np.inf}
    assert [set(one.curves) for one in (second, third)] == [{"loss"}, {"loss"}]
    assert log.warnings == ("Runs that are deleted in MLflow were left out (1).",)
    assert read_log(path, columns={"epoch": "step"})[1].unit == "epoch"
    assert path.read_bytes() == before and [entry.name for entry in tmp_path.iterdir()] == ["mlflow.db"]


def test_a_database_in_the_middle_of_a_write_is_left_as_it_is(tmp_path: Path) -> None:
    """Its journal belongs to who writes; rolling it back is a write."""
    database = sqlite3.connect(samples.mlflow_database(tmp_path / "mlflow.db"), isolation_level=None)
    database.execute("PRAGMA cache_size = 1")
    database.execute("BEGIN")
    database.executemany("INSERT INTO params VALUES ('note', ?, 'z9')", [("x" * 4000,)] * 100)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("mlflow.db", "mlflow.db-journal"):
        shutil.copy(tmp_path / name, copy)
    database.close()
    before = {file.name: file.read_bytes() for file in copy.iterdir()}
    read_or_refuse(copy / "mlflow.db")
    assert {file.name: file.read_bytes() for file in copy.iterdir()} == before


def test_another_tools_database_is_refused_in_words(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as database:
        database.execute("CREATE TABLE loss (step INTEGER)")
    database.close()
    with pytest.raises(DataError, match=r"no readable Optuna storage: .*tables studies.*or those of MLflow's store"):
        read_log(tmp_path / "other.db")


def test_what_evaluate_measured_apart_from_fit_keeps_its_name(tmp_path: Path) -> None:
    """Called once more after `fit`, on other data."""
    metrics = {"loss": "0.9 0, 0.7 1", "val_loss": "0.8 0, 0.6 1", "validation_loss": "0.8 0, 0.6 0, 0.1 0"}
    log = read(tmp_path, metrics, epochs="2")
    assert points(only(log), "val_loss") == {1: 0.8, 2: 0.6}
    assert points(only(log), "validation_loss") == {1: 0.8, 2: 0.6, 3: 0.1}
    assert "'validation_loss', which `evaluate` measured, differs and keeps its name" in log.warnings[0]
    assert "without a step: 'validation_loss'" in log.warnings[1] and len(log.warnings) == 2


def test_metrics_without_any_step_are_numbered(tmp_path: Path) -> None:
    log = read(tmp_path, {"loss": "0.9 0, 0.7 0, nan 0", "validation_loss": "0.8 0, 0.6 0, 0.5 0"}, epochs="3")
    np.testing.assert_equal(points(only(log), "loss"), {1: 0.9, 2: 0.7, 3: np.nan})
    assert points(only(log), "val_loss") == {1: 0.8, 2: 0.6, 3: 0.5}
    assert [one.split(":")[0] for one in log.warnings] == ["Logged several times without a step"]
    assert only(read(tmp_path / "more", {"loss": "0.9 0, 0.7 0, 0.5 0, 0.4 0"}, epochs="2")).unit == "step"


def test_a_metric_without_steps_beside_optimizer_steps_is_not_guessed(tmp_path: Path) -> None:
    log = read(tmp_path, {"loss": "0.9 100, 0.7 200", "val_loss": "0.8 0, 0.6 0", "accuracy": "0.5 0"}, epochs="2")
    assert {name: points(only(log), name) for name in only(log).curves} == {
        "loss": {100: 0.9, 200: 0.7},
        "accuracy": {0: 0.5},
    }
    assert len(log.warnings) == 1 and "'val_loss'. When that was is not known" in log.warnings[0]


RATES = [
    ({"opt_learning_rate": "0.01"}, 0.01),
    ({"optimizer_learning_rate": "1e-3", "learning_rate": "0.001"}, 0.001),
    ({"lr": "0.5"}, 0.5),
    ({"opt_learning_rate": "{'module': 'keras.optimizers.schedules'}"}, None),
    ({"opt_learning_rate": "0.01", "head_lr": "0.1"}, 0.01),
    ({"opt_learning_rate": "0.01", "lr": "0.1"}, None),
    ({"opt_learning_rate": "nan"}, None),
    ({"learning_rate_decay": "0.5"}, None),
]


@pytest.mark.parametrize(("params", "rate"), RATES)
def test_the_rate_is_the_parameter_where_there_is_one(
    tmp_path: Path, params: dict[str, str], rate: float | None
) -> None:
    training = only(read(tmp_path, {"loss": "0.9 0, 0.7 1"}, **params))
    assert ("learning_rate" in training.curves) == (rate is not None)
    if rate is not None:
        assert points(training, "learning_rate") == {0: rate, 1: rate}


def test_a_rate_that_was_measured_wins_over_the_parameter(tmp_path: Path) -> None:
    training = only(read(tmp_path, {"loss": "0.9 0, 0.7 1", "lr": "0.1 0, 0.05 1"}, opt_learning_rate="0.1"))
    assert points(training, "learning_rate") == {0: 0.1, 1: 0.05}


def test_what_is_true_of_many_runs_is_said_once(tmp_path: Path) -> None:
    for place in range(5):
        store(tmp_path / f"{place}", {"score": "0.9 0, 0.7 1"}, {})
    log = read_log(tmp_path)
    assert len(log) == 5 and len(log.warnings) == 1
    assert log.warnings[0].startswith("mine and 4 more: No column is known to be the loss.")
