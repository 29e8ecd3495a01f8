"""`PeerOutcome`: what one searcher found, and what it took."""

from __future__ import annotations

import math
import resource
from dataclasses import dataclass


@dataclass(frozen=True)
class PeerOutcome:
    """One search.

    Args:
        name: the searcher.
        best_rate: the learning rate that it recommends.
        best_val_loss: the validation loss for which it chose that rate; each tool has its own way to read it
            off a training (KerasTuner the best epoch, the others the last).
        seconds: wall time of the search, building and tracing of models included.
        trainings: epochs trained, all trials together, in full trainings.
        peak_memory_bytes: the largest resident memory of the process so far.
        final_val_losses: validation loss after the last epoch of each rate that was trained to the end;
            None for a rate that was stopped early or ended as NaN or infinity.
    """

    name: str
    best_rate: float
    best_val_loss: float
    seconds: float
    trainings: float
    peak_memory_bytes: int
    final_val_losses: dict[float, float | None]


def peak_memory_bytes() -> int:
    """The largest resident memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KiB


def finite_or_none(loss: float | None) -> float | None:
    """The loss, or None where it is no finite number."""
    return float(loss) if loss is not None and math.isfinite(loss) else None


def smallest(losses: dict[float, float | None]) -> tuple[float, float]:
    """The rate with the smallest loss, and that loss."""
    measured = {rate: loss for rate, loss in losses.items() if loss is not None}
    if not measured:
        raise ValueError(f"No rate has a finite validation loss. Received {losses}.")
    best = min(measured, key=measured.__getitem__)
    return best, measured[best]
