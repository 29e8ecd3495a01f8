"""Real model files and real data for the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from rightrate.cli.main import _run


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """model.keras: 8x8 gray images to 2 classes, compiled; backbone.keras: to 6 features, not compiled."""
    folder = tmp_path_factory.mktemp("models")
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 1))
    features = keras.layers.Dense(6, activation="relu", name="features")(keras.layers.Flatten()(image))
    backbone = keras.Model(image, features, name="backbone")
    backbone.save(folder / "backbone.keras")
    model = keras.Model(image, keras.layers.Dense(2, activation="softmax", name="answer")(features), name="small")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(folder / "model.keras")
    table = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="table")
    table.save(folder / "table.keras")
    doubled = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: 2 * x), keras.layers.Dense(2)])
    doubled.save(folder / "lambda.keras")
    return folder


@pytest.fixture(scope="session")
def arrays() -> dict[str, np.ndarray]:
    """Two classes that differ in brightness."""
    rng = np.random.default_rng(0)
    y = np.arange(96) % 2
    x = rng.normal(0, 1, (96, 8, 8, 1)).astype("float32") + y[:, None, None, None]
    return {"x_train": x[:64], "y_train": y[:64], "x_val": x[64:], "y_val": y[64:]}


@pytest.fixture
def npz(tmp_path: Path, arrays: dict[str, np.ndarray]) -> Callable[..., Path]:
    """Write the arrays, with changes, to an .npz."""

    def write(**changes: np.ndarray | None) -> Path:
        path = tmp_path / "data.npz"
        np.savez(path, **{k: v for k, v in {**arrays, **changes}.items() if v is not None})
        return path

    return write


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two classes, 12 images each."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for label, bright in (("dark", 40), ("light", 160)):
        (folder / label).mkdir()
        for i in range(12):
            pixels = np.clip(rng.normal(bright, 30, (8, 8)), 0, 255).astype("uint8")
            Image.fromarray(pixels).save(folder / label / f"{i}.png")
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = _run([str(a) for a in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, without a project's policy and outside GitHub."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path
