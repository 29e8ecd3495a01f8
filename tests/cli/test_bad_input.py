"""Bad input: one clear error, the right exit code, no traceback, nothing left behind."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

Run = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True)
class Case:
    """Args:
    name: what is wrong.
    model, data: file names in the test's folders, or None.
    options: of `rightrate tune`.
    text: what the error must say, all of them.
    code: the exit code.
    change: arrays of the .npz to replace; None values are left out.
    """

    name: str
    text: tuple[str, ...]
    model: str = "model.keras"
    data: str | None = "data.npz"
    options: tuple[str, ...] = ()
    code: int = 2
    change: dict[str, object] = field(default_factory=dict)


NAN = np.full((64, 8, 8, 1), np.nan, "float32")
ONE_NAN = np.zeros((64, 8, 8, 1), "float32")
ONE_NAN[5] = np.inf
TEN = np.arange(64) % 10

CASES = [
    Case("model file missing", ("no model file", "Did you mean model.keras"), model="modle.keras"),
    Case("model file damaged", ("damaged", "zip"), model="damaged.keras"),
    Case("model file empty", ("damaged",), model="empty.keras"),
    Case("model file a zip of something else", ("cannot be loaded",), model="other.keras"),
    Case("model file cut off", ("damaged",), model="cut.keras"),
    Case("old HDF5 model", ("HDF5", "model.save('model.keras')"), model="old.h5"),
    Case("SavedModel folder", ("SavedModel", "model.save('model.keras')"), model="savedmodel"),
    Case("a lambda layer", ("Lambda", "module:function"), model="lambda.keras", data="three.npz"),
    Case("neither file nor function", (".keras file or module:function",), model="resnet50"),
    Case("module missing", ("no module 'nowhere'",), model="nowhere:build"),
    Case("function missing", ("no function 'biuld'", "Did you mean build"), model="my_training:biuld"),
    Case("function fails", ("my_training:fails() failed", "ZeroDivisionError"), model="my_training:fails", code=4),
    Case("module fails on import", ("Importing broken_module failed",), model="broken_module:build", code=4),
    Case("function returns two things", ("(model, train, validation)", "length 2"), model="my_training:pair"),
    Case("function returns no model", ("Expected a keras.Model. Received: str",), model="my_training:text"),
    Case("function returns data, and DATA too", ("Use one of them",), model="my_training:everything"),
    Case("no data at all", ("There are no data",), model="my_training:build", data=None),
    Case("uncompiled model without data to tell its loss", ("not compiled",), model="my_training:raw", data=None),
    Case("data missing", ("not",), data="nowhere.npz"),
    Case("data damaged", ("damaged.npz",), data="damaged.npz"),
    Case("empty folder", ("empty",), data="empty_folder"),
    Case("one class only in a folder", ("class",), data="one_class_folder"),
    Case("image that does not decode", ("bad.png",), data="bad_image_folder"),
    Case("one class only", ("one class",), change={"y_train": np.zeros(64, int), "y_val": np.zeros(32, int)}),
    Case("NaN in inputs", ("NaN",), change={"x_train": NAN}),
    Case("infinity in one input", ("infinite", "[5, 0, 0, 0]"), change={"x_train": ONE_NAN}),
    Case("NaN in labels", ("NaN",), change={"y_train": np.full(64, np.nan)}),
    Case("negative labels", ("-1",), change={"y_train": np.arange(64) % 2 - 1}),
    Case("more classes than outputs", ("2 outputs", "10 classes", "--new-head"), change={"y_train": TEN, "y_val": TEN[:32]}),
    Case("a backbone without head", ("6 outputs", "2 classes", "--new-head"), model="backbone.keras"),
    Case("inputs of another shape", ("cannot train on these data",), change={"x_train": np.zeros((64, 5)), "x_val": np.zeros((32, 5))}),
    Case("lengths that differ", ("64", "10"), change={"y_train": np.arange(10) % 2}),
    Case("validation set empty", ("x_val",), change={"x_val": np.zeros((0, 8, 8, 1)), "y_val": np.zeros(0, int)}),
    Case("validation lacks a class", ("validation",), change={"y_val": np.zeros(32, int)}),
    Case("no x_train", ("x_train",), change={"x_train": None}),
    Case("batch larger than the data", ("batch_size=65", "64 samples"), options=("--batch-size", "65")),
    Case("zero epochs", ("epochs", "Received: epochs=0"), options=("--epochs", "0")),
    Case("negative batch size", ("batch_size", "-1"), options=("--batch-size", "-1")),
    Case("epochs in words", ("--epochs",), options=("--epochs", "many")),
    Case("LOW above HIGH", ("smaller end first", "1e-05:0.01"), options=("--rates", "1e-2:1e-5")),
    Case("rates in words", ("LOW:HIGH",), options=("--rates", "low:high")),
    Case("a single rate", ("LOW:HIGH",), options=("--rates", "1e-3")),
    Case("rates beyond the limits", ("between 1e-08 and 10",), options=("--rates", "1e-3:1000")),
    Case("unknown metric", ("Unknown objective", "Did you mean val_accuracy"), options=("--objective", "accurracy")),
    Case("unknown schedule", ("--schedule",), options=("--schedule", "cosin")),
    Case("unknown optimizer", ("no optimizer 'adan'", "adam"), options=("--optimizer", "adan")),
    Case("unknown loss", ("no loss 'crossentropi'",), options=("--loss", "crossentropi")),
    Case("unknown positive class", ("Unknown positive class 'defect'",), options=("--positive", "defect")),
    Case("unknown layer to freeze", ("Unknown layer 'featurs'", "Did you mean features"), options=("--freeze", "featurs")),
    Case("unknown option", ("--learning-rate",), options=("--learning-rate", "1")),
    Case("budget below zero", ("budget",), options=("--budget", "-1")),
    Case("folder not empty", ("not empty", "Nothing is overwritten"), options=("--out", "full_folder")),
    Case("folder is a file", ("Received a file",), options=("--out", "data.npz")),
    Case("validation share of 2", ("between 0 and 1",), options=("--validation-split", "2")),
    Case("image size in words", ("--image-size",), options=("--image-size", "large")),
    Case("label column missing", ("churned",), model="table.keras", data="table.csv", options=("--label", "churned")),
    Case("text among the features", ("text",), model="table.keras", data="text.csv"),
    Case("an empty table", ("empty",), model="table.keras", data="empty.csv"),
]  # fmt: skip

MODULE = """
import keras
def build():
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model
def raw():
    return (keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), ([[1.0] * 3] * 64, [0, 1] * 32), ([[1.0] * 3] * 4, [0, 1] * 2))
def everything():
    return build(), ([[1.0]], [0]), ([[1.0]], [0])
def fails():
    return 1 / 0
def pair():
    return build(), None
def text():
    return "a model"
"""


@pytest.fixture
def place(
    tmp_path: Path, models: Path, npz: Callable[..., Path], photos: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder with everything that the cases name; it is the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    npz()
    whole = (models / "model.keras").read_bytes()
    for name in ("model.keras", "backbone.keras", "table.keras", "lambda.keras"):
        (tmp_path / name).write_bytes((models / name).read_bytes())
    (tmp_path / "damaged.keras").write_bytes(b"not a model")
    (tmp_path / "empty.keras").touch()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "old.h5").write_bytes(b"\x89HDF\r\n")
    (tmp_path / "savedmodel").mkdir()
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("readme.txt", "hello")
    np.savez(tmp_path / "three.npz", x_train=np.zeros((8, 3)), y_train=np.arange(8) % 2)
    (tmp_path / "damaged.npz").write_bytes(b"PK\x03\x04 nothing")
    (tmp_path / "my_training.py").write_text(MODULE)
    (tmp_path / "broken_module.py").write_text("raise RuntimeError('broken')")
    (tmp_path / "empty_folder").mkdir()
    (tmp_path / "full_folder").mkdir()
    (tmp_path / "full_folder" / "precious.txt").write_text("mine")
    (tmp_path / "one_class_folder" / "dark").mkdir(parents=True)
    (tmp_path / "one_class_folder" / "dark" / "0.png").write_bytes((photos / "dark" / "0.png").read_bytes())
    for label in ("dark", "light"):
        folder = tmp_path / "bad_image_folder" / label
        folder.mkdir(parents=True)
        for i in range(4):
            (folder / f"{i}.png").write_bytes((photos / label / f"{i}.png").read_bytes())
    (tmp_path / "bad_image_folder" / "light" / "bad.png").write_bytes(b"\x89PNG nothing")
    (tmp_path / "table.csv").write_text("a,b,c,label\n" + "1,2,3,yes\n4,5,6,no\n" * 20)
    (tmp_path / "text.csv").write_text("a,text,c,label\n" + "1,red,3,yes\n4,blue,6,no\n" * 20)
    (tmp_path / "empty.csv").touch()
    return tmp_path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_clear_error_and_nothing_left_behind(case: Case, place: Path, npz: Callable[..., Path], run: Run) -> None:
    if case.change:
        npz(**case.change)
    before = sorted(os.walk(place), key=str)
    code, out, err = run("tune", case.model, *([case.data] if case.data else []), "--epochs", 1, *case.options)
    assert code == case.code, err
    assert out == ""
    for part in case.text:
        assert part in " ".join(err.split()), err
    assert "Traceback" not in err
    assert sum(line.startswith("Error:") for line in err.splitlines()) == 1
    after = [entry for entry in sorted(os.walk(place), key=str) if "__pycache__" not in entry[0]]
    left = {name for _, folders, files in after for name in (*folders, *files)}
    known = {name for _, folders, files in before for name in (*folders, *files)} | {"runs", "__pycache__"}
    assert left <= known
    assert not (place / "runs").exists() or not any((place / "runs").iterdir())


def test_there_are_at_least_forty_cases() -> None:
    assert len(CASES) >= 40
