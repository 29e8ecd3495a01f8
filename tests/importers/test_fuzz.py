"""Damaged files give a value or a RightrateError, never another exception."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from rightrate.errors import RightrateError
from rightrate.importers.labelled import LabelledData, read_labelled

ENDINGS = ("npz", "csv", "tsv", "png", "jpg", "gif", "bmp", "webp", "tif")


def good_bytes(ending: str) -> bytes:
    """Return a small complete file of this kind."""
    buffer = io.BytesIO()
    if ending == "npz":
        x, y = np.arange(12.0).reshape(4, 3), np.array(["a", "b", "a", "b"])
        np.savez(buffer, x_train=x, y_train=y)
    elif ending in ("csv", "tsv"):
        mark = "," if ending == "csv" else "\t"
        rows = ["label,n,m", 'a,1,"2"', "ä,1e3,4", "a,5,6", "ä,7,8"]
        buffer.write("\r\n".join(rows).replace(",", mark).encode())
    else:
        pixels = np.random.default_rng(0).integers(0, 255, (8, 9, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(buffer, {"jpg": "jpeg", "tif": "tiff"}.get(ending, ending))
    return buffer.getvalue()


def place(folder: Path, ending: str) -> tuple[Path, Path]:
    """Return (what to read, which file to damage); beside a damaged image lie three good ones."""
    if ending in ("npz", "csv", "tsv"):
        return folder / f"a.{ending}", folder / f"a.{ending}"
    for name in ("a/1", "a/2", "b/1", "b/2"):
        path = folder / "d" / f"{name}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(good_bytes(ending))
    return folder / "d", folder / "d" / "a" / f"1.{ending}"


def outcomes(folder: Path, ending: str, contents: list[bytes]) -> list[str]:
    """Read each content; return "value" or "error" for each, or let any other exception through."""
    source, target = place(folder, ending)
    found = []
    for content in contents:
        target.write_bytes(content)
        try:
            data = read_labelled(source, validation_share=0.5)
            assert isinstance(data, LabelledData) and len(data.x) == len(data.y)
            found.append("value")
        except RightrateError as error:
            assert "expected" in str(error).lower()
            found.append("error")
    return found


@pytest.mark.parametrize("ending", ENDINGS)
def test_cut_off_files(tmp_path: Path, ending: str) -> None:
    whole = good_bytes(ending)
    cuts = sorted({*range(min(len(whole), 60)), *range(0, len(whole), max(len(whole) // 40, 1))})
    found = outcomes(tmp_path, ending, [whole[:cut] for cut in cuts] + [whole])
    assert found[0] == "error" and found[-1] == "value"


Damage = Callable[[np.random.Generator, bytes], bytes]


def flip(random: np.random.Generator, whole: bytes) -> bytes:
    """Overwrite up to 4 bytes."""
    changed = bytearray(whole)
    for position in random.integers(0, len(whole), random.integers(1, 5)):
        changed[position] = random.integers(256)
    return bytes(changed)


def noise(random: np.random.Generator, whole: bytes) -> bytes:
    """Random bytes, after the first bytes of a good file in half of the cases."""
    return whole[: 8 * int(random.integers(2))] + random.bytes(int(random.integers(1, 200)))


@pytest.mark.parametrize("damage", [flip, noise])
@pytest.mark.parametrize("ending", ENDINGS)
def test_overwritten_files(tmp_path: Path, ending: str, damage: Damage) -> None:
    random, whole = np.random.default_rng(1), good_bytes(ending)
    found = outcomes(tmp_path, ending, [damage(random, whole) for _ in range(60)])
    assert "error" in found


def test_overwritten_parquet(tmp_path: Path) -> None:
    pd.DataFrame({"label": list("abab"), "n": [1.0, 2.0, 3.0, 4.0]}).to_parquet(tmp_path / "a.parquet")
    random, whole = np.random.default_rng(1), (tmp_path / "a.parquet").read_bytes()
    found = set()
    for cut in [None, *random.integers(0, len(whole), 200)]:
        (tmp_path / "a.parquet").write_bytes(whole[:cut] if cut is None or cut % 2 else flip(random, whole))
        try:
            found.add(len(read_labelled(tmp_path / "a.parquet", validation_share=0.5).y))
        except RightrateError:
            found.add(0)
    assert found == {0, 2}
