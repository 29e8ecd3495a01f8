"""`Cost`: what a search costs, in the unit that people can picture: full trainings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """How the engine will train, decided before the race, with its reasons.

    Args:
        prefix: what is done with the frozen part before the first trainable layer, in one sentence.
        prefix_cached: True where its output is computed once and reused by all candidates.
        step_share: compute of one step of a candidate over one step of a plain training, from 0 to 1, by
            floating-point operations; 1.0 where nothing is reused.
        exactness: how close a candidate's training is to plain `Model.fit`, in one sentence.
        cache_bytes: memory of the reused outputs.
        multiply_adds: of one step of a candidate; None where they cannot be counted (loops, eager models).
        by_step: True where the output is that of one step, since the frozen part draws; else it is that of a sample,
            which each epoch reads again.
    """

    prefix: str
    prefix_cached: bool
    step_share: float
    exactness: str
    cache_bytes: int = 0
    multiply_adds: int | None = None
    by_step: bool = False


@dataclass(frozen=True)
class Cost:
    """What the search cost.

    Args:
        full_trainings: compute in units of one plain training at full length, the winner's included;
            a step whose frozen prefix was reused counts as its remaining share.
        estimated_full_trainings: the same, estimated before the start; a range that had to move costs more.
        steps: optimizer steps of all candidates together.
        samples: training samples that these steps consumed.
        seconds: wall time, everything included.
        plan: how it was done.
    """

    full_trainings: float
    estimated_full_trainings: float
    steps: int
    samples: int
    seconds: float
    plan: Plan
