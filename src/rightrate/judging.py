"""The workflow behind `rightrate.judge`: arrays in, a verdict out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from rightrate.diagnosis import Finding, Severity
from rightrate.errors import DataError, UsageError
from rightrate.runner.verdict import Verdict
from rightrate.scoring.duplicates import duplicates
from rightrate.scoring.measure import Measurement, measure
from rightrate.scoring.one_output import both_columns
from rightrate.scoring.predictions import Predictions, blocks
from rightrate.scoring.read import read_predictions
from rightrate.scoring.read_classes import counted
from rightrate.verdict import Comparison, Judgement, Policy, comparison, operating, policy_values, slices
from rightrate.verdict.decide import decide

if TYPE_CHECKING:
    from rightrate.runner.local import Answers, Marking

__all__ = ["Extras", "judge", "judge_answers", "judge_predictions"]


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


def judge(
    y_true: Any,
    y_pred: Any,
    *,
    positive: str | int | None = None,
    labels: Any = None,
    policy: Policy | None = None,
    baseline: Any = None,
    groups: Any = None,
    weights: Any = None,
    threshold: float | None = None,
    task: str | None = None,
    logits: bool = False,
    slices: Mapping[str, Any] | None = None,
    threshold_data: tuple[Any, Any] | None = None,
    inputs: Any = None,
    train_inputs: Any = None,
) -> Verdict:
    """Is this model fit to ship? A verdict with the reason that decided it.

    Args:
        y_true: true classes (names or integers, one-hot rows), a matrix of 0 and 1 for multi-label, numbers for a
            regression; None with `task="tokens"`.
        y_pred: probabilities (`(n,)` of the positive class, or `(n, classes)`), logits with `logits=True`, or answers;
            for `task="tokens"` the loss of each token in nats.
        positive: the class that alone matters, by name or index. Without one every class must clear the bars.
            Thresholds and their curves need one: in binary tasks it is class 1 where the truth is 0 and 1, or what
            pairs such as "no" and "yes" say. Where two classes have other names and `y_pred` holds one column of
            scores, it must be told, as no guess is safe.
        labels: names of the classes in the order of the model's outputs.
        policy: the bars; `rightrate.Policy()` by default.
        baseline: the same rows as answered by another model (any form that `y_pred` may have), or an earlier verdict.
            `threshold` holds for its probabilities too; where it runs at another one, give its answers.
        groups: one value a row; rows of a group (a patient, a document) are not independent, and intervals say so.
        weights: one number a row, at least 0.
        threshold: from which probability the positive class is answered; 0.5 by default.
        task: "binary", "multiclass", "multilabel", "regression" or "tokens" where the arrays do not tell.
        slices: column -> one value a row; the worst part is named.
        threshold_data: `(y_true, y_prob)` of other rows, to choose thresholds on; without, halves take turns.
        inputs, train_inputs: what the model saw here and in training, to find rows that are in both.

    Returns:
        A `Verdict`; `outcome` is FIT, NOT_FIT or NOT_ENOUGH_EVIDENCE.

    Raises:
        DataError, UsageError: each says how to mend it.

    Example:
        >>> import numpy as np
        >>> y_true = np.repeat([1, 0], [25, 1225])
        >>> y_pred = np.repeat([1, 0, 1, 0], [3, 22, 3, 1222])
        >>> print(judge(y_true, y_pred, labels=["ok", "fraud"]).reason)
        Accuracy 98.0 %, but always answering 'ok' also scores 98.0 %; it finds 3 of 25 'fraud', 12 %, interval
        4 to 30 %.
    """
    options = {"positive": positive, "labels": labels, "task": task, "logits": logits}
    predictions = read_predictions(y_true, y_pred, groups=groups, weights=weights, threshold=threshold, **options)
    if labels is None and predictions.names:
        options["labels"] = list(predictions.names)  # others must not order the classes in another way
    other: Predictions | Judgement | None = None
    if isinstance(baseline, Judgement):
        other = baseline
    elif baseline is not None:
        other = _baseline(y_true, baseline, threshold, {**options, "groups": groups, "weights": weights})
    chosen_on = None
    if threshold_data is not None:
        if not isinstance(threshold_data, (tuple, list)) or len(threshold_data) != 2:
            raise UsageError("`threshold_data` must be (y_true, y_prob) of other rows.")
        chosen_on = read_predictions(threshold_data[0], threshold_data[1], **options)
    extras = Extras(
        baseline=other,
        slices=_columns(slices),
        chosen_on=chosen_on,
        findings=tuple(_seen_in_training(inputs, train_inputs, predictions.size)),
    )
    return judge_predictions(predictions, policy or Policy(), extras)


def _baseline(y_true: Any, baseline: Any, threshold: float | None, options: Mapping[str, Any]) -> Predictions:
    """Another model's answers; its probabilities are cut where the model's are, its labels stay what they are."""
    read = read_predictions(y_true, baseline, **options)
    if threshold is None or read.prob is None:
        return read
    return read_predictions(y_true, baseline, threshold=threshold, **options)


def _columns(slices: Any) -> Mapping[str, Any]:
    if slices is None:
        return {}
    if not hasattr(slices, "items"):
        raise UsageError(f"`slices` must be columns by name: {{'country': values}}. Received: {type(slices).__name__}.")
    return {str(name): values for name, values in slices.items()}


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
    judgement = decide(
        predictions,
        measured,
        policy,
        points=operating.operating_points(predictions, policy, extras.chosen_on),
        comparison=against,
        not_worse=None if against is None else comparison.not_worse(against, policy, measured.units),
        slices=worst,
        slice_figures=parts,
        findings=(*extras.findings, *((sliced,) if sliced else ()), *remarks),
        about={**extras.about, **_about(predictions)},
    )
    return Verdict.of(judgement)


def _remarks(predictions: Predictions) -> tuple[str, ...]:
    if predictions.weights is None:
        return predictions.remarks
    weighted = "Figures are weighted, and so is support; the confusion matrix counts rows."
    return (*predictions.remarks, weighted)


def judge_answers(answers: Answers, marking: Marking, *, logits: bool, has_chosen: bool) -> Verdict:
    """Judge what a fine-tuned model answers on a validation or test part.

    Args:
        marking: the classes' names and the positive one; with `named` False the caller did not name it, and each class
            matters.
        has_chosen: whether this part has chosen the rate too, which makes every figure look better than it is.
    """
    predictions = read_predictions(
        answers.labels,
        both_columns(answers.outputs, logits=logits) if len(marking.names) == 2 else answers.outputs,
        labels=list(marking.names),
        positive=None if marking.positive is None else marking.names[marking.positive],
        logits=logits,
    )
    # How we handed the classes over is nothing to tell the user.
    predictions = replace(predictions, remarks=(), only_positive=marking.named)
    part = "validation" if has_chosen else "test"
    findings = (_has_chosen(),) if has_chosen else ()
    return judge_predictions(predictions, Policy(), Extras(findings=findings, about={"part": f"the {part} part"}))


def _has_chosen() -> Finding:
    return Finding(
        "RR414",
        "These rows have also chosen the learning rate: every figure here is better than on new rows.",
        Severity.WARNING,
        "Judge a test part that nothing was chosen on: test_data= in rr.tune, or `rightrate judge`.",
    )


def _compared(predictions: Predictions, measured: Measurement, policy: Policy, extras: Extras) -> Comparison | None:
    if extras.baseline is None:
        return None
    if isinstance(extras.baseline, Predictions):
        return comparison.against_predictions(predictions, extras.baseline, policy, extras.baseline_name)
    return comparison.against_judgement(predictions, measured, extras.baseline, extras.baseline_name)


def _seen_in_training(inputs: Any, train_inputs: Any, size: int) -> list[Finding]:
    if (inputs is None) != (train_inputs is None):
        raise UsageError("`inputs` and `train_inputs` belong together: give both, or neither.")
    if inputs is None:
        return []
    try:
        count = duplicates(inputs, train_inputs)
    except ValueError as error:
        raise UsageError(f"`inputs` and `train_inputs` cannot be compared: {error}") from error
    if len(inputs) != size:
        raise DataError(
            f"`inputs` has {counted(len(inputs), 'row')}; expected the {size:,} that are judged, in their order."
        )
    if not count:
        return []
    return [
        Finding(
            "RR413",
            f"{count} of {counted(len(inputs), 'row')} judged {'was' if count == 1 else 'were'} also trained on.",
            Severity.WARNING,
            "Take them out: the model may know them by heart, and every figure here is too good.",
            {"rows": count},
        )
    ]


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
