"""The race: which candidate trains next, who leaves, and when it is over. Pure: `(state, observation) -> state`.

Candidates start together and are compared at rungs, equal fractions of the same schedule. At a rung

1. a best candidate at the edge of the range brings in the next rate beyond it, which catches up first;
2. a candidate leaves when it is worse than the leader beyond chance *and* its own progress would not carry it to
   where the leader already is; not in the first eighth, and the leader's neighbours not in the first half;
3. then those leave who promise least, until the budget carries the others to the end. What a candidate promises is
   its score with half of its recent progress continued: high rates are fast at first and low ones catch up late;
4. what is left of the budget tries the rate between the leader and its better neighbour.

When the budget carries everyone, nobody leaves but the diverged: full evidence costs nothing then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from rightrate.search import ladder
from rightrate.search.interval import Difference, paired
from rightrate.search.trial import Ended

FloatArray = npt.NDArray[np.float64]

#: Fractions of the schedule at which candidates are compared: each doubles the last, as in successive halving.
RUNGS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
#: Fewest optimizer steps before anything is compared.
FEWEST_STEPS = 4
#: Standard errors beyond which a candidate counts as worse for good.
LEAVES_BEYOND = 3.0
# Validation work at a stop, in samples, for each sample trained since the last: a forward pass costs a third of a
# train step, so that this is half of the training's own cost.
VALIDATION_PER_TRAINED = 1.5
#: Fewest validation samples that a comparison rests on, where there are that many.
FEWEST_VALIDATION = 128
# Shares of the schedule before which nobody counts as beaten for good: low rates catch up late (a text encoder's
# 3e-5 stood 66 % behind after the first of three epochs and 8 % behind at the end).
BEATEN_FROM, NEIGHBOURS_FROM = 1 / 8, 1 / 2
# Share of a candidate's recent progress that is taken to go on, and the most that a doubling of steps may bring (as a
# log ratio of losses). Replayed on recorded sweeps of four fine-tunings at two offsets of the ladder: mean regret
# 8 % against 11 % without looking ahead, and 13 % with the leader's higher neighbour guarded instead.
CONTINUES, MOST_GAIN = 0.5, 0.3
#: Full trainings that a search may cost beyond its first rung, where nobody says otherwise.
DEFAULT_BUDGET = 2.2
#: Neighbours closer than this ratio (0.28 decades) are not refined: no sweep could tell what lies between them.
CLOSE = 1.9
#: From this share of the schedule on, a leader is known well enough to look beside it.
REFINE_FROM = 1 / 4


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

    @property
    def rungs(self) -> tuple[int, ...]:
        """The steps at which candidates are compared, the last one the end."""
        least = min(max(FEWEST_STEPS, self.first_rung), self.total_steps)
        return tuple(sorted({max(least, round(self.total_steps * f)) for f in RUNGS}))

    @property
    def stops(self) -> tuple[int, ...]:
        """The steps at which candidates are evaluated: rungs and the ends of epochs."""
        ends = range(self.steps_per_epoch, self.total_steps + 1, self.steps_per_epoch)
        return tuple(sorted({*self.rungs, *ends}))

    @property
    def allowed(self) -> float:
        """Full trainings that the race may cost."""
        if self.budget is not None:
            return self.budget
        return DEFAULT_BUDGET + self.fixed_cost + self.cost(len(self.rates) * self.rungs[0])

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
    """

    step: int
    score: float
    losses: FloatArray | None = None


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
    notes: tuple[str, ...] = field(default=())

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
    """Full trainings that the race will cost at most, as far as can be known before it."""
    refined = 1 if setup.extends else 0
    everyone = setup.fixed_cost + setup.cost((len(setup.rates) + refined) * setup.total_steps)
    return min(everyone, max(setup.allowed, setup.fixed_cost + setup.cost(_least(setup))))


def _least(setup: Setup) -> float:
    return setup.total_steps + (len(setup.rates) - 1) * setup.rungs[0]


def ask(race: Race) -> Leg | None:
    """The next leg, or None when the race is over."""
    if race.over is not None:
        return None
    target = race.setup.rungs[race.rung]
    for index in race.live:
        entry = race.entries[index]
        if entry.step < target:
            until = next(stop for stop in race.setup.stops if stop > entry.step)
            return Leg(index, until, validation_samples(race.setup, entry.step, until))
    return None


def validation_samples(setup: Setup, since: int, until: int) -> int:
    """How many validation samples a stop looks at: all of them at the end, else about half the training's cost."""
    if until == setup.total_steps:
        return setup.validation_samples
    affordable = max(FEWEST_VALIDATION, VALIDATION_PER_TRAINED * (until - since) * setup.batch_size)
    return int(min(setup.validation_samples, affordable))


def tell(race: Race, index: int, look: Look, diverged: str | None = None) -> Race:
    """The state after entry `index` was trained and looked at; `diverged` says why it is lost, if it is."""
    entry = race.entries[index]
    spent = race.spent_steps + look.step - entry.step
    entry = replace(entry, step=look.step, looks=(*entry.looks, look))
    if diverged is None and not math.isfinite(look.score):
        diverged = "its validation loss is not a finite number"
    if diverged is not None:
        entry = replace(entry, ended=Ended.DIVERGED, why=f"diverged at step {look.step}: {diverged}")
    elif look.step == race.setup.total_steps:
        entry = replace(entry, ended=Ended.FINISHED, why="trained to full length")
    race = replace(race, spent_steps=spent, entries=_with(race.entries, index, entry))
    if ask(race) is None:
        race = _decide(race)
    if ask(race) is not None and race.spent >= race.setup.allowed - 1e-9:
        race = _end(race, "the budget was spent")
    return race


def _with(entries: tuple[Entry, ...], index: int, entry: Entry) -> tuple[Entry, ...]:
    return (*entries[:index], entry, *entries[index + 1 :])


def _end(race: Race, why: str) -> Race:
    entries = tuple(
        replace(e, ended=Ended.INTERRUPTED, why=f"stopped at step {e.step}: {why}") if e.ended is None else e
        for e in race.entries
    )
    return replace(race, over=why, entries=entries)


def interrupt(race: Race) -> Race:
    """The state after a Ctrl-C."""
    return _end(race, "interrupted")


def _decide(race: Race) -> Race:
    """Everyone alive has reached the rung: extend, drop, and go on to the next rung or end."""
    extended = _extend(race)
    if extended is not None:
        return extended
    race = _refine(_drop_to_budget(_drop_the_beaten(race)))
    if race.rung + 1 < len(race.setup.rungs):
        race = replace(race, rung=race.rung + 1)
    return race if ask(race) is not None else replace(race, over="finished")


def leader(race: Race) -> int | None:
    """The best entry; None where all are lost or nothing was looked at.

    The finished ones are compared by their last score. Before any has finished, those still in the race are compared
    at the last step that all of them have reached: one that is ahead in a round has no advantage by it.
    """
    sound = [i for i, e in enumerate(race.entries) if e.ended is not Ended.DIVERGED and math.isfinite(e.score)]
    finished = [i for i in sound if race.entries[i].ended is Ended.FINISHED]
    if finished or not sound:
        return min(finished, key=lambda i: race.entries[i].score, default=None)
    # Entries below the last rung were brought in later and are catching up.
    floor = race.setup.rungs[race.rung - 1] if race.rung else 0
    racing = [i for i in sound if race.entries[i].ended is not Ended.OVERTAKEN and race.entries[i].step >= floor]
    if not racing:
        furthest = max(race.entries[i].step for i in sound)
        racing = [i for i in sound if race.entries[i].step == furthest]
    common = min(race.entries[i].step for i in racing)
    return min(racing, key=lambda i: race.entries[i].score_at(common))


def at_edge(race: Race) -> int:
    """-1 or +1 where the leader is the lowest or highest rate tried, else 0 (also where nobody leads)."""
    best = leader(race)
    if best is None:
        return -1 if race.entries else 0  # everything diverged: only lower rates can help
    rates = [e.learning_rate for e in race.entries]
    if race.entries[best].learning_rate == min(rates):
        return -1
    return 1 if race.entries[best].learning_rate == max(rates) else 0


def _extend(race: Race) -> Race | None:
    """Bring in the rate beyond a leader at the edge; None where there is nothing to bring in."""
    edge = at_edge(race)
    if edge == 0 or not race.setup.extends:
        return None
    rate = ladder.beyond([e.learning_rate for e in race.entries], upwards=edge > 0)
    if rate is None:
        return None
    reach = race.setup.rungs[min(race.rung, len(race.setup.rungs) - 1)]
    if race.spent + race.setup.cost(reach) > race.setup.allowed + 1e-9:
        return None
    return replace(race, entries=(*race.entries, Entry(rate)))


def _refine(race: Race) -> Race:
    """Bring in the rate between the leader and its better neighbour, where the budget carries one more to the end."""
    best = leader(race)
    setup = race.setup
    if best is None or not setup.extends or setup.rungs[race.rung] < REFINE_FROM * setup.total_steps:
        return race
    left = sum(setup.total_steps - race.entries[i].step for i in race.live)
    if race.spent + setup.cost(left + setup.total_steps) > setup.allowed + 1e-9:
        return race
    order = sorted(race.entries, key=lambda e: e.learning_rate)
    place = next(i for i, e in enumerate(order) if e is race.entries[best])
    neighbours = [order[i] for i in (place - 1, place + 1) if 0 <= i < len(order)]
    for neighbour in sorted(neighbours, key=lambda e: (-e.step, e.score)):
        low, high = sorted((order[place].learning_rate, neighbour.learning_rate))
        if neighbour.ended is not Ended.DIVERGED and high / low > CLOSE:
            return replace(race, entries=(*race.entries, Entry(ladder.rounded(math.sqrt(low * high)))))
    return race


def _drop_the_beaten(race: Race) -> Race:
    """Those who are worse beyond chance and would not catch up even with the leader's present score."""
    best = leader(race)
    if best is None or _carries(race, race.live):
        return race
    front = race.entries[best]
    done = front.step / race.setup.total_steps
    if done < BEATEN_FROM:
        return race
    entries = list(race.entries)
    for index in race.live:
        entry = race.entries[index]
        if index == best or entry.step != front.step or (done < NEIGHBOURS_FROM and _beside(race, index, best)):
            continue
        difference = _difference(front, entry)
        if difference is None or difference.mean <= LEAVES_BEYOND * difference.error:
            continue
        if len(entry.looks) > 1 and _extrapolated(entry, race.setup.total_steps) > front.score:
            entries[index] = replace(
                entry,
                ended=Ended.OVERTAKEN,
                why=f"left at step {entry.step}: worse than {front.learning_rate:g} by {difference.mean:.3g} ± "
                f"{difference.error:.2g} and not catching up",
            )
    return replace(race, entries=tuple(entries))


def _difference(front: Entry, entry: Entry) -> Difference | None:
    ours, theirs = front.looks[-1].losses, entry.looks[-1].losses
    return None if ours is None or theirs is None else paired(ours, theirs)


def _extrapolated(entry: Entry, total: int, share: float = 1.0) -> float:
    """The score at the end if every doubling of the steps brings `share` of what the latest one brought.

    A positive loss shrinks by a ratio, at most by `MOST_GAIN` a doubling: the first steps after a spike are no
    promise. Other scores (an accuracy's, negative) move by a difference.
    """
    now = entry.looks[-1]
    if len(entry.looks) < 2:
        return now.score
    before = min(entry.looks[:-1], key=lambda look: abs(look.step - now.step / 2))
    doublings = math.log2(now.step / before.step)
    left = share * math.log2(total / now.step)
    if now.score > 0 and before.score > 0:
        gain = min(max(0.0, math.log(before.score / now.score) / doublings), MOST_GAIN)
        return now.score * math.exp(-gain * left)
    return now.score - max(0.0, before.score - now.score) / doublings * left


def _beside(race: Race, index: int, best: int) -> bool:
    """Whether no living rate lies between the two."""
    low, high = sorted((race.entries[index].learning_rate, race.entries[best].learning_rate))
    return not any(low < race.entries[i].learning_rate < high for i in race.live)


def _carries(race: Race, indices: Sequence[int]) -> bool:
    """Whether the budget carries these entries to the end."""
    left = sum(race.setup.total_steps - race.entries[i].step for i in indices)
    return race.spent + race.setup.cost(left) <= race.setup.allowed + 1e-9


def _drop_to_budget(race: Race) -> Race:
    """Keep as many of the best as can go on while the number shrinks by an equal share at every later rung."""
    live = race.live
    if len(live) <= 1 or _carries(race, live):
        return race
    keep = _affordable_number(race, len(live))
    best, total = leader(race), race.setup.total_steps
    ranked = sorted(live, key=lambda i: (i != best, _extrapolated(race.entries[i], total, CONTINUES)))
    entries = list(race.entries)
    for place, index in enumerate(ranked[keep:], start=keep + 1):
        step = entries[index].step
        why = f"left at step {step}: promised place {place} of {len(ranked)}, and the budget carries {keep}"
        entries[index] = replace(entries[index], ended=Ended.OVERTAKEN, why=why)
    return replace(race, entries=tuple(entries))


def _affordable_number(race: Race, count: int) -> int:
    """How many may go on: the largest share that, repeated at every later rung, stays within the budget."""
    rungs = race.setup.rungs[race.rung :]
    lengths = [after - before for before, after in pairwise(rungs)]
    left = race.setup.allowed - race.spent
    best = 1
    for keep in range(1, count + 1):
        share = keep / count
        numbers = [max(1.0, count * share ** (k + 1)) for k in range(len(lengths))]
        if race.setup.cost(sum(n * length for n, length in zip(numbers, lengths, strict=True))) <= left + 1e-9:
            best = keep
    return best
