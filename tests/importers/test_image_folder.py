"""Folders of images: what is read, how it is decoded, and what cannot be used."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rightrate.errors import DataError, UsageError
from rightrate.importers.labelled import Split, read_labelled

Write = Callable[..., Path]


def test_class_folders_are_read_and_split(write_classes: Write) -> None:
    root = write_classes("data", {"dog": 10, "cat": 5, "Ant": 5})
    data = read_labelled(root, seed=3)
    assert data.classes == ("Ant", "cat", "dog")
    assert (data.x.shape, data.x_val.shape) == ((16, 4, 6, 3), (4, 4, 6, 3))
    assert [str(part.dtype) for part in (data.x, data.y, data.y_val)] == ["float32", "int64", "int64"]
    assert np.bincount(data.y).tolist() == [4, 4, 8] and np.bincount(data.y_val).tolist() == [1, 1, 2]
    assert data.warnings == () and data.source == str(root) and not data.is_regression


def test_split_names_the_files_and_pixels_follow_it(write_classes: Write) -> None:
    data = read_labelled(write_classes("data", {"cat": 5, "dog": 5}))
    assert isinstance(data.split, Split)
    assert json.loads(json.dumps(asdict(data.split)))["validation"] == list(data.split.validation)
    value = {f"{name}/{n}.png": 20 * shade + n for shade, name in enumerate(["cat", "dog"]) for n in range(5)}
    assert [value[str(name)] for name in data.split.train] == data.x[:, 0, 0, 0].tolist()
    assert [value[str(name)] for name in data.split.validation] == data.x_val[:, 0, 0, 0].tolist()
    assert sorted(map(str, data.split.train + data.split.validation)) == sorted(value)


@pytest.mark.parametrize("name", ["val", "valid", "validation", "Val"])
def test_train_and_validation_folders(write_classes: Write, name: str) -> None:
    write_classes("data/train", {"cat": 2, "dog": 1})
    write_classes("data/test", {"cat": 1})
    root = write_classes(f"data/{name}", {"cat": 1, "dog": 2}).parent
    data = read_labelled(root, validation_share=0.3)
    assert data.split is None
    assert (data.y.tolist(), data.y_val.tolist()) == ([0, 0, 1], [0, 1, 1])
    unused, share = data.warnings
    assert "'test' is not used: test data must stay unseen" in unused
    assert "validation share of 0.3 is not used" in share


def test_train_folder_alone_is_split_and_test_is_not_read(write_classes: Write) -> None:
    write_classes("data/test", {"cat": 1})
    root = write_classes("data/train", {"cat": 5, "dog": 5}).parent
    data = read_labelled(root)
    assert data.split is not None and str(data.split.train[0]).startswith("train/cat/")
    assert len(data.warnings) == 1 and "'test' is not used" in data.warnings[0]


def test_a_class_may_be_called_train(write_classes: Write) -> None:
    assert read_labelled(write_classes("data", {"train": 3, "plane": 3})).classes == ("plane", "train")


def test_ignored_files_are_counted_in_one_warning(write_classes: Write, write_image: Write) -> None:
    root = write_classes("data", {"cat": 3, "dog": 3})
    write_image("data/cat/.hidden.png")
    write_image("data/cat/.cache/1.png")
    write_image("data/loose.png")
    (root / "cat" / "notes.txt").write_text("x", encoding="utf-8")
    (root / "README").write_text("x", encoding="utf-8")
    data = read_labelled(root)
    expected = "5 files or folders are ignored: 1 .txt, 2 hidden, 1 image outside a class folder, 1 no ending."
    assert data.warnings == (expected,)
    assert len(data.y) + len(data.y_val) == 6


def test_images_below_a_class_folder_belong_to_the_class(write_classes: Write, write_image: Write) -> None:
    root = write_classes("data", {"cat": 3, "dog": 3})
    write_image("data/cat/more/1.png")
    data = read_labelled(root)
    assert data.split is not None and "cat/more/1.png" in data.split.train + data.split.validation


@pytest.mark.parametrize("ending", ["png", "PNG", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff"])
def test_formats(write_image: Write, tmp_path: Path, ending: str) -> None:
    for name in ("a/1", "a/2", "b/1", "b/2"):
        write_image(f"data/{name}.{ending}", value=200)
    data = read_labelled(tmp_path / "data", validation_share=0.5)
    assert data.x.shape == (2, 4, 6, 3) and np.abs(data.x - 200).max() <= 2
    assert data.warnings == ()


def four(root: Path, image: Image.Image, ending: str = "png", **options: Any) -> Path:
    """Save the image twice in each of two classes."""
    for name in ("a/1", "a/2", "b/1", "b/2"):
        path = root / f"{name}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, **options)
    return root


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bits_are_scaled_not_cut_off(tmp_path: Path, ending: str, channels: int) -> None:
    image = Image.fromarray(np.full((2, 2), 257 * 100, dtype=np.uint16))
    data = read_labelled(four(tmp_path / "d", image, ending), channels=channels, validation_share=0.5)
    assert data.x.shape == (2, 2, 2, channels) and np.allclose(data.x, 100.0)
    assert len(data.warnings) == 1 and "4 of 4 images hold 16 bits" in data.warnings[0]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("channels", [1, 3])
def test_alpha_is_dropped_with_a_warning(tmp_path: Path, mode: str, channels: int) -> None:
    image = Image.new(mode, (3, 2), (50, 50, 50, 0) if mode == "RGBA" else (50, 0))
    data = read_labelled(four(tmp_path / "d", image), channels=channels, validation_share=0.5)
    assert (data.x == 50).all() and data.x.shape == (2, 2, 3, channels)
    assert "4 of 4 images have an alpha channel" in data.warnings[0]


def test_palette_with_transparency(tmp_path: Path) -> None:
    image = Image.new("P", (2, 2), 1)
    image.putpalette([0, 0, 0, 10, 20, 30])
    data = read_labelled(four(tmp_path / "d", image, transparency=bytes([255, 100])), validation_share=0.5)
    assert data.x[0, 0, 0].tolist() == [10.0, 20.0, 30.0]
    assert len(data.warnings) == 1 and "transparent colour" in data.warnings[0]


def test_first_picture_of_an_animation(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (2, 2), (255, 0, 0)), Image.new("RGB", (2, 2), (0, 0, 255))
    root = four(tmp_path / "d", first, "gif", save_all=True, append_images=[second])
    data = read_labelled(root, validation_share=0.5)
    assert data.x[0, 0, 0].tolist() == [255.0, 0.0, 0.0]
    assert "4 of 4 images have several pictures; only the first is used" in data.warnings[0]


def test_gray_weights_and_colour_order(tmp_path: Path) -> None:
    image = Image.new("RGB", (2, 2), (255, 0, 10))
    root = four(tmp_path / "d", image)
    assert read_labelled(root, validation_share=0.5).x[0, 0, 0].tolist() == [255.0, 0.0, 10.0]
    assert read_labelled(root, channels=1, validation_share=0.5).x[0, 0, 0].tolist() == [77.0]


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0)])
def test_pixel_range(tmp_path: Path, low: float, high: float) -> None:
    image = Image.fromarray(np.array([[0, 255]], dtype=np.uint8))
    data = read_labelled(four(tmp_path / "d", image), pixel_range=(low, high), validation_share=0.5)
    assert data.x.dtype == np.float32 and np.allclose(data.x[0, 0, :, 0], [low, high])


def test_image_size_is_height_and_width_and_bilinear(write_image: Write, tmp_path: Path) -> None:
    for name, size in {"a/1": (4, 6), "a/2": (8, 2), "b/1": (3, 3), "b/2": (5, 9)}.items():
        write_image(f"data/{name}.png", size=size, value=77)
    data = read_labelled(tmp_path / "data", image_size=(5, 7), validation_share=0.5)
    assert data.x.shape == (2, 5, 7, 3) and (data.x == 77).all()
    ramp = Image.fromarray(np.array([[0, 100]], dtype=np.uint8))
    wide = read_labelled(four(tmp_path / "d", ramp), image_size=(1, 4), validation_share=0.5)
    assert wide.x[0, 0, :, 0].tolist() == [0.0, 25.0, 75.0, 100.0]


def test_orientation_in_exif_is_left_as_it_is(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = read_labelled(four(tmp_path / "d", Image.new("RGB", (6, 4)), "jpg", exif=exif), validation_share=0.5)
    assert data.x.shape[1:3] == (4, 6)


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere' does not exist; expected a folder.*Check the path"):
        read_labelled(tmp_path / "nowhere")


BAD_FOLDERS: dict[str, tuple[dict[str, object], list[str]]] = {
    # what lies where ("folder/" is an empty folder, a number is the width of an image) -> texts
    "empty": ({}, ["is empty", "one folder per class", "Sort the images"]),
    "no class folders": (
        {"1.png": 2, "2.png": 2},
        ["holds no folders, only '1.png', '2.png'", "DATA/cat/1.png"],
    ),
    "empty class": (
        {"cat/1.png": 2, "dog/": 0},
        ["dog' holds no images", "at least 2 files", ".webp", "delete the folder"],
    ),
    "class without images": ({"cat/1.png": 2, "dog/1.txt": b"x"}, ["dog' holds no images"]),
    "one class": (
        {"data/cat/1.png": 2, "data/dog/1.png": 2},
        ["one class folder only, 'data'", "at least 2 classes", "name that folder instead"],
    ),
    "one image per class": (
        {"cat/1.png": 2, "dog/1.png": 2},
        ["'cat (1)', 'dog (1)'", "fewer than 2 samples"],
    ),
    "not an image": (
        {"cat/1.png": 2, "cat/2.png": b"hello", "dog/1.png": 2, "dog/2.png": 2},
        ["'cat/2.png' does not decode", "UnidentifiedImageError", "PNG, JPEG", "Replace the file"],
    ),
    "empty image": ({"cat/1.png": b"", "dog/1.png": 2}, ["'cat/1.png' does not decode"]),
    "two sizes": (
        {"cat/1.png": 2, "dog/1.png": 3},
        ["'cat/1.png' is 2x2 and 'dog/1.png' is 2x3", "(height x width)", "--image-size"],
    ),
    "two sizes across the parts": (
        {f"{part}/{name}/1.png": 2 + (part == "val") for part in ("train", "val") for name in "ab"},
        ["'train/a/1.png' is 2x2 and 'val/a/1.png' is 2x3"],
    ),
    "validation lacks a class": (
        {"train/a/1.png": 2, "train/b/1.png": 2, "val/a/1.png": 2},
        ["'val' holds no sample of these classes of 'train': 'b'", "let rightrate split"],
    ),
    "validation has another class": (
        {"train/a/1.png": 2, "train/b/1.png": 2, "val/a/1.png": 2, "val/c/1.png": 2},
        ["'val' holds classes that never occur in 'train': 'c'", "expected only 'a', 'b'", "remove them"],
    ),
    "two validation parts": (
        {f"{part}/{name}/1.png": 2 for part in ("train", "val", "valid") for name in "ab"},
        ["'train', 'val', 'valid'", "at most one of", "Rename the folders"],
    ),
    "validation without training": (
        {f"{part}/{name}/1.png": 2 for part in ("val", "test") for name in "ab"},
        ["holds the folders 'test', 'val'", "expected one 'train'"],
    ),
    "train without classes": (
        {"train/1.png": 2, "val/a/1.png": 2},
        ["train' holds no folders, only '1.png'"],
    ),
}


@pytest.mark.parametrize("case", BAD_FOLDERS)
def test_bad_folder(tmp_path: Path, write_image: Write, case: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    files, texts = BAD_FOLDERS[case]
    for name, content in files.items():
        path = root / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, int) and not name.endswith("/"):
            write_image(f"root/{name}", size=(2, content))
    with pytest.raises(DataError) as caught:
        read_labelled(root)
    assert [text for text in texts if text not in str(caught.value)] == []


@pytest.mark.parametrize(("mode", "dtype"), [("I", np.int32), ("F", np.float32)])
def test_32_bits_have_no_known_range(tmp_path: Path, mode: str, dtype: type) -> None:
    root = four(tmp_path / "d", Image.fromarray(np.ones((2, 2), dtype=dtype)), "tif")
    with pytest.raises(DataError, match=rf"'a/1.tif' does not decode .*mode {mode}\) have no known range"):
        read_labelled(root, validation_share=0.5)


def test_image_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = four(tmp_path / "d", Image.new("L", (100, 100)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5_100)
    with pytest.raises(DataError, match=r"'a/1.png' does not decode \(DecompressionBombWarning"):
        read_labelled(root)


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({"image_size": (0, 5)}, ["image size is (0, 5)", "height and width", "--image-size 224 224"]),
        ({"image_size": (5,)}, ["image size is (5,)"]),
        ({"image_size": (5.5, 5)}, ["image size is (5.5, 5)", "whole numbers"]),
        ({"channels": 2}, ["channels is 2", "1 (gray) or 3 (RGB)"]),
        ({"pixel_range": (1.0, 0.0)}, ["pixel range is (1.0, 0.0)", "the smaller first"]),
        ({"pixel_range": (0.0, float("nan"))}, ["pixel range is (0.0, nan)"]),
        ({"validation_share": 1.5}, ["share is 1.5", "between 0 and 1"]),
        ({"seed": -1}, ["seed is -1"]),
        ({"label": "kind"}, ["is a folder of images, which does not use label", "Leave them out"]),
    ],
)
def test_option_that_makes_no_sense(write_classes: Write, options: dict[str, object], texts: list[str]) -> None:
    root = write_classes("data", {"cat": 5, "dog": 5})
    with pytest.raises(UsageError) as caught:
        read_labelled(root, **options)  # type: ignore[arg-type]
    assert [text for text in texts if text not in str(caught.value)] == []
