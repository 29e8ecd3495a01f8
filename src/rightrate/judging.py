"""The workflow behind `rightrate.judge`: arrays in, a verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from rightrate.diagnosis import Finding, Severity
from rightrate.errors import DataError, UsageError
from rightrate.importers.policy_file import read_policy
from rightrate.runner.judged import Extras, judge_predictions
from rightrate.runner.verdict import Verdict
from rightrate.scoring.duplicates import duplicates
from rightrate.scoring.predictions import Predictions
from rightrate.scoring.read import read_predictions
from rightrate.scoring.read_classes import counted
from rightrate.verdict import Judgement, Policy

__all__ = ["judge"]


def judge(
    y_true: Any,
    y_pred: Any,
    *,
    positive: str | int | None = None,
    labels: Any = None,
    policy: Policy | str | PathLike[str] | None = None,
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
        policy: the bars, or the path of a policy file (docs/judging.md); `rightrate.Policy()` by default.
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
    chosen = _policy(policy)
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
        try:
            chosen_on = read_predictions(threshold_data[0], threshold_data[1], **options)
        except UsageError as error:
            raise type(error)(f"`threshold_data`: {error}") from error
    extras = Extras(
        baseline=other,
        slices=_columns(slices),
        chosen_on=chosen_on,
        findings=tuple(_seen_in_training(inputs, train_inputs, predictions.size)),
    )
    return judge_predictions(predictions, chosen, extras)


def _baseline(y_true: Any, baseline: Any, threshold: float | None, options: Mapping[str, Any]) -> Predictions:
    """Another model's answers; its probabilities are cut where the model's are, its labels stay what they are."""
    if isinstance(baseline, (str, PathLike)):
        raise UsageError(f"`baseline` must be answers to the same rows, or a verdict. Received a path: {baseline!r}.")
    try:
        read = read_predictions(y_true, baseline, **options)
        if threshold is None or read.prob is None:
            return read
        return read_predictions(y_true, baseline, threshold=threshold, **options)
    except UsageError as error:
        raise type(error)(f"`baseline` cannot be read beside y_true: {error}") from error


def _policy(policy: Any) -> Policy:
    if policy is None:
        return Policy()
    return read_policy(Path(policy)) if isinstance(policy, (str, PathLike)) else policy


def _columns(slices: Any) -> Mapping[str, Any]:
    if slices is None:
        return {}
    if not hasattr(slices, "items"):
        raise UsageError(f"`slices` must be columns by name: {{'country': values}}. Received: {type(slices).__name__}.")
    return {str(name): values for name, values in slices.items()}


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
