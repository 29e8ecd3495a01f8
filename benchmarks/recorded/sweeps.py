"""Which trainings are recorded: tasks, and the ways in which each is varied."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

HALF_DECADES = tuple(float(f"{rate:.3g}") for rate in np.geomspace(1e-6, 1.0, 13))
SGD_HALF_DECADES = tuple(float(f"{rate:.3g}") for rate in np.geomspace(1e-5, 10.0, 13))


@dataclass(frozen=True)
class Sweep:
    """One training, at many rates.

    Args:
        task: the name of a function of `recorded.models`.
        half: `"development"` (constants are set on it) or `"held out"`; a task is in one of them with all its sweeps.
        variant: what is different from the task's ordinary training; unique within the task.
        rates: peaks.
        rows, validation_rows: samples used, from the beginning of the shuffled data.
        schedule: constant, or a cosine to zero with a warm-up over the first tenth.
        label_noise: share of the training labels that are replaced by random ones (regression: by another row's).
        seeds: one training of every rate for each.
    """

    task: str
    half: Literal["development", "held out"]
    variant: str
    optimizer: str
    rates: tuple[float, ...]
    epochs: int
    batch_size: int
    rows: int
    validation_rows: int
    schedule: Literal["constant", "cosine"] = "constant"
    label_noise: float = 0.0
    seeds: tuple[int, ...] = (0,)

    @property
    def name(self) -> str:
        return f"{self.task}-{self.variant}"


def _varied(base: Sweep) -> tuple[Sweep, ...]:
    """The ordinary training (two seeds), and five that differ in one thing each."""
    sgd = {"optimizer": "SGD", "rates": SGD_HALF_DECADES}
    adam = {"optimizer": "Adam", "rates": HALF_DECADES}
    return (
        replace(base, seeds=(0, 1)),
        replace(base, variant="cosine", schedule="cosine"),
        replace(base, variant="noisy_labels", label_noise=0.3),
        replace(base, variant="small_validation", validation_rows=max(32, base.validation_rows // 12)),
        replace(base, variant="few_rows_long", rows=max(64, base.rows // 4), epochs=3 * base.epochs),
        replace(base, variant="other_optimizer", **(adam if base.optimizer == "SGD" else sgd)),
    )


SWEEPS: tuple[Sweep, ...] = (
    *_varied(Sweep("digits_cnn", "development", "plain", "Adam", HALF_DECADES, 8, 32, 400, 400)),
    *_varied(Sweep("cancer_mlp", "development", "plain", "SGD", SGD_HALF_DECADES, 10, 16, 300, 200)),
    *_varied(Sweep("segment_mlp", "development", "plain", "Adam", HALF_DECADES, 6, 32, 1200, 600)),
    *_varied(Sweep("news_head", "development", "plain", "AdamW", HALF_DECADES, 8, 32, 640, 500)),
    *_varied(Sweep("airfoil_mlp", "development", "plain", "Adam", HALF_DECADES, 10, 32, 900, 400)),
    *_varied(Sweep("mnist_to_digits", "held out", "plain", "Adam", HALF_DECADES, 8, 32, 300, 400)),
    *_varied(Sweep("satimage_mlp", "held out", "plain", "Adam", HALF_DECADES, 5, 64, 3000, 1500)),
    *_varied(Sweep("yeast4_mlp", "held out", "plain", "Adam", HALF_DECADES, 12, 32, 900, 500)),
    *_varied(Sweep("solar_head", "held out", "plain", "Adam", HALF_DECADES, 8, 32, 800, 500)),
    *_varied(Sweep("diabetes_mlp", "held out", "plain", "SGD", SGD_HALF_DECADES, 10, 16, 280, 160)),
    Sweep("solar_blocks", "development", "plain", "Adam", HALF_DECADES[:9], 5, 32, 800, 500),
    Sweep("news_encoder", "held out", "plain", "AdamW", HALF_DECADES[1:9], 3, 32, 640, 500),
)
"""The cheap tasks first; the last two take minutes for each rate."""
