"""What to do next, the most useful first: fitting what failed, and never empty where something did."""

from __future__ import annotations

from collections.abc import Sequence

from rightrate.diagnosis import Finding, Severity
from rightrate.scoring.predictions import Predictions, Task
from rightrate.verdict import criteria as bars
from rightrate.verdict import trap
from rightrate.verdict.advice import moves, rows_of
from rightrate.verdict.judgement import Criterion, OperatingPoint, Outcome, Status
from rightrate.verdict.policy import Policy

_BAR_FOR_ERRORS = (
    "Say how large an error may be, in the unit of what is predicted: a bar on mae, rmse, p90_error or r2 in the "
    "policy, such as metric = 'mae' and max = 2.5 under [[tool.rightrate.require]] (rightrate.Requirement in Python)."
)
_BAR_FOR_LOSSES = (
    "Say which perplexity is good enough: metric = 'perplexity' and max = 20 under [[tool.rightrate.require]] in the "
    "policy (rightrate.Requirement in Python); or give the losses of another model for the same tokens as baseline."
)
_TELL_MOST = 3  # sentences of one kind


def next_steps(
    outcome: Outcome,
    predictions: Predictions,
    criteria: Sequence[Criterion],
    findings: Sequence[Finding],
    points: Sequence[OperatingPoint],
    policy: Policy,
) -> tuple[str, ...]:
    """Sentences, the most useful first.

    Args:
        criteria: with their advice, those that decide first.
        points: thresholds that could be used instead, the one for both bars first.
        policy: whose bars a threshold would have to clear.
    """
    steps = [f.advice for f in findings if f.severity is Severity.CRITICAL and f.code != trap.CODE and f.advice]
    low = [c for c in criteria if c.blocks and c.status is Status.FAILED and _of_class(c)]
    steps += _for_low(low, predictions, points, policy)
    undecided = [c for c in criteria if c.status is Status.NOT_ENOUGH_EVIDENCE]
    steps += [f"Judge about {further(c)}: that would settle the {c.name}." for c in undecided if c.needed][:_TELL_MOST]
    steps += [c.advice for c in undecided if not c.needed and c.advice][:_TELL_MOST]
    steps += [c.advice for c in criteria if c.status is Status.FAILED and c.advice and c not in low][:2]
    if outcome is Outcome.NOT_ENOUGH_EVIDENCE and not any(
        criterion.blocks and criterion.code != bars.BETTER_THAN_MEAN for criterion in criteria
    ):
        steps += {Task.REGRESSION: [_BAR_FOR_ERRORS], Task.TOKENS: [_BAR_FOR_LOSSES]}.get(predictions.task, [])
    if outcome is Outcome.FIT:
        steps += _for_fit(criteria, predictions)
    return tuple(dict.fromkeys(steps))


def further(criterion: Criterion) -> str:
    """How many further rows, and of which kind."""
    rows = rows_of(criterion)
    return f"{criterion.needed:,} further {rows.replace('rows', 'row', 1) if criterion.needed == 1 else rows}"


def _of_class(c: Criterion) -> bool:
    return c.metric in ("recall", "precision") and c.class_name is not None and c.figure.value is not None


def _for_low(low: Sequence[Criterion], p: Predictions, points: Sequence[OperatingPoint], policy: Policy) -> list[str]:
    """What may mend a recall or precision: the threshold where there is one, then the training."""
    if not low:
        return []
    if p.task is Task.MULTILABEL:
        return [*_per_label(low, p), *_train_again(low, "If that is not enough, " if p.prob is not None else "")]
    if p.task is Task.BINARY and points:
        said, enough = _rescue(points, p, policy)
        return [said] if enough else [said, *_train_again(low, "")]
    if p.prob is None and len(p.names) == 2:
        ask = "Give the model's probabilities" + ("" if p.task is Task.BINARY else ", and the positive class")
        moved = f"{ask}: moving the threshold may rescue it without retraining."
        return [moved, *_train_again(low, "If no threshold does, ")]
    if p.task is Task.MULTICLASS and len(p.names) == 2:
        name = "Say which class is positive (positive=…): moving its threshold may rescue it without retraining."
        return [name, *_train_again(low, "If no threshold does, ")]
    return _train_again(low, "")


def _per_label(low: Sequence[Criterion], p: Predictions) -> list[str]:
    if p.prob is None:
        return ["Give the model's probabilities, and try a threshold of its own for each label."]
    ways = [(moves(c.metric, c.class_name or "", p).lower(), c) for c in low]
    parts = [
        f"{way} for {_listed([c for w, c in ways if w == way])}" for way in ("lower", "raise") if way in dict(ways)
    ]
    said = "; ".join(parts).replace("raise", "higher")
    return [
        f"Try a threshold of its own for each label: {said}. Choose them on other rows, and judge the answers "
        "(0 and 1) that they give."
    ]


def _train_again(low: Sequence[Criterion], start: str) -> list[str]:
    """By what failed: a class that is missed needs weight, one that is answered wrongly needs samples of the others."""
    missed = [c for c in low if c.metric == "recall"]
    if missed:
        said = (
            f"weigh or add samples of {_listed(missed)} (class_weight in rr.tune), and train again; resampling spoils "
            "probabilities, so calibrate them afterwards."
        )
    else:
        said = (
            f"look at the rows that are wrongly answered {_listed(low)}, add samples like them under their own class, "
            "and train again."
        )
    return [start + said if start else said[0].upper() + said[1:]]


def _listed(criteria: Sequence[Criterion]) -> str:
    names = list(dict.fromkeys(f"'{c.class_name}'" for c in criteria))
    return ", ".join(names[:_TELL_MOST]) + (f" and {len(names) - _TELL_MOST} more" if names[_TELL_MOST:] else "")


def _rescue(points: Sequence[OperatingPoint], p: Predictions, policy: Policy) -> tuple[str, bool]:
    """What a threshold can do, by its figures on rows it was not chosen on, and whether that is enough."""
    had = [point for point in points if point.feasible and point.threshold is not None]
    own = [point for point in had if _clears((point.recall.value, point.precision.value), policy)]
    enough = own if p.only_positive else [point for point in own if _clears(_other_class(point), policy)]
    if enough:
        bars_of = "Both bars" if p.only_positive else "The bars of both classes"
        return f"Without retraining: {lower_first(enough[0].said)} {bars_of} can be met by the threshold alone.", True
    if own:
        positive = p.names[p.positive or 0]
        rest = f"That meets the bars of '{positive}', and not those of the other class."
        return f"Without retraining: {lower_first(own[0].said)} {rest}", False
    others = [point for point in had if point.threshold != points[0].threshold]
    best = f" For {others[0].goal} instead: {lower_first(others[0].said)}" if others and not points[0].feasible else ""
    return f"Moving the threshold is not enough: {lower_first(points[0].said)}{best}", False


def _clears(values: tuple[float | None, float | None], policy: Policy) -> bool:
    """Whether a recall and a precision reach the default bars."""
    return all(value is not None and value >= policy.good for value in values)


def _other_class(point: OperatingPoint) -> tuple[float | None, float | None]:
    """Recall and precision of the other of two classes at a threshold, from those of the positive one."""
    recall, precision, alarms = point.recall.value, point.precision.value, point.alarms.value
    if not recall or precision is None or alarms is None:
        return None, None
    share = alarms * precision / recall  # of positives: found ones are alarms that are right
    if share >= 1 or alarms >= 1:
        return None, None
    cleared = 1 - alarms - (1 - recall) * share
    return cleared / (1 - share), cleared / (1 - alarms)


def _for_fit(criteria: Sequence[Criterion], p: Predictions) -> list[str]:
    likely = [c for c in criteria if c.status is Status.PASSED and not c.proven and c.needed]
    proof = [f"For proof, judge about {further(max(likely, key=lambda c: c.needed or 0))}."] if likely else []
    same = ": the same class order" if p.names else ""
    if p.threshold is not None:
        same = f": the threshold {p.threshold:g} and the same class order (operating_point.json of a saved verdict)"
    return [*proof, f"Ship what was judged{same}."]


def lower_first(text: str) -> str:
    """The text with a small first letter."""
    return text[:1].lower() + text[1:]
