"""Logs that the real tools wrote: what is read of them is what the tools themselves said that they measured.

`README.md` says how they were made; `truth.json` beside them came from each tool's API, in its own names and steps.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rightrate as rr
from rightrate.cli.exit_codes import DONE, NOT_ENOUGH_EVIDENCE
from rightrate.cli.main import _run
from rightrate.curves.training import Training

HERE = Path(__file__).parent

KERAS = {name: name for name in ("loss", "accuracy", "val_loss", "val_accuracy")}
KERAS_RATE = KERAS | {"learning_rate": "learning_rate"}
KERAS_2 = KERAS | {"learning_rate": "lr"}
OUTPUTS = ("kind_accuracy", "kind_loss", "size_accuracy", "size_loss")
TWO_OUTPUTS = {name: name for part in OUTPUTS for name in (part, f"val_{part}")} | {
    "loss": "loss",
    "val_loss": "val_loss",
}
LIGHTNING = {"loss": "train_loss_step", "val_loss": "val_loss", "val_accuracy": "val_acc"}
TRAINER = {
    "loss": "loss",
    "gradient_norm": "grad_norm",
    "learning_rate": "learning_rate",
    "val_loss": "eval_loss",
    "val_accuracy": "eval_accuracy",
}
DETECT = {
    "learning_rate": "lr/pg1",
    "box_loss": "train/box_loss",
    "val_box_loss": "val/box_loss",
    "val_precision(B)": "metrics/precision(B)",
    "val_recall(B)": "metrics/recall(B)",
}

FLOAT32 = 1e-6
"""Relative: event files and what TensorFlow prints of its own values are of 32 bits."""

PRINTED = 5.1e-5
"""Absolute: the console shows four decimals."""


@dataclass(frozen=True)
class Recorded:
    """One log and what should be read of it.

    Args:
        log: file or folder.
        format: as in docs/logs.md.
        curves: our name -> the tool's, for each curve that must be there.
        trainings: our name of a training -> the tool's; empty where there is one.
        unit: what steps count.
        first: what we call the step that the tool calls 0.
        per_epoch: optimizer steps in an epoch.
        tolerance: relative.
        rounding: absolute.
        also: names of other curves that may be there.
        warnings: one pattern for each warning, in order.
        columns: what the user says.
        cause: what leads in the diagnosis of it.
    """

    log: str
    format: str
    curves: Mapping[str, str]
    trainings: Mapping[str, str] = field(default_factory=dict)
    unit: str = "epoch"
    first: int = 1
    per_epoch: int | None = None
    tolerance: float = 1e-12
    rounding: float = 0.0
    also: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    cause: str = "rate_too_low"


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


RECORDED = [
    Recorded("keras/training.csv", "Keras CSVLogger", KERAS_RATE),
    Recorded("keras/history.json", "History JSON", KERAS_RATE),
    Recorded("keras/stopped_early.csv", "Keras CSVLogger", KERAS, cause="none"),
    Recorded("keras/validation_freq_2.csv", "Keras CSVLogger", KERAS),
    Recorded("keras/resumed.csv", "Keras CSVLogger", KERAS),
    Recorded("keras/two_outputs.csv", "Keras CSVLogger", TWO_OUTPUTS, cause="rate_too_low"),
    Recorded("keras/bar.txt", "Keras console", KERAS_RATE, per_epoch=8, rounding=PRINTED),
    Recorded("keras/steps_unknown.txt", "Keras console", KERAS_RATE, per_epoch=8, rounding=PRINTED),
    Recorded("keras/verbose_2.txt", "Keras console", KERAS_RATE, per_epoch=8, rounding=PRINTED),
    Recorded(
        "keras/two_fits.txt", "Keras console", KERAS, same("fit 1", "fit 2"), per_epoch=8, rounding=PRINTED
    ),
    Recorded("keras/rates", "folder of logs", KERAS, same("lr_0.05.csv", "lr_1e+30.csv", "lr_1e-05.csv")),
    Recorded("tf_keras/training.csv", "Keras CSVLogger", KERAS_2, tolerance=FLOAT32),
    Recorded("tf_keras/bar.txt", "Keras console", KERAS_2, per_epoch=8, rounding=PRINTED),
    Recorded("tf_keras/verbose_2.txt", "Keras console", KERAS_2, per_epoch=8, rounding=PRINTED),
    Recorded("tensorboard/keras_epoch", "TensorBoard", KERAS_RATE, {"keras_epoch": "epochs"}, per_epoch=8, tolerance=FLOAT32),
    Recorded("tensorboard/keras_batch", "TensorBoard", KERAS_RATE, {"keras_batch": "epochs"}, per_epoch=8, tolerance=FLOAT32),
    Recorded(
        "tensorboard/keras_resumed", "TensorBoard", KERAS, {"keras_resumed": ""}, per_epoch=8, tolerance=FLOAT32,
        also=("learning_rate",),
    ),
    Recorded(
        "tensorboard/keras_rates", "TensorBoard", KERAS, same("lr_0.05", "lr_1e-05"), per_epoch=8, tolerance=FLOAT32,
        also=("learning_rate",),
    ),
    Recorded(
        "tensorboardx/rates", "TensorBoard", {"loss": "Loss/train", "val_loss": "Loss/val", "learning_rate": "lr"},
        same("lr_0.01", "lr_1"), unit="step", first=0, tolerance=FLOAT32, cause="none",
    ),
    Recorded(
        "tensorboardx/add_scalars", "TensorBoard", {"loss": "train", "val_loss": "val"}, {"loss": ""}, unit="step",
        first=0, tolerance=FLOAT32, cause="none",
    ),
    Recorded(
        "keras_tuner/search", "KerasTuner project", KERAS_RATE, same("trial_0", "trial_1", "trial_2"),
        warnings=("best epoch of a trial only",), cause="not_enough_data",
    ),
    Recorded(
        "keras_tuner/twice", "KerasTuner project", KERAS_RATE, same("trial_0", "trial_1", "trial_2"),
        warnings=("best epoch of a trial only",), cause="not_enough_data",
    ),
    Recorded(
        "optuna/study.db", "Optuna storage", {"val_loss": "intermediate_value", "learning_rate": "lr"},
        same(*(f"trial {number}" for number in range(5))), columns={"val_loss": "intermediate_value", "epoch": "step"},
        cause="none",  # of the best trial, at the largest rate; the four others are told that theirs is too low
    ),
    Recorded(
        "lightning/csv/metrics.csv", "PyTorch Lightning metrics.csv", LIGHTNING, unit="step", first=0, per_epoch=8,
        also=("learning_rate", "train_loss_epoch"), cause="none",
    ),
    Recorded(
        "lightning/events", "TensorBoard", LIGHTNING, unit="step", first=0, per_epoch=8, tolerance=FLOAT32,
        also=("learning_rate", "train_loss_epoch"), cause="none",
    ),
    Recorded(
        "transformers/trainer_state.json", "Hugging Face trainer_state.json", TRAINER, unit="step", first=0, per_epoch=6,
        cause="none",  # every validation row is right from the first epoch on
    ),
    Recorded(
        "transformers/checkpoint_state.json", "Hugging Face trainer_state.json", TRAINER, unit="step", first=0,
        per_epoch=6, cause="none",
    ),
    Recorded(
        "ultralytics/detect.csv", "Ultralytics results.csv", DETECT, first=0, tolerance=1e-5, cause="data",
        also=(
            "loss", "val_loss", "cls_loss", "dfl_loss", "val_cls_loss", "val_dfl_loss", "val_mAP50(B)",
            "val_mAP50-95(B)", "lr/pg0", "lr/pg2",
        ),
    ),
    Recorded(
        "ultralytics/classify.csv", "Ultralytics results.csv",
        {"loss": "train/loss", "val_loss": "val/loss", "val_accuracy_top1": "metrics/accuracy_top1", "learning_rate": "lr/pg1"},
        first=0, tolerance=1e-5, also=("val_accuracy_top5", "lr/pg0", "lr/pg2"), cause="data",
    ),
    # Keras's own evaluation inside `fit` is logged too, as validation_loss, always at step 0.
    Recorded("mlflow/mlruns", "MLflow", KERAS, same("lr 0.05", "lr 1e-05"), also=("learning_rate",)),
    Recorded("mlflow/mlflow.db", "MLflow", KERAS, same("lr 0.05", "lr 1e-05"), also=("learning_rate",)),
    Recorded(
        "fastai/history.csv", "fastai history.csv",
        {"loss": "train_loss", "val_loss": "valid_loss", "val_accuracy": "accuracy"},
    ),
    Recorded("transformers/events", "TensorBoard", TRAINER, unit="step", first=0, per_epoch=6, tolerance=FLOAT32, cause="none"),
    Recorded(
        "wandb/wandb", "folder of logs", KERAS, per_epoch=8, rounding=PRINTED, warnings=(r"Not read: .*\.wandb'",),
    ),
]  # fmt: skip


def place_of(log: str, folder: Path) -> Path:
    """The log; a packed one is unpacked first."""
    packed = HERE / f"{log}.gz"
    if not packed.exists():
        return HERE / log
    path = folder / packed.stem
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def truth_of(log: str) -> dict[str, dict[str, list[tuple[int, float]]]]:
    """By the tool's name of a training, and of a quantity: step and value."""
    tool, _, name = log.partition("/")
    truth: dict[str, Any] = json.loads((HERE / tool / "truth.json").read_text())["logs"]
    return dict(truth[name])


def only_losses(trainings: list[Training]) -> dict[str, Training]:
    return {training.name: training for training in trainings if not training.name.endswith(" (batches)")}


@pytest.mark.parametrize("case", [pytest.param(one, id=one.log) for one in RECORDED])
def test_curves_are_what_the_tool_said(tmp_path: Path, case: Recorded) -> None:
    truth = truth_of(case.log)
    log = rr.read_log(place_of(case.log, tmp_path), columns=case.columns)
    assert log.format == case.format
    found = only_losses(list(log))
    names = case.trainings or dict.fromkeys(found, "")
    assert set(found) == set(names)
    for name, training in found.items():
        assert (training.unit, training.steps_per_epoch) == (case.unit, case.per_epoch)
        assert set(case.curves) <= set(training.curves) <= {*case.curves, *case.also}
        for ours, theirs in case.curves.items():
            said = truth[names[name]][theirs]
            curve = training.curves[ours]
            assert curve.steps.tolist() == [step + case.first for step, _ in said]
            values = [value for _, value in said]
            np.testing.assert_allclose(curve.values, values, case.tolerance, case.rounding, err_msg=ours)
    assert len(log.warnings) == len(case.warnings), log.warnings
    assert all(re.search(*pair) for pair in zip(case.warnings, log.warnings, strict=True))


@pytest.mark.parametrize("case", [pytest.param(one, id=one.log) for one in RECORDED])
def test_the_command_diagnoses_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], case: Recorded) -> None:
    columns = [f"--columns={name}={column}" for name, column in case.columns.items()]
    code = _run(["diagnose", str(place_of(case.log, tmp_path)), *columns, "--json", "-"])
    assert code == (NOT_ENOUGH_EVIDENCE if case.cause == "not_enough_data" else DONE)
    assert json.loads(capsys.readouterr().out)["leading"]["cause"] == case.cause


def test_the_losses_by_batch_are_kept_apart() -> None:
    """Keras writes both with update_freq="batch"."""
    (training,) = (one for one in rr.read_log(HERE / "tensorboard/keras_batch") if one.unit == "step")
    said = truth_of("tensorboard/keras_batch")["batches"]
    assert (training.name, training.steps_per_epoch) == ("keras_batch (batches)", 8)
    for name in ("loss", "accuracy"):
        assert training.curves[name].steps.tolist() == [step + 1 for step, _ in said[name]]
        np.testing.assert_allclose(training.curves[name].values, [value for _, value in said[name]], rtol=FLOAT32)


def test_of_two_fits_in_one_csv_the_later_wins_and_it_is_said() -> None:
    """`CSVLogger(append=True)`, and `fit` was called again without `initial_epoch`."""
    log = rr.read_log(HERE / "keras/fitted_twice.csv")
    said = truth_of("keras/fitted_twice.csv")["second"]["val_loss"]
    assert log[0].curves["val_loss"].values.tolist() == [value for _, value in said]
    assert re.search("go back.*4 earlier points", log.warnings[0])


def test_the_file_of_a_resumed_run_alone_begins_at_its_own_epoch() -> None:
    later = sorted((HERE / "tensorboard/keras_resumed/train").iterdir())[-1]
    curve = rr.read_log(later)[0].curves["loss"]
    said = truth_of("tensorboard/keras_resumed")[""]["loss"][4:]
    assert curve.steps.tolist() == [5, 6, 7, 8]
    np.testing.assert_allclose(curve.values, [value for _, value in said], rtol=FLOAT32)


def test_a_folder_named_test_is_not_validation() -> None:
    """TensorFlow's tutorial of a loop of one's own writes `train` and `test`."""
    (training,) = rr.read_log(HERE / "tensorboard/tutorial")
    said = truth_of("tensorboard/tutorial")[""]
    assert set(training.curves) == {"loss", "accuracy", "test_loss", "test_accuracy"}
    np.testing.assert_allclose(training.curves["loss"].values, [v for _, v in said["loss"]], rtol=FLOAT32)
    np.testing.assert_allclose(training.curves["test_loss"].values, [v for _, v in said["val_loss"]], rtol=FLOAT32)


def test_lightnings_rate_is_the_one_that_was_decayed() -> None:
    for log in ("lightning/csv/metrics.csv", "lightning/events"):
        rate = rr.read_log(HERE / log)[0].curves["learning_rate"]
        np.testing.assert_allclose(rate.values, np.repeat(0.02 * 0.8 ** np.arange(8), 2), rtol=FLOAT32)


def test_yolos_loss_is_the_sum_of_its_parts() -> None:
    said = truth_of("ultralytics/detect.csv")[""]
    training = rr.read_log(HERE / "ultralytics/detect.csv")[0]
    for name, split in (("loss", "train"), ("val_loss", "val")):
        parts = [[value for _, value in said[f"{split}/{part}_loss"]] for part in ("box", "cls", "dfl")]
        np.testing.assert_allclose(training.curves[name].values, np.sum(parts, axis=0), rtol=1e-9)


def test_trials_whose_metric_has_no_name_are_asked_about() -> None:
    """Optuna does not store what was reported."""
    log = rr.read_log(HERE / "optuna/study.db")
    assert log[0].curves["intermediate_value"].values.tolist() == [
        value for _, value in truth_of("optuna/study.db")["trial 0"]["intermediate_value"]
    ]
    assert [bool(re.search(r'trial 0 and 4 more: .*columns=\{"loss": \.\.\.\}', one)) for one in log.warnings] == [True]
    assert rr.diagnose(log).leading.cause == "not_enough_data"


@pytest.mark.parametrize("log", ["mlflow/mlruns", "mlflow/mlflow.db"])
def test_what_the_user_says_of_mlflows_two_spellings_wins(tmp_path: Path, log: str) -> None:
    path = place_of(log, tmp_path)
    for name in ("val_loss", "validation_loss"):
        read = rr.read_log(path, columns={"val_loss": name})
        for training in read:
            values = [value for _, value in truth_of(log)[training.name][name]]
            assert training.curves["val_loss"].values.tolist() == values


@pytest.mark.parametrize("log", ["mlflow/mlruns", "mlflow/mlflow.db"])
def test_the_rate_of_the_autologging_is_a_curve(tmp_path: Path, log: str) -> None:
    rates = {one.name: one.curves["learning_rate"].values for one in rr.read_log(place_of(log, tmp_path))}
    for rate in (0.05, 1e-5):
        np.testing.assert_allclose(rates[f"lr {rate:g}"], [rate] * 8, rtol=FLOAT32)


def test_three_rates_in_a_folder_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    rates = ["--learning-rate=0.05", "--learning-rate=1e30", "--learning-rate=1e-5"]
    assert _run(["diagnose", str(HERE / "keras/rates"), *rates, "--json", "-"]) == DONE
    rows = json.loads(capsys.readouterr().out)["comparison"]["rows"]
    assert {row["learning_rate"]: row["place"] for row in rows} == {1e-5: "too low", 0.05: "right", 1e30: "too high"}


def test_runs_of_several_tools_in_one_folder(tmp_path: Path) -> None:
    for log in ("keras/training.csv", "keras/bar.txt", "lightning/csv/metrics.csv", "transformers/trainer_state.json"):
        shutil.copy(HERE / log, tmp_path)
    log = rr.read_log(tmp_path)
    assert {training.name for training in log} == {"training.csv", "bar.txt", "metrics.csv", "trainer_state.json"}
    assert log.warnings == ()


def test_the_readme_names_every_tool_and_its_version() -> None:
    text = (HERE / "README.md").read_text()
    for truth in HERE.glob("*/truth.json"):
        for name, version in json.loads(truth.read_text())["made_with"].items():
            assert f"{name} {version}" in text, truth
            assert f"`{truth.parent.name}`" in text


def test_the_files_are_small() -> None:
    files = [file for file in HERE.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    assert sum(file.stat().st_size for file in files) <= 600_000
    assert max(file.stat().st_size for file in files) <= 50_000


def test_no_log_needs_the_library_of_the_tool_that_wrote_it(tmp_path: Path) -> None:
    """Event files above all: neither TensorFlow nor TensorBoard is imported to read them."""
    paths = [str(place_of(case.log, tmp_path)) for case in RECORDED]
    libraries = (
        "tensorflow",
        "tensorboard",
        "keras",
        "torch",
        "keras_tuner",
        "optuna",
        "mlflow",
        "wandb",
        "transformers",
    )
    code = (
        "import sys, rightrate as rr\n"
        "for path in sys.argv[1:]: assert rr.read_log(path)[0].curves, path\n"
        f"print([name for name in {libraries} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
