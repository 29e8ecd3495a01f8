"""Defects on photos of solar cells (elpv-dataset), by an EfficientNet-Lite0 that knows ImageNet."""

from __future__ import annotations

import keras
import numpy as np
from PIL import Image

from tasks.cache import cached_arrays, package_folder
from tasks.efficientnet_lite0 import FIRST_BLOCK, PIECES, apply_pieces, imagenet_weights, load_imagenet
from tasks.task import PLACEHOLDER_RATE, Task

_SIZE = 96
_TRAIN, _VALIDATION = 800, 500
_BLOCK_12 = FIRST_BLOCK + 12


def solar_frozen() -> Task:
    """Everything that knows ImageNet is frozen; a new head is trained."""
    return _task("solar_frozen", PIECES, 8, "EfficientNet-Lite0 frozen, new head")


def solar_blocks() -> Task:
    """Blocks 12 to 15, the last convolution and the new head are trained."""
    note = "EfficientNet-Lite0 trained from block 12 of 16 on, BatchNorm frozen, new head"
    return _task("solar_blocks", _BLOCK_12, 5, note)


def _task(name: str, cut: int, epochs: int, note: str) -> Task:
    imagenet_weights()  # read now: a file is not decoded on a searcher's time
    arrays = cached_arrays("solar", _decode)
    return Task(
        name=name,
        build=lambda: _build(cut),
        train=(_scaled(arrays["train_x"]), arrays["train_y"]),
        validation=(_scaled(arrays["validation_x"]), arrays["validation_y"]),
        epochs=epochs,
        batch_size=32,
        optimizer="Adam",
        note=f"{note}; {_TRAIN} photos of solar cells, {_SIZE} px",
        split=lambda: (_prefix(cut), lambda: _suffix(cut)),
    )


def _build(cut: int) -> keras.Model:
    image = keras.Input((_SIZE, _SIZE, 3), name="image")
    return _with_head(image, apply_pieces(image, 0, PIECES, trainable_from=cut))


def _prefix(cut: int) -> keras.Model:
    image = keras.Input((_SIZE, _SIZE, 3), name="image")
    model = keras.Model(image, apply_pieces(image, 0, cut, trainable_from=cut))
    load_imagenet(model)
    return model


def _suffix(cut: int) -> keras.Model:
    features = keras.Input(_prefix_shape(cut), name="features")
    return _with_head(features, apply_pieces(features, cut, PIECES, trainable_from=cut))


def _prefix_shape(cut: int) -> tuple[int, ...]:
    image = keras.KerasTensor((None, _SIZE, _SIZE, 3))
    return apply_pieces(image, 0, cut, trainable_from=cut).shape[1:]


def _with_head(start, x) -> keras.Model:
    x = keras.layers.Dropout(0.2, name="dropout")(x)
    model = keras.Model(start, keras.layers.Dense(2, activation="softmax", name="head")(x))
    load_imagenet(model)
    model.compile(keras.optimizers.Adam(PLACEHOLDER_RATE), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _scaled(grey: np.ndarray) -> np.ndarray:
    one = (grey.astype(np.float32) - 127.0) / 128.0
    return np.repeat(one[..., None], 3, axis=-1)


def _decode() -> dict[str, np.ndarray]:
    """Cells that are surely whole (probability 0) against surely defective (1), in a fixed random order."""
    folder = package_folder("elpv_dataset") / "data"
    lines = [line.split() for line in (folder / "labels.csv").read_text().splitlines()]
    sure = [(path, probability) for path, probability, _ in lines if float(probability) in (0.0, 1.0)]
    order = np.random.default_rng(0).permutation(len(sure))[: _TRAIN + _VALIDATION]
    x = np.stack([_photo(folder / sure[i][0]) for i in order])
    y = np.array([int(float(sure[i][1])) for i in order], dtype=np.int32)
    return {
        "train_x": x[:_TRAIN],
        "train_y": y[:_TRAIN],
        "validation_x": x[_TRAIN:],
        "validation_y": y[_TRAIN:],
    }


def _photo(path) -> np.ndarray:
    with Image.open(path) as photo:
        return np.asarray(photo.convert("L").resize((_SIZE, _SIZE), Image.Resampling.BILINEAR))
