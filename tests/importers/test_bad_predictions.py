"""Files of predictions that cannot be used: one DataError each, naming the file and how to mend it."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rightrate.errors import DataError, UsageError
from rightrate.importers.predictions import read_predictions_file

GOOD = b"y_true,y_pred,score\ncat,dog,0.1\ndog,dog,0.9\n"


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", GOOD)
    return buffer.getvalue()


def npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(3))
    return buffer.getvalue()


def parquet(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def doubled() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["label", "label"]), buffer)
    return buffer.getvalue()


# name of the file, content, options, words that the message must hold
BAD: dict[str, tuple[str, bytes, dict[str, Any], list[str]]] = {
    "a label without probabilities": (
        "a.csv",
        b"true_a,true_b,prob_a,prob_c\n1,0,0.9,0.1\n",
        {},
        ["'a', 'b'", "'a', 'c'", "expected the same labels", "--true A,B"],
    ),
    "one probability for two labels": (
        "a.csv",
        b"true_a,true_b,score\n1,0,0.9\n",
        {},
        ["'a', 'b'", "'score'", "expected the same labels"],
    ),
    "labels that are words": (
        "a.csv",
        b"true_a,true_b,prob_a,prob_b\nyes,0,0.9,0.1\nno,0,0.9,0.1\n",
        {},
        ["'true_a'", "'yes'", "expected numbers"],
    ),
    "answers of several labels and one truth": (
        "a.csv",
        b"label,p,q\na,1,0\n",
        {"pred": "p,q"},
        ["2 columns of answers", "'label'", "--true A,B"],
    ),
    "one of several columns misspelt": (
        "a.csv",
        b"a,b,c,d\n1,0,1,0\n",
        {"true": "a,x", "prob": "c,d"},
        ["'x'", "true"],
    ),
    "missing column": (
        "a.csv",
        b"truth,y_pred\na,b\n",
        {},
        ["no column of the true labels", "'truth', 'y_pred'", "--true COLUMN"],
    ),
    "nothing answered": (
        "a.csv",
        b"label,text\na,b\n",
        {},
        ["what the model answered", "'label', 'text'", "--pred or --prob"],
    ),
    "explicit true": ("a.csv", GOOD, {"true": "y_tru"}, ["'y_tru'", "true names", "Did you mean y_true?"]),
    "explicit pred": ("a.csv", GOOD, {"pred": "zzz"}, ["'zzz'", "pred names", "'y_true', 'y_pred', 'score'"]),
    "explicit prob": ("a.csv", GOOD, {"prob": ["score", "scor"]}, ["'scor'", "prob names", "Did you mean score?"]),
    "explicit groups": ("a.csv", GOOD, {"groups": "patient"}, ["'patient'", "groups names"]),
    "explicit weights": ("a.csv", GOOD, {"weights": "w"}, ["'w'", "weights names"]),
    "explicit slices": ("a.csv", GOOD, {"slices": ["y_true", "site"]}, ["'site'", "slices names"]),
    "semicolons": ("a.csv", b"y_true;y_pred\na;b\n", {}, ["';'", "separator"]),
    "tabs in csv": ("a.csv", b"y_true\ty_pred\na\tb\n", {}, ["'\\t'", "separator"]),
    "doubled header": ("a.csv", b"label,pred,label\na,b,c\n", {}, ["more than one column named 'label'"]),
    "header and no rows": ("a.csv", b"label,pred\n", {}, ["a header and no rows"]),
    "header without line end": ("a.csv", b"label,pred", {}, ["a header and no rows"]),
    "empty": ("a.csv", b"", {}, ["is empty"]),
    "blank": ("a.tsv", b"\n \n", {}, ["is empty"]),
    "latin-1 cells": ("a.csv", "label,pred\nä,b\n".encode("latin-1"), {}, ["not UTF-8", "Save the file as UTF-8"]),
    "latin-1 header": ("a.csv", "läbel,pred\na,b\n".encode("latin-1"), {}, ["not UTF-8", "Save the file as UTF-8"]),
    "utf-16": ("a.csv", GOOD.decode().encode("utf-16"), {}, ["UTF-16", "save it as UTF-8"]),
    "gzip": ("a.csv", gzip.compress(GOOD), {}, ["compressed with gzip", "unpack"]),
    "zip": ("a.csv", zipped(), {}, ["zip archive or a spreadsheet"]),
    "Parquet": ("a.csv", parquet(label=[1], pred=[1]), {}, ["Parquet file", "rename"]),
    "html": ("a.csv", b"\n<!DOCTYPE html><html>\n", {}, ["HTML", "download the file itself"]),
    "pdf": ("a.tsv", b"%PDF-1.7", {}, ["PDF"]),
    "long row": (
        "a.csv",
        b"label,pred\na,b\na,b,c\n",
        {},
        ["does not parse", "at line 3", "as many cells as the header"],
    ),
    "short row": ("a.csv", b"label,pred\na,b\na\n", {}, ["does not parse", "at line 3", "as many cells as the header"]),
    "open quote": ("a.csv", b'label,pred\n"a,b\n', {}, ["does not parse"]),
    "NUL byte": ("a.csv", b"label,pred\na\0,b\n", {}, ["NUL byte", "byte 12"]),
    "longest row": ("a.csv", b"label,pred\n" + b"x" * (40 * 2**20) + b",y\n", {}, ["does not parse", "16 MB"]),
    "very long header": ("a.csv", b"x" * 1_000_000 + b"\n1\n", {}, ["does not parse", "field larger"]),
    "word among probabilities": (
        "a.csv",
        b"label,score\na,0.5\nb,high\n",
        {},
        ["'high'", "line 3", "'score'", "no number"],
    ),
    "line behind blank ones and breaks": (
        "a.csv",
        b'\n"label",score\n\n"a\nb",0.5\n\nb,high\n',
        {},
        ["In line 7 of", "'high'"],
    ),
    "files joined": ("a.csv", b"label,pred\r\na,b\r\nlabel,pred\r\na,b\r\n", {}, ["Line 3", "header again", "joined"]),
    "files with marks joined": (
        "a.csv",
        b"\xef\xbb\xbflabel,pred\na,b\n\xef\xbb\xbflabel,pred\n",
        {},
        ["Line 3", "header again"],
    ),
    "decimal comma": ("a.tsv", b"label\tscore\na\t0,5\n", {}, ["'0,5'", "decimal point"]),
    "word among weights": ("a.csv", b"label,pred,w\na,b,two\n", {"weights": "w"}, ["'two'", "no number"]),
    "unknown suffix": ("a.xlsx", b"x", {}, ["'.xlsx'", "expected one of .csv .tsv .parquet"]),
    "packed suffix": ("a.csv.gz", gzip.compress(GOOD), {}, ["'.gz'", "Unpack it first"]),
    "no suffix": ("predictions", GOOD, {}, ["suffix ''", ".csv"]),
    "npz that is none": ("a.npz", b"hello", {}, ["not an .npz file", "numpy.savez(path, y_true=..., y_prob=...)"]),
    "npz that is one array": ("a.npz", npy(), {}, ["single .npy array", "numpy.savez(path, y_true=..., y_prob=...)"]),
    "npz with objects": (
        "a.npz",
        npz(y_true=np.array(["a", None], object), y_pred=[0, 1]),
        {},
        ["object array", "pickle"],
    ),
    "npz cut off": ("a.npz", npz(y_true=[0, 1], y_pred=[0, 1])[:-30], {}, ["damaged", "expected a complete .npz"]),
    "npz of other lengths": ("a.npz", npz(y_true=[0, 1], y_prob=[0.1, 0.2, 0.3]), {}, ["'y_prob'", "3 rows", "has 2"]),
    "npz with one value": ("a.npz", npz(y_true=[0, 1], y_pred=1), {}, ["'y_pred'", "single value"]),
    "npz of text probabilities": ("a.npz", npz(y_true=[0], y_prob=["x"]), {}, ["'y_prob'", "expected numbers"]),
    "npz of matrices": ("a.npz", npz(y_true=[0], prob_a=[[0.1]], prob_b=[[0.9]]), {}, ["'prob_a'", "shape (1, 1)"]),
    "npz with no arrays": ("a.npz", npz(), {}, ["no column of the true labels", "none"]),
    "empty arrays": ("a.npz", npz(y_true=[], y_pred=[]), {}, ["no rows"]),
    "json array": ("a.json", b'[{"y_true": 1, "y_pred": 1}]', {}, ["Line 1", "JSON list", "one object in each line"]),
    "json value": (
        "a.jsonl",
        b'{"y_true": 1, "y_pred": 1}\n3\n',
        {},
        ["Line 2", "JSON int", "one object in each line"],
    ),
    "broken json": ("a.jsonl", b'{"y_true": 1, "y_pred": 1}\n\n{"y_true": \n', {}, ["Line 3", "is no JSON"]),
    "deep json": ("a.jsonl", b"[" * 100_000, {}, ["Line 1", "is no JSON"]),
    "json without a key": (
        "a.jsonl",
        b'{"y_true": 1, "y_pred": 1}\n{"y_true": 1}\n',
        {},
        ["Line 2", "'y_pred'", "write null"],
    ),
    "json with a key twice": (
        "a.jsonl",
        b'{"y_true": 1, "y_pred": 1}\n{"y_true": 1, "y_true": 0, "y_pred": 1}\n',
        {},
        ["Line 2", "key twice"],
    ),
    "json of several types": (
        "a.jsonl",
        b'{"y_true": 1, "y_pred": 1}\n{"y_true": "a", "y_pred": 1}\n',
        {},
        ["'y_true'", "same type in each line"],
    ),
    "json of objects": ("a.jsonl", b'{"y_true": {"a": 1}, "y_pred": 1}\n', {}, ["'y_true'", "same type in each line"]),
    "json lists of two lengths": (
        "a.jsonl",
        b'{"y_true": 1, "prob": [1]}\n{"y_true": 1, "prob": [0, 1]}\n',
        {},
        ["'prob'", "2 lengths"],
    ),
    "json text probabilities": (
        "a.jsonl",
        b'{"y_true": 1, "prob": "high"}\n',
        {},
        ["'prob'", "'high'", "expected numbers"],
    ),
    "latin-1 json": ("a.jsonl", '{"y_true": "ä", "y_pred": "b"}'.encode("latin-1"), {}, ["not UTF-8"]),
    "Parquet that is none": ("a.parquet", GOOD, {}, ["not a readable Parquet file", "CSV"]),
    "empty Parquet": ("a.parquet", b"", {}, ["not a readable Parquet file"]),
    "Parquet cut off": ("a.parquet", parquet(label=[1], pred=[1])[:-10], {}, ["not a readable Parquet file"]),
    "Parquet without rows": (
        "a.parquet",
        parquet(label=pa.array([], pa.int64()), pred=pa.array([], pa.string())),
        {},
        ["no rows"],
    ),
    "Parquet with doubled names": ("a.parquet", doubled(), {}, ["more than one column named 'label'"]),
    "Parquet with structures": ("a.parquet", parquet(label=[{"a": 1}], pred=[1]), {}, ["'label'", "struct"]),
    "Parquet with missing lists": (
        "a.parquet",
        parquet(label=[1, 2], prob=[[0.5, 0.5], None]),
        {},
        ["'prob'", "no list"],
    ),
    "Parquet of text probabilities": ("a.parquet", parquet(label=[1], prob=["x"]), {}, ["'prob'", "expected numbers"]),
}


@pytest.mark.parametrize("case", BAD)
def test_one_clear_error(tmp_path: Path, case: str) -> None:
    name, content, options, words = BAD[case]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_predictions_file(path, **options)
    message = str(caught.value)
    assert [word for word in ["xpected", *words] if word not in message] == [], message
    assert str(path) in message or "npz" in case or "column" in message
    assert message.isprintable() and len(message) < 2000


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "predictions.csv").write_bytes(GOOD)
    with pytest.raises(DataError, match=r"is a folder; expected a file .* It holds 'predictions.csv'"):
        read_predictions_file(tmp_path)
    with pytest.raises(DataError, match=r"no file '.*predictoins.csv'.*Did you mean predictions.csv\?"):
        read_predictions_file(str(tmp_path / "predictoins.csv"))
    with pytest.raises(DataError, match="no folder"):
        read_predictions_file(tmp_path / "none" / "a.csv")


def test_no_error_lists_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(GOOD)
    for name in ("-", "zzzzzz"):
        with pytest.raises(DataError) as caught:
            read_predictions_file(tmp_path / name if name != "-" else name)
        assert "secret" not in str(caught.value)
        assert ("standard input" in str(caught.value)) == (name == "-")


def test_one_column_for_both(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(GOOD)
    with pytest.raises(UsageError, match="'y_true' is named for the true labels and for the answers"):
        read_predictions_file(tmp_path / "a.csv", true="y_true", pred="y_true")
    with pytest.raises(UsageError, match="prob names a column twice"):
        read_predictions_file(tmp_path / "a.csv", prob=["score", "score"])


def test_a_control_character_is_no_blank_line_of_json(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\x1c")
    with pytest.raises(DataError, match="is no JSON"):
        read_predictions_file(tmp_path / "a.jsonl")
