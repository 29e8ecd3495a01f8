"""Reading true and predicted values: what each form means, and what cannot be judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, softmax

from rightrate.errors import DataError, RightrateError, UsageError
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.read import read_predictions

NAN = float("nan")


def said(read: Predictions) -> str:
    return " ".join(read.remarks)


# One row per form: y_true, y_pred, options -> task, names, positive, true, predicted.
FORMS: dict[str, tuple[Any, Any, dict[str, Any], tuple[Task, tuple[str, ...], int | None, list[Any], list[Any]]]] = {
    "integers and probabilities": ([0, 1, 1], [0.2, 0.5, 0.49], {}, (Task.BINARY, ("0", "1"), 1, [0, 1, 1], [0, 1, 0])),
    "booleans count as 0 and 1": ([False, True], [True, True], {}, (Task.BINARY, ("0", "1"), 1, [0, 1], [1, 1])),
    "a column of shape (n, 1)": ([[0], [1]], [[0.2], [0.9]], {}, (Task.BINARY, ("0", "1"), 1, [0, 1], [0, 1])),
    "whole floats as labels": ([0.0, 1.0], [1.0, 1.0], {}, (Task.BINARY, ("0", "1"), 1, [0, 1], [1, 1])),
    "minus one and one": ([-1, 1, 1], [0.1, 0.2, 0.9], {}, (Task.BINARY, ("-1", "1"), 1, [0, 1, 1], [0, 0, 1])),
    "labels sorted by value": (
        [10, 9, 2],
        [9, 9, 2],
        {},
        (Task.MULTICLASS, ("2", "9", "10"), None, [2, 1, 0], [1, 1, 0]),
    ),
    "text labels": (["b", "a"], ["a", "a"], {"positive": "b"}, (Task.BINARY, ("a", "b"), 1, [1, 0], [0, 0])),
    "names that tell": (["Yes", "no"], [0.9, 0.2], {}, (Task.BINARY, ("Yes", "no"), 0, [0, 1], [0, 1])),
    "names that tell, answered": (["no", "yes"], ["no", "no"], {}, (Task.BINARY, ("no", "yes"), 1, [0, 1], [0, 0])),
    "two names that matter alike": (
        ["b", "a"],
        ["a", "a"],
        {"task": "multiclass"},
        (Task.MULTICLASS, ("a", "b"), None, [1, 0], [0, 0]),
    ),
    "an answer that is no true class": (
        ["b", "a"],
        ["a", "?"],
        {},
        (Task.MULTICLASS, ("?", "a", "b"), None, [2, 1], [1, 0]),
    ),
    "integers against words": ([0, 1], ["1", "none"], {}, (Task.MULTICLASS, ("0", "1", "none"), None, [0, 1], [1, 2])),
    "bytes": (np.array([b"b", b"a"]), ["b", "b"], {"positive": "b"}, (Task.BINARY, ("a", "b"), 1, [1, 0], [1, 1])),
    "positive by name": (
        ["ok", "bad"],
        [0.9, 0.1],
        {"positive": "bad"},
        (Task.BINARY, ("bad", "ok"), 0, [1, 0], [0, 1]),
    ),
    "positive by value": ([3, 7], [0.9, 0.1], {"positive": 3}, (Task.BINARY, ("3", "7"), 0, [0, 1], [0, 1])),
    "positive True": ([0, 1], [0.9, 0.1], {"positive": True}, (Task.BINARY, ("0", "1"), 1, [0, 1], [1, 0])),
    "positive by position": (
        ["ok", "bad"],
        ["ok", "ok"],
        {"positive": 0},
        (Task.BINARY, ("bad", "ok"), 0, [1, 0], [1, 1]),
    ),
    "positive of many": (
        ["a", "b", "c"],
        ["a", "b", "c"],
        {"positive": "c"},
        (Task.MULTICLASS, ("a", "b", "c"), 2, [0, 1, 2], [0, 1, 2]),
    ),
    "integers index the labels": (
        [0, 1],
        [0.9, 0.1],
        {"labels": ["ok", "bad"]},
        (Task.BINARY, ("ok", "bad"), 1, [0, 1], [1, 0]),
    ),
    "labels that are numbers go by value": (
        [3, 1],
        [1, 3],
        {"labels": ["3", "1"]},
        (Task.MULTICLASS, ("3", "1"), None, [0, 1], [1, 0]),
    ),
    "two names, answered": (
        ["ok", "fraud"],
        ["ok", "ok"],
        {},
        (Task.MULTICLASS, ("fraud", "ok"), None, [1, 0], [1, 1]),
    ),
    "two names, a column each": (
        ["ok", "fraud"],
        [[0.9, 0.1], [0.6, 0.4]],
        {"labels": ["ok", "fraud"]},
        (Task.MULTICLASS, ("ok", "fraud"), None, [0, 1], [0, 0]),
    ),
    "two names, the score of one": (
        ["ok", "fraud"],
        [0.1, 0.7],
        {"score_of": "fraud"},
        (Task.BINARY, ("fraud", "ok"), 0, [1, 0], [1, 0]),
    ),
    "two numbers": ([1, 2], [1, 2], {}, (Task.MULTICLASS, ("1", "2"), None, [0, 1], [0, 1])),
    "labels set the order": (
        ["b", "a"],
        [[0.9, 0.1], [0.2, 0.8]],
        {"labels": ["b", "a"], "positive": "a"},
        (Task.BINARY, ("b", "a"), 1, [0, 1], [0, 1]),
    ),
    "only negatives": ([0, 0], [0.1, 0.6], {}, (Task.BINARY, ("0", "1"), 1, [0, 0], [0, 1])),
    "only positives": ([1, 1], [1, 0], {}, (Task.BINARY, ("0", "1"), 1, [1, 1], [1, 0])),
    "one name and the positive": (
        ["ok", "ok"],
        [0.1, 0.6],
        {"positive": "bad"},
        (Task.BINARY, ("ok", "bad"), 1, [0, 0], [0, 1]),
    ),
    "one name and labels": (
        ["ok"],
        [0.1],
        {"labels": ["bad", "ok"], "positive": "bad"},
        (Task.BINARY, ("bad", "ok"), 0, [1], [1]),
    ),
    "two columns": ([0, 1], [[0.3, 0.7], [0.6, 0.4]], {"positive": 0}, (Task.BINARY, ("0", "1"), 0, [0, 1], [1, 0])),
    "three columns, fewer classes": (
        [0, 1],
        np.eye(3)[[2, 1]] * 0.9,
        {},
        (Task.MULTICLASS, ("0", "1", "2"), None, [0, 1], [2, 1]),
    ),
    "columns for 1 to k": (
        [1, 2, 3],
        np.eye(3) * 0.9,
        {},
        (Task.MULTICLASS, ("1", "2", "3"), None, [0, 1, 2], [0, 1, 2]),
    ),
    "columns for sorted names": (
        ["c", "a", "b"],
        np.eye(3) * 0.9,
        {},
        (Task.MULTICLASS, ("a", "b", "c"), None, [2, 0, 1], [0, 1, 2]),
    ),
    "rows that do not sum to one": (
        [0, 1, 2],
        np.eye(3) * 0.2,
        {},
        (Task.MULTICLASS, ("0", "1", "2"), None, [0, 1, 2], [0, 1, 2]),
    ),
    "two classes as multi-class": (
        [0, 1],
        [[0.3, 0.7], [0.6, 0.4]],
        {"task": "multiclass"},
        (Task.MULTICLASS, ("0", "1"), None, [0, 1], [1, 0]),
    ),
    "one-hot rows": (
        np.eye(3),
        np.eye(3)[[1, 1, 2]] * 0.9,
        {},
        (Task.MULTICLASS, ("0", "1", "2"), None, [0, 1, 2], [1, 1, 2]),
    ),
    "one-hot rows with names": (
        np.eye(3),
        [2, 1, 0],
        {"labels": ["x", "y", "z"]},
        (Task.MULTICLASS, ("x", "y", "z"), None, [0, 1, 2], [2, 1, 0]),
    ),
    "one-hot rows of two": (np.eye(2, dtype=int), [0.1, 0.2], {}, (Task.BINARY, ("0", "1"), 1, [0, 1], [0, 0])),
    "several ones": (
        [[1, 1], [0, 0]],
        [[0.5, 0.2], [0.9, 0.1]],
        {},
        (Task.MULTILABEL, ("0", "1"), None, [[1, 1], [0, 0]], [[1, 0], [1, 0]]),
    ),
    "one-hot said to be multi-label": (
        np.eye(2),
        [[0.6, 0.6], [0.1, 0.2]],
        {"task": "multilabel"},
        (Task.MULTILABEL, ("0", "1"), None, [[1, 0], [0, 1]], [[1, 1], [0, 0]]),
    ),
    "multi-label answers": (
        [[1, 1], [0, 0]],
        [[True, False], [False, False]],
        {"labels": ["p", "q"]},
        (Task.MULTILABEL, ("p", "q"), None, [[1, 1], [0, 0]], [[1, 0], [0, 0]]),
    ),
    "regression": ([0.5, 2.0], [1, 2], {}, (Task.REGRESSION, (), None, [0.5, 2.0], [1.0, 2.0])),
    "regression by wish": (
        [1, 2],
        [1.5, 2.5],
        {"task": Task.REGRESSION},
        (Task.REGRESSION, (), None, [1.0, 2.0], [1.5, 2.5]),
    ),
    "token losses": (None, [0.0, 2.5], {"task": "tokens"}, (Task.TOKENS, (), None, [], [0.0, 2.5])),
}


@pytest.mark.parametrize("case", FORMS)
def test_each_form(case: str) -> None:
    y_true, y_pred, options, expected = FORMS[case]
    read = read_predictions(y_true, y_pred, **options)
    assert (read.task, read.names, read.positive, read.true.tolist(), read.predicted.tolist()) == expected
    assert read.answered.all() and read.size == len(y_pred)
    assert (read.threshold is not None) == (read.prob is not None and read.task is not Task.MULTICLASS)


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        np.array,
        pd.Series,
        pd.Categorical,
        lambda x: pd.Series(x, dtype="category"),
        lambda x: pd.Series(x, index=[5, 5, 7]),
    ],
)
def test_containers_give_the_same(make: Any) -> None:
    names = ["ok", "bad", "ok"]
    answers = make(["ok", "ok", "bad"])
    read = read_predictions(make(names), answers, positive="bad", groups=make(names), weights=[1, 0, 2])
    assert read.true.tolist() == [1, 0, 1] and read.predicted.tolist() == [1, 1, 0] and read.names == ("bad", "ok")
    assert read.groups is not None and read.groups.tolist() == [1, 0, 1]
    assert read.weights is not None and read.weights.tolist() == [1.0, 0.0, 2.0]


def test_pandas_nullable_integers_and_unused_categories() -> None:
    read = read_predictions(pd.Series([0, 1], dtype="Int64"), pd.Series([1, None], dtype="Int64"))
    assert read.names == ("0", "1") and read.predicted.tolist() == [1, -1]
    unused = pd.Categorical(["a", "b"], categories=["z", "b", "a"])
    assert read_predictions(unused, unused, positive="a").names == ("a", "b")


def test_what_was_assumed_is_said() -> None:
    assert said(read_predictions([0, 1], [0.1, 0.9])) == (
        "Both classes have to clear the bars; say positive=… if only one matters. Thresholds and their curves are about "
        "'1'."
    )
    assert "Thresholds and their curves need it too" in said(read_predictions(["a", "b"], ["a", "b"]))
    assert read_predictions([0, 1], [0.1, 0.9], positive=1).remarks == ()
    assert "one-hot" in said(read_predictions(np.eye(3), np.eye(3) * 0.9))
    assert "softmax" in said(read_predictions([0, 1, 2], 2 * np.eye(3), logits=True))
    assert "sigmoid" in said(read_predictions([0, 1], [-2.0, 3.0], logits=True))
    assert "0 is 'ok'" in said(read_predictions([0, 1], [0.1, 0.9], labels=["ok", "bad"]))


def test_logits_become_probabilities() -> None:
    rows = np.array([[2.0, -1.0, 0.0], [0.0, 5.0, 1.0]])
    assert np.allclose(read_predictions([0, 1], rows, labels=["a", "b", "c"], logits=True).prob, softmax(rows, axis=1))
    assert np.allclose(read_predictions([0, 1], [-2, 3], logits=True).prob, expit([-2, 3]))
    assert np.allclose(read_predictions([0, 1], rows[:, :2], logits=True).prob, softmax(rows[:, :2], axis=1)[:, 1])
    both = read_predictions([[1, 1], [0, 0]], rows[:, :2], logits=True)
    assert np.allclose(both.prob, expit(rows[:, :2])) and both.task is Task.MULTILABEL


def test_threshold_is_met_from_it_on() -> None:
    read = read_predictions([0, 1, 1], [0.29, 0.3, 0.31], threshold=0.3)
    assert read.predicted.tolist() == [0, 1, 1] and read.threshold == 0.3
    assert read_predictions([0, 1], [0.0, 0.4], threshold=0).predicted.tolist() == [1, 1]


def test_rounding_above_one_is_forgiven_and_said() -> None:
    read = read_predictions([0, 1], np.array([0.1, 1.0000001]))
    assert read.prob is not None and read.prob.max() == 1 and "rounding" in said(read)


SILENT: dict[str, tuple[Any, Any, dict[str, Any], list[bool]]] = {
    "probability": ([0, 1, 1], [0.1, NAN, 0.9], {}, [True, False, True]),
    "one of two columns": ([0, 1], [[NAN, 0.9], [0.2, 0.8]], {}, [False, True]),
    "row of a matrix": ([0, 1, 2], [[0.9, 0, 0.1], [NAN] * 3, [0, 0.1, 0.9]], {}, [True, False, True]),
    "row of logits": ([0, 1, 2], [[9, 0, 1.5], [NAN, 1, 2], [0, 1, 9]], {"logits": True}, [True, False, True]),
    "text": (["a", "b"], ["a", None], {"positive": "a"}, [True, False]),
    "text with NaN": (["a", "b"], ["a", NAN], {"positive": "a"}, [True, False]),
    "no answer at all": (["a", "b"], [NAN, NAN], {"positive": "a"}, [False, False]),
    "label as float": ([0, 1, 2], [2.0, NAN, 1.0], {}, [True, False, True]),
    "multi-label": ([[1, 1], [0, 0]], [[0.1, NAN], [0.2, 0.3]], {}, [False, True]),
    "regression": ([0.5, 1.5], [NAN, 1.0], {}, [False, True]),
    "masked": ([0, 1], np.ma.masked_array([0.2, 0.9], mask=[True, False]), {}, [False, True]),
}


@pytest.mark.parametrize("case", SILENT)
def test_no_number_is_no_answer(case: str) -> None:
    y_true, y_pred, options, answered = SILENT[case]
    read = read_predictions(y_true, y_pred, **options)
    assert read.answered.tolist() == answered
    if read.prob is not None:
        assert (np.isnan(read.prob).reshape(len(answered), -1).any(axis=1) == ~np.array(answered)).all()


def test_words_for_missing_are_names() -> None:
    assert read_predictions(["NA", "None"], ["nan", "NA"]).names == ("NA", "None", "nan")


# What cannot be judged: y_true, y_pred, options, words that the message must hold.
BAD: dict[str, tuple[Any, Any, dict[str, Any], list[str]]] = {
    "empty": ([], [], {}, ["y_true is empty", "at least one row"]),
    "lengths differ": ([0, 1], [0.1], {}, ["y_true has 2", "y_pred has 1"]),
    "three dimensions": ([0, 1], np.zeros((2, 2, 2)), {}, ["y_pred", "(2, 2, 2)", "Reshape"]),
    "a single value": (1, [0.1], {}, ["y_true", "shape ()"]),
    "ragged rows": ([0, 1], [[0.1], [0.2, 0.8]], {}, ["y_pred", "equal length"]),
    "NaN among true floats": ([0.5, NAN, NAN], [1, 2, 3], {}, ["y_true misses 2 of 3", "row 1"]),
    "None among true names": (["a", None], ["a", "a"], {}, ["y_true misses 1 of 2", "row 1"]),
    "names and numbers": (["a", 1], ["a", "a"], {}, ["y_true", "mixed"]),
    "dates": (np.array(["2024-01-01"], "M8[D]"), [1], {}, ["datetime64", "Convert"]),
    "complex numbers": ([0, 1], [1j, 0], {}, ["complex128"]),
    "probability above one": ([0, 1], [0.5, 1.5], {}, ["1.5", "row 1", "logits=True"]),
    "negative probability": (
        [0, 1, 2],
        [[0.5, 0.5, 0], [0, 1, 0.1], [-0.5, 1, 0.5]],
        {},
        ["-0.5", "row 2", "column 0", "logits=True"],
    ),
    "infinite probability": ([0, 1], [0.5, np.inf], {}, ["infinite", "row 1"]),
    "infinite logit": ([0, 1], [0.5, -np.inf], {"logits": True}, ["infinite", "finite logits"]),
    "unknown label": (
        ["cat", "dgo"],
        ["cat", "dog"],
        {"labels": ["cat", "dog"]},
        ["y_true", "'dgo'", "row 1", "Did you mean dog?"],
    ),
    "unknown answer": (["cat", "dog"], ["cat", "dgo"], {"labels": ["cat", "dog"]}, ["y_pred", "'dgo'", "row 1"]),
    "index without label": ([0, 2], [0, 1], {"labels": ["cat", "dog"]}, ["y_true holds 2 in row 1", "from 0 to 1"]),
    "number that is no label": ([3, 4], [3, 3], {"labels": [3, 5]}, ["'4'", "row 1"]),
    "labels twice": ([0, 1], [0, 1], {"labels": ["a", "a"]}, ["labels", "more than once"]),
    "one label": ([0, 1], [0, 1], {"labels": ["a"]}, ["at least two"]),
    "labels as one text": ([0, 1], [0, 1], {"labels": "ab"}, ["sequence of names"]),
    "columns and labels differ": ([0, 1], np.full((2, 3), 0.3), {"labels": ["a", "b"]}, ["3 columns", "2 names"]),
    "columns and names differ": (["a", "b"], np.full((2, 3), 0.3), {}, ["3 columns", "labels=[...]"]),
    "numbers beyond the columns": ([0, 5], np.full((2, 3), 0.3), {}, ["3 columns", "labels=[...]"]),
    "one name only": (["ok", "ok"], [0.1, 0.2], {}, ["one class only", "'ok'", "labels=[...]", "positive="]),
    "one name, and that is positive": (["ok", "ok"], [0.1, 0.2], {"positive": "ok"}, ["one class only"]),
    "numbers for names": (["a", "b"], [0, 1], {}, ["no class in common", "labels=[...]"]),
    "unknown positive": (["ok", "fraud"], [0.1, 0.2], {"positive": "fruad"}, ["'fruad'", "Did you mean fraud?"]),
    "one probability for three classes": ([0, 1, 2], [0.1, 0.2, 0.3], {}, ["3 classes", "(n, 3)", "task='regression'"]),
    "numbers of a regression": ([100, 250], [101.5, 249.0], {}, ["101.5", "task='regression'"]),
    "threshold above one": ([0, 1], [0.1, 0.2], {"threshold": 1.5}, ["threshold is 1.5", "0 to 1"]),
    "threshold NaN": ([0, 1], [0.1, 0.2], {"threshold": NAN}, ["threshold is nan"]),
    "threshold as text": ([0, 1], [0.1, 0.2], {"threshold": "0.5"}, ["threshold is '0.5'"]),
    "threshold of labels": ([0, 1], [0, 1], {"threshold": 0.5}, ["threshold=0.5", "without probabilities"]),
    "threshold of many classes": ([0, 1, 2], np.eye(3) * 0.9, {"threshold": 0.5}, ["threshold=0.5", "multi-class"]),
    "positive of a regression": ([0.5, 1.5], [1, 2], {"positive": 1}, ["positive=1", "regression"]),
    "logits of labels": (["a", "b"], ["a", "b"], {"logits": True}, ["logits=True", "text"]),
    "logits of labels that are numbers": ([0, 1], [0, 1], {"logits": True}, ["logits=True", "as labels do"]),
    "logits of labels of many classes": ([0, 1, 2], [2, 1, 1], {"logits": True}, ["logits=True", "as labels do"]),
    "labels of one name": ([0, 1], [0, 1], {"labels": ["a"]}, ["labels has 1 name;"]),
    "one of two names, scored": (["ok", "fraud"], [0.1, 0.2], {}, ["'fraud' and 'ok'", "--positive"]),
    "one of two names, in order": (["ok", "fraud"], [0.1, 0.9], {"labels": ["ok", "fraud"]}, ["positive=", "column"]),
    "one of two numbers": ([1, 2], [0.1, 0.2], {}, ["'1' and '2'", "positive='2'"]),
    "one of two names, cut": (
        ["ok", "fraud"],
        np.eye(2) * 0.9 + 0.05,
        {"labels": ["ok", "fraud"], "threshold": 0.3},
        ["the threshold is of"],
    ),
    "unknown task": ([0, 1], [0, 1], {"task": "binray"}, ["'binray'", "Did you mean binary?"]),
    "binary with three classes": ([0, 1, 2], [0, 1, 2], {"task": "binary"}, ["'binary'", "3 classes"]),
    "multi-label by name": (["a", "b"], ["a", "b"], {"task": "multilabel"}, ["multi-label", "MultiLabelBinarizer"]),
    "multi-label of other shape": ([[1, 1], [0, 1]], [[0.1], [0.2]], {}, ["(2, 2)", "(2, 1)"]),
    "soft labels": ([[0.9, 0.1], [0.2, 0.8]], [[0.9, 0.1], [0.2, 0.8]], {}, ["not whole", "row 0"]),
    "matrix of counts": ([[2, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]], {}, ["other numbers than 0 and 1"]),
    "regression of names": (["a", "b"], [1, 2], {"task": "regression"}, ["text", "'a'", "one number per row"]),
    "infinite target": ([0.5, np.inf], [1, 2], {}, ["y_true", "infinite", "row 1"]),
    "no true values": (None, [0.1], {}, ["y_true is None", "task='tokens'"]),
    "tokens with truth": ([1], [0.1], {"task": "tokens"}, ["expected None"]),
    "negative loss": (None, [0.1, -0.1], {"task": "tokens"}, ["-0.1", "row 1", "at least 0"]),
    "loss without number": (None, [0.1, NAN], {"task": "tokens"}, ["misses 1 of 2", "row 1"]),
    "infinite loss": (None, [np.inf], {"task": "tokens"}, ["infinite"]),
    "negative weight": ([0, 1], [0, 1], {"weights": [1, -1]}, ["weights", "-1", "row 1"]),
    "weight without number": ([0, 1], [0, 1], {"weights": [1, NAN]}, ["weights misses 1 of 2"]),
    "no weight": ([0, 1], [0, 1], {"weights": [0, 0]}, ["All weights are 0"]),
    "weights of other length": ([0, 1], [0, 1], {"weights": [1]}, ["weights has shape (1,)", "2 rows"]),
    "weights as text": ([0, 1], [0, 1], {"weights": ["a", "b"]}, ["weights holds text"]),
    "groups of other length": ([0, 1], [0, 1], {"groups": ["a", "b", "c"]}, ["groups has shape (3,)", "2 rows"]),
    "missing group": ([0, 1], [0, 1], {"groups": ["a", None]}, ["groups misses 1 of 2", "row 1"]),
}
OPTIONS = (
    *(
        "threshold",
        "unknown positive",
        "unknown task",
        "positive of",
        "logits of",
        "labels twice",
        "one label",
        "labels of one",
    ),
    *("labels as one text", "no true values", "tokens with truth", "one of two"),
)
"""What these cases start with is wrong in the call; all others are wrong in the data."""


@pytest.mark.parametrize("case", BAD)
def test_one_clear_error(case: str) -> None:
    y_true, y_pred, options, words = BAD[case]
    with pytest.raises(UsageError) as caught:
        read_predictions(y_true, y_pred, **options)
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message
    assert isinstance(caught.value, DataError) != case.startswith(OPTIONS)


@given(st.data())
def test_permuting_rows_permutes_the_result(data: st.DataObject) -> None:
    names = data.draw(
        st.lists(st.sampled_from("abc"), min_size=2, max_size=20).filter(lambda drawn: len(set(drawn)) > 1)
    )
    answers = data.draw(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=len(names), max_size=len(names)))
    order = data.draw(st.permutations(range(len(names))))
    plain = read_predictions(names, answers, task="multiclass")
    mixed = read_predictions([names[i] for i in order], [answers[i] for i in order], task="multiclass")
    assert mixed.names == plain.names == tuple(sorted({*names, *answers} - {None}))
    assert mixed.true.tolist() == plain.true[list(order)].tolist()
    assert mixed.predicted.tolist() == plain.predicted[list(order)].tolist()
    assert [plain.names[i] for i in plain.true] == names
    assert [None if i < 0 else plain.names[i] for i in plain.predicted] == answers


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=3),
    st.binary(max_size=2),
    st.lists(st.floats(0, 1), max_size=3),
)


@given(st.lists(VALUES, max_size=5), st.lists(VALUES, max_size=5), st.sampled_from([None, *Task]), st.booleans())
def test_any_values_are_read_or_refused(y_true: list[Any], y_pred: list[Any], task: Task | None, logits: bool) -> None:
    try:
        read = read_predictions(y_true, y_pred, task=task, logits=logits)
    except RightrateError:
        return
    assert read.size == len(y_true) and read.true.shape == read.predicted.shape


HOMOGENEOUS = st.sampled_from(
    [st.integers(-2, 3), st.floats(), st.floats(0, 1), st.sampled_from(["a", "b", ""]), st.integers(2**62, 2**65)]
)


@given(st.data(), st.integers(1, 6), HOMOGENEOUS, HOMOGENEOUS, st.sampled_from([None, ["a", "b"], [0, 1], [2, 1, 0]]))
def test_columns_of_one_kind_are_read_or_refused(
    data: st.DataObject, size: int, true: Any, pred: Any, labels: Any
) -> None:
    y_true = data.draw(st.lists(true, min_size=size, max_size=size))
    y_pred = data.draw(st.lists(pred, min_size=size, max_size=size))
    try:
        read = read_predictions(y_true, y_pred, labels=labels)
    except RightrateError:
        return
    assert read.true.shape == (size,) and (read.task is Task.REGRESSION or read.true.max() < len(read.names))
    assert read.prob is None or (np.nan_to_num(read.prob) <= 1).all()


def test_two_probabilities_of_a_binary_task_must_sum_to_one() -> None:
    """Only the positive class's column would be looked at."""
    with pytest.raises(DataError, match=r"row 1 .* sum to 1\.6"):
        read_predictions([0, 1, 1], [[0.5, 0.5], [0.7, 0.9], [0.1, 0.9]])


def test_an_identifier_taken_for_a_class_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(DataError, match=r"1,001 classes.*identifier"):
        read_predictions(np.arange(1001), np.arange(1001))
    assert len(read_predictions(np.arange(1000), np.arange(1000)).names) == 1000


def test_probabilities_that_are_said_to_be_logits_are_refused() -> None:
    with pytest.raises(UsageError, match="sums to one, as probabilities do"):
        read_predictions([0, 1, 2], np.eye(3), logits=True)
