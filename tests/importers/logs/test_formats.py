"""Each format gives the numbers that its tool wrote, under Keras's names, at the epochs or steps that were done."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rightrate.curves.training import Training
from rightrate.errors import DataError
from rightrate.importers.logs.log import Log
from rightrate.importers.logs.read import read_log

from . import samples


def write(folder: Path, content: str | bytes, name: str = "log") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def points(training: Training, name: str) -> dict[int, float]:
    curve = training.curves[name]
    return dict(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


def only(log: Log) -> Training:
    (training,) = log.trainings
    return training


@pytest.mark.parametrize("format_name", samples.FILES)
def test_format_is_told_from_the_content_alone(tmp_path: Path, format_name: str) -> None:
    log = read_log(write(tmp_path, samples.FILES[format_name]()))
    assert log.format == format_name
    assert all(training.source == str(tmp_path / "log") for training in log.trainings)


def test_keras_csv(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, samples.KERAS_CSV))
    assert only(log).unit == "epoch"
    assert points(only(log), "loss") == {1: 0.91, 2: 0.72, 3: 0.53}
    np.testing.assert_equal(points(only(log), "val_loss"), {1: 1.2, 2: 1.1, 3: np.nan})
    assert log.warnings == ()


def test_history_json_with_params(tmp_path: Path) -> None:
    whole = {"history": samples.HISTORY, "epoch": [5, 6, 7], "params": {"steps": 32, "epochs": 8}}
    training = only(read_log(write(tmp_path, json.dumps(whole))))
    assert (training.unit, training.steps_per_epoch) == ("epoch", 32)
    np.testing.assert_equal(points(training, "val_loss"), {5: 1.2, 6: 1.1, 7: np.inf})


def test_history_as_pandas_writes_it(tmp_path: Path) -> None:
    frame = pd.DataFrame({"loss": [0.9, 0.7], "val_loss": [0.8, 0.6]})
    for text in (frame.to_json(), frame.to_json(orient="records"), frame.to_csv()):
        training = only(read_log(write(tmp_path, text)))
        assert training.unit == "epoch"
        assert points(training, "val_loss") == {1: 0.8, 2: 0.6}


def test_histories_of_several_runs(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, json.dumps({"lr 0.1": samples.HISTORY, "lr 0.01": {"loss": [0.5]}})))
    assert [training.name for training in log.trainings] == ["lr 0.1", "lr 0.01"]


def test_json_lines(tmp_path: Path) -> None:
    training = only(read_log(write(tmp_path, samples.JSON_LINES)))
    assert training.unit == "step"
    np.testing.assert_equal(points(training, "loss"), {10: 0.91, 20: 0.72, 30: np.nan})
    assert points(training, "val_loss") == {20: 0.8}
    assert points(training, "learning_rate") == {10: 0.001}
    assert points(training, "gradient_norm") == {20: 1.5}


def test_steps_that_start_again_in_each_epoch_are_counted_on(tmp_path: Path) -> None:
    rows = [{"mode": "train", "epoch": epoch, "iter": i, "loss": 1 / epoch} for epoch in (1, 2, 3) for i in (5, 10)]
    rows.insert(2, {"mode": "val", "epoch": 1, "iter": 10, "loss": 0.4})
    log = read_log(write(tmp_path, "\n".join(map(json.dumps, rows)) + "\n"))
    assert list(points(only(log), "loss")) == [5, 10, 15, 20, 25, 30]
    assert points(only(log), "val_loss") == {10: 0.4}
    assert "start again with each epoch" in log.warnings[0]


@pytest.mark.parametrize("text", [samples.KERAS_2, samples.KERAS_2_SUMMARY])
def test_console_of_keras_2(tmp_path: Path, text: str) -> None:
    training = only(read_log(write(tmp_path, text)))
    assert (training.unit, training.steps_per_epoch) == ("epoch", 32)
    assert points(training, "loss") == {1: 1.2, 2: 0.8}
    assert points(training, "val_loss") == {1: 0.9, 2: 0.7}
    assert set(training.curves) <= {"loss", "accuracy", "val_loss", "learning_rate"}


def test_console_of_keras_3(tmp_path: Path) -> None:
    training = only(read_log(write(tmp_path, samples.KERAS_3)))
    assert training.steps_per_epoch == 32
    np.testing.assert_equal(points(training, "loss"), {1: 1.2, 2: np.nan})
    np.testing.assert_equal(points(training, "val_loss"), {1: 0.9, 2: np.inf})
    assert points(training, "learning_rate") == {1: 1e-3, 2: 5e-4}


def test_console_in_utf_16_as_powershell_writes_it(tmp_path: Path) -> None:
    training = only(read_log(write(tmp_path, samples.KERAS_3.encode("utf-16"))))
    assert points(training, "val_accuracy") == {1: 0.6, 2: 0.65}


def test_console_without_the_bar_of_evaluate_and_the_unfinished_epoch(tmp_path: Path) -> None:
    evaluate = f"\r 1/32 {samples.BAR} 0s 2ms/step - loss: 7.0\r32/32 {samples.BAR} 0s 2ms/step - loss: 8.0\n"
    unfinished = f"Epoch 3/3\n\r 4/32 {samples.BAR} 0s 2ms/step - loss: 0.1"
    log = read_log(write(tmp_path, samples.KERAS_2 + evaluate + unfinished))
    assert points(only(log), "loss") == {1: 1.2, 2: 0.8}
    assert any("Epoch 3 is not complete (4 of 32 steps)" in warning for warning in log.warnings)


def test_console_of_two_fits_is_two_trainings(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, samples.KERAS_2 + samples.KERAS_2_SUMMARY))
    assert [training.name for training in log.trainings] == ["fit 1", "fit 2"]
    assert all(len(training.curves["loss"]) == 2 for training in log.trainings)


def test_console_that_keras_prints_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x = np.ones((8, 1))
    for verbose in (1, 2):
        history = model.fit(x, x, epochs=2, batch_size=2, validation_data=(x, x), verbose=verbose)
        training = only(read_log(write(tmp_path, capsys.readouterr().out)))
        assert training.steps_per_epoch == 4
        for name, values in history.history.items():
            # What is printed has 4 decimals, or 5 digits.
            assert training.curves[name].values.tolist() == pytest.approx(values, rel=1e-3, abs=6e-5)


def test_csv_logger_of_keras(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x = np.ones((8, 1))
    logger = keras.callbacks.CSVLogger(tmp_path / "log")
    history = model.fit(x, x, epochs=3, validation_data=(x, x), verbose=0, callbacks=[logger])
    training = only(read_log(tmp_path / "log"))
    assert {name: curve.values.tolist() for name, curve in training.curves.items()} == history.history
    assert training.curves["loss"].steps.tolist() == [1, 2, 3]


def test_trainer_state(tmp_path: Path) -> None:
    training = only(read_log(write(tmp_path, json.dumps(samples.TRAINER_STATE))))
    assert (training.unit, training.steps_per_epoch) == ("step", 10)
    assert points(training, "loss") == {5: 0.9, 15: 0.5}
    assert points(training, "val_loss") == {10: 0.6, 20: 0.55}
    assert set(training.curves) == {"loss", "val_loss", "val_accuracy", "learning_rate", "gradient_norm"}


def test_lightning(tmp_path: Path) -> None:
    training = only(read_log(write(tmp_path, samples.LIGHTNING)))
    assert (training.unit, training.steps_per_epoch) == ("step", 10)
    assert points(training, "loss") == {4: 0.9, 9: 0.8, 19: 0.7}
    np.testing.assert_equal(points(training, "val_loss"), {9: 0.95, 19: np.nan, 29: 0.6})
    assert points(training, "train_loss_epoch") == {9: 0.85, 19: 0.72}
    assert points(training, "learning_rate") == {4: 0.001}


def test_steps_of_an_epoch_while_the_last_one_is_under_way(tmp_path: Path) -> None:
    rows = [(0, 9), (1, 19), (2, 29), (3, 33)]
    text = "epoch,step,train_loss,x\n" + "".join(f"{epoch},{step},0.5,\n" for epoch, step in rows)
    assert only(read_log(write(tmp_path, text))).steps_per_epoch == 10
    two = text.replace("2,29,0.5,\n3,33,0.5,\n", "2,23,0.5,\n")
    assert only(read_log(write(tmp_path, two))).steps_per_epoch == 10


def test_tensorboard_in_both_forms(tmp_path: Path) -> None:
    training = only(read_log(write(tmp_path, samples.events())))
    np.testing.assert_equal(points(training, "loss"), {10: np.float32(0.9), 20: np.nan})
    assert list(points(training, "val_loss")) == [10, 20]
    assert set(training.curves) == {"loss", "val_loss"}


def test_tensorboard_folder_with_runs(tmp_path: Path) -> None:
    for run, loss in (("small/train", 0.9), ("small/validation", 0.8), ("large", 0.7)):
        (tmp_path / run).mkdir(parents=True)
        head = samples.events()[:0] + samples.event(0, samples.tensor("epoch_loss", loss))
        write(tmp_path / run, head + samples.event(1, samples.tensor("epoch_loss", loss / 2)), "events.out.tfevents.1")
    log = read_log(tmp_path)
    assert {training.name: sorted(training.curves) for training in log.trainings} == {
        "large": ["loss"],
        "small": ["loss", "val_loss"],
    }
    assert all(training.unit == "epoch" for training in log.trainings)
    assert points(log.trainings[0], "loss") == pytest.approx({1: 0.7, 2: 0.35})


def test_epochs_of_a_resumed_tensorboard_run_are_epochs_done(tmp_path: Path) -> None:
    path = write(tmp_path, samples.event(5, samples.tensor("epoch_loss", 0.5)))
    assert points(only(read_log(path)), "loss") == {6: 0.5}


def test_tensorboard_callback_of_tensorflow(tmp_path: Path) -> None:
    import tensorflow as tf

    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        for step, value in ((0, 0.5), (1, float("inf"))):
            metadata = tf.compat.v1.SummaryMetadata(plugin_data={"plugin_name": "scalars"})
            tf.summary.write("epoch_loss", tf.constant(value), step, metadata)
    writer.close()
    assert points(only(read_log(tmp_path)), "loss") == {1: 0.5, 2: float("inf")}


def test_wandb_chart(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, samples.WANDB))
    first, second = log.trainings
    assert (first.name, second.name) == ("calm-sun-1", "a - b")
    np.testing.assert_equal(points(first, "loss"), {10: 0.9, 20: np.nan})
    np.testing.assert_equal(points(second, "val_loss"), {20: 0.8, 30: np.inf})
    assert set(first.curves) == {"loss"}


def test_wandb_history(tmp_path: Path) -> None:
    text = "_runtime,_step,_timestamp,train/loss,train/global_step\n1.5,0,9,0.9,50\n2.5,1,10,0.8,100\n"
    log = read_log(write(tmp_path, text))
    assert log.format == "Weights & Biases CSV"
    assert points(only(log), "loss") == {50: 0.9, 100: 0.8}


def test_ultralytics(tmp_path: Path) -> None:
    training = only(read_log(write(tmp_path, samples.ULTRALYTICS)))
    assert points(training, "loss") == pytest.approx({1: 6.6611, 2: 5.3238})
    assert points(training, "val_loss") == pytest.approx({1: 5.9194, 2: np.inf})
    assert points(training, "learning_rate") == {1: 0.00033, 2: 0.00066}
    assert points(training, "val_mAP50(B)") == {1: 0.02061, 2: 0.22122}


def test_fastai(tmp_path: Path) -> None:
    training = only(read_log(write(tmp_path, samples.FASTAI)))
    assert points(training, "val_loss") == {1: 0.8, 2: 0.6}
    assert set(training.curves) == {"loss", "val_loss", "val_error_rate"}


def test_fastai_metrics_of_both_splits_or_of_training_alone(tmp_path: Path) -> None:
    both = "epoch,train_loss,train_accuracy,valid_loss,valid_accuracy,time\n0,0.9,0.5,0.8,0.4,00:12\n"
    training = only(read_log(write(tmp_path, both)))
    assert set(training.curves) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    alone = "epoch,train_loss,accuracy,time\n0,0.9,0.5,00:12\n"
    assert set(only(read_log(write(tmp_path, alone))).curves) == {"loss", "accuracy"}
    said = read_log(write(tmp_path, samples.FASTAI), columns={"errors": "error_rate"})
    assert set(only(said).curves) == {"loss", "val_loss", "errors"}


def test_keras_tuner(tmp_path: Path) -> None:
    log = read_log(samples.keras_tuner(tmp_path / "project"))
    assert [training.name for training in log.trainings] == ["trial_0", "trial_1"]
    assert points(log.trainings[0], "val_loss") == {3: pytest.approx(0.6)}
    assert [training.curves["learning_rate"].last for training in log.trainings] == [0.1, 0.001]
    assert any("means of 2 executions" in warning for warning in log.warnings)


def test_optuna(tmp_path: Path) -> None:
    path = samples.optuna(tmp_path / "study.db")
    before = path.read_bytes()
    log = read_log(path)
    first, second = log.trainings
    np.testing.assert_equal(points(first, "val_loss"), {0: 0.9, 1: np.nan})
    np.testing.assert_equal(points(second, "val_loss"), {0: 0.8, 1: np.inf})
    assert second.curves["learning_rate"].last == 0.001
    assert read_log(path, columns={"epoch": "step"}).trainings[0].curves["val_loss"].steps.tolist() == [1, 2]
    assert path.read_bytes() == before and [entry.name for entry in tmp_path.iterdir()] == ["study.db"]


def test_generic_table_with_columns(tmp_path: Path) -> None:
    path = write(tmp_path, samples.GENERIC)
    training = only(read_log(path, columns={"loss": "cross entropy", "val_loss": "held out"}))
    assert training.unit == "step"
    assert points(training, "loss") == {1: 0.9, 2: 0.7}
    assert points(training, "val_loss") == {1: 0.8}
    without = read_log(path)
    assert any('columns={"loss"' in warning for warning in without.warnings)


def test_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"epoch": [1, 2], "loss": [0.9, np.inf], "note": ["a", "b"], "acc": [None, 0.5]})
    frame.to_parquet(tmp_path / "log")
    training = only(read_log(tmp_path / "log"))
    assert points(training, "loss") == {1: 0.9, 2: np.inf}
    assert points(training, "accuracy") == {2: 0.5}


def test_folder_of_logs(tmp_path: Path) -> None:
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        write(tmp_path / run, samples.LIGHTNING, "metrics.csv")
        write(tmp_path / run, "seed: 1\n", "hparams.yaml")
    write(tmp_path, "nothing here", "notes.txt")
    log = read_log(tmp_path)
    assert [training.name for training in log.trainings] == ["a/metrics.csv", "b/metrics.csv"]
    assert any("notes.txt was left out" in warning for warning in log.warnings)


def test_folder_without_logs(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no log\. Expected a folder of KerasTuner project, MLflow"):
        read_log(tmp_path)
