"""`rightrate judge --model`: predicts first, with progress, and judges what the model answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rightrate.errors import UsageError
from rightrate.judge_files import JudgeFiles, judge_files

Run = Callable[..., tuple[int, str, str]]


def test_a_model_file_predicts_and_is_judged(here: Path, run: Run, models: Path, photos: Path) -> None:
    code, out, _ = run("judge", "--model", str(models / "model.keras"), "--data", str(photos), "--json", "-",
                       "--positive", "light")  # fmt: skip
    told = json.loads(out)
    assert code in (1, 3) and told["rows"] == 24 and told["positive"] == "light"
    assert told["class_names"] == sorted(p.name for p in photos.iterdir())
    assert told["metrics"]["log_loss"]["value"] is not None


@pytest.mark.parametrize("positive", ["dark", "light"])
def test_the_one_output_of_a_sigmoid_is_the_second_class_whichever_is_positive(
    here: Path, run: Run, photos: Path, positive: str
) -> None:
    """Keras numbers class folders by name: the output is the probability of 'light'."""
    import keras

    light = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
    light.set_weights([np.full((64, 1), 1 / 64), np.array([-100.0])])  # brighter than 100
    light.save(here / "light.keras")
    asked = ("--model", "light.keras", "--data", str(photos), "--positive", positive, "--baseline", "light.keras")
    told = json.loads(run("judge", *asked, "--json", "-")[1])
    assert told["positive"] == positive and told["class_names"] == ["dark", "light"]
    assert told["metrics"]["accuracy"]["value"] == 1.0 and told["metrics"]["roc_auc"]["value"] == 1.0
    assert told["comparison"]["fixes"] == told["comparison"]["breaks"] == 0


def test_a_model_file_can_be_the_baseline(here: Path, run: Run, models: Path, photos: Path) -> None:
    judged = ("judge", "--model", str(models / "model.keras"), "--data", str(photos))
    _, out, _ = run(*judged, "--positive", "light", "--baseline", judged[2], "--json", "-")
    told = json.loads(out)["comparison"]
    assert (told["fixes"], told["breaks"]) == (0, 0) and "model.keras" in told["baseline"]
    code, _, err = run(*judged, "--positive", "light", "--baseline", "old.csv")
    assert code == 2 and "old.csv" in err


def test_how_far_the_predictions_are_is_told(here: Path, models: Path, photos: Path) -> None:
    shares: list[float] = []
    asked = JudgeFiles(model=str(models / "model.keras"), data=str(photos), positive="light", batch_size=10)
    judge_files(asked, on_progress=shares.append)
    assert shares == pytest.approx([10 / 24, 20 / 24, 1.0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"positive": "lihgt"}, "'lihgt'"),
        ({"labels": "dark,light,grey"}, "2 outputs"),
        ({"labels": "a,b"}, "'dark'"),
        ({"baseline": "old.csv"}, "another .keras file"),
        ({"baseline": "none.keras"}, "none.keras"),
        ({"baseline": "none.json"}, "none.json"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_predicted(
    here: Path, models: Path, photos: Path, change: dict[str, str], words: str
) -> None:
    shares: list[float] = []
    asked = JudgeFiles(model=str(models / "model.keras"), data=str(photos), **change)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=words):
        judge_files(asked, on_progress=shares.append)
    assert shares == []


def test_numbers_are_not_predicted_by_a_model_of_several_outputs(here: Path, models: Path) -> None:
    np.savez(here / "numbers.npz", x=np.zeros((4, 3), "float32"), y=[0.5, 1.5, 2.5, 3.5])
    with pytest.raises(UsageError, match="2 outputs, and the labels are one number a row"):
        judge_files(JudgeFiles(model=str(models / "table.keras"), data="numbers.npz"))


@pytest.mark.parametrize("pair", [("x_test", "y_test"), ("x", "y"), ("x_val", "y_val"), ("x_train", "y_train")])
def test_a_test_part_may_be_called_what_test_parts_are_called(
    here: Path, run: Run, models: Path, arrays: dict[str, np.ndarray], pair: tuple[str, str]
) -> None:
    np.savez(here / "test.npz", **dict(zip(pair, (arrays["x_val"], arrays["y_val"]), strict=True)))
    _, out, err = run("judge", "--model", str(models / "model.keras"), "--data", "test.npz", "--json", "-")
    assert json.loads(out)["rows"] == 32 and f"{pair[0]} and {pair[1]} of 'test.npz' are judged" in err


def test_a_test_part_is_judged_before_the_others(
    here: Path, run: Run, models: Path, arrays: dict[str, np.ndarray]
) -> None:
    np.savez(here / "all.npz", x_test=arrays["x_val"][:20], y_test=arrays["y_val"][:20], **arrays)
    _, out, err = run("judge", "--model", str(models / "model.keras"), "--data", "all.npz", "--json", "-")
    assert json.loads(out)["rows"] == 20 and "not used: 'x_val', 'y_val'" in " ".join(err.split())
    np.savez(here / "none.npz", a=np.zeros(3))
    code, _, err = run("judge", "--model", str(models / "model.keras"), "--data", "none.npz")
    assert code == 2 and "x_test and y_test" in err
