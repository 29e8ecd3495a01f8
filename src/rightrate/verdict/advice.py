"""What to do about a bar that was not cleared, in one sentence that fits what failed."""

from __future__ import annotations

from rightrate.scoring.predictions import Predictions, Task
from rightrate.verdict import criteria as bars
from rightrate.verdict.judgement import Criterion, Status
from rightrate.verdict.sanity import FEWEST_GROUPS

_BAR_ON_ERRORS = "Look at the rows with the largest errors; train longer or at another rate."
_BAR_ON_LOSSES = "Look at the documents with the largest losses; train longer, or on text that is more like them."


def advice(criterion: Criterion, p: Predictions) -> str:
    """The advice for one criterion; empty where it passed or is waived.

    Args:
        p: what was judged: only some answers hang on a threshold.
    """
    if criterion.status in (Status.PASSED, Status.WAIVED):
        return ""
    if criterion.status is Status.NOT_ENOUGH_EVIDENCE or criterion.figure.value is None:
        return _for_more(criterion, p)
    if criterion.code == bars.NOT_WORSE:
        return "Look at what it breaks before replacing the baseline."
    if p.task is Task.REGRESSION:
        return _BAR_ON_ERRORS
    if p.task is Task.TOKENS:
        return _BAR_ON_LOSSES
    if criterion.metric in ("recall", "precision") and criterion.class_name is not None:
        return _for_class(criterion.metric, criterion.class_name, p)
    if criterion.code == bars.BETTER_THAN_GUESSING:
        return "If another class is the one to find, name it with positive=…; else train on more rows of the others."
    if criterion.class_name is None:
        return f"The table of the classes shows which of them pull {criterion.metric} down."
    return f"Look at the rows of '{criterion.class_name}' that are wrong, and add samples like them."


def moves(metric: str, name: str, p: Predictions) -> str:
    """How the threshold must move for a better recall or precision of a class; empty where answers have none.

    Example:
        >>> import numpy as np
        >>> p = Predictions(Task.BINARY, np.array([0, 1]), np.array([0, 1]), np.array([0.1, 0.9]), ("no", "yes"), 1)
        >>> moves("recall", "yes", p), moves("recall", "no", p), moves("precision", "yes", p)
        ('Lower', 'Raise', 'Raise')
    """
    if p.prob is None or p.task not in (Task.BINARY, Task.MULTILABEL):
        return ""
    of_its_own = p.task is Task.MULTILABEL or name == p.names[p.positive or 0]
    return "Lower" if (metric == "recall") is of_its_own else "Raise"


def _for_class(metric: str, name: str, p: Predictions) -> str:
    way = moves(metric, name, p)
    whose = f" of '{name}'" if p.task is Task.MULTILABEL else ""
    first = f"{way} the threshold{whose} first; then" if way else ""
    if metric == "recall":
        rest = f"weigh or add samples of '{name}', and train again."
    else:
        rest = f"look at what is wrongly answered '{name}', add such samples under their own class, and train again."
    return f"{first} {rest}" if first else rest[0].upper() + rest[1:]


def _for_more(criterion: Criterion, p: Predictions) -> str:
    kind = rows_of(criterion)
    units = bars.groups_of(p)
    if units is not None and units < bars.FEWEST:
        return f"Judge {FEWEST_GROUPS} groups or more: these rows fall into {units}."
    if criterion.figure.value is None:
        return f"Judge more {kind}: without them nothing is known about this figure."
    if criterion.code == bars.NOT_WORSE:
        return f"Judge more {kind} with both models."
    if criterion.needed is None and (criterion.figure.n or 0) < bars.FEWEST:
        return f"Judge {bars.FEWEST} {kind} or more: fewer decide nothing."
    return f"Judge more {kind}."


def rows_of(criterion: Criterion) -> str:
    """Which rows a criterion rests on: a recall on those of the class, a precision on the answers of it."""
    name = criterion.class_name
    if name is None:
        return "rows"
    kinds = {"precision": f"rows answered '{name}'", "specificity": f"rows that are not '{name}'"}
    return kinds.get(criterion.metric, f"rows of '{name}'")
