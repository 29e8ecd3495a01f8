"""The log of a watch: readable whatever happens, and whoever reads it says what the watch said."""

from __future__ import annotations

import gc
import io
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from rich.console import Console

import rightrate as rr
from rightrate.cli.follow import follow_log

from .test_watch_fit import fit, network, rising


def lines(log: Path) -> list[dict[str, Any]]:
    def no_constant(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return [json.loads(line, parse_constant=no_constant) for line in log.read_text().splitlines()]


@pytest.mark.parametrize(
    ("on", "optimizer", "factor"),
    [("warn", 0.05, 0.1), ("warn", 30.0, 0.1), ("stop", 30.0, 0.1), ("rescue", 30.0, 0.001), ("rescue", 1e6, 0.9)],
)
def test_diagnose_says_of_the_log_what_the_watch_says(on: Any, optimizer: Any, factor: float, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    watch = rr.Watch(on, log=log, factor=factor, gradient_norm=True, quiet=True)
    fit(network(optimizer), watch, epochs=6)
    read, live = rr.diagnose(log), watch.diagnosis
    assert str(read) == str(live)
    assert [answer.check for answer in read.answers] == [answer.check for answer in live.answers]
    assert read.document.training.setting == live.document.training.setting
    assert read.warnings == ()


def test_what_a_rescue_gave_up_is_in_the_log_and_not_in_its_curves(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    watch = rr.Watch("rescue", log=log, factor=0.0005, quiet=True)
    fit(network(keras.optimizers.SGD(rising(), momentum=0.9)), watch, epochs=6)
    (said,) = [line for line in lines(log) if "intervention" in line]
    assert (said["intervention"], said["back_to"]) == ("rescue", watch.interventions[0].back_to)
    assert any(line.get("loss") == "NaN" for line in lines(log))
    (training,) = rr.read_log(log)
    live = watch.diagnosis.document.training
    for name, curve in training.curves.items():
        assert curve.steps.tolist() == live.curves[name].steps.tolist()
        assert curve.values.tolist() == live.curves[name].values.tolist()
        assert np.isfinite(curve.values).all()


@pytest.mark.parametrize(
    ("on", "factor", "kinds"), [("stop", 0.1, ["stop"]), ("rescue", 0.9, ["rescue", "rescue", "stop"])]
)
def test_every_intervention_stands_in_the_log(on: Any, factor: float, kinds: list[str], tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    watch = rr.Watch(on, log=log, factor=factor, most_rescues=2, quiet=True)
    fit(network(1e6), watch)
    said = [line for line in lines(log) if "intervention" in line]
    assert [line["intervention"] for line in said] == kinds == [done.kind for done in watch.interventions]
    for line, done in zip(said, watch.interventions, strict=True):
        assert (line["epoch"], line["step"], line["why"]) == (done.epoch, done.step, done.why)
        assert line.get("learning_rate") == done.learning_rate
    assert [line.get("learning_rate") for line in said[:-1]] == pytest.approx([9e5, 8.1e5][: len(said) - 1])


def test_findings_and_their_withdrawal_stand_in_the_log(tmp_path: Path) -> None:
    watch = rr.Watch(log=tmp_path / "log.jsonl", quiet=True)
    watch.observe(step=1, loss=1.0)
    watch.observe(step=2, loss=float("nan"))
    for step in range(3, 30):
        watch.observe(step=step, loss=1.0 / step)
    said = [line for line in lines(tmp_path / "log.jsonl") if line.get("finding") == "RR101"]
    assert [line.get("withdrawn", False) for line in said] == [False, True]
    assert said[0]["title"].startswith("loss became NaN at step 2")


def test_a_killed_training_leaves_every_epoch_that_had_ended(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    script = f"""
import os, signal, keras, numpy as np, rightrate as rr
from rightrate.runner import watch_log
watch_log.PAUSE = watch_log.SHARE = 1e9  # what is flushed now and then is of no help here: only an epoch's end
class Dies(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == 3 and batch == 2:
            os.kill(os.getpid(), signal.SIGKILL)
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.ones((40, 3), "float32")
model.fit(x, x[:, 0], validation_data=(x, x[:, 0]), epochs=9, batch_size=8, verbose=0, callbacks=[rr.Watch(log={str(log)!r}), Dies()])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    (training,) = rr.read_log(log)
    assert training.curves["loss"].steps.tolist() == list(range(1, 16))
    assert training.curves["val_loss"].steps.tolist() == [5, 10, 15]
    assert training.steps_per_epoch == 5


def test_a_log_cut_anywhere_is_read_or_refused_in_words(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    watch = rr.Watch(log=whole, quiet=True)
    watch.begin(steps_per_epoch=2, optimizer="SGD", monitored=("val_loss",))
    for step in range(1, 5):
        watch.observe(step=step, loss=1.0 / step, val_loss=None if step % 2 else float("inf"))
    text = whole.read_bytes()
    for end in range(len(text)):
        cut.write_bytes(text[:end])
        try:
            assert rr.read_log(cut)[0].curves
        except rr.DataError as error:
            assert str(cut) in str(error)


def test_a_log_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("mine")
    with pytest.raises(rr.UsageError, match=r"exists already.*existing='overwrite'.*existing='resume'"):
        rr.Watch(log=log)
    with pytest.raises(rr.UsageError, match=r"is no log of rr\.Watch, so it cannot be resumed"):
        rr.Watch(log=log, existing="resume")
    assert log.read_text() == "mine"
    fit(network(0.05), rr.Watch(log=log, existing="overwrite", quiet=True), epochs=1)
    assert lines(log)[0]["rightrate"] == "watch"


def test_a_folder_that_is_not_there_is_told_before_the_training() -> None:
    with pytest.raises(rr.UsageError, match=r"there is no folder '/nowhere'.*Make it first"):
        rr.Watch(log="/nowhere/log.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_ends_the_log_and_not_the_training() -> None:
    page = io.StringIO()
    watch = rr.Watch(log="/dev/full", existing="overwrite", console=Console(file=page, width=500))
    history = fit(network(0.05), watch, epochs=2)
    assert len(history.history["loss"]) == 2
    assert "The log '/dev/full' cannot be written any more (No space left on device); it ends here." in page.getvalue()


def test_a_folder_that_goes_away_ends_the_log_and_not_the_training(tmp_path: Path) -> None:
    page, folder = io.StringIO(), tmp_path / "logs"
    folder.mkdir()
    gone = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: shutil.rmtree(folder, ignore_errors=True))
    watch = rr.Watch(log=folder / "log.jsonl", console=Console(file=page, width=500))
    history = fit(network(0.05), gone, watch, epochs=3)
    assert len(history.history["loss"]) == 3
    assert "cannot be written any more (No such file or directory); it ends here." in page.getvalue()


def test_each_fit_is_a_training_in_the_log(tmp_path: Path) -> None:
    model, watch = network(0.05), rr.Watch(log=tmp_path / "log.jsonl", quiet=True)
    fit(model, watch, epochs=1)
    fit(model, watch, epochs=2)
    log = rr.read_log(tmp_path / "log.jsonl")
    assert [(one.name, len(one.curves["loss"])) for one in log] == [("training", 20), ("training 2", 40)]
    assert log.format == "rightrate watch"


def test_a_resumed_training_goes_on_in_its_log(tmp_path: Path) -> None:
    """Beside BackupAndRestore: the first run dies in its third epoch, the second goes on from the second's end."""

    class Dies(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if self.model.optimizer.iterations >= 47:
                raise RuntimeError("out of memory")

    def backup() -> keras.callbacks.Callback:
        return keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))

    log = tmp_path / "log.jsonl"
    first = rr.Watch(log=log, quiet=True)
    with pytest.raises(RuntimeError, match="out of memory"):
        fit(network(0.05), backup(), first, Dies())
    del first  # as when a process ends: what it had not flushed is written
    gc.collect()
    second = rr.Watch(log=log, existing="resume", quiet=True)
    fit(network(0.05), backup(), second)
    (training,) = rr.read_log(log)
    live = second.diagnosis.document.training
    assert training.curves["loss"].steps.tolist() == list(range(1, 81))
    assert training.curves["val_loss"].steps.tolist() == [20, 40, 60, 80]
    assert str(rr.diagnose(log)) == str(second.diagnosis)
    assert live.curves["loss"].values.tolist() == training.curves["loss"].values.tolist()


def test_a_log_can_be_followed_while_it_grows(tmp_path: Path) -> None:
    log, page = tmp_path / "log.jsonl", io.StringIO()
    watch = rr.Watch(log=log, quiet=True)
    watch.observe(step=1, loss=1.0)
    steps = iter([2, 3])

    def wait(seconds: float) -> None:
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        watch.observe(step=step, loss=float("nan"))

    shown = follow_log(str(log), {}, console=Console(file=page, width=200), wait=wait)
    assert [finding.code for finding in shown] == [finding.code for finding in watch.diagnosis]
    assert "RR101" in [finding.code for finding in shown]


def test_a_log_of_a_newer_version_says_so(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"rightrate": "watch", "version": 9}\n{"step": 1, "loss": 1.0}\n')
    with pytest.raises(rr.DataError, match=r"version 9.*at most 1"):
        rr.read_log(log)


def test_a_log_without_a_value_yet_says_so(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"rightrate": "watch", "version": 1, "setting": {"optimizer": 5, "monitored": "x"}}\n')
    with pytest.raises(rr.DataError, match="holds no number"):
        rr.read_log(log)
    log.write_text(log.read_text() + '{"step": 1, "loss": 1.0, "my/odd acc": 2}\n{"step": "x"}\n{"step": 0.5}\n')
    read = rr.read_log(log, columns={"accuracy": "my/odd acc"})
    assert sorted(read[0].curves) == ["accuracy", "loss"]
    assert read.warnings == ("2 lines have no whole number as `step` and were left out.",)
