"""The recorded trainings, and what is true of each: by construction, from the sweep that it is part of."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "results" / "diagnosis"

PLACES = ("too low", "right", "too high")

#: A rate is right where its final validation loss is within this share of the sweep's best: as in the comparison of
#: published diagnosers that this benchmark repeats.
RIGHT = 0.10
#: A training overfits where its final validation loss is so far above its smallest, and training loss fell on.
OVERFITS = 0.10


@dataclass(frozen=True, eq=False)
class Recorded:
    """One recorded training.

    Args:
        sweep: its sweep's name; `settings` are that sweep's.
        curves: by name, shape `(epochs,)`; `batch_loss` has one value for each step.
        place: where its rate lies: one of `PLACES`.
        overfits: whether its validation loss turned.
    """

    sweep: str
    settings: dict[str, Any]
    rate: float
    seed: int
    curves: dict[str, np.ndarray]
    place: str
    overfits: bool

    @property
    def held_out(self) -> bool:
        return self.settings["half"] == "held out"


def load(folder: Path = FOLDER) -> list[Recorded]:
    """Every training of every recorded sweep."""
    return [one for path in sorted(folder.glob("*.npz")) if "unfinished" not in path.name for one in _sweep(path)]


def _sweep(path: Path) -> list[Recorded]:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    settings = json.loads(str(arrays.pop("settings")))
    rates, seeds = arrays.pop("rates"), arrays.pop("seeds")
    places = place_by_rate(rates, arrays["val_loss"][:, -1])
    recorded = []
    for i, rate in enumerate(rates):
        curves = {name: values[i].astype(np.float64) for name, values in arrays.items()}
        place = places[float(rate)]
        recorded.append(Recorded(path.stem, settings, float(rate), int(seeds[i]), curves, place, _overfits(curves)))
    return recorded


def place_by_rate(rates: np.ndarray, finals: np.ndarray) -> dict[float, str]:
    """Where each rate lies, by the mean over seeds of the final validation loss (infinite where it is no number)."""
    finals = np.where(np.isfinite(finals), finals, np.inf)
    means = {float(rate): float(finals[rates == rate].mean()) for rate in np.unique(rates)}
    best = min(means, key=means.__getitem__)
    limit = means[best] * (1 + RIGHT)
    return {
        rate: "right" if mean <= limit else "too low" if rate < best else "too high" for rate, mean in means.items()
    }


def _overfits(curves: dict[str, np.ndarray]) -> bool:
    values = curves["val_loss"]
    if not np.isfinite(values).all():
        return False
    turn = int(values.argmin())
    return values[-1] > (1 + OVERFITS) * values[turn] and curves["loss"][-1] < curves["loss"][turn]


def macro_f1(truths: list[str], answers: list[str]) -> float:
    """The mean over `PLACES` of each one's F1, by scikit-learn."""
    from sklearn.metrics import f1_score

    if not truths:
        return math.nan
    return float(f1_score(truths, answers, labels=list(PLACES), average="macro", zero_division=0))
