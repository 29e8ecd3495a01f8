"""Files of predictions: what is read from each format, and which column is which."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightrate.errors import DataError, RightrateError
from rightrate.importers import prediction_tables
from rightrate.importers.predictions import PredictionFile, read_predictions_file
from rightrate.scoring.read import read_predictions

Write = Callable[..., Path]
FRAME = pd.DataFrame(
    {
        "id": ["r1", "r2", "r3"],
        "y_true": ["cat", "NA", "None"],
        "y_pred": ["cat", "cat", "NA"],
        "y_prob": [0.25, 0.5, 1.0],
        "patient": [7, 7, 9],
        "weight": [1, 2, 0],
        "site": ["north", "south", "north"],
    }
)


def save(frame: pd.DataFrame, path: Path) -> Path:
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv"):
        frame.to_csv(path, index=False, sep="," if suffix == ".csv" else "\t")
    elif suffix == ".parquet":
        frame.to_parquet(path)
    elif suffix == ".npz":
        np.savez(
            path,
            **{
                name: frame[name]
                .to_numpy()
                .astype("U" if frame[name].dtype.kind in "OU" or frame[name].dtype == "str" else frame[name].dtype)
                for name in frame
            },
        )
    else:
        path.write_text("\n".join(json.dumps(row) for row in frame.to_dict("records")), encoding="utf-8")
    return path


def plain(values: Any) -> list[Any]:
    """A list with None for what is missing."""
    return [None if value is None or value != value else value for value in np.asarray(values).tolist()]


@pytest.mark.parametrize("name", ["a.csv", "a.TSV", "a.parquet", "a.jsonl", "a.ndjson", "a.json", "a.npz"])
def test_every_format_gives_the_same(tmp_path: Path, name: str) -> None:
    file = read_predictions_file(save(FRAME, tmp_path / name), groups="patient", weights="weight", slices=["site"])
    assert plain(file.y_true) == ["cat", "NA", "None"] and plain(file.y_pred) == ["cat", "cat", "NA"]
    assert file.y_prob is not None and file.y_prob.tolist() == [0.25, 0.5, 1.0]
    assert plain(file.groups) == [7, 7, 9] and plain(file.weights) == [1, 2, 0] and file.rows == 3
    assert plain(file.slices["site"]) == ["north", "south", "north"]
    assert file.columns == {
        "true": ("y_true",),
        "pred": ("y_pred",),
        "prob": ("y_prob",),
        "groups": ("patient",),
        "weights": ("weight",),
        "slices": ("site",),
    }
    assert (
        len(file.remarks) == 1
        and "the answers in 'y_pred' are judged, the probabilities in 'y_prob' rank" in file.remarks[0]
    )
    read = read_predictions(file.y_true, file.y_pred, groups=file.groups, weights=file.weights)
    assert read.names == ("NA", "None", "cat") and read.predicted.tolist() == [2, 2, 0]


CSV: dict[str, tuple[str, list[Any], list[Any]]] = {
    # text after the header "y_true,y_pred" -> true, predicted
    "whole numbers": ("1,0\n0,1\n", [1, 0], [0, 1]),
    "whole numbers with a gap": ("1,0\n0,\n", [1, 0], [0.0, None]),
    "numbers": ("1.5,2\n-2e-1,nan\n", [1.5, -0.2], [2.0, None]),
    "leading zeros": ("007,7\n012,12\n", ["007", "012"], [7, 12]),
    "long numbers": (
        "12345678901234567890,1\n12345678901234567891,1\n",
        ["12345678901234567890", "12345678901234567891"],
        [1, 1],
    ),
    "numbers among names": ("1,a\n2,3\n", [1, 2], ["a", "3"]),
    "classes called nan and inf": ("nan,inf\nnan,inf\n", ["nan", "nan"], ["inf", "inf"]),
    "words for missing": ("NA,null\nNone,\n", ["NA", "None"], ["null", None]),
    "booleans stay words": ("True,False\nFalse,True\n", ["True", "False"], ["False", "True"]),
    "dates stay words": ("2024-01-01,2024-01-02\n", ["2024-01-01"], ["2024-01-02"]),
    "spaces around numbers": ("1, 0\n0, 1\n", [1, 0], [0, 1]),
    "quotes": ('"a, b","line\nbreak"\n"say ""x""",c\n', ["a, b", 'say "x"'], ["line\nbreak", "c"]),
    "blank lines": ("\na,b\n\n\nb,a\n\n", ["a", "b"], ["b", "a"]),
    "no line end": ("a,b\nb,a", ["a", "b"], ["b", "a"]),
    "other line ends": ("a,b\r\nb,a\r\n", ["a", "b"], ["b", "a"]),
    "other letters": ("ä,日本\n", ["ä"], ["日本"]),
    "formulas": ('=1+1,"<b>x</b>"\n', ["=1+1"], ["<b>x</b>"]),
}


@pytest.mark.parametrize("mark", ["", "\ufeff", "\n"])
@pytest.mark.parametrize("case", CSV)
def test_cells_of_text_files(tmp_path: Path, case: str, mark: str) -> None:
    text, true, pred = CSV[case]
    (tmp_path / "a.csv").write_bytes(f"{mark}y_true,y_pred\n{text}".encode())
    file = read_predictions_file(tmp_path / "a.csv")
    assert (plain(file.y_true), plain(file.y_pred)) == (true, pred) and file.rows == len(true)


def test_words_for_missing_in_number_columns(write_text: Write) -> None:
    file = read_predictions_file(write_text("a.csv", "y_true,prob_a,prob_b", "a,NA,0.5", "b,,1", "a,NaN,0"))
    assert file.y_prob is not None and np.isnan(file.y_prob[:, 0]).all() and file.y_prob[:, 1].tolist() == [0.5, 1, 0]


# Header -> true, pred, prob, labels, positive, and words of remarks.
COLUMNS: dict[str, tuple[str, dict[str, Any], tuple[str, ...], list[str]]] = {
    "first of the usual names": ("target,label,y_pred", {"true": "label"}, ("y_pred",), ["'label' is used; 'target'"]),
    "any case and spaces": ("Label, Y_Pred", {"true": "Label"}, (" Y_Pred",), []),
    "lower case first": ("Label,label,pred", {"true": "label"}, ("pred",), ["'label' is used; 'Label'"]),
    "a score": ("actual,score", {"true": "actual", "prob": ("score",)}, (), []),
    "one class": ("label,prob_fraud", {"prob": ("prob_fraud",), "positive": "fraud"}, (), ["class 'fraud'"]),
    "classes in file order": (
        "prob_b,label,prob_a,prob_",
        {"prob": ("prob_b", "prob_a"), "labels": ("b", "a")},
        (),
        [],
    ),
    "one column before many": (
        "label,prob_a,prob_b,prob",
        {"prob": ("prob",), "labels": None},
        (),
        ["'prob' is used; 'prob_a', 'prob_b'"],
    ),
    "unnamed columns are left alone": (",label,pred,", {"true": "label"}, ("pred",), []),
    "other columns are left alone": (
        "label,pred,text",
        {"columns": {"true": ("label",), "pred": ("pred",)}},
        ("pred",),
        [],
    ),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_columns_are_found(write_text: Write, case: str) -> None:
    header, expected, pred, words = COLUMNS[case]
    file = read_predictions_file(write_text("a.csv", header, ",".join("1" * len(header.split(",")))))
    found = {
        "true": file.columns["true"][0],
        "prob": file.columns.get("prob"),
        "labels": file.labels,
        "positive": file.positive,
        "columns": file.columns,
    }
    assert {name: found[name] for name in expected} == expected and file.columns.get("pred", ()) == pred
    assert len(file.remarks) == len(words) and all(word in said for word, said in zip(words, file.remarks, strict=True))


def test_explicit_names_win(write_text: Write) -> None:
    path = write_text("a.csv", "label,truth,pred,guess,score,p,q", "a,b,a,b,0.1,0.2,0.8")
    file = read_predictions_file(path, true="truth", pred="guess", prob="p")
    assert plain(file.y_true) == ["b"] and plain(file.y_pred) == ["b"] and plain(file.y_prob) == [0.2]
    several = read_predictions_file(path, true="truth", prob=["p", "q"])
    assert several.labels == ("p", "q") and several.y_prob is not None and several.y_prob.tolist() == [[0.2, 0.8]]


# Header and options -> labels, and what the truth, the answers and the probabilities of the one row are.
SEVERAL: dict[str, tuple[str, dict[str, Any], tuple[Any, ...]]] = {
    "by their prefixes": ("true_a,true_b,prob_a,prob_b", {}, (("a", "b"), [0, 1], None, [2, 3])),
    "in another order": ("prob_b,true_a,prob_a,true_b", {}, (("a", "b"), [1, 3], None, [2, 0])),
    "answers too": ("true_a,true_b,pred_b,pred_a,prob_a,prob_b", {}, (("a", "b"), [0, 1], [3, 2], [4, 5])),
    "named": ("a,b,c,p,q,r", {"true": "a,b,c", "prob": "p, q, r"}, (("a", "b", "c"), [0, 1, 2], None, [3, 4, 5])),
    "named, matched by label": ("b,a,prob_a,prob_b", {"true": "b,a"}, (("b", "a"), [0, 1], None, [3, 2])),
    "a column with a comma": ('"a,b",pred', {"true": "a,b"}, (None, 0, 1, None)),
    "one column before many": ("label,true_a,true_b,pred", {}, (None, 0, 3, None)),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_a_column_for_each_label(write_text: Write, case: str) -> None:
    header, options, expected = SEVERAL[case]
    row = ",".join(map(str, range(header.replace('"a,b"', "x").count(",") + 1)))
    file = read_predictions_file(write_text("a.csv", header, row), **options)
    found = (None if y is None else plain(y)[0] for y in (file.y_true, file.y_pred, file.y_prob))
    assert (file.labels, *found) == expected


def test_labels_may_be_true_and_false_as_pandas_writes_them(write_text: Write) -> None:
    file = read_predictions_file(
        write_text("a.csv", "true_a,true_b,pred_a,pred_b", "True,False,TRUE,1", "False,False,,0")
    )
    assert file.y_true.tolist() == [[1, 0], [0, 0]]
    assert file.y_pred is not None and np.array_equal(file.y_pred, [[1, 1], [np.nan, 0]], equal_nan=True)


def test_parquet_keeps_a_dictionary_and_reads_only_what_is_needed(tmp_path: Path) -> None:
    bad = pa.StructArray.from_arrays([pa.array([1, 2])], ["x"])  # could not be converted
    table = pa.table(
        {"label": pa.array(["b", "a"]).dictionary_encode(), "prob": pa.array([0.5, 1], pa.float32()), "odd": bad}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    file = read_predictions_file(tmp_path / "a.parquet")
    assert isinstance(file.y_true, pd.Categorical) and file.y_true.tolist() == ["b", "a"]
    assert file.y_prob is not None and file.y_prob.dtype == np.float64


def test_parquet_of_many_row_groups_and_gaps(tmp_path: Path) -> None:
    names = [None if row % 5 == 4 else f"class {row % 3 + row // 50}" for row in range(100)]
    table = pa.table(
        {
            "y_true": pa.array(range(100)),
            "y_pred": names,
            "b": [None if row == 3 else row % 2 == 0 for row in range(100)],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=7)
    file = read_predictions_file(tmp_path / "a.parquet", slices=["b"])
    assert plain(file.y_pred) == names and plain(file.y_true) == list(range(100))
    assert plain(file.slices["b"])[:4] == [1, 0, 1, None]


def test_lists_are_rows_of_a_matrix(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"label": 0, "prob": [0.1, 0.9, 0]}\n\n{"label": 2, "prob": [1, 0, 0]}\n')
    pq.write_table(pa.table({"label": [0, 2], "prob": [[0.1, 0.9, 0.0], [1.0, 0.0, 0.0]]}), tmp_path / "a.parquet")
    np.savez(tmp_path / "a.npz", label=[0, 2], prob=[[0.1, 0.9, 0.0], [1.0, 0.0, 0.0]])
    for name in ("a.jsonl", "a.parquet", "a.npz"):
        file = read_predictions_file(tmp_path / name)
        assert (
            file.y_prob is not None
            and file.y_prob.tolist() == [[0.1, 0.9, 0.0], [1.0, 0.0, 0.0]]
            and file.labels is None
        )
        assert read_predictions(file.y_true, file.y_prob).predicted.tolist() == [1, 0]


def test_json_null_is_no_answer(write_text: Write) -> None:
    file = read_predictions_file(
        write_text("a.jsonl", '{"y_true": 1, "y_pred": null}', '{"y_pred": 0, "y_true": 0}', encoding="utf-8-sig")
    )
    assert plain(file.y_true) == [1, 0] and plain(file.y_pred) == [None, 0]


def test_a_very_long_cell(write_text: Write) -> None:
    file = read_predictions_file(write_text("a.csv", "label,pred", f"{'x' * 1_000_000},y"))
    assert len(file.y_true[0]) == 1_000_000


def content(ending: str, folder: Path) -> bytes:
    return save(FRAME, folder / f"whole.{ending}").read_bytes()


def survives(path: Path, data: bytes) -> PredictionFile | None:
    """Read what may be damaged: a value or a RightrateError, never another exception."""
    path.write_bytes(data)
    try:
        file = read_predictions_file(path)
    except RightrateError as error:
        assert str(error).isprintable() and "xpected" in str(error), error
        return None
    try:
        read_predictions(file.y_true, file.y_pred)
    except RightrateError as error:
        assert str(error).isprintable() and "xpected" in str(error), error
    return file


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "npz", "parquet"])
def test_damaged_files_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, ending: str) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    whole = content(ending, folder)
    places = st.integers(0, len(whole) - 1)

    @settings(max_examples=150)
    @given(
        cut=st.one_of(st.none(), places),
        flips=st.lists(st.tuples(places, st.integers(0, 255)), max_size=4),
        more=st.binary(max_size=8),
    )
    def check(cut: int | None, flips: list[tuple[int, int]], more: bytes) -> None:
        changed = bytearray(whole)
        for place, value in flips:
            changed[place] = value
        file = survives(folder / f"a.{ending}", bytes(changed[:cut]) + more)
        if cut is None and not flips and not more:
            assert file is not None and file.rows == 3

    check()


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "npz", "parquet"])
def test_random_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, ending: str) -> None:
    folder = tmp_path_factory.mktemp("noise")
    start = content(ending, folder)[:8]

    @settings(max_examples=80)
    @given(noise=st.binary(max_size=200), head=st.booleans())
    def check(noise: bytes, head: bool) -> None:
        survives(folder / f"a.{ending}", (start if head else b"") + noise)

    check()


@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    survives(tmp_path_factory.getbasetemp() / "any.csv", f"y_true,y_pred\n{text}".encode())


def test_line_breaks_in_cells_of_a_file_larger_than_a_block(tmp_path: Path) -> None:
    cell = "x\n" * 10_000
    (tmp_path / "a.csv").write_text("label,pred\n" + f'"{cell}",y\n' * 900, newline="")
    file = read_predictions_file(tmp_path / "a.csv")
    assert file.rows == 900 and set(file.y_true) == {cell}


NUMBERS: dict[str, tuple[Any, list[Any]]] = {
    "small integers, then large ones": (pa.int64(), [1, 2, 3, 300, 70_000, -(2**40)]),
    "integers, one missing far down": (pa.int64(), [1, 2, 3, 4, None, 6]),
    "integers beyond int64": (pa.uint64(), [1, 2, 3, 4, 5, 2**64 - 1]),
    "unsigned bytes": (pa.uint8(), [0, 1, 2, 3, 200, 255]),
    "float32, one missing": (pa.float32(), [0.5, 0.25, None, 1.0, 0.0, 0.75]),
    "nothing but gaps": (pa.int32(), [None] * 6),
    "decimals": (pa.decimal128(4, 2), [1, 2, 3, 4, 5, 6]),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers_of_a_parquet_file_are_the_same_however_it_is_cut(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns are read batch by batch, into the smallest type that holds them."""
    kind, values = NUMBERS[case]
    table = pa.table({"y_true": pa.array(values, kind), "score": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=4)
    for batch in (1, 3, 100):
        monkeypatch.setattr(prediction_tables, "_BATCH", batch)
        file = read_predictions_file(tmp_path / "a.parquet", true="y_true")
        assert plain(file.y_true) == values and plain(file.y_prob) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


def test_a_json_lines_file_of_a_byte_order_mark_alone_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"\xef\xbb\xbf")
    with pytest.raises(DataError, match="Expected one object a line"):
        read_predictions_file(file)
