"""The range test of fastai and its likes: one ramp of the rate, and three rules that read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from oracle.tasks import OracleTask

FOLDER = Path(__file__).resolve().parent.parent / "results" / "oracle" / "ranges"
#: fastai's defaults: from 1e-7 to 10 in 100 steps, losses smoothed by 0.98, ended at 4 times the best; its suggestions
#: leave out the first tenth and the last five steps.
LOW, HIGH, STEPS, SMOOTHING, DIVERGED, LAST = 1e-7, 10.0, 100, 0.98, 4.0, 5


@dataclass(frozen=True, eq=False)
class Ramp:
    """Args:
    rates: shape `(steps,)`, of each step.
    losses: shape `(steps,)`, smoothed, without the bias of the beginning.
    cost: in full trainings.
    """

    rates: np.ndarray
    losses: np.ndarray
    cost: float


def record(task: OracleTask, seed: int) -> Path:
    """Train one ramp with the engine, from the same start as the task's sweep."""
    from oracle.recording import opened

    with opened(task, seed) as (session, setup):
        steps = min(STEPS, setup.total_steps)
        rates = LOW * (HIGH / LOW) ** (np.arange(steps) / (steps - 1))
        _, losses = session.run(session.start, rates.astype(np.float32), steps)
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{task.name}-{seed}.npz"
    np.savez_compressed(path, rates=rates[: len(losses)], losses=losses, cost=setup.cost(len(losses)))
    return path


def load(task: str, seed: int) -> Ramp | None:
    """The recorded ramp as a finder sees it, up to where it stops; None where there is none."""
    path = FOLDER / f"{task}-{seed}.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as file:
        rates, losses, cost = file["rates"], file["losses"], float(file["cost"])
    smooth = _smoothed(losses)
    lost = np.flatnonzero(~np.isfinite(smooth) | (smooth > DIVERGED * np.minimum.accumulate(smooth)))
    end = int(lost[0]) if lost.size else len(smooth)
    begin = end // 10
    kept = slice(begin, max(begin + 2, end - LAST))
    return Ramp(rates[kept], smooth[kept], cost)


def _smoothed(losses: np.ndarray) -> np.ndarray:
    mean, found = 0.0, []
    for i, loss in enumerate(losses, start=1):
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        found.append(mean / (1 - SMOOTHING**i))
    return np.array(found)


def valley(ramp: Ramp) -> float:
    """The middle of the longest falling subsequence of losses: fastai's default."""
    losses: Any = ramp.losses
    length, first = np.ones(len(losses), int), np.arange(len(losses))
    for i in range(1, len(losses)):
        for j in range(i):
            if losses[i] < losses[j] and length[i] < length[j] + 1:
                length[i], first[i] = length[j] + 1, first[j]
    end = int(length.argmax())
    sections = (end - first[end]) / 3
    return float(ramp.rates[int(first[end] + int(sections) + int(sections / 2))])


def steepest(ramp: Ramp) -> float:
    """Where the loss falls fastest against the logarithm of the rate."""
    return float(ramp.rates[int(np.gradient(ramp.losses, np.log(ramp.rates)).argmin())])


def minimum_over_ten(ramp: Ramp) -> float:
    """A tenth of the rate with the lowest loss."""
    return float(ramp.rates[int(ramp.losses.argmin())] / 10)
