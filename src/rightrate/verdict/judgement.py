"""`Judgement`: the answer to "is this model fit to ship?" as plain values, with everything it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from rightrate.diagnosis import Finding
from rightrate.scoring.figure import Figure


class Outcome(str, Enum):
    """The three answers."""

    FIT = "FIT"
    NOT_FIT = "NOT_FIT"
    NOT_ENOUGH_EVIDENCE = "NOT_ENOUGH_EVIDENCE"


class Status(str, Enum):
    """What became of one criterion."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    WAIVED = "waived"


class Band(str, Enum):
    """How a precision or recall reads by the policy's two edges."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


@dataclass(frozen=True)
class Criterion:
    """One bar and whether it was cleared.

    Args:
        code: stable, `RR3..`.
        name: e.g. "recall of 'fraud'".
        metric, class_name: what is measured, and of which class.
        figure: value, interval and what it rests on.
        minimum, maximum: the bar; one of them is set.
        band: None where bands do not apply or nothing was measured.
        status: passed, failed, not enough evidence, waived.
        proven: whether the interval lies on one side of the bar; otherwise a pass or fail is likely, not proven.
        said: the result in one sentence, with its numbers.
        advice: what to do, one sentence; empty where it passed.
        needed: further rows (positives for a recall) that would settle it, if the value stays; None where that
            cannot be said or is not needed.
        blocks: whether it decides the outcome ("block"), or only warns.
        reason: the policy's reason for the bar, or the waiver's.
    """

    code: str
    name: str
    metric: str
    figure: Figure
    status: Status
    proven: bool
    said: str
    class_name: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    band: Band | None = None
    advice: str = ""
    needed: int | None = None
    blocks: bool = True
    reason: str = ""


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold, what it was chosen for, and what it does on rows it was not chosen on.

    Args:
        goal: what it was chosen for, in words: "best F1", "lowest cost (a miss 500, a false alarm 5)".
        threshold: the probability from which the positive class is answered; None where no threshold can do it.
        feasible: whether the wish can be met.
        precision, recall: judged on rows that the threshold was not chosen on.
        alarms: share of rows that are answered as positive.
        cost: mean cost of a row, where costs were given; None otherwise.
        said: one sentence with its numbers; where infeasible, the best that can be reached.
    """

    goal: str
    threshold: float | None
    feasible: bool
    precision: Figure
    recall: Figure
    alarms: Figure
    said: str
    cost: float | None = None


@dataclass(frozen=True)
class Comparison:
    """A model against a baseline.

    Args:
        baseline: its name.
        fixes, breaks: rows that only the model, or only the baseline, has right (of numbers: is closer on); None where
            rows cannot be paired.
        p_value: exact McNemar test of the two (the sign test of numbers); None where rows cannot be paired.
        differences: metric name -> model minus baseline.
        said: one sentence.
    """

    baseline: str
    fixes: int | None
    breaks: int | None
    p_value: float | None
    differences: Mapping[str, Figure]
    said: str


@dataclass(frozen=True)
class Slice:
    """One part of the rows.

    Args:
        column, value: what the part is.
        metric: what is measured.
        figure: at a level corrected for all slices that were looked at.
    """

    column: str
    value: str
    metric: str
    figure: Figure


@dataclass(frozen=True)
class Judgement:
    """Is the model fit, why, and what to do.

    Args:
        outcome: FIT, NOT_FIT or NOT_ENOUGH_EVIDENCE.
        reason: the one that decided, in one sentence.
        criteria: those that decided first.
        findings: what else to know, the most serious first.
        next_steps: sentences, the most useful first.
        metrics: name -> figure, of the whole evaluation.
        per_class: class name -> metric name -> figure.
        confusion: counts by true class (rows) and answered class (columns), in the order of `class_names`; empty
            where there is none (multi-label, regression, tokens).
        class_names: in the order of their indices.
        positive: name of the class that matters, or None.
        task: "binary", "multiclass", "multilabel", "regression" or "tokens".
        rows: how many were judged.
        threshold: that the answers were given at; None where there is none.
        operating_points: thresholds that could be used instead.
        comparison: against a baseline, or None.
        slices: the worst first.
        policy: what was asked, as plain values: printed with the result.
        about: what was judged and with what: file, versions, seed, hash.
        curves: for charts, column-wise: "precision_recall", "calibration", "thresholds", and "counts": threshold, tp,
            fp, fn and tn of the positive class; "weighted_counts" where they are sums of the rows' weights.
    """

    outcome: Outcome
    reason: str
    criteria: tuple[Criterion, ...]
    findings: tuple[Finding, ...] = ()
    next_steps: tuple[str, ...] = ()
    metrics: Mapping[str, Figure] = field(default_factory=dict)
    per_class: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    confusion: tuple[tuple[int, ...], ...] = ()
    class_names: tuple[str, ...] = ()
    positive: str | None = None
    task: str = ""
    rows: int = 0
    threshold: float | None = None
    operating_points: tuple[OperatingPoint, ...] = ()
    comparison: Comparison | None = None
    slices: tuple[Slice, ...] = ()
    policy: Mapping[str, object] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    curves: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether the model is fit.

        Raises:
            ValueError: there is not enough evidence; `if verdict:` must not hide that.
        """
        if self.outcome is Outcome.NOT_ENOUGH_EVIDENCE:
            raise ValueError(
                "This verdict is neither yes nor no: there is not enough evidence. Compare verdict.outcome instead. "
                f"{self.reason}"
            )
        return self.outcome is Outcome.FIT
