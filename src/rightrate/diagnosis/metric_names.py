"""Which curve is the accuracy, the precision, the recall: the one place that knows what tools call their metrics."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from types import MappingProxyType


class Metric(str, Enum):
    """What a rule may ask for; the value is the word for it in a sentence."""

    ACCURACY = "accuracy"
    PRECISION = "precision"
    RECALL = "recall"
    F_SCORE = "F-score"
    RANKING = "AUC"
    TRUE_POSITIVES = "true positives"
    FALSE_POSITIVES = "false positives"
    FALSE_NEGATIVES = "false negatives"


NAMES: Mapping[Metric, tuple[str, ...]] = MappingProxyType(
    {
        Metric.ACCURACY: ("accuracy", "acc", "binaryaccuracy", "sparsecategoricalaccuracy", "categoricalaccuracy",
                          "multiclassaccuracy", "accuracyscore"),
        Metric.PRECISION: ("precision", "binaryprecision", "precisionscore", "positivepredictivevalue", "ppv"),
        Metric.RECALL: ("recall", "binaryrecall", "recallscore", "sensitivity", "truepositiverate", "tpr"),
        Metric.F_SCORE: ("f1score", "f1", "binaryf1score", "binaryf1", "fbetascore", "fscore"),
        Metric.RANKING: ("auc", "rocauc", "aucroc", "auroc", "binaryauroc", "rocaucscore", "prauc", "aucpr", "auprc",
                         "prc", "averageprecision", "averageprecisionscore"),
        Metric.TRUE_POSITIVES: ("truepositives", "tp"),
        Metric.FALSE_POSITIVES: ("falsepositives", "fp"),
        Metric.FALSE_NEGATIVES: ("falsenegatives", "fn"),
    }
)  # fmt: skip
"""Names without their split, number, case and marks; the first of a tuple wins.

Source: the default names of Keras's metrics, scikit-learn's scorers, Hugging Face evaluate, torchmetrics, Ultralytics.
Averages over classes (`macro_recall`, `weighted_precision`) are left out: they say nothing of the positive class, and
the micro and weighted recall are the accuracy again.
"""

_VALIDATION = re.compile(r"(val|valid|validation|eval|evaluation|dev|test)[\s/_.:|-]", re.IGNORECASE)
# Keras numbers the metrics of a second model: `precision_1`.
_NUMBER = re.compile(r"_(\d+)$")
# Ultralytics says whether boxes or masks are meant: `precision(B)`.
_PART = re.compile(r"\(\w\)$")
_MARKS = re.compile(r"[\s/_.:|-]+")


def curve_name(names: Iterable[str], metric: Metric, split: str = "val_") -> str | None:
    """The curve of a metric, or None where none is surely that.

    Args:
        names: of the curves, in any order.
        metric: which.
        split: `"val_"`, or `""` for training.

    Edge cases: of several (`val_recall`, `val_recall_1`) the plain spelling wins, then the one without a number, then
    the lowest number. A network of several outputs writes `val_tail_accuracy`; that is never taken for the whole
    network's.

    Example:
        >>> curve_name(["loss", "recall_2", "val_loss", "val_recall_2"], Metric.RECALL)
        'val_recall_2'
        >>> curve_name(["val_top_k_categorical_accuracy"], Metric.ACCURACY) is None
        True
    """
    ranked = sorted((rank, name) for name in names if (rank := _rank(name, metric, split)) is not None)
    return ranked[0][1] if ranked else None


def _rank(name: str, metric: Metric, split: str) -> tuple[int, int] | None:
    if is_validation(name) != bool(split) or not name.startswith(split):
        return None
    plain = _PART.sub("", name[len(split) :].strip())
    number = _NUMBER.search(plain)
    key = _MARKS.sub("", _NUMBER.sub("", plain)).lower()
    if key not in NAMES[metric]:
        return None
    return NAMES[metric].index(key), int(number[1]) + 1 if number else 0


def is_validation(name: str) -> bool:
    """Whether a name says that it was measured on rows that were not trained on.

    Example:
        >>> [is_validation(name) for name in ("val_loss", "eval/accuracy", "value", "loss")]
        [True, True, False, False]
    """
    return _VALIDATION.match(name) is not None


def is_training(name: str, names: Collection[str]) -> bool:
    """Whether a name is surely a quantity of the training rows: a logged loss, a known metric, one with a `val_` twin.

    Args:
        name: what a callback decides by.
        names: of all curves of the training.

    Example:
        >>> [is_training(name, ["mae", "val_mae"]) for name in ("loss", "acc", "mae", "my_score", "val_loss")]
        [True, True, True, False, False]
    """
    if is_validation(name):
        return False
    known = any(_rank(name, metric, "") is not None for metric in Metric)
    return name == "loss" or (name.lower().endswith("loss") and name in names) or known or f"val_{name}" in names
