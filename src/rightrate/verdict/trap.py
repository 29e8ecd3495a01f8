"""The accuracy trap: a figure that looks good and says nothing, because the frequent class alone reaches it."""

from __future__ import annotations

from collections.abc import Sequence

from rightrate.diagnosis import Finding, Severity
from rightrate.scoring.measure import Measurement
from rightrate.scoring.predictions import Predictions, Task
from rightrate.verdict.criteria import RECALL
from rightrate.verdict.judgement import Criterion, Status
from rightrate.verdict.policy import Policy
from rightrate.verdict.words import interval_words, percent

CODE = "RR310"
#: The frequent class alone must come this near to the accuracy, or accuracy is not what misleads (a convention).
NEAR = 0.05


def find(
    predictions: Predictions, measured: Measurement, criteria: Sequence[Criterion], policy: Policy
) -> Finding | None:
    """The trap by name: accuracy at or above the good bar beside a class that matters and is mostly missed."""
    if predictions.task not in (Task.BINARY, Task.MULTICLASS):
        return None
    accuracy, majority = measured.metrics["accuracy"], measured.metrics["majority_accuracy"]
    # The default bars only: a bar of the policy may be of a slice, or not decide.
    missed = [c for c in criteria if c.code == RECALL and c.status is Status.FAILED and c.figure.value is not None]
    missed = [c for c in missed if (c.figure.value or 0.0) < policy.bad]
    if not missed or accuracy.value is None or majority.value is None or accuracy.value < policy.good:
        return None
    if majority.value < accuracy.value - NEAR:
        return None
    worst = min(missed, key=lambda c: c.figure.value or 0.0)
    recall, rows = worst.figure, worst.figure.n or 0
    frequent = max(predictions.names, key=lambda name: measured.per_class[name]["support"].value or 0.0)
    # With weights n is an effective size, and no count that anybody could find again in the data.
    found = "" if predictions.weights is not None else f"{round((recall.value or 0.0) * rows)} of {rows:.0f} "
    share = percent(recall.value or 0.0)
    finds = f"{found}'{worst.class_name}', {share}" if found else f"{share} of '{worst.class_name}'"
    scores = _scores(accuracy.value, majority.value)
    interval = interval_words(recall)
    return Finding(
        CODE,
        f"Accuracy {100 * accuracy.value:.1f} %, but always answering '{frequent}' {scores} "
        f"{100 * majority.value:.1f} %; it finds {finds}"
        f"{f', {interval}' if interval else ''}.",
        Severity.CRITICAL,
        f"Do not judge this model by its accuracy; look at precision and recall of '{worst.class_name}'.",
        {
            "accuracy": accuracy.value,
            "majority_accuracy": majority.value,
            "recall": recall.value,
            "recall_low": recall.low,
            "recall_high": recall.high,
            "rows": rows,
        },
    )


def _scores(accuracy: float, majority: float) -> str:
    """Says how the two accuracies compare as they are printed, with one digit."""
    shown = round(100 * accuracy, 1), round(100 * majority, 1)
    if shown[0] == shown[1]:
        return "also scores"
    return "scores even" if shown[0] < shown[1] else "scores"
