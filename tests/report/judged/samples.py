"""Judgements to show: what an evaluation may hand over, from the ordinary to the hostile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np

from rightrate.diagnosis import Finding, Severity
from rightrate.scoring.figure import Figure
from rightrate.verdict import (
    Band,
    Comparison,
    Criterion,
    Judgement,
    OperatingPoint,
    Outcome,
    Policy,
    Slice,
    Status,
)

HOSTILE = (
    "=cmd|'/C calc'!A0 </script><script>alert(1)</script><img src=x onerror=alert(2)> `code` *bold* @octocat #1 "
    "[link](http://example.com) [red]x[/red] \x1b[31m \u202e \ud800 \x00 a\nb\r::error::c,d:e%f ]]> 🐈‍⬛ "
    + "long "
    * 60
)
SHORT_HOSTILE = (
    "=1+1",
    "+a|b",
    "-x\ny",
    "@user",
    "<b>&</b>",
    "`c`",
    "[red]",
    "\x1b[2J",
    "\u202eabc",
    " ",
    "",
    "a,b:c%",
)


def trap() -> Judgement:
    """1250 rows, 25 frauds, 3 found, 3 false alarms: 98 % accuracy, 12 % recall."""
    reason = (
        "accuracy 98 %, but always answering 'ok' also scores 98 %; it finds 3 of 25 frauds, 12 %, interval 4 to 30 %."
    )
    recall = Figure(0.12, 0.0417, 0.2996, 25)
    precision = Figure(0.5, 0.1876, 0.8124, 6)
    criteria = (
        Criterion(
            "RR301",
            "recall of 'fraud'",
            "recall",
            recall,
            Status.FAILED,
            True,
            "recall of 'fraud' is 12 % (interval 4 to 30 %); 80 % or more is asked for",
            "fraud",
            0.8,
            band=Band.BAD,
            advice="Lower the threshold first.",
        ),
        Criterion(
            "RR302",
            "precision of 'fraud'",
            "precision",
            precision,
            Status.NOT_ENOUGH_EVIDENCE,
            False,
            "precision of 'fraud' is 50 % (interval 19 to 81 %); 80 % or more is asked for, and 6 rows cannot tell",
            "fraud",
            0.8,
            band=Band.FAIR,
            advice="Raise the threshold first.",
            needed=9,
        ),
        Criterion(
            "RR303",
            "log_loss",
            "log_loss",
            Figure(0.0812, 0.071, 0.0925, 1250),
            Status.FAILED,
            True,
            "log_loss is 0.0812 (interval 0.071 to 0.0925); 0.05 or less is asked for",
            maximum=0.05,
            blocks=False,
            reason="the ranking is read by people",
        ),
    )
    return Judgement(
        Outcome.NOT_FIT,
        reason,
        criteria,
        findings=(
            Finding(
                "RR311",
                "Accuracy 98 % is what always answering 'ok' scores too.",
                Severity.CRITICAL,
                "Judge by recall and precision of 'fraud', not by accuracy.",
                {"accuracy": 0.98, "majority": 0.98, "found": 3, "class": "fraud", "gap": None},
            ),
            Finding("RR320", "Only 25 rows are 'fraud'.", Severity.WARNING, "Judge more of them."),
            Finding("RR330", "One training run: run-to-run variance is not measured.", Severity.HINT, "Repeat it."),
        ),
        next_steps=(
            "Use threshold 0.21: recall 84 %, precision 41 %, without retraining.",
            "Add rows that are 'fraud': about 30 more settle the recall.",
        ),
        metrics={
            "accuracy": Figure(0.98, 0.9706, 0.9865, 1250),
            "majority_accuracy": Figure(0.98, n=1250),
            "balanced_accuracy": Figure(0.5588, 0.51, 0.63, 1250),
            "mcc": Figure(0.237, 0.05, 0.41, 1250),
            "macro_f1": Figure(0.5917, 0.51, 0.69, 1250),
            "log_loss": Figure(0.0812, 0.071, 0.0925, 1250),
            "brier": Figure(0.0172, 0.0141, 0.0203, 1250),
            "calibration_error": Figure(0.011, 0.008, 0.016, 1250),
            "roc_auc": Figure(0.931, 0.89, 0.963, 1250),
            "average_precision": Figure(0.414, 0.26, 0.581, 1250),
            "prevalence": Figure(0.02, 0.0136, 0.0294, 1250),
            "precision_at_prevalence": Figure.missing("no production prevalence was given"),
        },
        per_class={
            "ok": {
                "precision": Figure(1222 / 1244, 0.973, 0.988, 1244),
                "recall": Figure(1222 / 1225, 0.9928, 0.9992, 1225),
                "f1": Figure(0.9899, 0.985, 0.993, 1250),
                "specificity": recall,
                "support": Figure(1225, n=1250),
            },
            "fraud": {
                "precision": precision,
                "recall": recall,
                "f1": Figure(6 / 31, 0.05, 0.36, 1250),
                "specificity": Figure(1222 / 1225, 0.9928, 0.9992, 1225),
                "support": Figure(25, n=1250),
            },
        },
        confusion=((1222, 3), (22, 3)),
        class_names=("ok", "fraud"),
        positive="fraud",
        task="binary",
        rows=1250,
        threshold=0.5,
        operating_points=(
            OperatingPoint(
                "best F1",
                0.21,
                True,
                Figure(0.412, 0.283, 0.554, 51),
                Figure(0.84, 0.653, 0.936, 25),
                Figure(0.0408, 0.031, 0.053, 1250),
                "Threshold 0.21 gives recall 84 % and precision 41 %, chosen on one half and judged on the other.",
                0.081,
            ),
            OperatingPoint(
                "highest precision at 80 % recall or more, and 80 % precision",
                None,
                False,
                Figure.missing("no threshold reaches it"),
                Figure.missing("no threshold reaches it"),
                Figure.missing("no threshold reaches it"),
                "No threshold reaches 80 % precision at 80 % recall; the best is 41 %.",
            ),
        ),
        comparison=Comparison(
            "the deployed model",
            41,
            9,
            5.6e-6,
            {
                "recall": Figure(0.04, -0.05, 0.13, 25),
                "accuracy": Figure(0.0256, 0.015, 0.037, 1250),
                "log_loss": Figure(-0.031, -0.04, -0.02, 1250),
            },
            "Against the deployed model it fixes 41, breaks 9 of 1250 rows (exact McNemar test: p = 5.6e-06); recall +4.0 points.",
        ),
        slices=(
            Slice("region", "EU", "recall", Figure(0.0, 0.0, 0.52, 6)),
            Slice("region", "US", "recall", Figure(3 / 19, 0.03, 0.45, 19)),
            Slice("region", "APAC", "recall", Figure.missing("no row is 'fraud'", 0)),
        ),
        policy=asdict(Policy(min_recall=0.8)),
        about={"File": "predictions.csv", "Seed": "0", "rightrate": "0.1.0", "SHA-256 of the file": "9f86d081884c7d65"},
        curves=curves(),
    )


def curves() -> dict[str, dict[str, tuple[float, ...]]]:
    """Curves of a ranking that is good, not perfect, with 2 % positives."""
    recall = np.linspace(0, 1, 120)
    precision = np.clip(0.95 - 0.93 * recall**1.3, 0.02, 1)
    threshold = 1 - recall
    confidence = np.array([0.001, 0.004, 0.01, 0.05, 0.12, 0.4, 0.7])
    return {
        "precision_recall": {"recall": tuple(recall.tolist()), "precision": tuple(precision.tolist())},
        "thresholds": {
            "threshold": tuple(threshold.tolist()),
            "precision": (float("nan"), *precision[1:].tolist()),
            "recall": tuple(recall.tolist()),
            "alarms": tuple((recall * 0.02 / precision).tolist()),
        },
        "calibration": {
            "confidence": tuple(confidence.tolist()),
            "observed": (0.0, 0.003, 0.012, 0.04, 0.21, 0.5, 0.62),
            "count": (400.0, 300.0, 200.0, 150.0, 100.0, 60.0, 40.0),
        },
    }


def fit() -> Judgement:
    """TP 85, FN 15, FP 10, TN 90."""
    precision, recall = Figure(85 / 95, 0.817, 0.942, 95), Figure(0.85, 0.767, 0.907, 100)
    criteria = tuple(
        Criterion(
            code,
            f"{metric} of 'defect'",
            metric,
            figure,
            Status.PASSED,
            proven,
            f"{metric} is fine",
            "defect",
            0.8,
            band=Band.GOOD,
            needed=needed,
        )
        for code, metric, figure, proven, needed in (
            ("RR302", "precision", precision, True, None),
            ("RR301", "recall", recall, False, 153),
        )
    )
    return Judgement(
        Outcome.FIT,
        "precision 89.5 % and recall 85 % of 'defect' are at 80 % or more.",
        criteria,
        metrics={"accuracy": Figure(0.875, 0.822, 0.914, 200), "log_loss": Figure.missing("only labels were given")},
        per_class={"defect": {"precision": precision, "recall": recall, "f1": Figure(34 / 39), "support": Figure(100)}},
        confusion=((90, 10), (15, 85)),
        class_names=("fine", "defect"),
        positive="defect",
        task="binary",
        rows=200,
        policy=asdict(Policy()),
    )


def undecided() -> Judgement:
    """No positives at all."""
    why = "no row is 'defect'"
    missing = Figure.missing(why, 0)
    criterion = Criterion(
        "RR301",
        "recall of 'defect'",
        "recall",
        missing,
        Status.NOT_ENOUGH_EVIDENCE,
        False,
        f"not measured: {why}",
        "defect",
        0.8,
        needed=16,
    )
    return replace(
        fit(),
        outcome=Outcome.NOT_ENOUGH_EVIDENCE,
        reason="recall of 'defect' was not measured: no row is 'defect'.",
        criteria=(
            criterion,
            replace(fit().criteria[0], status=Status.WAIVED, reason="waived until 2027-01-31: retired"),
        ),
        per_class={"defect": {"precision": Figure(0.0, 0.0, 0.6, 4), "recall": missing, "support": Figure(0)}},
        confusion=((96, 4), (0, 0)),
    )


def classes(count: int, names: Callable[[int], str] = lambda i: f"species {i}") -> Judgement:
    """A multi-class judgement with so many classes."""
    labels = tuple(names(i) for i in range(count))
    random = np.random.default_rng(0)
    confusion = random.integers(0, 3, (count, count)) + np.diag(random.integers(20, 60, count))
    per_class, criteria = {}, []
    for index, label in enumerate(labels):
        recall = Figure(float(confusion[index, index] / confusion[index].sum()), 0.5, 0.9, int(confusion[index].sum()))
        precision = Figure(
            float(confusion[index, index] / confusion[:, index].sum()), 0.6, 0.9, int(confusion[:, index].sum())
        )
        per_class[label] = {
            "precision": precision,
            "recall": recall,
            "f1": Figure(0.6),
            "specificity": Figure(0.9),
            "support": Figure(int(confusion[index].sum())),
        }
        status = Status.PASSED if recall.value >= 0.8 else Status.FAILED
        criteria.append(
            Criterion(
                "RR301",
                f"recall of '{label}'",
                "recall",
                recall,
                status,
                False,
                f"recall of '{label}'",
                label,
                0.8,
                band=Band.FAIR,
            )
        )
    criteria.sort(key=lambda c: c.status is Status.PASSED)
    return Judgement(
        Outcome.NOT_FIT,
        f"recall of '{criteria[0].class_name}' is too low.",
        tuple(criteria),
        metrics={"accuracy": Figure(0.7, 0.65, 0.75, 900), "macro_f1": Figure(0.71, 0.6, 0.8)},
        per_class=per_class,
        confusion=tuple(tuple(int(cell) for cell in row) for row in confusion),
        class_names=labels,
        task="multiclass",
        rows=int(confusion.sum()),
        policy=asdict(Policy()),
    )


def hostile() -> Judgement:
    """Names and texts that try to break out of every output."""
    base = classes(len(SHORT_HOSTILE), lambda i: SHORT_HOSTILE[i])
    return replace(
        base,
        reason=f"recall of '{HOSTILE}' is 12 %.",
        criteria=(
            replace(
                base.criteria[0],
                name=f"recall of '{HOSTILE}'",
                class_name=HOSTILE,
                said=HOSTILE,
                advice=HOSTILE,
                reason=HOSTILE,
            ),
            *base.criteria,
        ),
        findings=(Finding("RR311", HOSTILE, Severity.WARNING, HOSTILE, {HOSTILE: HOSTILE}),),
        next_steps=(HOSTILE,),
        comparison=Comparison(HOSTILE, None, None, None, {HOSTILE: Figure(0.1)}, HOSTILE),
        slices=(Slice(HOSTILE, HOSTILE, HOSTILE, Figure(0.1)),),
        operating_points=(OperatingPoint(HOSTILE, 0.1, True, Figure(0.1), Figure(0.1), Figure(0.1), HOSTILE),),
        about={HOSTILE: HOSTILE},
        policy={**asdict(Policy()), "require": HOSTILE},
    )


def regression() -> Judgement:
    """Numbers, not classes."""
    r2 = Figure(0.41, 0.32, 0.5, 300)
    return Judgement(
        Outcome.FIT,
        "R2 is 0.41, where always predicting the mean has 0.",
        (
            Criterion(
                "RR304",
                "better than always predicting the mean",
                "r2",
                r2,
                Status.PASSED,
                True,
                "R2 is 0.41",
                minimum=0.0,
            ),
        ),
        metrics={"r2": r2, "mae": Figure(12.3, 11, 13.9, 300), "bias": Figure(-0.5, -2.0, 1.1, 300)},
        task="regression",
        rows=300,
    )


def empty() -> Judgement:
    """Nothing but an answer."""
    return Judgement(Outcome.NOT_ENOUGH_EVIDENCE, "No row was given.", ())


ALL = (trap, fit, undecided, lambda: classes(5), lambda: classes(12), lambda: classes(100), hostile, regression, empty)
