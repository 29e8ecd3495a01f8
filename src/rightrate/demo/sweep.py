"""`recorded`: the trainings that ship with the package, for the lesson. `scripts/record_lesson.py` wrote them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np

from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.report.lesson.recorded import Counts, Recorded, curves

_CURVES = ("loss", "val_loss", "val_accuracy", "rate", "counts")


def recorded() -> dict[str, tuple[Recorded, ...]]:
    """All recorded trainings by group, in each group by seed and then by rising rate.

    `"sweep"`: constant rates from far too low to diverging. `"few_rows"`: one rate, few images, many epochs.
    `"decay"`: some of the sweep's rates with a cosine.

    Edge cases: a training whose loss was no number ends there, with that epoch as its last point.

    Example:
        >>> groups = recorded()
        >>> sorted(groups), len(groups["sweep"])
        (['decay', 'few_rows', 'sweep'], 87)
        >>> groups["sweep"][0].rate, groups["sweep"][0].final
        (1e-06, Counts(tp=0, fn=34, fp=0, tn=649))
    """
    with _opened() as arrays:
        about = json.loads(str(arrays["about"]))
        return {
            name: _group(name, facts, {curve: arrays[f"{name}.{curve}"] for curve in _CURVES}, about["batch_size"])
            for name, facts in about["groups"].items()
        }


def about() -> dict[str, str]:
    """How the trainings were made, by label."""
    with _opened() as arrays:
        facts = json.loads(str(arrays["about"]))
    groups = facts["groups"]
    made = groups["sweep"]
    return {
        "Network": f"pretrained on MNIST; {made['trainable']:,} weights are trained, with {made['optimizer']}",
        "Data": "scikit-learn's digits, one of them made rare",
        "Training images": f"{made['train_rows']:,}, in batches of {facts['batch_size']}",
        "Validation images": f"{made['validation_rows']:,}, of which {made['validation_positives']} are rare",
        "Sweep": f"{len(made['rates'])} constant rates, {len(made['seeds'])} random starts, {made['epochs']} epochs",
        "Few rows": f"{groups['few_rows']['rows']} training images, {groups['few_rows']['epochs']} epochs",
        "Made by": f"scripts/record_lesson.py, Keras {facts['keras']}, TensorFlow {facts['tensorflow']}",
    }


def names() -> tuple[str, str]:
    """What the answers of the demo are called: the positive class and all others, in words."""
    return "8", "other"


def _opened() -> Any:
    content = (resources.files("rightrate.demo") / "sweep.npz").read_bytes()
    return np.load(io.BytesIO(content), allow_pickle=False)


def _group(name: str, facts: Mapping[str, Any], arrays: Mapping[str, Any], batch: int) -> tuple[Recorded, ...]:
    setting = Setting(
        optimizer=facts["optimizer"],
        pretrained=True,
        fresh_head=True,
        trainable=facts["trainable"],
        weights=facts["weights"],
        batch_size=batch,
        train_rows=facts["train_rows"],
        validation_rows=facts["validation_rows"],
        classes=len(facts["classes"]),
    )
    return tuple(
        _training(name, rate, seed, {curve: values[s, r] for curve, values in arrays.items()}, facts, setting)
        for s, seed in enumerate(facts["seeds"])
        for r, rate in enumerate(facts["rates"])
    )


def _training(
    group: str, rate: float, seed: int, arrays: Mapping[str, Any], facts: Mapping[str, Any], setting: Setting
) -> Recorded:
    lost = np.flatnonzero(~np.isfinite(arrays["loss"]))
    points = int(lost[0]) + 1 if lost.size else int(arrays["loss"].size)
    found = {name: arrays[name][:points].astype(np.float64) for name in ("loss", "val_loss", "val_accuracy")}
    counts = [Counts(*map(int, row)) if row.sum() else None for row in arrays["counts"][:points]]
    epochs = np.arange(1, points + 1)
    training = Training(
        f"{group}, rate {rate:g}, seed {seed}",
        curves(
            epochs.tolist(),
            **found,
            val_precision=np.array([_or_nan(None if one is None else one.precision) for one in counts]),
            val_recall=np.array([_or_nan(None if one is None else one.recall) for one in counts]),
            learning_rate=arrays["rate"][:points].astype(np.float64),
        ),
        "epoch",
        facts["steps_per_epoch"],
        "rightrate's demo",
        setting,
    )
    return Recorded(
        training,
        rate,
        seed,
        epochs.astype(np.float64),
        found["loss"],
        found["val_loss"],
        found["val_accuracy"],
        tuple(counts),
    )


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
