"""What any log may suffer, for every importer: curves and warnings come out, or one DataError; nothing else."""

from __future__ import annotations

import codecs
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rightrate.errors import DataError
from rightrate.importers.logs.read import FOLDER_IMPORTERS, IMPORTERS, read_log

from . import samples
from .test_bad_logs import read_or_refuse
from .test_fast_paths import outcome
from .test_formats import only, points, write


def parquet(path: Path) -> Path:
    pd.DataFrame({"epoch": [1, 2], "loss": [0.9, 0.5]}).to_parquet(path, compression=None)
    return path


def event_folder(path: Path) -> Path:
    (path / "train").mkdir(parents=True)
    (path / "train" / "events.out.tfevents.1").write_bytes(samples.events())
    return path


MADE: dict[str, Callable[[Path], Path]] = {
    "Parquet": parquet,
    "Optuna": samples.optuna,
    "MLflow": samples.mlruns,
    "MLflow database": samples.mlflow_database,
    "KerasTuner project": samples.keras_tuner,
    "TensorBoard": event_folder,
}
"""The formats of folders, and of files that their library writes."""

PARTS = [
    ("Parquet", ""),
    ("Optuna", ""),
    ("MLflow", "0/a1/metrics/loss"),
    ("MLflow", "0/a1/meta.yaml"),
    ("MLflow", "0/a1/params/epochs"),
    ("MLflow database", ""),
    ("KerasTuner project", "trial_0/trial.json"),
    ("TensorBoard", "train/events.out.tfevents.1"),
]
"""Each kind of file in them."""


def test_every_importer_is_damaged_somewhere() -> None:
    formats = {importer.format for importer in (*IMPORTERS, *FOLDER_IMPORTERS)}
    assert formats <= {*samples.FILES, *MADE, "Optuna storage"}


@pytest.mark.parametrize(("made", "part"), PARTS)
def test_cut_off_at_every_byte(tmp_path: Path, made: str, part: str) -> None:
    path = MADE[made](tmp_path / "log")
    file = path / part if part else path
    whole = file.read_bytes()
    # SQLite and Parquet say themselves where they end: most cuts of their large files are alike.
    for end in range(0, len(whole), 1 if len(whole) < 3000 else 41):
        file.write_bytes(whole[:end])
        read_or_refuse(path)
    file.write_bytes(whole)
    assert read_or_refuse(path) is not None


@pytest.mark.parametrize(("made", "part"), PARTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_overwritten_bytes(tmp_path: Path, made: str, part: str, data: st.DataObject) -> None:
    folder = tmp_path / "made"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = MADE[made](folder / "log")
    file = path / part if part else path
    damaged = bytearray(file.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    file.write_bytes(bytes(damaged))
    read_or_refuse(path)


TEXTS = [name for name in samples.FILES if name != "TensorBoard"]


@pytest.mark.parametrize("format_name", TEXTS)
def test_line_ends_and_byte_order_marks_change_nothing(tmp_path: Path, format_name: str) -> None:
    text = samples.FILES[format_name]().decode()
    path = write(tmp_path, text)
    plain = outcome(path)
    for changed in (text.replace("\n", "\r\n"), mixed(text), text + "\n\n"):
        write(tmp_path, changed)
        assert outcome(path) == plain
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        write(tmp_path, mark + text.encode(encoding))
        assert outcome(path) == plain


def mixed(text: str) -> str:
    """Every second line end is another."""
    lines = text.split("\n")
    return "".join(line + ("\r\n" if place % 2 else "\n") for place, line in enumerate(lines[:-1])) + lines[-1]


HUGE = ["1e400", "-1e400", "9" * 400, "-" + "9" * 400, "1e-400", "0." + "0" * 400 + "1"]


@pytest.mark.parametrize("huge", HUGE)
def test_huge_numbers_are_infinite_and_tiny_ones_zero(tmp_path: Path, huge: str) -> None:
    mlruns = samples.mlruns(tmp_path / "mlruns")
    (mlruns / "0" / "a1" / "metrics" / "loss").write_text(f"1 0.9 0\n2 {huge} 1\n")
    tuner = tmp_path / "tuner" / "trial_0" / "trial.json"
    tuner.parent.mkdir(parents=True)
    (tmp_path / "tuner" / "oracle.json").write_text("{}")
    tuner.write_text(samples.trial("0", 0.1, [0.5]).replace("[0.5]", f"[{huge}]"))
    state = {"log_history": [{"loss": 1.0, "step": 1}, {"loss": "x", "step": 2}]}
    logs = {
        "csv": f"step,loss\n1,0.9\n2,{huge}\n",
        "lines": f'{{"step": 1, "loss": 0.9}}\n{{"step": 2, "loss": {huge}}}\n',
        "history": f'{{"loss": [0.9, {huge}]}}',
        "state": json.dumps(state).replace('"x"', huge),
        "wandb": f'"Step","r - loss","r - loss__MIN","r - loss__MAX"\n1,0.9,,\n2,{huge},,\n',
    }
    for name, content in logs.items():
        curve = only(read_log(write(tmp_path, content, name))).curves["loss"]
        assert curve.values[-1] == float(huge), name
    assert read_log(mlruns).trainings[0].curves["loss"].values[-1] == float(huge)
    assert read_log(tmp_path / "tuner").trainings[0].curves["val_loss"].values[-1] == float(huge)


@pytest.mark.parametrize("huge", HUGE)
def test_huge_steps_are_refused_or_left_out(tmp_path: Path, huge: str) -> None:
    mlruns = samples.mlruns(tmp_path / "mlruns")
    (mlruns / "0" / "a1" / "metrics" / "loss").write_text(f"1 0.9 0\n2 0.8 {huge}\n")
    state = {"log_history": [{"loss": 1.0, "step": 1}, {"loss": 0.5, "step": "x"}], "epoch": "x"}
    logs = [
        f"step,loss\n1,0.9\n{huge},0.8\n",
        f"step,epoch,loss\n1,1,0.9\n2,{huge},0.8\n",
        f'{{"step": 1, "loss": 0.9}}\n{{"step": {huge}, "loss": 0.8}}\n',
        f'{{"loss": [0.9, 0.8], "epoch": [0, {huge}], "params": {{"steps": {huge}}}}}',
        json.dumps(state).replace('"x"', huge),
        f"Epoch 1/{huge}\n{huge}/{huge} - 1s - loss: 0.9\n",
    ]
    for content in logs:
        log = read_or_refuse(write(tmp_path, content))
        if log is not None:
            assert all(abs(curve.steps).max() <= 2**53 for one in log.trainings for curve in one.curves.values())
    assert read_or_refuse(mlruns) is not None


@pytest.mark.parametrize("spelling", ["nan", "NaN", "NAN", "inf", "-inf", "Infinity", "-Infinity"])
def test_spellings_of_nan_and_infinity_in_every_text(tmp_path: Path, spelling: str) -> None:
    mlruns = samples.mlruns(tmp_path / "mlruns")
    (mlruns / "0" / "a1" / "metrics" / "loss").write_text(f"1 0.9 0\n2 {spelling} 1\n")
    logs = {
        "lines": f'{{"step": 1, "loss": 0.9}}\n{{"step": 2, "loss": "{spelling}"}}\n',
        "history": f'{{"loss": [0.9, "{spelling}"]}}',
        "console": f"Epoch 1/2\n3/3 - 1s - loss: 0.9\nEpoch 2/2\n3/3 - 1s - loss: {spelling}\n",
        "wandb": f'"Step","r - loss","r - loss__MIN","r - loss__MAX"\n1,0.9,,\n2,{spelling},,\n',
        "tabs": f"step\tloss\n1\t0.9\n2\t {spelling}\n",
    }
    for name, content in logs.items():
        log = read_log(write(tmp_path, content, name))
        np.testing.assert_equal(only(log).curves["loss"].values[-1], float(spelling), err_msg=name)
        assert log.warnings == (), name
    np.testing.assert_equal(read_log(mlruns).trainings[0].curves["loss"].values[-1], float(spelling))


def test_parquet_of_wrong_types(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "loss": [0.5, np.nan, np.inf], "step": [1, 2, 3], "note": ["a", None, "c"], "flag": [True, False, True],
            "when": pd.to_datetime(["2024-01-01"] * 3), "list": [[1], [2, 3], []], "kind": pd.Categorical(["x", "y", "x"]),
            "huge": np.array([2**63, 2**64 - 1, 1], dtype=np.uint64), "half": np.array([0.5, 1, 2], dtype=np.float16),
        }
    )  # fmt: skip
    frame.to_parquet(tmp_path / "log")
    training = only(read_log(tmp_path / "log"))
    assert set(training.curves) == {"loss", "huge", "half"}
    assert points(training, "huge") == {1: 2.0**63, 2: 2.0**64, 3: 1.0}
    frame[["note", "flag"]].to_parquet(tmp_path / "words")
    with pytest.raises(DataError, match="no number that was measured"):
        read_log(tmp_path / "words")


def test_optuna_of_wrong_types(tmp_path: Path) -> None:
    import sqlite3

    for value in ("'x'", "X'00ff'", "NULL", "9e999", "'nan'"):
        path = samples.optuna(tmp_path / f"log{value!r:.3}".replace("'", ""))
        database = sqlite3.connect(path)
        database.execute(f"UPDATE trial_intermediate_values SET intermediate_value = {value} WHERE step = 1")
        database.execute(f"UPDATE trial_params SET param_value = {value}")
        database.execute(f"UPDATE trials SET number = {value} WHERE trial_id = 2")
        database.execute(f"UPDATE trial_intermediate_values SET step = {value} WHERE trial_id = 2 AND step = 1")
        database.execute(f"UPDATE study_system_attributes SET value_json = {value}")
        database.commit()
        database.close()
        read_or_refuse(path)
        path.unlink()
