"""Names of columns become Keras's; what is unknown stays as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightrate.errors import DataError
from rightrate.importers.logs.names import QUANTITIES, SPLITS, canonical, resolve
from rightrate.importers.logs.read import FOLDER_IMPORTERS, IMPORTERS

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


LOGS = (Path(__file__).parents[3] / "docs" / "logs.md").read_text("utf-8")


def test_the_documented_names_are_read_as_it_says() -> None:
    table = LOGS.split("## Names")[1].split("\n\n")[1]
    rows = [re.findall("`([^`]+)`", row) for row in table.splitlines()[2:]]
    assert {name for name, *_ in rows} == {"loss", "accuracy", "learning_rate", "gradient_norm"}
    for name, *spelled in rows:
        for raw in spelled:
            if not raw.endswith("_"):
                assert canonical(raw) == name
    assert canonical("global_grad_norm") == "gradient_norm"
    said = LOGS.split("A split may stand before or after")[1].split("Any other column")[0]
    joints = re.findall("`([^`]+)`", said.split(":` or a space")[0] + ":`")
    dropped, kept = (
        re.findall("`([a-z]+)`", part) for part in re.findall(r"((?:`[a-z]+`,?\s*)+)(?:is dropped|becomes)", said)
    )
    assert len(joints) == 5 and len(dropped) == 2 and len(kept) == 6
    for joint in (*joints, " "):
        assert all(canonical(f"{word}{joint}loss") == canonical(f"loss{joint}{word}") == "loss" for word in dropped)
        assert all(canonical(f"{word}{joint}loss") == canonical(f"loss{joint}{word}") == "val_loss" for word in kept)


def test_every_format_is_in_the_documented_table() -> None:
    table = LOGS.split("## Formats")[1].split("\n\n")[1]
    first = {name.strip() for row in table.splitlines()[2:] for name in row.split("|")[1].split(",")}
    formats = {importer.format for importer in (*IMPORTERS, *FOLDER_IMPORTERS)}
    assert first == formats | {"rightrate watch", "folder of logs"}
