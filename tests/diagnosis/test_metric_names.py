"""Which curve is the accuracy, the precision, the recall."""

from __future__ import annotations

import pytest

from rightrate.diagnosis.metric_names import Metric, curve_name, is_training, is_validation


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("val_accuracy", Metric.ACCURACY),
        ("val_acc", Metric.ACCURACY),
        ("val_binary_accuracy", Metric.ACCURACY),
        ("val_sparse_categorical_accuracy", Metric.ACCURACY),
        ("val_MulticlassAccuracy", Metric.ACCURACY),
        ("val_precision", Metric.PRECISION),
        ("val_precision_1", Metric.PRECISION),
        ("val_precision(B)", Metric.PRECISION),
        ("val_recall_2", Metric.RECALL),
        ("val_Recall", Metric.RECALL),
        ("val_sensitivity", Metric.RECALL),
        ("val_f1_score", Metric.F_SCORE),
        ("val_f1", Metric.F_SCORE),
        ("val_auc_3", Metric.RANKING),
        ("val_roc_auc", Metric.RANKING),
        ("val_false_negatives_1", Metric.FALSE_NEGATIVES),
    ],
)
def test_a_metric_is_found_by_the_names_that_tools_write(name: str, metric: Metric) -> None:
    assert curve_name(["loss", name, "val_loss"], metric) == name
    assert [one for one in Metric if curve_name([name], one)] == [metric]


@pytest.mark.parametrize(
    "name",
    [
        "val_top_k_categorical_accuracy", "val_balanced_accuracy", "val_precision_at_recall", "val_macro_recall",
        "val_weighted_precision", "val_tail_accuracy", "recall", "accuracy", "val_", "val_loss", "valrecall",
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_not_taken(name: str) -> None:
    assert all(curve_name([name], metric) is None for metric in Metric)


def test_of_several_the_plain_name_then_the_lowest_number_wins() -> None:
    assert curve_name(["val_recall_10", "val_recall_2", "val_recall"], Metric.RECALL) == "val_recall"
    assert curve_name(["val_recall_10", "val_recall_2"], Metric.RECALL) == "val_recall_2"
    assert curve_name(["val_binary_accuracy", "val_acc"], Metric.ACCURACY) == "val_acc"


def test_training_and_validation_are_kept_apart() -> None:
    names = ["recall_1", "val_recall_2"]
    assert curve_name(names, Metric.RECALL, split="") == "recall_1"
    assert curve_name(names, Metric.RECALL) == "val_recall_2"


def test_a_split_is_told_by_its_prefix() -> None:
    assert is_validation("val_loss") and is_validation("eval_f1") and is_validation("validation/acc")
    assert not is_validation("value") and not is_validation("evaluation") and not is_validation("loss")


def test_a_name_that_tells_nothing_is_no_training_quantity() -> None:
    assert not is_training("my_score", ["my_score", "loss"])
    assert is_training("my_score", ["my_score", "val_my_score"])
    assert is_training("head_loss", ["head_loss"]) and is_training("precision_1", [])
    assert not is_training("vall_loss", ["loss", "val_loss"])  # misspelt, and on no row at all
    assert not is_training("val_loss", ["val_val_loss"])
