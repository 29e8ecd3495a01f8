"""Record the trainings that `rightrate learn` teaches with, and write `src/rightrate/demo/sweep.npz`.

All are real trainings of the demo's model by the project's engine: a dense sweep of constant rates from far too low to
diverging with three seeds, and two groups for the pitfalls that the sweep does not show. Takes about five minutes on
two cores:

    python scripts/record_lesson.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rightrate import schedules
from rightrate.demo import settings
from rightrate.demo.data import Digits, digits
from rightrate.demo.model import build
from rightrate.engine import memory, samples, tuning
from rightrate.engine.session import Session, open_session
from rightrate.schedules import Schedule
from rightrate.scoring import score

TARGET = Path(__file__).resolve().parent.parent / "src" / "rightrate" / "demo" / "sweep.npz"
MAX_BYTES = 300_000
SEEDS = (0, 1, 2)
#: The demo ends at 1, where most trainings come back from their first jump. At 10 the training loss of the first epoch
#: is 57 and 302 (seeds 0 and 2), against ln 2 for a network that knows nothing.
HIGHEST = 10.0


@dataclass(frozen=True)
class Group:
    """Trainings that share everything but rate and seed.

    Args:
        name: what the file calls them.
        rates: the peaks of the schedules.
        epochs, rows: how long, and on how many of the training images (all by default), from the first one.
        schedule: "constant" or "cosine".
    """

    name: str
    rates: tuple[float, ...]
    epochs: int = settings.EPOCHS
    rows: int | None = None
    schedule: str = "constant"


def quarter_decades(low: float, high: float) -> tuple[float, ...]:
    """Rates from `low` to `high`, four in each decade, rounded as a search rounds its own."""
    count = round(4 * float(np.log10(high / low))) + 1
    return tuple(float(f"{rate:.3g}") for rate in low * 10.0 ** (np.arange(count) / 4))


GROUPS = (
    Group("sweep", quarter_decades(settings.LOWEST_RATE, HIGHEST)),
    # Few images and many epochs: the network learns them by heart. With 160 images and more it did not (rates of 1e-3
    # to 1e-2, 40 to 60 epochs).
    Group("few_rows", (3.16e-3,), epochs=40, rows=64),
    Group("decay", (1e-3, 3.16e-3, 5.62e-3, 1e-2), schedule="cosine"),
)


def record(group: Group, seed: int) -> dict[str, Any]:
    """Train every rate of a group from the same start, on the same images in the same order."""
    data = digits(settings.POSITIVE, settings.SHARE, seed)
    model = build(seed)
    limit = memory.allowance()
    table, steps = samples.read_training(
        (data.x[: group.rows], data.y[: group.rows]), batch_size=settings.BATCH_SIZE, epochs=group.epochs,
        steps_per_epoch=None, class_weight=None, seed=seed, limit=limit,
    )  # fmt: skip
    at_most = tuning.validation_batch(model, settings.BATCH_SIZE)
    validation = samples.read_validation(
        (data.x_val, data.y_val), batch_size=settings.BATCH_SIZE, limit=limit, seed=seed, at_most=at_most
    )
    make = _schedules(group.schedule, steps * group.epochs)
    with open_session(model, table, validation, memory_limit=limit) as session:
        found = [_train(session, make(rate), group.epochs, steps, data) for rate in group.rates]
    kind = tuning.kind_of(model)
    facts = {
        "optimizer": kind.optimizer, "trainable": kind.trainable, "weights": kind.weights, "train_rows": table.size,
        "validation_rows": len(data.y_val), "validation_positives": int(data.y_val.sum()), "steps_per_epoch": steps,
        "classes": list(data.classes),
    }  # fmt: skip
    return {"trainings": found, "facts": facts}


def _schedules(name: str, total: int) -> Callable[[float], Schedule]:
    return schedules.make(name, 1.0, total).with_peak


def _train(session: Session, schedule: Schedule, epochs: int, steps: int, data: Digits) -> dict[str, np.ndarray]:
    """Curves by epoch; NaN, and counts of 0, from the epoch on in which a loss was no number."""
    losses, val_losses = np.full(epochs, np.nan), np.full(epochs, np.nan)
    accuracies, counts = np.full(epochs, np.nan), np.zeros((epochs, 4))
    lengths = np.array([len(rows) for rows in session.train_samples.steps])
    state = session.start
    for epoch in range(epochs):
        begin, end = epoch * steps, (epoch + 1) * steps
        state, batch_losses = session.run(state, schedule.rates, end)
        if len(batch_losses) < end - begin or not np.isfinite(batch_losses).all():
            losses[epoch] = batch_losses[-1]
            break
        losses[epoch] = np.average(batch_losses, weights=lengths[begin:end])  # as Keras reports it
        measured = session.evaluate(state)
        found = score(data.y_val[measured.rows], measured.classes, data.classes, positive=1)
        (tn, fp), (fn, tp) = found.confusion
        val_losses[epoch], accuracies[epoch] = measured.values["val_loss"], found.accuracy
        counts[epoch] = tp, fn, fp, tn
    rates = schedule.rates[np.arange(epochs) * steps + steps - 1]
    return {"loss": losses, "val_loss": val_losses, "val_accuracy": accuracies, "counts": counts, "rate": rates}


def write(groups: tuple[Group, ...], target: Path) -> None:
    """Record all groups with all seeds and write the file."""
    arrays: dict[str, np.ndarray] = {}
    about: dict[str, Any] = {
        "positive": settings.POSITIVE, "batch_size": settings.BATCH_SIZE,
        "keras": keras.version(), "tensorflow": tf.__version__, "groups": {},
    }  # fmt: skip
    for group in groups:
        recorded = [record(group, seed) for seed in SEEDS]
        about["groups"][group.name] = {**asdict(group), "seeds": SEEDS, **recorded[0]["facts"]}
        print(f"{group.name}: {len(SEEDS) * len(group.rates)} trainings", flush=True)
        for name in ("loss", "val_loss", "val_accuracy", "counts", "rate"):
            # By seed, rate and epoch.
            values = np.array([[one[name] for one in by_seed["trainings"]] for by_seed in recorded])
            with np.errstate(over="ignore"):
                arrays[f"{group.name}.{name}"] = values.astype(np.uint16 if name == "counts" else np.float32)
    np.savez_compressed(target, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
    size = target.stat().st_size
    print(f"{target}: {size:,} bytes")
    assert size <= MAX_BYTES, "more than the package should carry"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=TARGET)
    write(GROUPS, parser.parse_args().out)
