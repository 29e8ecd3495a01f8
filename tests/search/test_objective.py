"""What decides, and in which direction."""

from __future__ import annotations

import pytest

from rightrate.errors import UsageError
from rightrate.search import Objective


@pytest.mark.parametrize(
    ("name", "larger"),
    [
        ("val_loss", False), ("loss", False), ("accuracy", True), ("val_sparse_categorical_accuracy", True),
        ("auc", True), ("mean_absolute_error", False), ("val_mse", False), ("recall", True), ("f1", True),
        ("false_negatives", False), ("cosine_similarity", True), ("r2_score", True), ("val_precision", True),
    ],
)  # fmt: skip
def test_the_direction_follows_the_name(name: str, larger: bool) -> None:
    objective = Objective.named(name)
    assert objective.name.startswith("val_") and objective.larger_is_better is larger
    assert (objective.score(0.9) < objective.score(0.1)) is larger


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean val_accuracy"):
        Objective.named("acuracy").check(["val_loss", "val_accuracy"])
