"""`Policy`: what "fit" means. The default is printed in every report as the convention that it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from rightrate.scoring.bands import BAD, GOOD


class Evidence(str, Enum):
    """Whether the point value decides a criterion, or the interval."""

    POINT = "point"
    INTERVAL = "interval"


class OnInconclusive(str, Enum):
    """The exit code for NOT ENOUGH EVIDENCE: 1, 3 or 0."""

    FAIL = "fail"
    WARN = "warn"
    PASS = "pass"


# Codes of the criteria: recall, precision, a required bar, better than the mean, not worse than the baseline, better
# than guessing.
CRITERIA = ("RR301", "RR302", "RR303", "RR304", "RR305", "RR306")
#: Findings that fail a verdict by themselves: the trap, NaN answers, constant answers, permuted classes.
CRITICAL = ("RR310", "RR401", "RR402", "RR404")


@dataclass(frozen=True)
class Requirement:
    """A bar of the user's own, added to the default ones.

    Args:
        metric: a name under `metrics` or `per_class` of a verdict, e.g. "recall", "macro_f1", "mae".
        minimum, maximum: the bar; exactly one is given.
        class_name: for a metric by class; None for one of the whole.
        slice_name: `(column, value)` of a slice; None for all rows.
        severity: "block" decides the outcome, "warn" is only shown.
        reason: why the bar is there; shown with the criterion.
    """

    metric: str
    minimum: float | None = None
    maximum: float | None = None
    class_name: str | None = None
    slice_name: tuple[str, str] | None = None
    severity: str = "block"
    reason: str = ""


@dataclass(frozen=True)
class Waiver:
    """A criterion that may fail for now, and why.

    Args:
        code: of the criterion or critical finding, one of `CRITERIA` or `CRITICAL`.
        class_name: the class it holds for; None for all.
        reason: must not be empty.
        expires: last day on which it holds.
    """

    code: str
    reason: str
    expires: date
    class_name: str | None = None


@dataclass(frozen=True)
class Policy:
    """What a model must reach.

    Args:
        good: bar for precision and recall of each class that matters; at or above it a figure is good.
        bad: below it a figure is bad; between the two it is fair.
        evidence: "point": the value decides where at least as many rows were seen as could prove the bar at all;
            "interval": the interval must clear the bar.
        level: of all intervals.
        interval: "wilson", or "exact" (Clopper-Pearson), for shares.
        on_inconclusive: what the command line makes of NOT ENOUGH EVIDENCE.
        prevalence: share of the positive class in production, 0 to 1; None takes the evaluation's own.
        beta: of the F-beta that a threshold is chosen by.
        cost_fn, cost_fp: cost of a missed positive and of a false alarm, in any one unit; both or neither.
        min_recall, min_precision: wishes for a threshold: best precision at this recall, best recall at this precision.
        alerts_per_day, items_per_day: how many alarms people can look at, of how many items; both or neither.
        margin: by how much a model may be worse than its baseline and still count as not worse.
        require: bars of the user's own.
        waive: criteria that may fail for now.
        resamples: of the bootstrap.
        seed: of the bootstrap and of the halves a threshold is chosen on.

    Example:
        >>> Policy().good, Policy(good=0.9).good
        (0.8, 0.9)
    """

    good: float = GOOD
    bad: float = BAD
    evidence: Evidence = Evidence.POINT
    level: float = 0.95
    interval: str = "wilson"
    on_inconclusive: OnInconclusive = OnInconclusive.WARN
    prevalence: float | None = None
    beta: float = 1.0
    cost_fn: float | None = None
    cost_fp: float | None = None
    min_recall: float | None = None
    min_precision: float | None = None
    alerts_per_day: float | None = None
    items_per_day: float | None = None
    margin: float = 0.01
    require: tuple[Requirement, ...] = ()
    waive: tuple[Waiver, ...] = ()
    resamples: int = 1000
    seed: int = 0
