"""Which columns of a file of predictions are which: by explicit name, or by the names that are usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rightrate.errors import DataError, UsageError, nearest
from rightrate.importers.parts import listed

TRUE = ("y_true", "label", "target", "true", "actual")
PRED = ("y_pred", "pred", "predicted", "prediction")
PROB = ("y_prob", "prob", "probability", "score", "y_score")
PROB_PREFIX = "prob_"
"""Before the name of a class: the column of its probabilities."""


@dataclass(frozen=True)
class Roles:
    """What each column is for.

    Args:
        true: the true labels.
        pred: the labels or numbers that the model answered, or None.
        prob: one column of probabilities, or one for each class, or none.
        classes: the classes of several columns in `prob`; None for one or none.
        positive: the class that the only column in `prob` is named after, or None.
        groups, weights, slices: further columns.
        remarks: what was chosen where there was a choice.
    """

    true: str
    pred: str | None
    prob: tuple[str, ...]
    classes: tuple[str, ...] | None
    positive: str | None
    groups: str | None
    weights: str | None
    slices: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def used(self) -> tuple[str, ...]:
        """All columns to read, each once."""
        chosen = (self.true, self.pred, *self.prob, self.groups, self.weights, *self.slices)
        return tuple(dict.fromkeys(name for name in chosen if name is not None))

    @property
    def numbers(self) -> frozenset[str]:
        """Those that must hold numbers."""
        return frozenset((*self.prob, *((self.weights,) if self.weights else ())))


def choose_columns(
    path: Path,
    names: Sequence[str],
    *,
    true: str | None = None,
    pred: str | None = None,
    prob: str | Sequence[str] | None = None,
    groups: str | None = None,
    weights: str | None = None,
    slices: Sequence[str] = (),
) -> Roles:
    """Choose the columns; explicit names win, others are found in the order of the tuples above, in any case.

    Raises:
        DataError: an explicit name that does not exist, no true labels, nothing that the model answered.
        UsageError: the true labels named as the answer, too.

    Example:
        >>> roles = choose_columns(Path("a.csv"), ["id", "label", "prob_cat", "prob_dog"])
        >>> roles.true, roles.prob, roles.classes
        ('label', ('prob_cat', 'prob_dog'), ('cat', 'dog'))
    """
    wanted = (prob,) if isinstance(prob, str) else tuple(prob or ())
    slices = (slices,) if isinstance(slices, str) else tuple(slices)
    for option, name in [
        *(("true", true), ("pred", pred), ("groups", groups), ("weights", weights)),
        *(("prob", name) for name in wanted),
        *(("slices", name) for name in slices),
    ]:
        if name is not None:
            _check_exists(path, names, option, name)
    true, said = (true, ()) if true is not None else _find(names, TRUE)
    if true is None:
        raise DataError(
            f"'{path}' has no column of the true labels; its columns are {listed(names, limit=20)}. Expected one "
            "called "
            f"{listed(TRUE)}; name yours with --true COLUMN (true= in Python).{_separator_hint(names)}"
        )
    pred, more = (pred, ()) if pred is not None else _find([name for name in names if name != true], PRED)
    columns, chosen = (wanted, ()) if wanted else _find_prob([name for name in names if name != true])
    if pred is None and not columns:
        raise DataError(
            f"'{path}' has no column of what the model answered; its columns are {listed(names, limit=20)}. Expected "
            f"labels in {listed(PRED)}, or probabilities in {listed(PROB)} or in prob_CLASS for each class; name yours "
            "with --pred or --prob COLUMN (pred=, prob= in Python)."
        )
    if true == pred or true in columns:
        raise UsageError(
            f"The column {listed([true])} is named for the true labels and for the answers; name two columns."
        )
    if len(set(columns)) < len(columns):
        raise UsageError(f"prob names a column twice: {listed(columns)}; expected each once.")
    classes, positive = _class_names(columns)
    remarks = (*said, *more, *chosen, *_both(pred, columns), *_one_class(columns, positive))
    return Roles(true, pred, columns, classes, positive, groups, weights, slices, remarks)


def _check_exists(path: Path, names: Sequence[str], option: str, name: str) -> None:
    if name not in names:
        close = nearest(name[:80], names)
        raise DataError(
            f"'{path}' has no column {listed([name])}, which {option} names; its columns are {listed(names, limit=20)}."
            f"{' ' + close if close.startswith('Did') else ''} Expected the name of a column as in the file."
        )


def _find(names: Sequence[str], usual: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """The first usual name that occurs, and what was chosen where several do."""
    found = [name for known in usual for name in _called(names, known)]
    if len(found) < 2:
        return (found[0] if found else None), ()
    return found[0], (f"The column {listed(found[:1])} is used; {listed(found[1:])} could have been meant, too.",)


def _called(names: Sequence[str], known: str) -> list[str]:
    """Columns with this name in any case; the one in lower case first."""
    return sorted((name for name in names if name.strip().casefold() == known), key=lambda name: name != known)


def _find_prob(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    one, said = _find(names, PROB)
    several = tuple(name for name in names if _class_of(name))
    if one is None:
        return several, ()
    if several:
        said += (f"The column {listed([one])} is used; {listed(several)} could have been meant, too.",)
    return (one,), said


def _class_of(name: str) -> str | None:
    """The class in `prob_CLASS`, or None.

    Example:
        >>> _class_of("prob_cat"), _class_of("prob_"), _class_of("score")
        ('cat', None, None)
    """
    bare = name.strip()
    return bare[len(PROB_PREFIX) :] or None if bare.casefold().startswith(PROB_PREFIX) else None


def _class_names(columns: Sequence[str]) -> tuple[tuple[str, ...] | None, str | None]:
    """Classes of several columns; of one, the class it is named after."""
    classes = [_class_of(name) for name in columns]
    if len(columns) == 1:
        return None, classes[0]
    if not columns:
        return None, None
    if all(classes):
        return tuple(map(str, classes)), None
    return tuple(name.strip() for name in columns), None


def _both(pred: str | None, prob: Sequence[str]) -> tuple[str, ...]:
    if pred is None or not prob:
        return ()
    return (
        f"There are probabilities and answers: the answers in {listed([pred])} are judged, the probabilities in "
        f"{listed(prob, limit=3)} rank and calibrate. With a threshold of your own, they give the answers.",
    )


def _one_class(prob: Sequence[str], positive: str | None) -> tuple[str, ...]:
    if positive is None:
        return ()
    return (f"The column {listed(prob)} is taken to be the probability of the class {listed([positive])}.",)


def _separator_hint(names: Sequence[str]) -> str:
    """Ask about the separator where all names are in one."""
    marks = [mark for mark in (";", "\t", ",", "|") if len(names) == 1 and mark in names[0]]
    return f" The header holds {marks[0]!r}: is that the separator? Save it as .csv with commas." if marks else ""
