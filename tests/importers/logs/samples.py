"""Small logs of each format, in the form in which its tool writes them."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

from rightrate.importers.logs.wire import masked_crc

KERAS_CSV = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,0.91,0.4,1.2\n1,0.6,0.72,0.5,1.1\n2,0.7,0.53,0.5,nan\n"

HISTORY = {"loss": [0.91, 0.72, float("nan")], "val_loss": [1.2, 1.1, float("inf")]}

JSON_LINES = (
    '{"step": 10, "loss": 0.91, "lr": 0.001}\n'
    '{"step": 20, "loss": 0.72, "grad_norm": 1.5}\n'
    '{"step": 20, "val": {"loss": 0.8}}\n'
    '{"step": 30, "loss": NaN}\n'
)

BAR = "\u2501" * 20
KERAS_3 = (
    "2026-01-01 00:00:00.1: I tensorflow/core: some message - loss: 9.0\n"
    "Epoch 1/2\n"
    f"\r\x1b[1m 1/32\x1b[0m \x1b[37m{BAR}\x1b[0m \x1b[1m9s\x1b[0m 300ms/step - accuracy: 0.1000 - loss: 3.0000"
    + "\x08"
    * 40
    + f"\r\x1b[1m32/32\x1b[0m \x1b[32m{BAR}\x1b[0m\x1b[37m\x1b[0m \x1b[1m1s\x1b[0m 5ms/step - accuracy: 0.5000 - loss: 1.2000"
    " - val_accuracy: 0.6000 - val_loss: 0.9000 - learning_rate: 1.0000e-03\n"
    "Epoch 2/2\n"
    f"\r\x1b[1m32/32\x1b[0m \x1b[32m{BAR}\x1b[0m \x1b[1m0s\x1b[0m 5ms/step - accuracy: 0.7000 - loss: nan"
    " - val_accuracy: 0.6500 - val_loss: inf - learning_rate: 5.0000e-04\n"
)

KERAS_2 = (
    "Epoch 1/2\n"
    " 1/32 [..............................] - ETA: 9s - loss: 3.0000 - accuracy: 0.1000\r"
    "32/32 [==============================] - 1s 5ms/step - loss: 1.2000 - accuracy: 0.5000 - val_loss: 0.9000 - lr: 0.0010\n"
    "Epoch 2/2\n"
    "32/32 [==============================] - 0s 4ms/step - loss: 0.8000 - accuracy: 0.7000 - val_loss: 0.7000 - lr: 0.0010\n"
)

KERAS_2_SUMMARY = (
    "Epoch 1/2\n32/32 - 1s - loss: 1.2000 - accuracy: 0.5000 - val_loss: 0.9000 - 1s/epoch - 31ms/step\n"
    "Epoch 2/2\n32/32 - 0s - loss: 0.8000 - accuracy: 0.7000 - val_loss: 0.7000 - 300ms/epoch - 9ms/step\n"
)

TRAINER_STATE = {
    "best_metric": None,
    "epoch": 2.0,
    "global_step": 20,
    "log_history": [
        {"epoch": 0.5, "grad_norm": 2.5, "learning_rate": 5e-05, "loss": 0.9, "step": 5},
        {
            "epoch": 1.0,
            "eval_accuracy": 0.7,
            "eval_loss": 0.6,
            "eval_runtime": 1.5,
            "eval_steps_per_second": 9,
            "step": 10,
        },
        {"epoch": 1.5, "grad_norm": float("nan"), "learning_rate": 2e-05, "loss": 0.5, "step": 15},
        {"epoch": 2.0, "eval_accuracy": 0.8, "eval_loss": 0.55, "eval_runtime": 1.5, "step": 20},
        {"epoch": 2.0, "step": 20, "total_flos": 1e12, "train_loss": 0.7, "train_runtime": 9.0},
    ],
    "max_steps": 20,
    "num_train_epochs": 2,
}

LIGHTNING = (
    "epoch,lr-Adam,step,train_loss_epoch,train_loss_step,val_loss\n"
    ",0.001,4,,,\n"
    "0,,4,,0.9,\n"
    "0,,9,,0.8,\n"
    "0,,9,,,0.95\n"
    "0,,9,0.85,,\n"
    "1,,19,,0.7,\n"
    "1,,19,,,nan\n"
    "1,,19,0.72,,\n"
    "2,,29,,,0.6\n"
)

WANDB = (
    '"Step","calm-sun-1 - train/loss","calm-sun-1 - train/loss__MIN","calm-sun-1 - train/loss__MAX",'
    '"a - b - eval/loss","a - b - eval/loss__MIN","a - b - eval/loss__MAX"\n'
    '"10","0.9","0.9","0.9","","",""\n'
    '"20","NaN","NaN","NaN","0.8","0.8","0.8"\n'
    '"30","","","","Infinity","Infinity","Infinity"\n'
)

ULTRALYTICS = (
    "                  epoch,         train/box_loss,         train/cls_loss,   metrics/precision(B),       metrics/mAP50(B),"
    "           val/box_loss,           val/cls_loss,                 lr/pg0,                 lr/pg1,                 lr/pg2\n"
    "                      0,                 2.2611,                    4.4,                0.04334,                0.02061,"
    "                 2.3607,                 3.5587,               0.067303,                0.00033,                0.00033\n"
    "                      1,                 2.0238,                    3.3,                0.28257,                0.22122,"
    "                 2.1093,                    inf,               0.034299,                0.00066,                0.00066\n"
)

FASTAI = "epoch,train_loss,valid_loss,error_rate,time\n0,0.9,0.8,0.3,00:12\n1,0.5,0.6,0.2,01:02\n"

GENERIC = "iteration;cross entropy;held out;lr\n1;0,9;0,8;0,1\n2;0,7;;0,1\n"


def record(data: bytes) -> bytes:
    """A TFRecord."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def part(number: int, data: bytes) -> bytes:
    """A field of bytes, shorter than 128."""
    return bytes([number << 3 | 2, len(data)]) + data


def event(step: int, *values: bytes) -> bytes:
    """A record of an event with these summary values."""
    data = b"\x09" + struct.pack("<d", 1.7e9) + b"\x10" + bytes([step])
    return record(data + part(5, b"".join(part(1, value) for value in values)))


def simple(tag: str, value: float) -> bytes:
    """A summary value as PyTorch's SummaryWriter writes it."""
    return part(1, tag.encode()) + b"\x15" + struct.pack("<f", value)


def tensor(tag: str, value: float) -> bytes:
    """A summary value as TensorFlow 2 writes it: a tensor of one float, with the plugin's name."""
    content = b"\x08\x01" + part(2, b"") + part(4, struct.pack("<f", value))
    return part(1, tag.encode()) + part(8, content) + part(9, part(1, part(1, b"scalars")))


def events() -> bytes:
    """An event file: its version, a picture-like summary, scalars in both forms."""
    version = record(b"\x09" + struct.pack("<d", 1.7e9) + part(3, b"brain.Event:2"))
    text = part(1, b"note") + part(8, b"\x08\x07" + part(2, b"") + part(8, b"hello"))
    return (
        version
        + event(0, text)
        + event(10, simple("Loss/train", 0.9), simple("Loss/val", 0.8))
        + event(20, tensor("Loss/train", float("nan")), simple("Loss/val", 0.7))
    )


def trial(name: str, rate: float, values: list[float]) -> str:
    """KerasTuner's trial.json."""
    return json.dumps(
        {
            "trial_id": name,
            "hyperparameters": {"space": [], "values": {"learning_rate": rate, "units": 32}},
            "metrics": {"metrics": {"val_loss": {"direction": "min", "observations": [{"value": values, "step": 2}]}}},
            "score": values[0],
            "status": "COMPLETED",
        }
    )


def keras_tuner(folder: Path) -> Path:
    """A project folder with two trials."""
    for place, rate in enumerate((0.1, 0.001)):
        path = folder / f"trial_{place}" / "trial.json"
        path.parent.mkdir(parents=True)
        path.write_text(trial(str(place), rate, [0.5, 0.7]))
    (folder / "oracle.json").write_text("{}")
    return folder


def optuna(path: Path) -> Path:
    """A storage with the tables that are read, as Optuna 3 to 5 creates them."""
    database = sqlite3.connect(path)
    database.executescript(
        """
        CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name VARCHAR(512) NOT NULL);
        CREATE TABLE study_system_attributes (study_id INTEGER, "key" VARCHAR(512), value_json TEXT);
        CREATE TABLE trials (trial_id INTEGER PRIMARY KEY, number INTEGER, study_id INTEGER, state VARCHAR(8));
        CREATE TABLE trial_params (trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT);
        CREATE TABLE trial_intermediate_values (trial_id INTEGER, step INTEGER, intermediate_value FLOAT,
            intermediate_value_type VARCHAR(7));
        INSERT INTO studies VALUES (1, 's');
        INSERT INTO study_system_attributes VALUES (1, 'study:metric_names', '["val_loss"]');
        INSERT INTO trials VALUES (1, 0, 1, 'COMPLETE'), (2, 1, 1, 'PRUNED'), (3, 2, 1, 'FAIL');
        INSERT INTO trial_params VALUES (1, 'lr', 0.1), (2, 'lr', 0.001), (1, 'units', 32);
        INSERT INTO trial_intermediate_values VALUES (1, 0, 0.9, 'FINITE'), (1, 1, NULL, 'NAN'),
            (2, 0, 0.8, 'FINITE'), (2, 1, NULL, 'INF_POS');
        """
    )
    database.commit()
    database.close()
    return path


def mlruns(folder: Path) -> Path:
    """A file store with one experiment and two runs, autologged epoch by epoch."""
    for run, values in (("a1", "1 0.9 0\n2 0.7 1\n"), ("b2", "1 nan 0\n2 0.7 1\n")):
        path = folder / "0" / run
        (path / "metrics" / "validation").mkdir(parents=True)
        (path / "params").mkdir()
        (path / "meta.yaml").write_text(f"artifact_uri: x\nrun_id: {run}\nrun_name: 'run {run}'\n")
        (path / "metrics" / "loss").write_text(values)
        (path / "metrics" / "validation" / "loss").write_text("1 0.8 0\n2 0.6 1\n")
        (path / "params" / "epochs").write_text("2")
    (folder / "0" / "meta.yaml").write_text("name: Default\n")
    return folder


def mlflow_database(path: Path) -> Path:
    """A SQLite store with the tables and columns that are read: two experiments, one run of the four deleted."""
    database = sqlite3.connect(path)
    database.executescript(
        """
        CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256));
        CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), start_time BIGINT,
            lifecycle_stage VARCHAR(20), experiment_id INTEGER);
        CREATE TABLE metrics ("key" VARCHAR(250), value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32), step BIGINT,
            is_nan BOOLEAN, PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan));
        CREATE TABLE params ("key" VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
        CREATE TABLE tags ("key" VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
        INSERT INTO experiments VALUES (0, 'Default'), (1, 'rates');
        INSERT INTO runs VALUES ('z9', 'first', 10, 'active', 1), ('a1', 'first', 20, 'active', 0),
            ('b2', '', 30, 'active', 1), ('c3', 'gone', 40, 'deleted', 1);
        INSERT INTO tags VALUES ('mlflow.runName', 'old name', 'b2'), ('mlflow.user', 'me', 'b2');
        INSERT INTO params VALUES ('epochs', '2', 'z9'), ('opt_learning_rate', '0.1', 'z9'), ('units', '32', 'z9');
        INSERT INTO metrics VALUES ('loss', 0.7, 101, 'z9', 1, 0), ('loss', 0.9, 100, 'z9', 0, 0),
            ('val_loss', 0, 102, 'z9', 1, 1), ('val_loss', 0.8, 101, 'z9', 0, 0),
            ('system/cpu', 9, 101, 'z9', 1, 0), ('loss', 1.7976931348623157e308, 201, 'a1', 40, 0),
            ('loss', 0.5, 200, 'a1', 20, 0), ('loss', 0.5, 300, 'b2', 0, 0), ('loss', 0.5, 400, 'c3', 0, 0);
        """
    )
    database.commit()
    database.close()
    return path


FILES: dict[str, Callable[[], bytes]] = {
    "Keras CSVLogger": KERAS_CSV.encode,
    "History JSON": json.dumps(HISTORY).encode,
    "JSON lines": JSON_LINES.encode,
    "Keras console": KERAS_3.encode,
    "Hugging Face trainer_state.json": json.dumps(TRAINER_STATE, indent=2).encode,
    "PyTorch Lightning metrics.csv": LIGHTNING.encode,
    "TensorBoard": events,
    "Weights & Biases CSV": WANDB.encode,
    "Ultralytics results.csv": ULTRALYTICS.encode,
    "fastai history.csv": FASTAI.encode,
    "CSV": GENERIC.encode,
}
"""The formats of one file that can be written without their tool."""
