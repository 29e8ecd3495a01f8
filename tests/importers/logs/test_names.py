"""Names of columns become Keras's; what is unknown stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.errors import DataError
from rightrate.importers.logs.names import QUANTITIES, SPLITS, canonical, resolve

TABLE = {
    "loss": ["loss", "train_loss", "train/loss", "training loss", "Loss/train", "train_loss_step", "train_loss_epoch"],
    "val_loss": [
        "val_loss",
        "eval_loss",
        "validation/loss",
        "valid_loss",
        "eval/loss",
        "Loss/val",
        "val_loss_epoch",
        "dev loss",
    ],
    "accuracy": ["accuracy", "acc", "train_acc", "Accuracy/train"],
    "val_accuracy": ["val_accuracy", "val_acc", "eval_accuracy", "Accuracy/validation"],
    "learning_rate": ["learning_rate", "lr", "LR", "train/learning_rate", "lr-Adam", "lr-AdamW/pg1"],
    "gradient_norm": ["grad_norm", "gradient_norm", "train/grad_norm"],
    "test_loss": ["test_loss"],
    "val_dense_1_loss": ["val_dense_1_loss"],
    "value": ["value"],
    "val_f1": ["eval_f1"],
}


@pytest.mark.parametrize(("name", "raw"), [(name, raw) for name, raws in TABLE.items() for raw in raws])
def test_table_of_names(name: str, raw: str) -> None:
    assert canonical(raw) == name


@given(st.text(max_size=30))
def test_any_text_has_a_name(raw: str) -> None:
    assert isinstance(canonical(raw), str)


@given(st.sampled_from(sorted(QUANTITIES)), st.sampled_from(sorted(SPLITS)))
def test_names_in_keras_words_stay(quantity: str, split: str) -> None:
    name = canonical(f"{split}_{quantity}")
    assert canonical(name) == name


@given(
    st.lists(st.sampled_from(["loss", "train_loss", "lr", "acc", "accuracy", "x", "train_x", "val_loss"]), unique=True)
)
def test_each_column_gets_one_name_of_its_own(raws: list[str]) -> None:
    try:
        names, _ = resolve(raws, {}, "log")
    except DataError:
        assert {"loss", "train_loss"} <= set(raws)
        return
    assert sorted(names) == sorted(raws)
    assert len(set(names.values())) == len(raws)


def test_what_the_user_says_wins() -> None:
    names, warnings = resolve(["loss", "ce"], {"loss": "ce"}, "log")
    assert names["ce"] == "loss" and names["loss"] != "loss" and warnings == []
