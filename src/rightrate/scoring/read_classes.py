"""Which classes there are, in which order, and which one is positive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from rightrate.errors import DataError, UsageError, nearest
from rightrate.scoring.predictions import INDEX, blocks
from rightrate.scoring.read_columns import Column

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,18}")
_SHOWN = 10  # names in a message
_LONGEST_USUAL = 100  # characters of a name that are looked at: more than any usual one has

USUAL_PAIRS = (
    ("0", "1"), ("-1", "1"), ("false", "true"), ("f", "t"), ("no", "yes"), ("n", "y"), ("negative", "positive"),
    ("neg", "pos"), ("off", "on"),
)  # fmt: skip
"""Names that tell which of two classes is positive, the second; in any case of letters. 0 and 1, and -1 and 1, are
those that scikit-learn takes without `pos_label`; the words are a convention of this tool."""


#: What a column of scores may be called beside the name of a class, and whether that is the positive side.
SIDES = {word: pair[1] == word for pair in USUAL_PAIRS for word in pair if len(word) > 1 and word.isalpha()}


@dataclass(frozen=True)
class Classes:
    """The classes of an evaluation.

    Args:
        names: in the order of their indices.
        by_position: whether a whole number is a position in `names`; otherwise it is a class called like that.
        remarks: what was assumed.
    """

    names: tuple[str, ...]
    by_position: bool = False
    remarks: tuple[str, ...] = ()

    def knows(self, numbers: np.ndarray) -> np.ndarray:
        """Mask of the whole numbers that are classes; a NaN is none."""
        if self.by_position:
            return np.asarray((numbers >= 0) & (numbers < len(self.names)))
        return np.isin(numbers, [number for name in self.names if (number := _number(name)) is not None])

    def encode(self, column: Column) -> np.ndarray:
        """Class index of each row, `(n,)`, of the type `INDEX`; -1 where the value is missing.

        Raises:
            DataError: a value that is no class.
        """
        if column.texts is not None:
            places = {name: place for place, name in enumerate(self.names)}
            for code, text in enumerate(column.texts):
                if text not in places:
                    row = int(np.argmax(column.values == code))
                    raise DataError(self._unknown(column.name, text, row))
            table = np.array([*(places[text] for text in column.texts), -1], dtype=INDEX)
            return np.asarray(table[column.values])
        found = np.empty(len(column), dtype=INDEX)
        for part in blocks(len(column)):
            values = column.values[part]
            there = ~replace(column, values=values).missing
            unknown = there & ~self.knows(values)
            if unknown.any():
                row = int(unknown.argmax())
                raise DataError(self._unknown(column.name, label_name(values[row]), part.start + row))
            numbers = np.where(there, values, 0).astype(np.int64)
            found[part] = np.where(there, numbers if self.by_position else self._by_value(numbers), -1)
        return found

    def _by_value(self, numbers: np.ndarray) -> np.ndarray:
        named = [(number, place) for place, name in enumerate(self.names) if (number := _number(name)) is not None]
        values, places = np.array(sorted(named), dtype=np.int64).reshape(-1, 2).T
        if not len(values):
            return np.full(len(numbers), -1)
        return np.asarray(places[np.minimum(np.searchsorted(values, numbers), len(values) - 1)])

    def _unknown(self, where: str, value: str, row: int) -> str:
        if self.by_position and _number(value) is not None:
            return (
                f"{where} holds {value} in row {row} (counted from 0); with these labels whole numbers are positions "
                f"from 0 to {len(self.names) - 1}. Give a label for each number, in the order of the numbers."
            )
        return (
            f"{where} holds {shown([value])} in row {row} (counted from 0), which is none of the labels; expected one "
            f"of {shown(self.names)}.{_closest(value, self.names)} Mend the value, or add it to labels=."
        )


def shown(names: Iterable[str]) -> str:
    """The names for a message, shortened and with control characters escaped.

    Example:
        >>> shown(["cat", "a\\x00b"])
        "'cat', 'a\\\\x00b'"
    """
    every = [repr(name[:80]) for name in names]
    rest = len(every) - _SHOWN
    return ", ".join(every[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def counted(number: int, thing: str) -> str:
    """A number of things, in the right number.

    Example:
        >>> counted(1, "row"), counted(1250, "row"), counted(2, "class")
        ('1 row', '1,250 rows', '2 classes')
    """
    return f"{number:,} {thing}" + ("" if number == 1 else "es" if thing.endswith("s") else "s")


def given_classes(labels: Iterable[Any]) -> Classes:
    """The classes that the caller named.

    Labels that all are whole numbers (also as text) are matched by value; otherwise whole numbers in the data are
    positions in `labels`.

    Raises:
        UsageError: fewer than two labels, or one twice.

    Example:
        >>> given_classes(["ok", "fraud"]).encode(Column("y_true", np.array([1, 0, 1]))).tolist()
        [1, 0, 1]
        >>> given_classes(["3", "7"]).encode(Column("y_true", np.array([7, 3, 7]))).tolist()
        [1, 0, 1]
    """
    if isinstance(labels, (str, bytes)):
        raise UsageError(f"labels is the text {labels!r}; expected a sequence of names, such as ['ok', 'fraud'].")
    names = tuple(label_name(label) for label in labels)
    if len(names) < 2:
        raise UsageError(f"labels has {counted(len(names), 'name')}; expected at least two, one for each class.")
    doubled = [name for name in dict.fromkeys(names) if names.count(name) > 1] if len(set(names)) < len(names) else []
    if doubled:
        raise UsageError(f"labels holds {shown(doubled)} more than once; expected distinct names.")
    return Classes(names, by_position=any(_number(name) is None for name in names))


def label_name(label: Any) -> str:
    """Name of a label: whole numbers and booleans by their value, bytes as UTF-8, text as it is.

    Example:
        >>> label_name(2.0), label_name(True), label_name("True")
        ('2', '1', 'True')
    """
    if isinstance(label, (bool, np.bool_)):
        return str(int(label))
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label)


def names_in(column: Column) -> tuple[str, ...]:
    """The distinct classes of a column, sorted: numbers by value, texts as texts."""
    if column.texts is not None:
        return column.texts
    distinct = pd.unique(column.values[~column.missing])
    return tuple(str(int(value)) for value in np.sort(distinct))


def found_classes(true: Column, answered: Column | None, positive: Any) -> Classes:
    """The classes that occur in `true` and in the labels answered, sorted.

    Args:
        true: without missing values; whole numbers or text.
        answered: labels, or None where there are probabilities.
        positive: what the caller said; names the second class where only one occurs.

    Raises:
        DataError: one class only and no name for another; numbers in one column and other texts in the other.
    """
    names = names_in(true)
    if answered is not None:
        more = names_in(answered)
        if more and true.is_text != answered.is_text and not set(names) & set(more):
            raise DataError(
                f"y_true holds {shown(names)} and y_pred holds {shown(more)}: no class in common. Expected the same "
                "names in both; for numbers that stand for names give labels=[...] in the order of the numbers."
            )
        names = tuple(sorted({*names, *more}, key=_by_value_then_text))
    if set(names) <= {"0", "1"} and not true.is_text:
        names = ("0", "1")
    if len(names) == 1 and positive is not None and label_name(positive) not in names:
        names = (names[0], label_name(positive))
    if len(names) == 1:
        raise DataError(
            f"There is one class only, {shown(names)}; expected the names of at least two. Name all with labels=[...], "
            "or the one that does not occur with positive=...."
        )
    return Classes(names)


def column_classes(true: Column, width: int) -> Classes:
    """The classes of a matrix of probabilities with `width` columns, where no labels were given.

    Raises:
        DataError: the classes in `true` do not tell which column is whose.
    """
    names = names_in(true)
    if not true.is_text and true.values.min() >= 0 and true.values.max() < width:
        return Classes(tuple(map(str, range(width))))
    if len(names) == width:
        remark = f"The columns of y_pred are taken to be the sorted classes of y_true: {shown(names)}."
        return Classes(names, remarks=(remark,))
    raise DataError(
        f"y_pred has {width} columns and y_true holds {len(names)} classes, {shown(names)}; expected to know which "
        f"column belongs to which class. Give labels=[...] with {width} names in the order of the columns."
    )


@dataclass(frozen=True)
class Positive:
    """The positive class of an evaluation.

    Args:
        index: of the class; None where there is none.
        only: whether it alone matters, because the caller named it.
        remarks: what was assumed.
    """

    index: int | None
    only: bool = True
    remarks: tuple[str, ...] = ()


def find_positive(
    positive: Any, classes: Classes, *, binary: bool, numbered: bool = False, score_of: Any = None
) -> Positive:
    """The positive class, and whether it alone matters.

    A number that is no class by name is a position. Without a wish there is none outside of binary tasks. In them it is
    the class of the score column, class 1 where `labels` name whole numbers in their order, or what the names say
    (`usual_positive`), and both classes matter; where nothing tells there is none.

    Args:
        numbered: whether the data hold whole numbers, which stand for the names in their order.
        score_of: the class that the only column of scores is the probability of, where the data say so.

    Raises:
        UsageError: there is no such class.

    Example:
        >>> find_positive("ok", Classes(("fraud", "ok")), binary=True)
        Positive(index=1, only=True, remarks=())
        >>> find_positive(None, Classes(("fraud", "ok")), binary=True).index is None
        True
    """
    if positive is not None:
        return Positive(_index(positive, classes, "positive"))
    if not binary:
        return Positive(None)
    if score_of is not None:
        index: int | None = whose_scores(score_of, classes, None)
    else:
        index = 1 if numbered and classes.by_position else usual_positive(classes.names)
    alone = "say positive=… if only one matters"
    if index is None:
        said = f"Both classes have to clear the bars; {alone}. Thresholds and their curves need it too."
    else:
        name = shown(classes.names[index : index + 1])
        said = f"Both classes have to clear the bars; {alone}. Thresholds and their curves are about {name}."
    return Positive(index, only=False, remarks=(said,))


def whose_scores(name: Any, classes: Classes, positive: int | None) -> int:
    """The class that a column of scores is about, by the name of the column.

    A name in another case of letters is that class; "positive" and "true" are the positive class and "negative" and
    "false" the other one.

    Args:
        name: what the column is called, without `prob_`.
        positive: index of the positive class where it was named; else the names may tell.

    Raises:
        UsageError: it names none of the classes: nothing says whether the scores must be turned round.

    Example:
        >>> whose_scores("Fraud", Classes(("fraud", "ok")), None), whose_scores("positive", Classes(("0", "1")), 0)
        (0, 0)
    """
    names, text = classes.names, label_name(name)
    if text in names:
        return names.index(text)
    plain = text[:_LONGEST_USUAL].strip().casefold()
    alike = [place for place, known in enumerate(names) if known[:_LONGEST_USUAL].strip().casefold() == plain]
    if len(alike) == 1:
        return alike[0]
    positive = usual_positive(names) if positive is None else positive
    if plain in SIDES and positive is not None and len(names) == 2:
        return positive if SIDES[plain] else 1 - positive
    raise UsageError(
        f"The only column of probabilities is named after {shown([text])}, which is none of the classes, "
        f"{shown(names)}: nothing says whose probabilities it holds. Call the column prob_CLASS by a class of the "
        f"data, or name the classes in the order of their numbers with labels=.{_closest(text, names)}"
    )


def _index(wish: Any, classes: Classes, option: str) -> int:
    names = classes.names
    for name in (str(wish), label_name(wish)):
        if name in names:
            return names.index(name)
    is_number = isinstance(wish, (int, np.integer)) and not isinstance(wish, bool)
    if is_number and any(_number(name) is None for name in names) and 0 <= wish < len(names):
        return int(wish)
    raise UsageError(
        f"{option} is {shown([str(wish)])}, which is none of the classes; expected one of {shown(names)}."
        f"{_closest(str(wish), names)}"
    )


def usual_positive(names: Sequence[str]) -> int | None:
    """Which of two classes is positive by its name; None where the names do not tell.

    Example:
        >>> usual_positive(("Yes", "no")), usual_positive(("-1", "1")), usual_positive(("cat", "dog"))
        (0, 1, None)
    """
    plain = [name[:_LONGEST_USUAL].strip().casefold() for name in names]
    for negative, positive in USUAL_PAIRS:
        if sorted(plain) == sorted((negative, positive)):
            return plain.index(positive)
    return None


def unknown_direction(names: Sequence[str], what: str, otherwise: str = "") -> UsageError:
    """The error for two classes of which nothing says which one a score, or a threshold, is about.

    No guess is safe: a score that is read upside down makes the best model the worst.
    """
    one, other = (shown([name]) for name in names)
    return UsageError(
        f"There are two classes, {one} and {other}, and nothing says which one {what}; expected its name. Say "
        f"positive={one} or positive={other} (--positive NAME on the command line){otherwise}."
    )


def _closest(word: str, names: Sequence[str]) -> str:
    """A sentence that offers the names closest to `word`, or nothing; cut, because difflib is slow on long ones."""
    found = nearest(word[:80], [name[:80] for name in names[:1000]])
    return f" {found}" if found.startswith("Did") else ""


def _by_value_then_text(name: str) -> tuple[int, int, str]:
    number = _number(name)
    return (1, 0, name) if number is None else (0, number, "")


def _number(name: str) -> int | None:
    """The whole number that is written like this, if int64 holds it: "7", not "07" or "7.0"."""
    number = int(name) if _WHOLE.fullmatch(name) else None
    return number if number is not None and -(2**63) <= number < 2**63 else None


def check_count(names: Sequence[str], width: int) -> None:
    """Raise DataError unless there are as many names as columns."""
    if len(names) != width:
        raise DataError(
            f"y_pred has {width} columns and labels has {len(names)} names, {shown(names)}; expected one name for each "
            "column, in their order."
        )
