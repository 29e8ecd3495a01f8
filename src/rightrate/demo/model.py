"""`build`: the demo's model, a pretrained backbone with a new head."""

from __future__ import annotations

import math
from importlib import resources
from typing import TYPE_CHECKING

from rightrate.demo.settings import DROPOUT, FREEZE_BACKBONE, HEAD_STDDEV, SHARE
from rightrate.errors import MissingExtraError

if TYPE_CHECKING:
    import keras


def build(seed: int = 0, *, freeze_backbone: bool = FREEZE_BACKBONE) -> keras.Model:
    """Return a compiled model that tells the rare digit from the others, ready to be fine-tuned.

    It takes raw images, shape (n, 8, 8, 1), grey values from 0 to 16, and answers with the probabilities of
    ("other", the rare digit), shape (n, 2).

    Args:
        seed: of the head's first weights and of its dropout; the backbone is always the same.
        freeze_backbone: True trains the head only, and keeps the backbone's batch statistics.

    Raises:
        MissingExtraError: Keras or TensorFlow is not installed.
    """
    try:
        import keras
    except ImportError as error:
        raise MissingExtraError(
            "The demo trains a Keras model, and Keras is not installed. "
            "Install it with: pip install 'rightrate[tensorflow]'"
        ) from error

    backbone = load_backbone()
    backbone.trainable = not freeze_backbone
    inputs = keras.Input((8, 8, 1), name="image")
    features = keras.layers.Dropout(DROPOUT, seed=seed, name="head_dropout")(backbone(inputs))
    outputs = keras.layers.Dense(
        2,
        activation="softmax",
        kernel_initializer=keras.initializers.RandomNormal(stddev=HEAD_STDDEV, seed=seed),
        name="head",
    )(features)
    model = keras.Model(inputs, outputs, name="rare_digit")
    model.get_layer("head").bias.assign([math.log(1 - SHARE), math.log(SHARE)])
    model.compile(optimizer=keras.optimizers.Adam(), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def load_backbone() -> keras.Model:
    """Return the pretrained backbone: images, shape (n, 8, 8, 1), to feature vectors, shape (n, 48)."""
    import keras

    with resources.as_file(resources.files("rightrate.demo") / "backbone.keras") as path:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
