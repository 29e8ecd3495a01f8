"""CSV, TSV and Parquet files: what is read, and what cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rightrate.errors import DataError, UsageError
from rightrate.importers.labelled import read_labelled

Write = Callable[..., Path]


def test_csv_is_read_and_split_by_row_number(write_text: Write, cats_and_dogs: Sequence[str]) -> None:
    data = read_labelled(write_text("a.csv", *cats_and_dogs))
    assert data.classes == ("cat", "dog") and data.x.dtype == np.float32 and data.y.dtype == np.int64
    assert data.split is not None and data.x[:, 0].tolist() == list(data.split.train)
    assert (data.x[:, 1] * 2 == data.x[:, 0]).all() and data.x_val.shape == (2, 2)
    assert data.y.tolist() == [1 - row % 2 for row in data.x[:, 0].astype(int)]
    assert data.warnings == ()


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a.tsv", "a.parquet"])
def test_every_format_gives_the_same(write_text: Write, cats_and_dogs: Sequence[str], name: str) -> None:
    expected = read_labelled(write_text("other.csv", *cats_and_dogs))
    path = write_text(name, *(line.replace(",", "\t" if "tsv" in name else ",") for line in cats_and_dogs))
    if name == "a.parquet":
        pd.read_csv(path).to_parquet(path)
    data = read_labelled(path)
    assert np.array_equal(data.x, expected.x) and data.split == expected.split and data.warnings == ()


LABELS: dict[str, tuple[list[str], tuple[str, ...], int]] = {
    # label cells -> classes (empty for regression), number of warnings
    "numbers sorted by value": (["10", "9", "10", "9"], ("9", "10"), 1),
    "bools": (["True", "False", "True", "False"], ("False", "True"), 0),
    "text": (["b", "a", "b", "a"], ("a", "b"), 0),
    "numbers among text": (["1", "a", "1", "a"], ("1", "a"), 0),
    "floats": (["1.5", "2.5", "3.5", "4.5"], (), 0),
}


@pytest.mark.parametrize("case", LABELS)
def test_labels(write_text: Write, case: str) -> None:
    cells, classes, warned = LABELS[case]
    path = write_text("a.csv", "kind,n", *(f"{cell},{row}" for row, cell in enumerate(cells)))
    data = read_labelled(path, label="kind", validation_share=0.5)
    assert data.classes == classes and len(data.warnings) == warned
    rows = data.x[:, 0].astype(int)
    assert [str(data.classes[y]) if classes else str(y) for y in data.y] == [cells[row] for row in rows]


def test_byte_order_mark_blank_lines_and_quotes(write_text: Write) -> None:
    path = write_text("a.csv", "label,n", "a,1", "", '"b, c",2', "a,3", '"b, c",4', "", encoding="utf-8-sig")
    data = read_labelled(path, validation_share=0.5)
    assert data.classes == ("a", "b, c") and len(data.y) == 2


def test_bools_are_features(write_text: Write) -> None:
    data = read_labelled(write_text("a.csv", "label,n", "a,True", "b,False", "a,True", "b,False"), validation_share=0.5)
    assert data.x[:, 0].tolist() == [1.0 - y for y in data.y]


def test_parquet_categories_and_nullable_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": pd.array([1, 2, 3, 4], dtype="Int64"), "label": pd.Categorical(list("abab"))})
    frame.to_parquet(tmp_path / "a.parquet")
    data = read_labelled(tmp_path / "a.parquet", validation_share=0.5)
    assert data.classes == ("a", "b") and data.x.dtype == np.float32


def test_saved_index_is_not_used_and_said(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": range(4), "label": list("abab")}, index=pd.Index([7, 8, 9, 5], name="key"))
    frame.to_parquet(tmp_path / "a.parquet")
    data = read_labelled(tmp_path / "a.parquet", validation_share=0.5)
    assert data.x.shape == (2, 1) and data.warnings == ("The saved index 'key' of 'a.parquet' is not used.",)


def test_keys_that_float32_rounds_are_said(write_text: Write) -> None:
    rows = (f"{'ab'[n % 2]},{123456789 + n},{n}" for n in range(4))
    data = read_labelled(write_text("a.csv", "label,key,n", *rows), validation_share=0.5)
    assert len(data.warnings) == 1 and "float32 rounds: 'key'" in data.warnings[0]


BAD: dict[str, tuple[list[str], dict[str, object], list[str]]] = {
    "no label column": (["a,b", "1,2"], {}, ["no column 'label'", "columns are 'a', 'b'", "--label COLUMN"]),
    "slip": (["kind,b", "1,2"], {"label": "kinds"}, ["no column 'kinds'", "Did you mean kind?"]),
    "text column": (
        ["label,town,age,colour", "a,Ulm,1,red", "b,Bonn,2,blue"],
        {},
        ["not numbers: 'town', 'colour'", "'town' first holds 'Ulm' in row 0", "turn them into numbers"],
    ),
    "one cell of text": (["label,age", "a,1", "b,2", "a,old"], {}, ["'age' first holds 'old' in row 2"]),
    "missing value": (
        ["label,n,m", "a,1,2", "b,,2", "a,,3"],
        {},
        ["'n' misses 2 of 3 values, first in row 1"],
    ),
    "missing label": (
        ["label,n", "a,1", ",2"],
        {},
        ["'label' misses 1 of 2 labels, first in row 1", "fill them in"],
    ),
    "label called NA": (["label,n", "a,1", "NA,2"], {}, ["misses 1 of 2 labels", "rename such a class"]),
    "blank label": (
        ["label,n", "a,1", "'  ',2".replace("'", ""), "b,3"],
        {},
        ["1 blank labels, first at index 1"],
    ),
    "infinite": (["label,n", "a,1", "b,-inf"], {}, ["'n' holds 1 values", "first -inf in row 1", "rescale"]),
    "too large": (["label,n", "a,1", "b,1e40"], {}, ["too large for float32", "first 1e+40 in row 1"]),
    "infinite label": (
        ["label,n", "1.5,1", "inf,2"],
        {},
        ["column 'label' holds 1 of 2 values", "inf at index [1]"],
    ),
    "empty": ([], {}, ["is empty", "header line and one row per sample"]),
    "only blank lines": (["", ""], {}, ["is empty"]),
    "header only": (["label,n"], {}, ["a header and no rows", "Add rows"]),
    "doubled header": (["label,n,n", "a,1,2"], {}, ["more than one column named 'n'", "Rename"]),
    "unnamed column": ([",label,n", "0,a,1"], {}, ["no name for column 0", "index=False"]),
    "one column": (["label", "a", "b"], {}, ["one column only, 'label'", "at least one column of numbers"]),
    "semicolons": (["label;n", "a;1"], {}, ["one column only, 'label;n'", "holds ';'"]),
    "long rows": (["label,n", "a,1,5", "b,2,6"], {}, ["does not parse", "loss of data", "as many cells"]),
    "one long row": (
        ["label,n", "a,1", "b,2,6"],
        {},
        ["does not parse", "Expected 2 fields in line 3, saw 3"],
    ),
    "short row": (["label,n", "a,1", "b"], {}, ["'n' misses 1 of 2 values, first in row 1"]),
    "open quote": (["label,n", 'a,"1', "b,2"], {}, ["does not parse", "EOF inside string"]),
    "one class": (["label,n", "a,1", "a,2"], {}, ["The label column 'label' holds one class only, 'a'"]),
    "negative labels": (["label,n", "1,1", "-1,2"], {}, ["1 negative labels, first -1 at index 1"]),
    "every label differs": (
        ["label,n", "1,1", "2,2", "3,3"],
        {},
        ["'1 (1)', '2 (1)'", "store them as floats"],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_table(write_text: Write, case: str) -> None:
    lines, options, texts = BAD[case]
    with pytest.raises(DataError) as caught:
        read_labelled(write_text("a.csv", *lines), validation_share=0.5, **options)  # type: ignore[arg-type]
    assert [text for text in texts if text not in str(caught.value)] == []


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings(write_text: Write, encoding: str) -> None:
    path = write_text("a.csv", "label,n", "ä,1", "ö,2", encoding=encoding)
    with pytest.raises(DataError, match=r"is not UTF-8 text \(.* at byte \d+\); expected UTF-8\. Save"):
        read_labelled(path)


def test_doubled_and_damaged_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1, 2])] * 2, names=["a", "a"]), path)
    with pytest.raises(DataError, match="more than one column named 'a'"):
        read_labelled(path)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(DataError, match=r"not a readable Parquet file \(ArrowInvalid.*Save it again"):
        read_labelled(path)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pd.to_datetime(["2024-01-01", "2024-01-02"]), "'n' has dtype datetime64"),
        ([[1], [2]], "'n' has dtype object"),
    ],
)
def test_parquet_columns_that_are_no_numbers(tmp_path: Path, column: object, text: str) -> None:
    pd.DataFrame({"label": ["a", "b"], "n": column}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match=f"These columns are not numbers: 'n'; {text}"):
        read_labelled(tmp_path / "a.parquet")


def test_parquet_labels_that_are_no_labels(tmp_path: Path) -> None:
    pd.DataFrame({"n": [1, 2], "label": [[1], [2]]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="holds values of type 'ndarray'; expected one of text"):
        read_labelled(tmp_path / "a.parquet")


def test_option_that_tables_do_not_use(write_text: Write, cats_and_dogs: Sequence[str]) -> None:
    path = write_text("a.csv", *cats_and_dogs)
    with pytest.raises(UsageError, match="is a table, which does not use image_size, channels"):
        read_labelled(path, image_size=(2, 2), channels=1)


def test_folder_names_add_no_columns(tmp_path: Path) -> None:
    folder = tmp_path / "year=2024"
    folder.mkdir()
    pd.DataFrame({"n": range(4), "label": list("abab")}).to_parquet(folder / "a.parquet")
    assert read_labelled(folder / "a.parquet", validation_share=0.5).x.shape == (2, 1)


def test_parquet_text_that_is_not_unicode(tmp_path: Path) -> None:
    data = pa.array([b"\xff", b"a"])
    labels = pa.StringArray.from_buffers(2, data.buffers()[1], data.buffers()[2])
    pq.write_table(pa.table({"label": labels, "n": [1, 2]}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"not a readable Parquet file \(ArrowInvalid.*UTF8"):
        read_labelled(tmp_path / "a.parquet")
