"""Can it be rescued without retraining? A threshold for each wish, judged on rows that it was not chosen on."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rightrate.diagnosis import Finding, Severity
from rightrate.errors import UsageError
from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.prevalence import precision_figure
from rightrate.scoring.proportion import proportion
from rightrate.scoring.thresholds import (
    Choice,
    Goal,
    Half,
    Judged,
    Sweep,
    Wish,
    choose,
    halves,
    in_cells,
    judge_at,
    judge_halves,
    midway,
    sweep,
)
from rightrate.verdict.judgement import OperatingPoint
from rightrate.verdict.policy import Policy
from rightrate.verdict.words import number, percent

#: What a policy can ask of a threshold.
_WISHES = ("cost_fn", "cost_fp", "min_recall", "min_precision", "alerts_per_day", "items_per_day")


def operating_points(
    predictions: Predictions, policy: Policy, chosen_on: Predictions | None = None
) -> tuple[OperatingPoint, ...]:
    """A threshold for each wish; none where there are no probabilities, or rows of one class only.

    Args:
        chosen_on: rows to choose thresholds on, judged on `predictions`. Without them a threshold is chosen on all
            rows, and its figures come from a cross-fit: chosen on one half, counted on the other, and the reverse.

    Raises:
        UsageError: no threshold for `predictions` can be chosen on `chosen_on`.
    """
    if chosen_on is not None:
        _check_source(predictions, chosen_on)
    if predictions.task is not Task.BINARY or predictions.prob is None:
        return ()
    source = predictions if chosen_on is None else chosen_on
    true, prob, weights = _binary(source)
    if not _has_both(true, weights):
        return ()
    rows = in_cells(true, prob) if weights is None else (true, prob, weights)
    swept = sweep(*rows, policy.prevalence)
    both = _halves(predictions, policy) if chosen_on is None else None
    if chosen_on is None and both is None:
        return ()
    return tuple(_point(wish, swept, predictions, policy, both) for wish in wishes(policy))


def _check_source(predictions: Predictions, chosen_on: Predictions) -> None:
    for one, what in ((predictions, "the rows judged"), (chosen_on, "the rows to choose a threshold on")):
        if one.task is not Task.BINARY or one.prob is None:
            held = f"a {one.task.value} task" + ("" if one.prob is not None else " without probabilities")
            positive = " Say which of the two classes is positive (positive=…)." if len(one.names) == 2 else ""
            raise UsageError(
                f"A threshold is chosen in binary tasks with probabilities. Received: {what} are {held}.{positive}"
            )
    if (predictions.names, predictions.positive) != (chosen_on.names, chosen_on.positive):
        raise UsageError(
            f"The rows to choose a threshold on are about other classes: {', '.join(chosen_on.names)}; the rows judged "
            f"are about {', '.join(predictions.names)}. Give both the same classes, in the same order."
        )


def _has_both(true: np.ndarray, weights: np.ndarray | None) -> bool:
    counting = true if weights is None else true[weights > 0]
    return bool(len(counting) and counting.min() < counting.max())


def not_chosen(predictions: Predictions, policy: Policy, points: tuple[OperatingPoint, ...]) -> Finding | None:
    """What to say where a threshold was wished for and none could be chosen; None where nothing was wished."""
    named = [name for name in _WISHES if getattr(policy, name) is not None]
    if points or not named:
        return None
    if predictions.task is Task.BINARY:
        why = "there are no probabilities" if predictions.prob is None else "there are too few rows of one class"
        how = "Give the model's probabilities." if predictions.prob is None else "Judge more rows of that class."
    elif len(predictions.names) == 2:
        why, how = "nothing says which of the two classes is positive", "Say which one is positive."
    else:
        why = f"a threshold is chosen in binary tasks, and this is a {predictions.task.value} task"
        how = "Name the class that matters as positive, or take the wish out of the policy."
        if predictions.positive is not None or not predictions.names:
            how = "Take the wish out of the policy."
    title = f"No threshold was chosen, as {', '.join(named)} ask for: {why}."
    return Finding("RR417", title, Severity.WARNING, how, {"wishes": ", ".join(named)})


def _halves(predictions: Predictions, policy: Policy) -> tuple[Half, Half] | None:
    true, prob, weights = _binary(predictions)
    groups = None if predictions.groups is None else predictions.groups[predictions.answered]
    return halves(true, prob, seed=policy.seed, weights=weights, groups=groups, prevalence=policy.prevalence)


def wishes(policy: Policy) -> list[Wish]:
    """What a policy asks of a threshold: both default bars at once, then what was named."""
    both = Wish(
        Goal.BOTH,
        recall=policy.good if policy.min_recall is None else policy.min_recall,
        precision=policy.good if policy.min_precision is None else policy.min_precision,
    )
    found = [both, Wish(Goal.F_BETA, beta=policy.beta)]
    if policy.cost_fn is not None and policy.cost_fp is not None:
        found.append(Wish(Goal.COST, cost_fn=policy.cost_fn, cost_fp=policy.cost_fp))
    found.append(Wish(Goal.PRECISION_AT_RECALL, recall=both.recall))
    found.append(Wish(Goal.RECALL_AT_PRECISION, precision=both.precision))
    if policy.alerts_per_day is not None and policy.items_per_day is not None:
        found.append(Wish(Goal.ALARMS, alarms=policy.alerts_per_day / policy.items_per_day))
    return found


def _point(
    wish: Wish, swept: Sweep, predictions: Predictions, policy: Policy, both: tuple[Half, Half] | None
) -> OperatingPoint:
    """Args:
    both: halves to judge on in turns; None judges `predictions`, on which nothing was chosen.
    """
    choice = choose(swept, wish)
    choice = replace(choice, threshold=midway(swept, choice.threshold))
    if both is not None:
        counts = judge_halves(both, wish)
    else:
        true, prob, weights = _binary(predictions)
        counts = judge_at(true, prob, choice.threshold, weights)
    counts = _effective(counts, predictions)
    recall = proportion(counts.tp, counts.tp + counts.fn, level=policy.level, interval=policy.interval)
    precision, alarms = _precision(counts, policy), _alarms(counts, policy)
    goal = _goal(wish, policy)
    figures = _Figures(precision, recall, alarms)
    return OperatingPoint(
        goal=goal,
        threshold=choice.threshold if math.isfinite(choice.threshold) else None,
        feasible=choice.feasible and math.isfinite(choice.threshold),
        precision=precision,
        recall=recall,
        alarms=alarms,
        said=_said(goal, wish, choice, figures, both is not None),
        cost=_cost(counts, wish, policy) if wish.goal is Goal.COST else None,
    )


@dataclass(frozen=True)
class _Figures:
    precision: Figure
    recall: Figure
    alarms: Figure


def _binary(p: Predictions) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """1 for the positive class, its probability, and the weight, of the rows that have an answer."""
    assert p.prob is not None
    # Without gaps nothing is copied: of a million rows each copy would weigh half of what was read.
    rows = slice(None) if (answered := p.answered).all() else answered
    return (p.true[rows] == p.positive).astype(np.int8), p.prob[rows], None if p.weights is None else p.weights[rows]


def _effective(counts: Judged, p: Predictions) -> Judged:
    """Counts that sum to the effective number of rows (Kish 1965) where rows are weighted: intervals rest on it."""
    weights = None if p.weights is None else np.asarray(p.weights[p.answered], float)
    if weights is None or not weights.any():
        return counts
    by = float(weights.sum() / (weights**2).sum())
    return Judged(counts.tp * by, counts.fp * by, counts.fn * by, counts.tn * by)


def _precision(c: Judged, policy: Policy) -> Figure:
    if policy.prevalence is None:
        found = proportion(c.tp, c.tp + c.fp, level=policy.level, interval=policy.interval)
        return Figure.missing("nothing is answered as positive", 0) if not found.measured else found
    return precision_figure(
        tp=c.tp, fp=c.fp, positives=c.tp + c.fn, negatives=c.fp + c.tn, prevalence=policy.prevalence,
        level=policy.level, resamples=policy.resamples, seed=policy.seed,
    )  # fmt: skip


def _alarms(c: Judged, policy: Policy) -> Figure:
    rows = c.tp + c.fp + c.fn + c.tn
    if policy.prevalence is None:
        return proportion(c.tp + c.fp, rows, level=policy.level, interval=policy.interval)
    if not c.tp + c.fn or not c.fp + c.tn:
        return Figure.missing("all rows are of one class", rows)
    share = policy.prevalence * c.tp / (c.tp + c.fn) + (1 - policy.prevalence) * c.fp / (c.fp + c.tn)
    return Figure(share, n=rows)


def _cost(c: Judged, wish: Wish, policy: Policy) -> float | None:
    """Mean cost of a row, at the prevalence of production where one is given; None where a class it needs is absent."""
    rows = c.tp + c.fp + c.fn + c.tn
    if not rows or (policy.prevalence is not None and not ((c.tp + c.fn) and (c.fp + c.tn))):
        return None
    if policy.prevalence is None:
        return (wish.cost_fn * c.fn + wish.cost_fp * c.fp) / rows
    missed, false = c.fn / (c.tp + c.fn), c.fp / (c.fp + c.tn)
    return policy.prevalence * wish.cost_fn * missed + (1 - policy.prevalence) * wish.cost_fp * false


def _goal(wish: Wish, policy: Policy) -> str:
    if wish.goal is Goal.F_BETA:
        return f"best F{wish.beta:g}"
    if wish.goal is Goal.COST:
        return f"lowest cost (a miss costs {number(wish.cost_fn)}, a false alarm {number(wish.cost_fp)})"
    if wish.goal is Goal.PRECISION_AT_RECALL:
        return f"highest precision at a recall of {percent(wish.recall)} or more"
    if wish.goal is Goal.RECALL_AT_PRECISION:
        return f"highest recall at a precision of {percent(wish.precision)} or more"
    if wish.goal is Goal.BOTH:
        return f"recall of {percent(wish.recall)} or more and precision of {percent(wish.precision)} or more"
    return f"at most {number(policy.alerts_per_day)} alarms a day of {number(policy.items_per_day)} items"


def _said(goal: str, wish: Wish, choice: Choice, figures: _Figures, on_halves: bool) -> str:
    """One sentence with the figures of rows that the threshold was not chosen on, also where the wish cannot be met.

    Args:
        on_halves: whether these rows are halves of one set that took turns, and no other rows.
    """
    where = "on halves it was not chosen on" if on_halves else "on rows it was not chosen on"
    both = f"recall {_value(figures.recall)}, precision {_value(figures.precision)}"
    if not math.isfinite(choice.threshold):
        return f"Even the highest score is shared by too many rows: no threshold raises {goal}."
    if choice.feasible:
        return (
            f"At threshold {choice.threshold:.3g}: {both}, {_value(figures.alarms)} of all rows answered as positive "
            f"({where})."
        )
    at_recall = "" if wish.goal is Goal.RECALL_AT_PRECISION else f" at a recall of {percent(wish.recall)}"
    return (
        f"No threshold reaches a precision of {percent(wish.precision)}{at_recall}; the nearest, "
        f"{choice.threshold:.3g}, has {both} ({where})."
    )


def _value(figure: Figure) -> str:
    return "not measured" if figure.value is None else percent(figure.value)
