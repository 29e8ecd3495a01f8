"""The state of a race: plain values, and what can be read off them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rightrate.search.trial import Ended

FloatArray = npt.NDArray[np.float64]

#: Fractions of the schedule at which candidates are compared: each doubles the last, as in successive halving.
RUNGS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
#: Fewest optimizer steps before anything is compared.
FEWEST_STEPS = 4
# Validation work, in samples, for each sample trained: a forward pass costs a third of a train step, so that this is
# a quarter of the training's own cost.
VALIDATION_PER_TRAINED = 0.75
# From this share on all samples are taken: a curve over the same samples from end to end is worth the rest.
NEARLY_ALL = 0.75
#: Fewest validation samples that a comparison rests on, where there are that many.
FEWEST_VALIDATION = 128
#: Trainings of a candidate that a search may cost beyond its first rung, where nobody says otherwise.
DEFAULT_BUDGET = 2.2
#: Share of the schedule at which a search without a final training ends, and what it may cost in all, in trainings of a
#: candidate. Replays (benchmarks/search_oracle.py, development half) within that cost: the rate is within a factor of 3
#: of the best in 95 % from 1/16, in 89 % from 1/8 with fewer candidates, in 87 % from 1/4.
FOUND_AT, FIND_BUDGET = 1 / 16, 0.5


@dataclass(frozen=True)
class Setup:
    """What a race is run with; all counts are optimizer steps or samples.

    Args:
        rates: the first candidates, ascending.
        total_steps, steps_per_epoch, batch_size: of a training at full length.
        validation_samples: how many there are.
        budget: full trainings that the race may cost; None takes `DEFAULT_BUDGET` beyond the first rung.
        step_share: compute of a candidate's step over that of a plain one.
        fixed_cost: full trainings spent before the race, on what is computed once.
        first_rung: no rung lies before this step (the end of a warm-up).
        extends: whether other rates than the first ones may be tried.
        ends_at: share of the schedule at which the race ends; below 1 nobody trains to full length, and the rate is
            the one to which the lead is heading.
    """

    rates: tuple[float, ...]
    total_steps: int
    steps_per_epoch: int
    batch_size: int
    validation_samples: int
    budget: float | None = None
    step_share: float = 1.0
    fixed_cost: float = 0.0
    first_rung: int = FEWEST_STEPS
    extends: bool = True
    ends_at: float = 1.0

    @property
    def rungs(self) -> tuple[int, ...]:
        """The steps at which candidates are compared, the last one the end."""
        least = min(max(FEWEST_STEPS, self.first_rung), self.total_steps)
        return tuple(sorted({max(least, round(self.total_steps * f)) for f in RUNGS if f <= self.ends_at}))

    @property
    def last_step(self) -> int:
        """Where the race ends: the end of the schedule, or earlier."""
        return self.rungs[-1]

    @property
    def stops(self) -> tuple[int, ...]:
        """The steps at which candidates are evaluated: rungs and the ends of epochs."""
        ends = range(self.steps_per_epoch, self.last_step + 1, self.steps_per_epoch)
        return tuple(sorted({*self.rungs, *ends}))

    @property
    def allowed(self) -> float:
        """Full trainings that the race may cost."""
        if self.budget is not None:
            return self.budget
        first = len(self.rates) * self.rungs[0]
        if self.ends_at < 1:
            return self.fixed_cost + max(self.cost(FIND_BUDGET * self.total_steps), self.cost(first) + self.reserved)
        return self.fixed_cost + self.cost(DEFAULT_BUDGET * self.total_steps + first)

    @property
    def reserved(self) -> float:
        """Full trainings kept back for the rate that a race which ends early is heading for."""
        return self.cost(self.last_step) if self.ends_at < 1 and self.extends else 0.0

    def cost(self, steps: float) -> float:
        """Full trainings that `steps` steps of candidates cost."""
        return steps * self.step_share / self.total_steps


@dataclass(frozen=True, eq=False)
class Look:
    """One evaluation, as the race sees it.

    Args:
        step: steps done.
        score: better when smaller; NaN and infinity mean lost.
        losses: of each validation sample in the common order; None where they are not known.
        shortfall: by how much it misses what a model must reach (`Least`); known at the end only, 0 before.
    """

    step: int
    score: float
    losses: FloatArray | None = None
    shortfall: float = 0.0


@dataclass(frozen=True, eq=False)
class Entry:
    """One candidate in the race."""

    learning_rate: float
    step: int = 0
    looks: tuple[Look, ...] = ()
    ended: Ended | None = None
    why: str = ""

    @property
    def score(self) -> float:
        """The latest score; infinite before the first look and where it is not a number."""
        value = self.looks[-1].score if self.looks else math.inf
        return math.inf if math.isnan(value) else value

    @property
    def shortfall(self) -> float:
        """By how much the latest look misses what a model must reach."""
        return self.looks[-1].shortfall if self.looks else 0.0

    def score_at(self, step: int) -> float:
        """The score of the last look at or before `step`; infinite where there was none."""
        return next((look.score for look in reversed(self.looks) if look.step <= step), math.inf)


@dataclass(frozen=True)
class Leg:
    """What to do next: train entry `index` until step `until`, then look at `validation_samples` samples."""

    index: int
    until: int
    validation_samples: int


@dataclass(frozen=True, eq=False)
class Race:
    """The state. `rung` counts into `setup.rungs`; `over` says why no more legs come."""

    setup: Setup
    entries: tuple[Entry, ...]
    rung: int = 0
    spent_steps: int = 0
    over: str | None = None

    @property
    def spent(self) -> float:
        """Full trainings spent so far."""
        return self.setup.fixed_cost + self.setup.cost(self.spent_steps)

    @property
    def live(self) -> tuple[int, ...]:
        """Indices of the entries still training."""
        return tuple(i for i, e in enumerate(self.entries) if e.ended is None)


def start(setup: Setup) -> Race:
    """The state before anything has trained."""
    return Race(setup, tuple(Entry(rate) for rate in setup.rates))


def estimate(setup: Setup) -> float:
    """Full trainings that the race will cost, as far as can be known before it; a range that moves costs more."""
    refined = 1 if setup.extends else 0
    everyone = setup.fixed_cost + setup.cost((len(setup.rates) + refined) * setup.last_step)
    return min(everyone, max(setup.allowed, setup.fixed_cost + setup.cost(_least(setup))))


def _least(setup: Setup) -> float:
    return setup.last_step + (len(setup.rates) - 1) * setup.rungs[0]


def validation_samples(setup: Setup, until: int) -> int:
    """How many validation samples a stop looks at: all at the end, before it a fixed number of the same samples."""
    affordable = VALIDATION_PER_TRAINED * setup.last_step * setup.batch_size / len(setup.stops)
    if until == setup.last_step or affordable >= NEARLY_ALL * setup.validation_samples:
        return setup.validation_samples
    return int(min(setup.validation_samples, max(FEWEST_VALIDATION, affordable)))


def leader(race: Race) -> int | None:
    """The best entry; None where all are lost or nothing was looked at.

    The finished ones are compared by their last score; one that reaches what a model must reach is better than any that
    does not, and of those the one that misses least. Before any has finished, those still in the race are compared
    at the last step that all of them have reached: one that is ahead in a round has no advantage by it.
    """
    sound = [i for i, e in enumerate(race.entries) if e.ended is not Ended.DIVERGED and math.isfinite(e.score)]
    finished = [i for i in sound if race.entries[i].ended is Ended.FINISHED]
    if finished or not sound:
        return _first(race, finished, lambda entry: (entry.shortfall, entry.score)) if finished else None
    # Entries below the last rung were brought in later and are catching up.
    floor = race.setup.rungs[race.rung - 1] if race.rung else 0
    racing = [i for i in sound if race.entries[i].ended is not Ended.OVERTAKEN and race.entries[i].step >= floor]
    if not racing:
        furthest = max(race.entries[i].step for i in sound)
        racing = [i for i in sound if race.entries[i].step == furthest]
    common = min(race.entries[i].step for i in racing)
    return _first(race, racing, lambda entry: entry.score_at(common))


def _first(race: Race, indices: Sequence[int], score: Callable[[Entry], float | tuple[float, float]]) -> int:
    """The best of `indices`; of equal ones that in the middle of the ladder: a tie is no reason to move the range."""
    logs = [math.log(entry.learning_rate) for entry in race.entries]
    middle = (min(logs) + max(logs)) / 2
    return min(indices, key=lambda i: (score(race.entries[i]), abs(logs[i] - middle)))
