"""`measure`: every figure of one evaluation, with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from rightrate.errors import DataError, UsageError
from rightrate.scoring import calibration, ranking
from rightrate.scoring.bootstrap import Confidence
from rightrate.scoring.counts import count
from rightrate.scoring.figure import Figure
from rightrate.scoring.multilabel import multilabel
from rightrate.scoring.predictions import Predictions, Task
from rightrate.scoring.prevalence import precision_at_prevalence
from rightrate.scoring.proportion import proportion
from rightrate.scoring.regression import regression
from rightrate.scoring.score_cells import Scored, by_score, cell_edges, score_cells, scored
from rightrate.scoring.score_curves import Columns, precision_recall, thresholds
from rightrate.scoring.tokens import tokens

CLASSIFICATION = (
    "accuracy",
    "majority_accuracy",
    "balanced_accuracy",
    "mcc",
    *(f"{mean}_{name}" for mean in ("macro", "weighted") for name in ("precision", "recall", "f1")),
    *calibration.NAMES,
    "roc_auc",
    "average_precision",
    "prevalence",
    "precision_at_prevalence",
)


@dataclass(frozen=True)
class Measurement:
    """What was measured.

    Args:
        metrics: name -> figure of the whole. For classification all of `CLASSIFICATION`, whatever was given; what
            could not be measured is missing and says why.
        per_class: class or label name -> precision, recall, f1, specificity, support; empty in other tasks.
        confusion: counts by true (rows) and answered class (columns), unweighted, without rows that have no answer;
            empty in multi-label and other tasks.
        curves: for charts, column-wise. "calibration": confidence, observed, count. In binary tasks also
            "precision_recall": recall, precision; and "thresholds": threshold, precision, recall, alarms. Only those
            that could be drawn.
        units: how many rows, or groups of rows, are independent; None where nobody counted them.
    """

    metrics: Mapping[str, Figure]
    per_class: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    confusion: tuple[tuple[int, ...], ...] = ()
    curves: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)
    units: int | None = None


def measure(
    predictions: Predictions,
    *,
    level: float = 0.95,
    interval: str = "wilson",
    resamples: int = 1000,
    seed: int = 0,
    prevalence: float | None = None,
) -> Measurement:
    """Measure predictions of any task.

    The order of the rows changes nothing. Rows without a probability are left out of what is made of probabilities.

    Args:
        predictions: what to measure.
        level: of all intervals, between 0 and 1.
        interval: of shares: "wilson" or "exact".
        resamples: of the bootstrap, at least 2; fewer are drawn where they would take minutes (see `Confidence`).
        seed: of the bootstrap.
        prevalence: share of the positive class in production, for precision_at_prevalence; binary tasks only.

    Raises:
        UsageError: a setting is out of range, or a prevalence is given where no class is positive.
        DataError: there are no rows.

    Example:
        >>> true, said = np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])
        >>> m = measure(Predictions(Task.BINARY, true, said, names=("ok", "fraud"), positive=1))
        >>> m.metrics["accuracy"].value, m.per_class["fraud"]["precision"].n, m.metrics["roc_auc"].why
        (0.75, 1.0, 'only labels were given, no probabilities')
    """
    if resamples < 2:
        raise UsageError(f"A bootstrap needs at least 2 resamples. Received {resamples}. The default is 1000.")
    if prevalence is not None and predictions.task is not Task.BINARY:
        raise UsageError(
            f"A prevalence is that of the positive class in a binary task. Received a {predictions.task.value} task "
            "without one. Leave prevalence out, or of two classes say which is positive (positive=…)."
        )
    units = predictions.size if predictions.groups is None else len(np.unique(predictions.groups))
    how = Confidence(level, interval, resamples, seed, units)
    # Says what is wrong with level or interval before anything is computed.
    proportion(0, 1, level=level, interval=interval)
    if not predictions.size:
        raise DataError("There is nothing to measure. Received 0 rows; at least one is needed.")
    return replace(_measured(predictions, how, prevalence), units=units)


def _measured(predictions: Predictions, how: Confidence, prevalence: float | None) -> Measurement:
    if predictions.task is Task.BINARY:
        _positive(predictions)
        return _binary(predictions, how, prevalence)
    if predictions.task is Task.MULTICLASS:
        return _multiclass(predictions, how)
    if predictions.task is Task.MULTILABEL:
        return _multilabel(predictions, how)
    return Measurement((regression if predictions.task is Task.REGRESSION else tokens)(predictions, how))


def _binary(predictions: Predictions, how: Confidence, at: float | None) -> Measurement:
    counted = count(predictions, how)
    metrics = dict(counted.metrics)
    if at is not None:
        metrics["precision_at_prevalence"] = precision_at_prevalence(predictions, at, how)
    rows = scored(predictions)
    curves: Mapping[str, Columns] = {}
    if rows is None:
        why = ranking.ONLY_LABELS if predictions.prob is None else "no row has a probability"
        metrics |= dict.fromkeys((*calibration.NAMES, *ranking.NAMES), Figure.missing(why, 0))
    else:
        found, curves = _of_scores(rows, predictions, how)
        metrics |= found
    return Measurement(
        _all_of(metrics, "no production prevalence was given"), counted.per_class, counted.confusion, curves
    )


def _of_scores(
    rows: Scored, predictions: Predictions, how: Confidence
) -> tuple[Mapping[str, Figure], Mapping[str, Columns]]:
    """Ranking, calibration and curves of binary scores, from one sort and one set of resamples."""
    positive = _positive(predictions)
    rising = np.sort(rows.prob)
    edges = calibration.bin_edges(rising)
    ranked = by_score(rising, rows.prob, rows.positive, rows.weights)
    del rising
    curves = {
        "precision_recall": precision_recall(ranked),
        "calibration": _columns(calibration.reliability(rows.prob, rows.positive, rows.weights, edges)),
        "thresholds": thresholds(ranked),
    }
    exact, all_edges = ranking.exact_ranking(ranked), cell_edges(ranked, edges)
    del ranked  # twice the weight of the scores
    cells = score_cells(rows, all_edges, how)
    names = (predictions.names[1 - positive], predictions.names[positive])
    found = {
        **ranking.binary_ranking(exact, cells, names, how),
        **calibration.binary_calibration(rows, edges, cells, how),
    }
    return found, {name: columns for name, columns in curves.items() if columns}


def _multiclass(predictions: Predictions, how: Confidence) -> Measurement:
    counted = count(predictions, how)
    calibrated, chart = calibration.multiclass_calibration(predictions, how)
    metrics = {**counted.metrics, **calibrated, **ranking.macro_ranking(predictions, how)}
    curves = {"calibration": _columns(chart)} if chart.count else {}
    return Measurement(_all_of(metrics, "only measured in binary tasks"), counted.per_class, counted.confusion, curves)


def _multilabel(predictions: Predictions, how: Confidence) -> Measurement:
    found = multilabel(predictions, how)
    metrics = {**found.metrics, **ranking.macro_ranking(predictions, how)}
    return Measurement(_all_of(metrics, "not measured where a row may have several labels"), found.per_label)


def _all_of(metrics: Mapping[str, Figure], why: str) -> Mapping[str, Figure]:
    """All names of a classification in their order, then any others; what was not measured is missing with `why`."""
    missing = Figure.missing(why)
    return {name: metrics.get(name, missing) for name in (*CLASSIFICATION, *metrics)}


def _positive(predictions: Predictions) -> int:
    if predictions.positive is None:
        raise UsageError("A binary task needs a positive class. Received none. Pass positive=.")
    return predictions.positive


def _columns(chart: calibration.Reliability) -> Columns:
    return {"confidence": chart.confidence, "observed": chart.observed, "count": chart.count}
