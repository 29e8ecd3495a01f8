"""Writers of small, real data that the tests of the readers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

WriteImage = Callable[..., Path]
WriteNpz = Callable[..., Path]
WriteText = Callable[..., Path]


@pytest.fixture
def write_image(tmp_path: Path) -> WriteImage:
    """write_image("cat/1.png", size=(4, 6), value=10): a file below `tmp_path` with one gray value."""

    def write(name: str, *, size: tuple[int, int] = (4, 6), value: int = 10, mode: str = "RGB") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        gray = Image.fromarray(np.full(size, value, dtype=np.uint8))
        gray.convert(mode).save(path)
        return path

    return write


@pytest.fixture
def write_classes(write_image: WriteImage, tmp_path: Path) -> Callable[..., Path]:
    """write_classes("data", {"cat": 3, "dog": 3}): a folder of class folders with that many PNG files."""

    def write(folder: str, counts: dict[str, int], *, size: tuple[int, int] = (4, 6)) -> Path:
        for shade, (name, count) in enumerate(counts.items()):
            for number in range(count):
                write_image(f"{folder}/{name}/{number}.png", value=20 * shade + number, size=size)
        return tmp_path / folder

    return write


@pytest.fixture
def write_npz(tmp_path: Path) -> WriteNpz:
    """write_npz(x_train=..., y_train=...): an .npz file."""

    def write(name: str = "data.npz", **arrays: object) -> Path:
        path = tmp_path / name
        np.savez(path, **{key: np.asarray(value) for key, value in arrays.items()})  # type: ignore[arg-type]
        return path

    return write


@pytest.fixture
def write_text(tmp_path: Path) -> WriteText:
    """write_text("a.csv", "a,label", "1,cat"): a file with these lines."""

    def write(name: str, *lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    return write


@pytest.fixture
def cats_and_dogs() -> Sequence[str]:
    """Lines of a good table: 5 rows of each class."""
    return ("age,weight,label", *(f"{n},{n / 2},{'cat' if n % 2 else 'dog'}" for n in range(10)))
