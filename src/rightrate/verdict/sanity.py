"""Is the evaluation itself sane? Each check returns a finding, or None."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rightrate.diagnosis import Finding, Severity
from rightrate.scoring.measure import Measurement
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.proportion import fewest
from rightrate.verdict.policy import Policy
from rightrate.verdict.words import percent

#: Probabilities of a row may miss 1 by this much: float16 outputs of a hundred classes do.
SUM_TOLERANCE = 1e-2
# Accuracy that a permutation of the classes must gain before a permuted order is suspected, and reach: far beyond
# what a poor model in the right order does (a convention).
PERMUTED_GAIN, PERMUTED_ACCURACY = 0.2, 0.6
#: A ranking this much worse than chance has its classes swapped (chance is 0.5; a convention).
SWAPPED_AUC = 0.25
#: A bootstrap over fewer groups covers too rarely (Cameron, Gelbach and Miller, 2008, put the trouble below 20 to 30).
FEWEST_GROUPS = 20
#: Fewer rows than this are a coincidence rather than a broken evaluation (Wilson: 16 right ones prove 80 %).
FEWEST_ROWS = 16
#: Accuracy from which, with at least `MANY_ROWS`, a leak is likelier than such a model (judging conventions: 99.9 %).
TOO_GOOD, MANY_ROWS = 0.999, 100
#: Share of positives between which an evaluation looks rebalanced; natural ones are rarely so even (a convention).
EVEN = (0.45, 0.55)
#: A calibration error whose interval lies above this makes probabilities misleading as probabilities (a convention).
MISCALIBRATED = 0.10


def check(predictions: Predictions, measured: Measurement, policy: Policy) -> list[Finding]:
    """All findings about the evaluation, in the order of `CHECKS`."""
    found = [one(predictions, measured, policy) for one in CHECKS]
    return [finding for finding in found if finding is not None]


def _classifies(p: Predictions) -> bool:
    return p.task in (Task.BINARY, Task.MULTICLASS)


def unanswered(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """Rows in which the model's answer is NaN."""
    missing = int((~p.answered).sum())
    if not missing:
        return None
    first = int(np.argmin(p.answered))
    return Finding(
        "RR401",
        f"{missing} of {p.size} answers {'is' if missing == 1 else 'are'} NaN, the first in row {first} (counted "
        "from 0).",
        Severity.CRITICAL,
        "A model that answers NaN cannot be shipped. Look for infinities in its inputs, or a training that diverged.",
        {"rows": missing, "first_row": first},
    )


def constant(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """The same answer, or the same probability, in every row."""
    if p.task not in (Task.BINARY, Task.MULTICLASS, Task.MULTILABEL) or p.size < FEWEST_ROWS:
        return None
    if len(np.unique(p.true, axis=0)) < 2:
        return None  # then a constant answer may be right
    if p.prob is not None and bool(np.all(p.prob == p.prob[0])):
        return Finding(
            "RR402",
            f"All {p.size} probabilities are the same: the model does not look at its input.",
            Severity.CRITICAL,
            "Look whether the inputs are scaled as in training, and whether the training diverged.",
        )
    answers = np.unique(p.predicted[p.answered], axis=0)
    if len(answers) == 1:
        held = np.flatnonzero(answers[0]) if p.task is Task.MULTILABEL else answers
        return Finding(
            "RR402",
            f"The model answers {_listed([p.names[int(i)] for i in held]) or 'no label'} in every row"
            f"{_missed(p, int(answers[0])) if p.task is not Task.MULTILABEL else ''}.",
            Severity.CRITICAL,
            ("" if p.prob is None or p.task is Task.MULTICLASS else "Move the threshold first. ")
            + "Look whether the training diverged, and weigh the rare classes in it.",
        )
    return None


def _missed(p: Predictions, answer: int) -> str:
    """What a model finds of the classes that it never answers."""
    others = [int(name) for name in np.unique(p.true) if name != answer]
    rows = int(np.sum(np.isin(p.true, others)))
    if len(others) == 1:
        return f": it finds 0 of {rows:,} {p.names[others[0]]!r}"
    return f": it finds 0 of {rows:,} rows of the other {len(others)} classes"


def no_sum(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """Probabilities of the classes that do not sum to one."""
    if p.task is not Task.MULTICLASS or p.prob is None:
        return None
    off = np.abs(p.prob.sum(axis=1) - 1.0) > SUM_TOLERANCE
    if not off.any():
        return None
    return Finding(
        "RR403",
        f"In {int(off.sum())} of {p.size} rows the probabilities of the classes do not sum to one (the first: "
        f"{float(p.prob[int(np.argmax(off))].sum()):.3g}).",
        Severity.WARNING,
        "Are these sigmoid outputs, or scores? Use softmax, or say task='multilabel'. The likeliest class was taken; "
        "log-loss, Brier score and calibration mean nothing here.",
        {"rows": int(off.sum())},
    )


def permuted(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """A class order under which the same answers would be far better."""
    if not _classifies(p) or not measured.confusion or p.size < FEWEST_ROWS:
        return None
    ranking = measured.metrics["roc_auc"]
    auc = ranking.value
    if p.task is Task.BINARY and p.prob is not None:
        if auc is None or auc > SWAPPED_AUC or (ranking.high is not None and ranking.high >= 0.5):
            return None
        return _wrong_order(f"ROC AUC is {abs(auc):.2f}, far below chance (0.5): the two classes seem to be swapped.")
    # A tenth of a second to load, for tasks without probabilities or with several classes.
    from scipy.optimize import linear_sum_assignment

    matrix = np.asarray(measured.confusion)
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    best, now = (float(m.sum()) / max(p.size, 1) for m in (matrix[rows, columns], np.diag(matrix)))
    if best < PERMUTED_ACCURACY or best - now < PERMUTED_GAIN:
        return None
    moved = [f"'{p.names[c]}' for '{p.names[r]}'" for r, c in zip(rows, columns, strict=True) if r != c]
    return _wrong_order(
        f"Accuracy is {percent(now)}, but {percent(best)} if the classes were in another order (it says "
        f"{', '.join(moved[:3])}{', …' if len(moved) > 3 else ''})."
    )


def _wrong_order(title: str) -> Finding:
    return Finding(
        "RR404",
        title,
        Severity.CRITICAL,
        "Give labels= in the order of the model's outputs (Keras sorts class folders by name), or positive=.",
    )


def one_sided(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """Classes that are answered and never occur, or occur and are never answered."""
    if not _classifies(p):
        return None
    counts = [np.bincount(values[values >= 0], minlength=len(p.names)) for values in (p.true, p.predicted)]
    absent = [n for n, t, a in zip(p.names, *counts, strict=True) if not t]
    silent = [n for n, t, a in zip(p.names, *counts, strict=True) if t and not a]
    said = [
        f"{_listed(names)} {'is' if len(names) == 1 else 'are'} {what}"
        for names, what in ((absent, "in no row"), (silent, "never answered"))
        if names
    ]
    if not said:
        return None
    return Finding(
        "RR405",
        f"{'; '.join(said)}.",
        Severity.WARNING,
        "What is in no row is not judged. What is never answered is missed always.",
        {"in_no_row": len(absent), "never_answered": len(silent)},
    )


def few_rows(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """Classes with too few rows to prove the default bar."""
    if not _classifies(p):
        return None
    counts = np.bincount(p.true, minlength=len(p.names))
    if policy.good >= 1:
        return None
    least = fewest(policy.good, policy.level, policy.interval)
    few = [(n, int(c)) for n, c in zip(p.names, counts, strict=True) if 0 < c < least]
    if not few:
        return None
    listed = ", ".join(f"'{name}' {count}" for name, count in few[:5])
    return Finding(
        "RR406",
        f"{len(few)} of {len(p.names)} classes {'has' if len(few) == 1 else 'have'} fewer than {least} rows ({listed}"
        f"{', …' if len(few) > 5 else ''}): {percent(policy.good)} cannot be proven for them even if all are right.",
        Severity.WARNING,
        "Judge more rows of these classes.",
        {"classes": len(few)},
    )


def few_groups(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """Fewer groups than a resampling of groups needs."""
    count = 0 if p.groups is None else len(np.unique(p.groups))
    if p.groups is None or count >= FEWEST_GROUPS:
        return None
    return Finding(
        "RR416",
        f"There {'is 1 group' if count == 1 else f'are {count} groups'}: resampling so few makes intervals too narrow"
        f"{', or none at all' if count == 1 else ''}.",
        Severity.WARNING,
        f"Judge {FEWEST_GROUPS} groups or more before you trust an interval.",
        {"groups": count},
    )


def too_good(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """Nearly no mistake in many rows."""
    accuracy = measured.metrics["accuracy"].value if _classifies(p) else None
    if accuracy is None or accuracy < TOO_GOOD or p.size < MANY_ROWS or len(np.unique(p.true)) < 2:
        return None
    return Finding(
        "RR407",
        f"Accuracy is {percent(accuracy)} on {p.size} rows: too good to be true, more often than not.",
        Severity.WARNING,
        "Look for rows that were trained on, and for an input that gives the label away.",
    )


def rebalanced(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """As many positives as negatives, as after resampling."""
    if p.task is not Task.BINARY or policy.prevalence is not None or p.size < MANY_ROWS:
        return None
    share = measured.metrics["prevalence"].value
    if share is None or not EVEN[0] <= share <= EVEN[1]:
        return None
    return Finding(
        "RR408",
        f"{percent(share)} of the rows are '{p.names[p.positive or 0]}': the evaluation looks rebalanced.",
        Severity.HINT,
        "Precision depends on how frequent the class is. If it is rarer in production, say prevalence=… there.",
        {"prevalence": share},
    )


def only_labels(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """No probabilities, so that ranking, calibration and thresholds cannot be judged."""
    if not _classifies(p) or p.prob is not None:
        return None
    return Finding(
        "RR409",
        "Only labels were given: ranking, calibration and thresholds are not measured.",
        Severity.HINT,
        "Give the model's probabilities instead of its labels.",
    )


def miscalibrated(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """Probabilities that do not mean what they say."""
    figure = measured.metrics.get("calibration_error")
    if figure is None or figure.low is None or figure.low <= MISCALIBRATED:
        return None
    return Finding(
        "RR410",
        f"Probabilities are off by {percent(figure.value or 0.0)} on average (calibration error, interval "
        f"{100 * figure.low:.0f} to {100 * (figure.high or 0):.0f} %): they cannot be read as probabilities.",
        Severity.HINT,
        "Fit a temperature on rows that were not trained on; classes answered do not change by it.",
    )


def never_predicted(p: Predictions, measured: Measurement, policy: Policy) -> Finding | None:
    """Labels of a multi-label model that are never given."""
    if p.task is not Task.MULTILABEL:
        return None
    names = [n for n, t, a in zip(p.names, p.true.sum(axis=0), p.predicted.sum(axis=0), strict=True) if t and a <= 0]
    if not names:
        return None
    return Finding(
        "RR405",
        f"{_listed(names)} {'is' if len(names) == 1 else 'are'} never answered.",
        Severity.WARNING,
        ("Weigh" if p.prob is None else "Lower the threshold of these labels, or weigh") + " them in training.",
    )


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


CHECKS: tuple[Callable[[Predictions, Measurement, Policy], Finding | None], ...] = (
    unanswered,
    constant,
    permuted,
    no_sum,
    one_sided,
    never_predicted,
    few_rows,
    few_groups,
    too_good,
    rebalanced,
    miscalibrated,
    only_labels,
)
