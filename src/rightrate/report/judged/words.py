"""How the parts of a judgement are written, so that every output writes them alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from rightrate.report import words
from rightrate.scoring.figure import Figure
from rightrate.verdict import Criterion, Judgement, Outcome, Policy, Status

OUTCOMES = {
    Outcome.FIT: "FIT",
    Outcome.NOT_FIT: "NOT FIT",
    Outcome.NOT_ENOUGH_EVIDENCE: "NOT ENOUGH EVIDENCE",
}
_MARKS = {
    Status.PASSED: "pass",
    Status.FAILED: "FAIL",
    Status.NOT_ENOUGH_EVIDENCE: "open",
    Status.WAIVED: "waived",
}
_NAMES = {
    "mcc": "MCC",
    "f1": "F1",
    "mae": "MAE",
    "rmse": "RMSE",
    "r2": "R2",
    "roc_auc": "ROC AUC",
    "brier": "Brier score",
    "log_loss": "log-loss",
    "majority_accuracy": "accuracy of the majority class",
    "precision_at_prevalence": "precision at the production prevalence",
    "p90_error": "90th percentile of the error",
    "relative_mae": "MAE over that of the baseline, less 1",
    "mean_mae": "MAE of predicting the mean",
    "mean_rmse": "RMSE of predicting the mean",
}
# Figures that are shares from 0 to 1 and read best in percent; all others are plain numbers.
_SHARES = (
    "accuracy",
    "precision",
    "recall",
    "specificity",
    "f1",
    "prevalence",
    "calibration_error",
    "roc_auc",
    "alarms",
)
# A sentence that quotes two long class names still fits; a class name of a million characters does not.
SENTENCE = 600
# Characters beyond the length asked for, for leading white space that is taken away.
_LOOKED_AT = 200
# A narrower interval needs a decimal, or both ends would read alike.
_NARROW = 0.03


def outcome(judgement: Judgement) -> str:
    """Return the answer in capital letters.

    Example:
        >>> outcome(Judgement(Outcome.NOT_FIT, "", ()))
        'NOT FIT'
    """
    return OUTCOMES[judgement.outcome]


def short(text: str, length: int = words.NAME_LENGTH) -> str:
    """Clean a name and cut it to `length` characters, without looking at a million of them.

    Example:
        >>> short("a" * 1_000_000, 4)
        'aaa…'
    """
    return words.shorten(text[: length + _LOOKED_AT], length)


def sentence(text: str) -> str:
    """Clean a sentence and cut it where an absurd name made it endless."""
    return short(text, SENTENCE)


def subject(judgement: Judgement) -> str:
    """Return what was judged, in half a sentence.

    Example:
        >>> subject(Judgement(Outcome.FIT, "", (), task="binary", rows=1250, positive="fraud", threshold=0.5))
        "1,250 rows, binary, positive class 'fraud', threshold 0.5"
    """
    parts = [words.counted(judgement.rows, "row")]
    is_one_of_two = judgement.task == "multiclass" and len(judgement.class_names) == 2
    if judgement.task:
        parts.append("binary" if is_one_of_two else short(judgement.task))
    if is_one_of_two and judgement.positive is None:
        parts.append("both classes matter")
    elif both_matter(judgement):
        parts.append(f"both classes matter, thresholds are about '{short(str(judgement.positive))}'")
    elif judgement.positive is not None:
        parts.append(f"positive class '{short(judgement.positive)}'")
    elif judgement.class_names:
        parts.append(f"{len(judgement.class_names)} {'labels' if judgement.task == 'multilabel' else 'classes'}")
    if judgement.threshold is not None:
        parts.append(f"threshold {words.number(judgement.threshold)}")
    return ", ".join(parts)


def mark(criterion: Criterion) -> str:
    """Return what became of a criterion in one word; a missed bar that only warns is "warn"."""
    if criterion.status is Status.FAILED and not criterion.blocks:
        return "warn"
    return _MARKS[criterion.status]


def evidence(criterion: Criterion) -> str:
    """Return how sure that is: "proven", "likely", "cannot tell", or "none" where nothing was measured."""
    if not criterion.figure.measured:
        return "none"
    if criterion.proven:
        return "proven"
    return "cannot tell" if criterion.status is Status.NOT_ENOUGH_EVIDENCE else "likely"


def both_matter(judgement: Judgement) -> bool:
    """Tell whether the class that is not the positive one has to clear the default bars, too."""
    of_default = {criterion.class_name for criterion in judgement.criteria if criterion.code in ("RR301", "RR302")}
    return judgement.positive is not None and len(judgement.class_names) == 2 and len(of_default) == 2


def open_fails(judgement: Judgement) -> bool:
    """Tell whether the policy takes a question that is left open for a failure (`on_inconclusive = "fail"`)."""
    choice = judgement.policy.get("on_inconclusive")
    return getattr(choice, "value", choice) == "fail"


def metric_name(metric: str) -> str:
    """Write a metric's name.

    Example:
        >>> metric_name("macro_f1"), metric_name("roc_auc"), metric_name("balanced_accuracy")
        ('macro F1', 'ROC AUC', 'balanced accuracy')
    """
    if metric in _NAMES:
        return _NAMES[metric]
    return short(metric.replace("_f1", " F1").replace("_", " "))


def is_share(metric: str) -> bool:
    """Tell whether a metric is written in percent.

    Example:
        >>> is_share("macro_f1"), is_share("balanced_accuracy"), is_share("rmse"), is_share("mcc")
        (True, True, False, False)
    """
    return any(metric == share or metric.endswith(f"_{share}") for share in _SHARES) or metric.endswith(
        "_at_prevalence"
    )


def amount(metric: str, value: float | None) -> str:
    """Write a value of a metric: in percent where it is a share, counts with separators, else four digits.

    Example:
        >>> amount("recall", 0.12), amount("rmse", 3.14159), amount("support", 1225.0), amount("recall", None)
        ('12 %', '3.142', '1,225', 'not measured')
    """
    if metric == "support" and value is not None and math.isfinite(value):
        return rows_counted(value)
    return words.percent(value) if is_share(metric) else words.number(value)


def value(metric: str, figure: Figure) -> str:
    """Write a figure's value, or that it was not measured."""
    return amount(metric, figure.value)


def interval(metric: str, figure: Figure) -> str:
    """Write a figure's interval; empty where it has none.

    An end that is almost, but not quite, 0 or 100 % does not read as such.

    Example:
        >>> interval("recall", Figure(0.12, 0.0417, 0.2996, 25)), interval("recall", Figure(0.999, 0.99, 0.9999))
        ('4 to 30 %', '99.0 to >99.9 %')
        >>> interval("rmse", Figure(3.1, 2.9, 3.25)), interval("rmse", Figure(3.1))
        ('2.9 to 3.25', '')
    """
    if figure.value is None or figure.low is None or figure.high is None:
        return ""
    if not is_share(metric):
        return f"{words.number(figure.low)} to {words.number(figure.high)}"
    digits = 1 if figure.high - figure.low < _NARROW else 0
    return f"{_end(figure.low, digits)} to {_end(figure.high, digits)} %"


def _end(share: float, digits: int) -> str:
    if not math.isfinite(share):
        return words.number(share)
    text = f"{100 * share:.{digits}f}"
    if float(text) in (0, 100) and share not in (0, 1):
        text = f"{100 * share:.1f}"
        if float(text) == 100:
            return ">99.9"
        if float(text) == 0:
            return "<0.1" if share > 0 else ">-0.1"
    return text.removesuffix(".0") if share in (0, 1) else text


def with_interval(metric: str, figure: Figure) -> str:
    """Write value and interval in one cell.

    Example:
        >>> with_interval("recall", Figure(0.12, 0.0417, 0.2996, 25)), with_interval("recall", Figure.missing("no row"))
        ('12 % (4 to 30 %)', 'not measured')
    """
    ends = interval(metric, figure)
    return f"{value(metric, figure)} ({ends})" if ends else value(metric, figure)


def rows_counted(n: float | None) -> str:
    """Write how many rows a figure rests on; empty where that means nothing.

    Example:
        >>> rows_counted(25.0), rows_counted(1225), rows_counted(12.34), rows_counted(None)
        ('25', '1,225', '12.3', '')
    """
    if n is None:
        return ""
    if not math.isfinite(n):
        return words.number(n)
    return words.count(int(n)) if n == int(n) else f"{n:,.1f}"


def bar(criterion: Criterion) -> str:
    """Write the bar of a criterion.

    Example:
        >>> bar(Criterion("RR301", "recall", "recall", Figure(0.9), Status.PASSED, True, "", minimum=0.8))
        '>= 80 %'
    """
    sign, edge = (">=", criterion.minimum) if criterion.minimum is not None else ("<=", criterion.maximum)
    return "" if edge is None else f"{sign} {amount(criterion.metric, edge)}"


def class_name(name: str, length: int = 40) -> str:
    """Write a class name: visible, and short enough for a table; one that would be blank is quoted.

    Example:
        >>> class_name("a\\tb"), class_name(" ")
        ('a b', "' '")
    """
    shown = short(name, length)
    return shown if shown else f"'{words.clean(name[:length])}'"


def difference(metric: str, figure: Figure) -> str:
    """Write the difference of two models, with its sign; shares in percentage points.

    Example:
        >>> difference("recall", Figure(0.042)), difference("rmse", Figure(-0.5))
        ('+4.2 points', '-0.5')
        >>> difference("recall", Figure(-0.0002))
        '0.0 points'
    """
    if figure.value is None:
        return words.NOT_MEASURED
    return f"{_signed(metric, figure.value)} points" if is_share(metric) else _signed(metric, figure.value)


def difference_interval(metric: str, figure: Figure) -> str:
    """Write the interval of a difference, with signs; empty where it has none.

    Example:
        >>> difference_interval("recall", Figure(0.042, -0.01, 0.1))
        '-1.0 to +10.0'
    """
    if figure.value is None or figure.low is None or figure.high is None:
        return ""
    return f"{_signed(metric, figure.low)} to {_signed(metric, figure.high)}"


def _signed(metric: str, number: float) -> str:
    if is_share(metric) and math.isfinite(number):
        shown = f"{100 * number:+.1f}"
        return "0.0" if shown in ("-0.0", "+0.0") else shown
    return f"{'+' if number > 0 else ''}{words.number(number)}"


def settles(figure: Figure) -> str:
    """Tell what the interval of a difference proves; empty where there is no interval."""
    if figure.value is None or figure.low is None or figure.high is None:
        return ""
    return "not proven" if figure.low <= 0 <= figure.high else "proven"


def needed(criterion: Criterion) -> str | None:
    """Return what would settle an open question, as a sentence; None where nothing is needed or known.

    Example:
        >>> undecided = Status.NOT_ENOUGH_EVIDENCE
        >>> needed(Criterion("RR301", "macro_f1", "macro_f1", Figure(0.85), undecided, False, "", needed=233))
        'RR301, macro_f1: about 233 more rows would settle it, if the share stays.'
    """
    if not criterion.needed:
        return None
    name = class_name(criterion.class_name) if criterion.class_name is not None else None
    which = "rows"
    if name is not None and criterion.metric == "recall":
        which = f"rows that are '{name}'"
    elif name is not None and criterion.metric == "precision":
        which = f"rows answered '{name}'"
    elif name is not None and criterion.metric == "specificity":
        which = f"rows that are not '{name}'"
    head = f"{words.clean(criterion.code)}, {short(criterion.name, 120)}"
    if not criterion.figure.measured:
        return f"{head}: at least {words.count(criterion.needed)} {which} are needed to tell."
    return f"{head}: about {words.count(criterion.needed)} more {which} would settle it, if the share stays."


def policy_line(policy: Mapping[str, object]) -> str:
    """Return what "fit" means here, in one or two sentences; empty where the policy says nothing.

    Example:
        >>> policy_line({"good": 0.8, "bad": 0.5})
        'Default bands: good at 80 % or more, bad below 50 %, fair between. A convention; change it with --policy.'
        >>> policy_line({"good": 0.9, "bad": 0.5, "level": 0.9})
        "The policy's bands: good at 90 % or more, bad below 50 %, fair between. Intervals at 90 %."
    """
    said = []
    good, bad, default = policy.get("good"), policy.get("bad"), Policy()
    if isinstance(good, (int, float)) and isinstance(bad, (int, float)):
        own = (good, bad) != (default.good, default.bad)
        edges = f"good at {words.percent(good)} or more, bad below {words.percent(bad)}, fair between."
        said.append(f"The policy's bands: {edges}" if own else f"Default bands: {edges}")
        said += [] if own else ["A convention; change it with --policy."]
    level = policy.get("level")
    if isinstance(level, (int, float)):
        said.append(f"Intervals at {words.percent(level)}.")
    deciding = getattr(policy.get("evidence"), "value", policy.get("evidence"))
    if deciding == "point":
        said.append('The value decides; "proven" where its whole interval lies on one side of the bar.')
    elif deciding == "interval":
        said.append("The interval decides: it must lie on one side of the bar.")
    return " ".join(said)


def listed(items: Iterable[str], most: int, separator: str = "; ") -> str:
    """Join items, and say how many were left out.

    Example:
        >>> listed(["a", "b", "c"], 2)
        'a; b; and 1 more'
    """
    every = list(items)
    rest = len(every) - most
    return separator.join([*every[:most], *([f"and {rest} more"] if rest > 0 else [])])
