"""Which fine-tunings the search is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Half = Literal["development", "held out"]


@dataclass(frozen=True)
class OracleTask:
    """One fine-tuning, trained at every rate of a grid.

    Args:
        name: unique.
        half: constants of the search are set on `"development"` tasks only; a family of data is in one half.
        base: the function of `oracle.models` that makes model and data.
        optimizer: `"Adam"`, `"AdamW"` or `"SGD"` (with momentum 0.9).
        low, decades: the grid begins at `low` and has four rates in each decade.
        rows, validation_rows: samples used, from the beginning of the shuffled data.
        schedule: by the name that `rr.tune` knows.
        seeds: each gives fresh random weights, another order and other random draws.
    """

    name: str
    half: Half
    base: str
    optimizer: str
    low: float
    epochs: int
    batch_size: int
    rows: int
    validation_rows: int
    schedule: str = "auto"
    decades: float = 5.0
    seeds: tuple[int, ...] = (0, 1, 2)

    @property
    def rates(self) -> tuple[float, ...]:
        """Quarter decades, rounded as the search rounds its own."""
        count = round(4 * self.decades) + 1
        return tuple(float(f"{rate:.3g}") for rate in self.low * 10.0 ** (np.arange(count) / 4))

    @property
    def total_steps(self) -> int:
        return -(-self.rows // self.batch_size) * self.epochs


#: Cheap ones first: a recording that is stopped has the most tasks.
TASKS: tuple[OracleTask, ...] = (
    OracleTask("digits_cnn", "development", "digits_cnn", "Adam", 1e-5, 8, 32, 400, 400),
    OracleTask("digits_cnn_sgd", "development", "digits_cnn", "SGD", 1e-4, 16, 16, 400, 400, "cosine"),
    OracleTask("cancer_short", "development", "cancer_mlp", "AdamW", 1e-5, 2, 32, 320, 240),
    OracleTask("segment", "development", "segment_mlp", "Adam", 1e-5, 8, 32, 1200, 600, "constant"),
    OracleTask("segment_pretrained", "development", "segment_pretrained", "AdamW", 1e-6, 6, 16, 600, 600, "cosine"),
    OracleTask("airfoil", "development", "airfoil_mlp", "Adam", 1e-5, 12, 32, 900, 500),
    OracleTask("airfoil_sgd_long", "development", "airfoil_mlp", "SGD", 1e-4, 16, 8, 900, 500, "constant"),
    OracleTask("news_head", "development", "news_head", "AdamW", 1e-5, 8, 32, 640, 500, "cosine"),
    OracleTask("mnist_to_digits", "held out", "mnist_to_digits", "Adam", 1e-5, 8, 32, 300, 500),
    OracleTask(
        "mnist_to_digits_frozen", "held out", "mnist_to_digits_frozen", "Adam", 1e-4, 12, 16, 300, 500, "cosine"
    ),
    OracleTask("rare_digit", "held out", "rare_digit", "AdamW", 1e-6, 10, 32, 800, 600),
    OracleTask("satimage", "held out", "satimage_mlp", "SGD", 1e-4, 6, 64, 3000, 1500, "cosine"),
    OracleTask("satimage_pretrained", "held out", "satimage_pretrained", "Adam", 1e-6, 5, 32, 1500, 1500, "constant"),
    OracleTask("yeast4", "held out", "yeast4_mlp", "AdamW", 1e-5, 20, 8, 800, 600),
    OracleTask("diabetes", "held out", "diabetes_mlp", "SGD", 1e-5, 10, 16, 280, 160),
    OracleTask("solar_frozen", "held out", "solar_frozen", "Adam", 1e-5, 8, 32, 800, 500),
    OracleTask("solar_frozen_sgd", "held out", "solar_frozen", "SGD", 1e-4, 5, 16, 400, 500, "cosine"),
    OracleTask("solar_blocks", "held out", "solar_blocks", "Adam", 1e-6, 5, 32, 800, 500, decades=4.0),
    OracleTask("news_text", "development", "news_text", "AdamW", 1e-6, 3, 32, 640, 500, decades=4.0, seeds=(0,)),
)
