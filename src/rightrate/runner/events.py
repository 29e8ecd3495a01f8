"""What a running search tells whoever listens: plain values, no side effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rightrate.search import Cost, Plan


@dataclass(frozen=True)
class Planned:
    """Before the first candidate trains."""

    rates: tuple[float, ...]
    total_steps: int
    estimated_full_trainings: float
    plan: Plan


@dataclass(frozen=True)
class Progress:
    """After some steps of one candidate.

    Args:
        learning_rate, step: of the candidate that trains.
        alive: candidates still training.
        tried: candidates so far.
        best_rate, best_value: the leader's rate and its objective; None before the first evaluation.
        done: share of the estimated work that is done, from 0 to 1.
        seconds: since the search began.
        spent: what the search has cost so far, in full trainings.
    """

    learning_rate: float
    step: int
    alive: int
    tried: int
    best_rate: float | None
    best_value: float | None
    done: float
    seconds: float
    spent: float = 0.0


@dataclass(frozen=True)
class Looked:
    """A candidate was evaluated.

    Args:
        learning_rate, step: which one, and how far it has trained.
        total_steps: of a full training.
        values: what was measured, by Keras's names.
    """

    learning_rate: float
    step: int
    total_steps: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Left:
    """A candidate has stopped training."""

    learning_rate: float
    why: str


@dataclass(frozen=True)
class ShapeTrained:
    """A shape of the schedule at the chosen rate was trained to its end, or was lost.

    Args:
        place: 0 for the one that the rates were compared with, whose training is the chosen candidate's.
        of: how many are compared in all.
        says: what it does during training.
        steps: of a training that follows it.
        values: what was measured at its end, by Keras's names; empty where it was lost.
    """

    place: int
    of: int
    says: str
    steps: int
    values: Mapping[str, float]


@dataclass(frozen=True)
class Finished:
    """After the last candidate, with what it cost.

    Args:
        chosen: the rate, None where no candidate was sound.
        shape: the place of the schedule that was chosen; None where no shapes were compared to the end.
    """

    cost: Cost
    unfinished: str | None
    chosen: float | None = None
    shape: int | None = None


Event = Planned | Progress | Looked | Left | ShapeTrained | Finished
Listener = Callable[[Event], None]
