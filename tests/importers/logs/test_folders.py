"""Folders of event files and of Weights & Biases: what belongs to one training, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from rightrate.errors import DataError
from rightrate.importers.logs.read import read_log

from . import samples
from .test_formats import only, points, write


def events(folder: Path, *values: tuple[int, str, float]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    whole = b"".join(samples.event(step, samples.tensor(tag, value)) for step, tag, value in values)
    return write(folder, whole, "events.out.tfevents.1")


def test_test_beside_train_is_a_part_of_the_run(tmp_path: Path) -> None:
    for split, loss in (("train", 0.5), ("validation", 0.75), ("test", 1.0)):
        events(tmp_path / "a" / split, (0, "epoch_loss", loss), (1, "epoch_loss", loss / 2))
    events(tmp_path / "b" / "test", (0, "epoch_loss", 0.25))
    log = {training.name: training for training in read_log(tmp_path)}
    assert {name: set(one.curves) for name, one in log.items()} == {
        "a": {"loss", "val_loss", "test_loss"},
        "b/test": {"loss"},
    }
    assert points(log["a"], "test_loss") == {1: 1.0, 2: 0.5}


def test_steps_of_an_epoch_by_the_steps_of_keras_validation(tmp_path: Path) -> None:
    events(tmp_path / "train", *((epoch, "epoch_loss", 0.5) for epoch in range(6)))
    validated = [(epoch, "epoch_loss", 0.5) for epoch in (1, 3, 5)]
    iterations = [(10 * (epoch + 1), "evaluation_loss_vs_iterations", 0.5) for epoch in (1, 3, 5)]
    events(tmp_path / "validation", *validated, *iterations)
    assert only(read_log(tmp_path)).steps_per_epoch == 10
    # `evaluate` was called once more: which value is of which epoch is not known.
    events(tmp_path / "validation", *validated, *iterations, (70, "evaluation_loss_vs_iterations", 0.5))
    assert only(read_log(tmp_path)).steps_per_epoch is None


def test_what_trainer_writes_of_times_and_at_its_end_is_no_curve(tmp_path: Path) -> None:
    path = events(
        tmp_path, (2, "train/loss", 0.5), (2, "train/epoch", 0.5), (4, "train/loss", 0.25), (4, "train/epoch", 1.0),
        (4, "train/epoch", 1.0), (4, "eval/loss", 0.5), (4, "eval/runtime", 9.0), (4, "train/total_flos", 9.0),
        (4, "train/train_loss", 0.375), (4, "train/train_samples_per_second", 9.0),
    )  # fmt: skip
    log = read_log(path)
    assert set(only(log).curves) == {"loss", "val_loss"}
    assert (only(log).steps_per_epoch, log.warnings) == (4, ())
    assert points(only(read_log(path, columns={"mean": "train/train_loss"})), "mean") == {4: 0.375}


def test_a_tag_named_train_loss_with_points_is_a_curve(tmp_path: Path) -> None:
    alone = events(tmp_path / "alone", (1, "train/train_loss", 0.5))
    assert set(only(read_log(alone)).curves) == {"train_loss"}
    both = events(
        tmp_path / "both", *((step, f"train/{tag}", 0.5) for step in (1, 2) for tag in ("loss", "train_loss"))
    )
    assert set(only(read_log(both)).curves) == {"loss", "train_loss"}


def test_a_step_that_is_logged_twice_is_not_called_going_back(tmp_path: Path) -> None:
    path = events(tmp_path, (1, "loss", 0.5), (2, "loss", 0.25), (2, "loss", 0.25), (3, "loss", 0.125))
    assert read_log(path).warnings == ()
    path = events(tmp_path, (1, "loss", 0.5), (2, "loss", 0.75), (2, "loss", 0.25), (3, "loss", 0.125))
    log = read_log(path)
    assert points(only(log), "loss") == {1: 0.5, 2: 0.25, 3: 0.125}
    assert log.warnings == (
        "Several points of 'loss' were logged at one step with different values: the last counts, earlier ones were "
        "left out (1).",
    )


def wandb(folder: Path, name: str) -> Path:
    """A run's folder, as it is before it is uploaded."""
    run = folder / "wandb" / name
    (run / "files").mkdir(parents=True)
    (run / "logs").mkdir()
    write(run, b"\x00W&B", "run-x.wandb")
    write(run / "logs", '{"level": "INFO", "pid": 17}\n', "debug-core.log")
    write(run / "files", '{"loss": 0.25, "_step": 7}', "wandb-summary.json")
    write(run / "files", '{"os": "Linux", "cpu_count": 2}', "wandb-metadata.json")
    write(run / "files", "keras==3.10.0\n", "requirements.txt")
    return run


def test_what_weights_and_biases_writes_of_itself_is_no_training(tmp_path: Path) -> None:
    run = wandb(tmp_path, "offline-run-20240101_000000-x")
    for folder in (tmp_path, run):
        with pytest.raises(DataError, match=r"no log that can be read\. Not read: '.*run-x\.wandb'.*wandb sync"):
            read_log(folder)
    write(run / "files", samples.KERAS_2, "output.log")
    write(wandb(tmp_path, "run-20240102_000000-y") / "files", samples.KERAS_2, "output.log")
    for folder, count in ((tmp_path, 2), (run, 1)):
        log = read_log(folder)
        assert [points(one, "val_loss") for one in log] == [{1: 0.9, 2: 0.7}] * count
        assert len(log.warnings) == 1 and log.warnings[0].startswith("Not read: ")


def test_a_log_of_ones_own_named_debug_is_read(tmp_path: Path) -> None:
    write(tmp_path, samples.KERAS_2, "debug.log")
    assert only(read_log(tmp_path)).name == "debug.log"


def test_what_is_true_of_many_files_is_said_once(tmp_path: Path) -> None:
    for place in range(4):
        write(tmp_path, "a,loss\n1,0.5\n2,0.25\n", f"{place}.csv")
    log = read_log(tmp_path)
    assert len(log) == 4 and [one.split(":")[0] for one in log.warnings] == ["0.csv and 3 more"]


def test_a_project_of_kerastuner_among_other_logs_is_one_log_and_not_each_file_of_it(tmp_path: Path) -> None:
    samples.keras_tuner(tmp_path / "tuned")
    alone = read_log(tmp_path / "tuned")
    write(tmp_path, b"epoch,loss\n0,0.5\n1,0.25\n", "plain.csv")
    log = read_log(tmp_path)
    assert len(log) == len(alone) + 1
    assert {training.source for training in log} == {str(tmp_path / "plain.csv"), str(tmp_path / "tuned")}
