""".npz files: what is read, and what cannot be used. The checks of labels are tested here for all readers."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rightrate.errors import DataError, UsageError
from rightrate.importers.labelled import read_labelled

Write = Callable[..., Path]
X4 = np.arange(8.0).reshape(4, 2)
EYE = np.eye(3)
NAN, INF = float("nan"), float("inf")


def test_given_validation_part_is_used_as_it_is(write_npz: Write) -> None:
    pixels = np.arange(4 * 2 * 2, dtype=np.uint8).reshape(4, 2, 2)
    path = write_npz(x_train=pixels, y_train=[0, 1, 0, 1], x_val=pixels[:2], y_val=[0, 1])
    data = read_labelled(path)
    assert data.x.dtype == np.uint8 and np.array_equal(data.x, pixels) and np.array_equal(data.x_val, pixels[:2])
    assert (data.y.tolist(), data.y_val.tolist(), data.classes) == ([0, 1, 0, 1], [0, 1], ("0", "1"))
    assert data.split is None and data.warnings == () and data.y.dtype == np.int64


def test_split_by_row_number(write_npz: Write) -> None:
    data = read_labelled(write_npz(x_train=np.arange(20), y_train=[0, 1] * 10), validation_share=0.3, seed=5)
    assert data.split is not None and (data.split.share, data.split.seed) == (0.3, 5)
    assert data.x.tolist() == list(data.split.train) and data.x_val.tolist() == list(data.split.validation)
    assert (data.y == data.x % 2).all() and len(data.y_val) == 6


LABELS: dict[str, tuple[object, list[int], tuple[str, ...], str]] = {
    # labels -> indices, classes, a part of the one warning ("" for none)
    "text": (["dog", "cat", "dog", "cat"], [1, 0, 1, 0], ("cat", "dog"), ""),
    "bytes": (np.array([b"b", b"a", b"b", b"a"]), [1, 0, 1, 0], ("a", "b"), ""),
    "bools": ([True, False, True, False], [1, 0, 1, 0], ("False", "True"), ""),
    "numbers sorted by value": ([10, 9, 10, 9], [1, 0, 1, 0], ("9", "10"), "label 9 is class 0"),
    "one-hot": (np.eye(2)[[1, 0, 1, 0]], [1, 0, 1, 0], ("0", "1"), "one-hot with 2 columns"),
    "one-hot whole numbers": (np.eye(2, dtype=int)[[1, 0, 1, 0]], [1, 0, 1, 0], ("0", "1"), "one-hot"),
    "column": ([[1], [0], [1], [0]], [1, 0, 1, 0], ("0", "1"), "has shape (4, 1)"),
    "indices as floats": ([1.0, 0.0, 1.0, 0.0], [1, 0, 1, 0], ("0", "1"), "stored as floats"),
    "nearly the same": (
        ["a", "A", "a", "A"],
        [1, 0, 1, 0],
        ("A", "a"),
        "differ only in spaces or case: 'A', 'a'",
    ),
}


@pytest.mark.parametrize("case", LABELS)
def test_labels_become_class_indices(write_npz: Write, case: str) -> None:
    labels, indices, classes, warning = LABELS[case]
    data = read_labelled(write_npz(x_train=np.arange(4), y_train=labels), validation_share=0.5)
    assert data.classes == classes and data.y.dtype == np.int64
    assert data.y.tolist() == [indices[row] for row in data.x]
    assert len(data.warnings) == bool(warning) and all(warning in text for text in data.warnings)


def test_one_hot_column_without_samples_stays_a_class(write_npz: Write) -> None:
    data = read_labelled(write_npz(x_train=X4, y_train=EYE[[0, 2, 0, 2]]), validation_share=0.5)
    assert data.classes == ("0", "1", "2") and data.y.tolist() == [0, 2]
    assert "no sample of these classes: '1'" in data.warnings[1]


@pytest.mark.parametrize(("labels", "warned"), [([0.5, 1.5, 2.0, 3.0], 0), ([100.0, 200.0, 300.0, 5.0], 1)])
def test_floats_are_numbers_to_predict(write_npz: Write, labels: list[float], warned: int) -> None:
    data = read_labelled(write_npz(x_train=np.arange(4), y_train=labels), validation_share=0.5)
    assert data.is_regression and data.classes == () and data.y.dtype == data.y_val.dtype == np.float32
    assert data.y.tolist() == [labels[row] for row in data.x]
    assert len(data.warnings) == warned and all("amounts to predict" in text for text in data.warnings)


def test_what_is_not_used_is_said(write_npz: Write) -> None:
    path = write_npz(
        x_train=X4, y_train=[0, 1, 0, 1], x_val=X4.astype(np.uint8), y_val=[0, 1, 0, 1], x_test=X4, y_test=[0]
    )
    unused, scale = read_labelled(path).warnings
    assert "not used: 'x_test', 'y_test'" in unused
    assert "x_train is float64 and x_val is uint8" in scale


BAD: dict[str, tuple[dict[str, object], list[str]]] = {
    "no y_train": ({"x_train": X4}, ["holds no 'y_train'; it holds 'x_train'", "Save the arrays"]),
    "other names": ({"x": X4, "y": [0, 1, 0, 1]}, ["holds no 'x_train', 'y_train'; it holds 'x', 'y'"]),
    "slip": ({"x_trian": X4, "y_train": [0]}, ["holds no 'x_train'", "Did you mean x_trian"]),
    "no keys": ({}, ["it holds none"]),
    "half a validation part": (
        {"x_train": X4, "y_train": [0, 1, 0, 1], "x_val": X4},
        ["holds no 'y_val'", "both or neither"],
    ),
    "lengths": (
        {"x_train": X4, "y_train": [0, 1, 0]},
        ["4 samples", "3 labels", "(4, 2) and (3,)", "same length"],
    ),
    "scalar labels": ({"x_train": X4, "y_train": 1}, ["4 samples and y_train has 0 labels"]),
    "objects": (
        {"x_train": X4, "y_train": np.array([0, "a", None, 1], dtype=object)},
        ["object array", "astype"],
    ),
    "NaN in x": (
        {"x_train": [[1, 2], [3, NAN], [NAN, 5]], "y_train": [0, 1, 0]},
        ["2 of 6", "nan at index [1, 1]"],
    ),
    "infinity in x": (
        {"x_train": [1, 2, -INF], "y_train": [0, 1, 0]},
        ["1 of 3 values", "-inf at index [2]"],
    ),
    "too large": (
        {"x_train": [1, 1e39], "y_train": [0, 1]},
        ["too large for float32, first 1e+39 at index [1]"],
    ),
    "NaN in y": (
        {"x_train": X4, "y_train": [0.5, NAN, INF, 1]},
        ["y_train holds 2 of 4", "nan at index [1]"],
    ),
    "NaN in one-hot": ({"x_train": X4, "y_train": [[NAN, 1]] * 4}, ["y_train holds 4 of 8"]),
    "empty": ({"x_train": np.empty((0, 3)), "y_train": []}, ["x_train has shape (0, 3): no samples"]),
    "text in x": (
        {"x_train": ["a", "b"], "y_train": [0, 1]},
        ["dtype <U1; expected numbers", "token numbers"],
    ),
    "complex labels": ({"x_train": X4, "y_train": [1j] * 4}, ["dtype complex128", "whole numbers, bools"]),
    "negative": (
        {"x_train": X4, "y_train": [1, -1, 1, -1]},
        ["2 negative labels, first -1 at index 1", "from 0", "store them as floats"],
    ),
    "beyond int64": ({"x_train": X4, "y_train": np.array([2**63, 0, 0, 0], np.uint64)}, ["below 2**63"]),
    "not one-hot": (
        {"x_train": X4, "y_train": [[0, 1], [1, 1], [0, 0], [1, 0]]},
        ["2 rows", "row 1: [1, 1]"],
    ),
    "probabilities": (
        {"x_train": X4, "y_train": [[0.5, 0.5]] * 4},
        ["4 rows that are not one-hot", "single 1"],
    ),
    "masks": ({"x_train": X4, "y_train": np.zeros((4, 2, 2))}, ["shape (4, 2, 2)", "one label per sample"]),
    "blank": ({"x_train": X4, "y_train": ["a", " ", "b", ""]}, ["2 blank labels, first at index 1"]),
    "beyond Unicode": (
        {"x_train": X4, "y_train": np.full(4, 0x110000, dtype=np.uint32).view("<U1")},
        ["not Unicode", "expected str"],
    ),
    "bytes not UTF-8": ({"x_train": X4, "y_train": np.array([b"\xff"] * 4)}, ["not Unicode", "Decode"]),
    "one class": ({"x_train": X4, "y_train": [7] * 4}, ["one class only, '7', in all 4", "Add samples"]),
    "one-hot, one class": ({"x_train": X4, "y_train": EYE[[1] * 4]}, ["one class only, '1'"]),
    "constant": ({"x_train": X4, "y_train": [0.5] * 4}, ["same number, 0.5, for all 4", "nothing to learn"]),
    "class of one": (
        {"x_train": X4, "y_train": [0, 0, 0, 1]},
        ["'1 (1)'", "fewer than 2", "store them as floats"],
    ),
}
GIVEN: dict[str, tuple[object, object, list[str]]] = {
    # y_train, y_val -> texts
    "unknown class": (
        [0, 1, 0, 1],
        [0, 1, 2, 3],
        ["y_val holds classes that never occur in y_train: '2', '3'"],
    ),
    "lacks a class": (
        ["a", "b", "c", "c"],
        ["a"] * 4,
        ["y_val holds no sample", "'b', 'c'", "let rightrate split"],
    ),
    "text and numbers": (
        ["a", "b", "a", "b"],
        [0, 1, 0, 1],
        ["y_train holds text and y_val holds whole numbers"],
    ),
    "widths": (EYE[[0, 1, 0, 1]], np.eye(4), ["one-hot rows of 3 columns", "one-hot rows of 4 columns"]),
    "column never trained": (EYE[[0, 1, 0, 1]], EYE[[0, 1, 2, 2]], ["never occur in y_train: '2'"]),
    "fractions": ([0.0, 1.0, 0.0, 1.0], [0.0, 0.5, 1.0, 1.0], ["never occur in y_train: '0.5'"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_npz(write_npz: Write, case: str) -> None:
    arrays, texts = BAD[case]
    with pytest.raises(DataError) as caught:
        read_labelled(write_npz(**arrays), validation_share=0.5)
    assert [text for text in texts if text not in str(caught.value)] == []


@pytest.mark.parametrize("case", GIVEN)
def test_validation_part_that_does_not_fit(write_npz: Write, case: str) -> None:
    y_train, y_val, texts = GIVEN[case]
    path = write_npz(x_train=X4, y_train=y_train, x_val=X4, y_val=y_val)
    with pytest.raises(DataError) as caught:
        read_labelled(path)
    assert [text for text in texts if text not in str(caught.value)] == []


def test_validation_samples_of_another_shape(write_npz: Write) -> None:
    path = write_npz(x_train=X4, y_train=[0, 1, 0, 1], x_val=np.ones((2, 3)), y_val=[0, 1])
    with pytest.raises(DataError, match=r"x_train has shape \(2,\) and one of x_val has shape \(3,\)"):
        read_labelled(path)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "not an .npz file: it is empty"),
        (b"hello world", "starts with the bytes b'hello '"),
        (b"\x93NUMPY\x01\x00", "single .npy array"),
        (b"PK\x03\x04 cut off", "is damaged (BadZipFile"),
    ],
)
def test_file_that_is_no_npz(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_labelled(path)
    assert text in str(caught.value) and "expected" in str(caught.value) and "again" in str(caught.value)


def test_member_that_is_no_array(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        archive.writestr("x_train", b"hello")
        archive.writestr("y_train", b"hello")
    with pytest.raises(DataError, match="'x_train' is no NumPy array; expected"):
        read_labelled(tmp_path / "data.npz")


@pytest.mark.parametrize("option", [{"label": "y"}, {"image_size": (2, 2)}, {"channels": 1}, {"pixel_range": (0, 1)}])
def test_option_that_npz_does_not_use(write_npz: Write, option: dict[str, object]) -> None:
    path = write_npz(x_train=X4, y_train=[0, 1, 0, 1])
    with pytest.raises(UsageError, match=f"is an .npz file, which does not use {next(iter(option))}"):
        read_labelled(path, **option)  # type: ignore[arg-type]


def test_unknown_ending(tmp_path: Path) -> None:
    (tmp_path / "data.xlsx").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"ends in '\.xlsx'; expected .*\.npz, \.csv, \.tsv, \.parquet\. Convert"):
        read_labelled(tmp_path / "data.xlsx")
