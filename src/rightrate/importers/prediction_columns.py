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
TRUE_PREFIX, PRED_PREFIX = "true_", "pred_"
"""Before the name of a label, where a row may have several: the column of 0 and 1 that says whether it has it."""


@dataclass(frozen=True)
class Asked:
    """The columns that the caller named; each field is the option of its name, None or empty where nobody said."""

    true: str | Sequence[str] | None = None
    pred: str | Sequence[str] | None = None
    prob: str | Sequence[str] | None = None
    groups: str | None = None
    weights: str | None = None
    slices: str | Sequence[str] = ()

    @property
    def further(self) -> dict[str, tuple[str, ...]]:
        """The columns beside labels and answers, by option."""
        slices = (self.slices,) if isinstance(self.slices, str) else tuple(self.slices)
        single = {"groups": self.groups, "weights": self.weights}
        return {**{option: () if name is None else (name,) for option, name in single.items()}, "slices": slices}


NOTHING_NAMED = Asked()


@dataclass(frozen=True)
class Roles:
    """What each column is for.

    Args:
        true: the true labels: one column, or one of 0 and 1 for each label.
        pred: the labels or numbers that the model answered: one column, one for each label, or none.
        prob: one column of probabilities, or one for each class or label, or none.
        classes: the classes or labels of several columns, in the order of `true`, or of `prob` where that is one; None
            without.
        positive: the class that the only column in `prob` is named after, or None.
        groups, weights, slices: further columns.
        remarks: what was chosen where there was a choice.
        losses: whether `pred` is the loss of each token, and there are no true labels.
    """

    true: tuple[str, ...]
    pred: tuple[str, ...]
    prob: tuple[str, ...]
    classes: tuple[str, ...] | None
    positive: str | None
    groups: str | None
    weights: str | None
    slices: tuple[str, ...]
    remarks: tuple[str, ...]
    losses: bool = False

    @property
    def used(self) -> tuple[str, ...]:
        """All columns to read, each once."""
        chosen = (*self.true, *self.pred, *self.prob, self.groups, self.weights, *self.slices)
        return tuple(dict.fromkeys(name for name in chosen if name is not None))

    @property
    def numbers(self) -> frozenset[str]:
        """Those that must hold numbers."""
        losses = self.pred if self.losses else ()
        return frozenset((*self.prob, *losses, *((self.weights,) if self.weights else ())))


def choose_columns(path: Path, names: Sequence[str], asked: Asked = NOTHING_NAMED) -> Roles:
    """Choose the columns; explicit names win, others are found in the order of the tuples above, in any case.

    A text that is no column, but whose parts between commas all are, names these. Where there are several true columns
    (`true_a`, `true_b`), those of the answers belong to the same labels, and come in their order.

    Raises:
        DataError: an explicit name that does not exist, no true labels, nothing that the model answered, a label
            without an answer.
        UsageError: the true labels named as the answer, too.

    Example:
        >>> roles = choose_columns(Path("a.csv"), ["id", "label", "prob_cat", "prob_dog"])
        >>> roles.true, roles.prob, roles.classes
        (('label',), ('prob_cat', 'prob_dog'), ('cat', 'dog'))
        >>> choose_columns(Path("a.csv"), ["true_cat", "true_dog", "prob_dog", "prob_cat"]).prob
        ('prob_cat', 'prob_dog')
    """
    wanted = {option: named(names, getattr(asked, option)) for option in ("true", "pred", "prob")}
    for option, chosen in {**wanted, **asked.further}.items():
        check_exists(path, names, option, chosen)
    truth, said = (wanted["true"], ()) if wanted["true"] else _find_several(names, TRUE, TRUE_PREFIX)
    if not truth:
        raise DataError(
            f"'{path}' has no column of the true labels; its columns are {listed(names, limit=20)}. Expected one "
            f"called {listed(TRUE)}, or true_LABEL for each of several labels; name yours with --true COLUMN (true= in "
            f"Python).{_separator_hint(names)}"
        )
    rest = [name for name in names if name not in truth]
    answers, more = (wanted["pred"], ()) if wanted["pred"] else _find_answers(rest, several=len(truth) > 1)
    scores, chose = (wanted["prob"], ()) if wanted["prob"] else _find_several(rest, PROB, PROB_PREFIX, fewest=1)
    if not answers and not scores:
        raise DataError(
            f"'{path}' has no column of what the model answered; its columns are {listed(names, limit=20)}. Expected "
            f"labels in {listed(PRED)}, or probabilities in {listed(PROB)} or in prob_CLASS for each class; name yours "
            "with --pred or --prob COLUMN (pred=, prob= in Python)."
        )
    _check_distinct(truth, answers, scores)
    remarks = (*said, *more, *chose, *_both(answers, scores))
    others = (asked.groups, asked.weights, asked.further["slices"])
    if len(truth) > 1:
        answers, scores = _by_label(path, truth, answers, PRED_PREFIX), _by_label(path, truth, scores, PROB_PREFIX)
        return Roles(truth, answers, scores, _labels(truth, TRUE_PREFIX), None, *others, remarks)
    classes, positive = _class_names(scores)
    return Roles(truth, answers, scores, classes, positive, *others, (*remarks, *_one_class(scores, positive)))


def _check_distinct(truth: tuple[str, ...], pred: tuple[str, ...], prob: tuple[str, ...]) -> None:
    both = [name for name in truth if name in pred or name in prob]
    if both:
        raise UsageError(
            f"The column {listed(both)} is named for the true labels and for the answers; name two columns."
        )
    for option, columns in (("true", truth), ("pred", pred), ("prob", prob)):
        if len(set(columns)) < len(columns):
            raise UsageError(f"{option} names a column twice: {listed(columns)}; expected each once.")
    if len(truth) == 1 and len(pred) > 1:
        raise DataError(
            f"There are {len(pred)} columns of answers, {listed(pred, limit=5)}, and one of the true labels, "
            f"{listed(truth)}; expected one of each, or one of 0 and 1 for each label in both (--true A,B --pred C,D)."
        )


def named(names: Sequence[str], wanted: str | Sequence[str] | None) -> tuple[str, ...]:
    """The columns that the caller named; a text may name several, between commas."""
    if not isinstance(wanted, str):
        return tuple(wanted or ())
    parts = tuple(part.strip() for part in wanted.split(","))
    return parts if wanted not in names and len(parts) > 1 and all(parts) else (wanted,)


def _find_answers(names: Sequence[str], *, several: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns of answers; one for each label only where the truth has several."""
    if several:
        return _find_several(names, PRED, PRED_PREFIX)
    found, said = find(names, PRED)
    return (() if found is None else (found,)), said


def _find_several(
    names: Sequence[str], usual: Sequence[str], prefix: str, fewest: int = 2
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The usual column, or at least `fewest` whose names begin with the prefix; and what was chosen."""
    one, said = find(names, usual)
    several = tuple(name for name in names if _class_of(name, prefix))
    several = several if len(several) >= fewest else ()
    if one is None:
        return several, ()
    if several:
        said += (f"The column {listed([one])} is used; {listed(several)} could have been meant, too.",)
    return (one,), said


def _by_label(path: Path, truth: Sequence[str], columns: tuple[str, ...], prefix: str) -> tuple[str, ...]:
    """The columns in the order of the true ones: matched by label, or as they come where the names share none.

    Raises:
        DataError: other labels, or another number of columns.
    """
    if not columns:
        return ()
    wanted, found = _labels(truth, TRUE_PREFIX), _labels(columns, prefix)
    if set(wanted) == set(found) and len(set(wanted)) == len(columns):
        return tuple(columns[found.index(label)] for label in wanted)
    if len(columns) != len(truth) or set(wanted) & set(found):
        raise DataError(
            f"'{path}' has true columns for the labels {listed(wanted, limit=10)} and answers for "
            f"{listed(found, limit=10)}; expected the same labels in both. Name the columns as "
            f"{TRUE_PREFIX}LABEL and {prefix}LABEL, or list both in one order with --true A,B and --prob C,D."
        )
    return columns


def _labels(columns: Sequence[str], prefix: str) -> tuple[str, ...]:
    """What the columns are about: their names, without the prefix where all have it."""
    found = [_class_of(name, prefix) for name in columns]
    return tuple(str(label) for label in found) if all(found) else tuple(name.strip() for name in columns)


def check_exists(path: Path, names: Sequence[str], option: str, wanted: Sequence[str]) -> None:
    for name in wanted:
        if name not in names:
            close = nearest(name[:80], names)
            raise DataError(
                f"'{path}' has no column {listed([name])}, which {option} names; its columns are "
                f"{listed(names, limit=20)}.{' ' + close if close.startswith('Did') else ''} Expected the name of a "
                "column as in the file."
            )


def find(names: Sequence[str], usual: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """The first usual name that occurs, and what was chosen where several do."""
    found = [name for known in usual for name in _called(names, known)]
    if len(found) < 2:
        return (found[0] if found else None), ()
    return found[0], (f"The column {listed(found[:1])} is used; {listed(found[1:])} could have been meant, too.",)


def _called(names: Sequence[str], known: str) -> list[str]:
    """Columns with this name in any case; the one in lower case first."""
    return sorted((name for name in names if name.strip().casefold() == known), key=lambda name: name != known)


def _class_of(name: str, prefix: str = PROB_PREFIX) -> str | None:
    """The class in `prob_CLASS`, or None.

    Example:
        >>> _class_of("prob_cat"), _class_of("prob_"), _class_of("score")
        ('cat', None, None)
    """
    bare = name.strip()
    return bare[len(prefix) :] or None if bare.casefold().startswith(prefix) else None


def _class_names(columns: Sequence[str]) -> tuple[tuple[str, ...] | None, str | None]:
    """Classes of several columns; of one, the class it is named after."""
    if len(columns) == 1:
        return None, _class_of(columns[0])
    return (_labels(columns, PROB_PREFIX) if columns else None), None


def _both(pred: Sequence[str], prob: Sequence[str]) -> tuple[str, ...]:
    if not pred or not prob:
        return ()
    return (
        f"There are probabilities and answers: the answers in {listed(pred, limit=3)} are judged, the probabilities in "
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
