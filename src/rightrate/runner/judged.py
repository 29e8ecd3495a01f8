"""From predictions that were read already to a verdict, for every workflow that ends with one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rightrate.diagnosis import Finding, Severity
from rightrate.runner.verdict import Verdict
from rightrate.scoring.measure import Measurement, measure
from rightrate.scoring.predictions import Predictions, blocks
from rightrate.scoring.read import read_predictions
from rightrate.scoring.threshold_counts import threshold_counts
from rightrate.verdict import (
    Comparison,
    Judgement,
    OperatingPoint,
    Policy,
    comparison,
    operating,
    policy_values,
    slices,
)
from rightrate.verdict.decide import decide

if TYPE_CHECKING:
    from rightrate.runner.local import Answers
    from rightrate.runner.measuring import Marking


@dataclass(frozen=True)
class Extras:
    """What may come with predictions.

    Args:
        baseline: the same rows as answered by another model, or an earlier judgement.
        baseline_name: for sentences.
        slices: column name -> one value a row.
        chosen_on: predictions to choose thresholds on.
        findings: what is known before about how the rows were used.
        about: what was judged, for the report.
    """

    baseline: Predictions | Judgement | None = None
    baseline_name: str = "the baseline"
    slices: Mapping[str, Any] = field(default_factory=dict)
    chosen_on: Predictions | None = None
    findings: tuple[Finding, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)


def judge_predictions(predictions: Predictions, policy: Policy, extras: Extras | None = None) -> Verdict:
    """Judge predictions that were read already."""
    extras, policy = extras or Extras(), policy_values.check(policy)
    measured = measure(
        predictions,
        level=policy.level,
        interval=policy.interval,
        resamples=policy.resamples,
        seed=policy.seed,
        prevalence=policy.prevalence,
    )
    masks = slices.cut(predictions, extras.slices)
    parts = slices.measure_slices(predictions, masks, policy)
    worst = slices.worst_first(predictions, parts, policy)
    sliced = slices.finding(worst, measured, predictions, policy)
    remarks = tuple(Finding("RR412", remark, Severity.HINT, "") for remark in _remarks(predictions))
    against = _compared(predictions, measured, policy, extras)
    points = operating.operating_points(predictions, policy, extras.chosen_on)
    unmet = operating.not_chosen(predictions, policy, points)
    judgement = decide(
        predictions,
        _with_counts(predictions, measured, points),
        policy,
        points=points,
        comparison=against,
        not_worse=None if against is None else comparison.not_worse(against, policy, measured.units),
        slices=worst,
        slice_figures=parts,
        findings=(*extras.findings, *((sliced,) if sliced else ()), *((unmet,) if unmet else ()), *remarks),
        about={**extras.about, **_about(predictions)},
    )
    return Verdict.of(judgement)


def _with_counts(predictions: Predictions, measured: Measurement, points: Sequence[OperatingPoint]) -> Measurement:
    """The measurement with the counts at each threshold, those that are named anywhere among them."""
    wanted = [one for one in (predictions.threshold, *(point.threshold for point in points)) if one is not None]
    counts = threshold_counts(predictions, wanted)
    if not counts:
        return measured
    name = "counts" if predictions.weights is None else "weighted_counts"
    return replace(measured, curves={**measured.curves, name: counts})


def _remarks(predictions: Predictions) -> tuple[str, ...]:
    if predictions.weights is None:
        return predictions.remarks
    weighted = "Figures are weighted, and so is support; the confusion matrix counts rows."
    return (*predictions.remarks, weighted)


class Part(Enum):
    """Which rows are judged, and whether they had a say before, which makes every figure look better than it is."""

    TEST = "the test part"
    CHOSE_THE_RATE = "the validation part"
    WATCHED = "the validation part of the training"


def judge_answers(answers: Answers, marking: Marking, *, logits: bool, part: Part) -> Verdict:
    """Judge what a fine-tuned model answers, where it sorts samples into classes.

    Args:
        marking: the classes' names and the positive one; with `named` False the caller did not name it, and each class
            matters.
    """
    is_single = answers.outputs.shape[1] == 1  # it speaks of the second of two classes
    predictions = read_predictions(
        [marking.names[int(label)] for label in answers.labels],  # names may be numbers of their own
        answers.outputs[:, 0] if is_single else answers.outputs,
        labels=list(marking.names),
        positive=None if marking.positive is None else marking.names[marking.positive],
        logits=logits,
        score_of=marking.names[1] if is_single else None,
    )
    return _judge_part(replace(predictions, only_positive=marking.named), part)


def judge_others(
    labels: np.ndarray,
    outputs: np.ndarray,
    kind: Literal["number", "labels"],
    names: Sequence[str] | None,
    *,
    logits: bool,
    part: Part,
) -> Verdict:
    """Judge what a model answers that tells a number, or several labels a sample.

    Args:
        labels, outputs: shape `(n, k)`, or `(n,)` for a number.
    """
    if kind == "number":
        predictions = read_predictions(labels.reshape(-1), outputs.reshape(-1), task="regression")
    else:
        predictions = read_predictions(labels, outputs, task="multilabel", labels=names, logits=logits)
    return _judge_part(predictions, part)


def _judge_part(predictions: Predictions, part: Part) -> Verdict:
    findings = () if part is Part.TEST else (_had_a_say(part),)
    # How we handed the classes over is nothing to tell the user.
    return judge_predictions(
        replace(predictions, remarks=()), Policy(), Extras(findings=findings, about={"part": part.value})
    )


def _had_a_say(part: Part) -> Finding:
    told = "have also chosen the learning rate"
    how = "test_data= in rr.tune"
    if part is Part.WATCHED:
        told = "were looked at while training, and may have chosen its rate, its length or its best epoch"
        how = "rr.Watch(judge=(x_test, y_test))"
    return Finding(
        "RR414",
        f"These rows {told}: every figure here is better than on new rows.",
        Severity.WARNING,
        f"Judge a test part that nothing was chosen on: {how}, or `rightrate judge`.",
    )


def _compared(predictions: Predictions, measured: Measurement, policy: Policy, extras: Extras) -> Comparison | None:
    if extras.baseline is None:
        return None
    if isinstance(extras.baseline, Predictions):
        return comparison.against_predictions(predictions, extras.baseline, policy, extras.baseline_name)
    return comparison.against_judgement(predictions, measured, extras.baseline, extras.baseline_name)


def _about(predictions: Predictions) -> dict[str, str]:
    """How it was measured: enough to repeat it, and to see whether two verdicts are about the same rows."""
    parts = [predictions.true, predictions.predicted, predictions.prob]
    digest = hashlib.sha256()
    for part in parts:
        if part is not None:
            # In blocks: a copy of all could weigh gigabytes. Indices as int64, in whatever type they are held.
            for rows in blocks(len(part)):
                some = part[rows]
                digest.update(np.ascontiguousarray(some, np.int64 if some.dtype.kind in "iu" else None).data)
    return {"rows": f"{predictions.size:,}", "sha256": digest.hexdigest(), "rightrate": version("rightrate")}
