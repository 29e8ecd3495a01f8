"""The race: which candidate trains next, who leaves, and when it is over. Pure: `(state, observation) -> state`.

Candidates start together and are compared at rungs, equal fractions of the same schedule. At a rung

1. a best candidate at the edge of the range brings in the next rate beyond it, which catches up first;
2. a candidate leaves when it is worse than the leader beyond chance *and* its own progress would not carry it to
   where the leader already is; not in the first eighth, and the leader's neighbours not in the first half;
3. then those leave who promise least, until the budget carries the others to the end. High rates are fast at first and
   low ones catch up late: a candidate promises much where its score, with half of its recent progress continued, is
   good, and where it is near the rate to which the lead will probably pass;
4. what is left of the budget tries the rate between the leader and its better neighbour.

When the budget carries everyone, nobody leaves but the diverged: full evidence costs nothing then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rightrate.search import ladder
from rightrate.search.interval import Difference, paired
from rightrate.search.state import Entry, Leg, Look, Race, leader, validation_samples
from rightrate.search.trial import Ended

#: Standard errors beyond which a candidate counts as worse for good.
LEAVES_BEYOND = 3.0
# Shares of the schedule before which nobody counts as beaten for good: low rates catch up late (a text encoder's
# 3e-5 stood 66 % behind after the first of three epochs and 8 % behind at the end).
BEATEN_FROM, NEIGHBOURS_FROM = 1 / 8, 1 / 2
# Share of a candidate's recent progress that is taken to go on, and the most that a doubling of steps may bring (as a
# log ratio of losses).
CONTINUES, MOST_GAIN = 0.5, 0.3
# How far the lead passes to lower rates: decades for each decade of steps that is left. And how much a candidate's
# distance from there counts, in decades, beside its promised log loss ratio to the leader. Replays on the development
# half of benchmarks/search_oracle.py (8 fine-tunings, 3 seeds, 4 ladders): mean regret beyond seed noise 4 %,
# against 9 % by the promised score alone.
DRIFT, BY_DISTANCE = 0.25, 0.7
#: A candidate within this ratio of the rate to which the lead is heading stands for it.
STANDS_FOR = 1.4
#: Neighbours closer than this ratio (0.28 decades) are not refined: no sweep could tell what lies between them.
CLOSE = 1.9
#: From this share of the schedule on, a leader is known well enough to look beside it.
REFINE_FROM = 1 / 4


def ask(race: Race) -> Leg | None:
    """The next leg, or None when the race is over."""
    if race.over is not None:
        return None
    target = race.setup.rungs[race.rung]
    for index in race.live:
        entry = race.entries[index]
        if entry.step < target:
            until = next(stop for stop in race.setup.stops if stop > entry.step)
            return Leg(index, until, validation_samples(race.setup, until))
    return None


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
    extended = _extend(race) or _bring_in_heading(race)
    if extended is not None:
        return extended
    race = _refine(_drop_to_budget(_drop_the_beaten(race)))
    if race.rung + 1 < len(race.setup.rungs):
        race = replace(race, rung=race.rung + 1)
    if ask(race) is not None:
        return race
    return replace(_end(race, "the search looks no further"), over="finished")


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


def heading(race: Race) -> float | None:
    """The rate to which the lead will probably pass by the end of the schedule; None where nobody leads.

    Example:
        >>> from rightrate.search import Look, Setup, start
        >>> race = start(Setup((1e-3, 1e-2), total_steps=160, steps_per_epoch=16, batch_size=8, validation_samples=99))
        >>> race = tell(tell(race, 0, Look(5, 0.9)), 1, Look(5, 0.5))
        >>> heading(race)
        0.0042
    """
    best = leader(race)
    if best is None:
        return None
    front = race.entries[best]
    return ladder.rounded(front.learning_rate * (front.step / race.setup.total_steps) ** DRIFT)


def _bring_in_heading(race: Race) -> Race | None:
    """Where the race ends early: the rate that it is heading for trains as far as the others, so that it was seen."""
    rate = heading(race)
    if race.setup.ends_at >= 1 or race.rung + 1 < len(race.setup.rungs) or rate is None:
        return None
    tried = [entry.learning_rate for entry in race.entries]
    if any(1 / STANDS_FOR < one / rate < STANDS_FOR for one in tried) or not race.setup.extends:
        return None
    return replace(race, entries=(*race.entries, Entry(rate)))


def _refine(race: Race) -> Race:
    """Bring in the rate between the leader and its better neighbour, where the budget carries one more to the end."""
    best = leader(race)
    setup = race.setup
    if best is None or not setup.extends or setup.rungs[race.rung] < REFINE_FROM * setup.total_steps:
        return race
    left = sum(setup.last_step - race.entries[i].step for i in race.live)
    if race.spent + setup.cost(left + setup.last_step) > setup.allowed + 1e-9:
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


def _behind(race: Race, index: int, best: int | None) -> float:
    """How little an entry promises beside the leader: smaller is better."""
    entry, total = race.entries[index], race.setup.total_steps
    promised = _extrapolated(entry, total, CONTINUES)
    if best is None:
        return promised
    front = race.entries[best]
    heads_for = math.log10(front.learning_rate) + DRIFT * math.log10(front.step / total)
    distance = abs(math.log10(entry.learning_rate) - heads_for)
    is_positive = promised > 0 and front.score > 0
    worse = math.log(promised / front.score) if is_positive else promised - front.score
    return BY_DISTANCE * distance + (1 - BY_DISTANCE) * worse


def _beside(race: Race, index: int, best: int) -> bool:
    """Whether no living rate lies between the two."""
    low, high = sorted((race.entries[index].learning_rate, race.entries[best].learning_rate))
    return not any(low < race.entries[i].learning_rate < high for i in race.live)


def _carries(race: Race, indices: Sequence[int]) -> bool:
    """Whether the budget carries these entries to the end."""
    left = sum(race.setup.last_step - race.entries[i].step for i in indices)
    return race.spent + race.setup.cost(left) + race.setup.reserved <= race.setup.allowed + 1e-9


def _drop_to_budget(race: Race) -> Race:
    """Keep as many of the best as can go on while the number shrinks by an equal share at every later rung."""
    live = race.live
    if len(live) <= 1 or _carries(race, live):
        return race
    keep = _affordable_number(race, len(live))
    best = leader(race)
    ranked = sorted(live, key=lambda i: (i != best, _behind(race, i, best)))
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
    left = race.setup.allowed - race.spent - race.setup.reserved
    best = 1
    for keep in range(1, count + 1):
        share = keep / count
        numbers = [max(1.0, count * share ** (k + 1)) for k in range(len(lengths))]
        if race.setup.cost(sum(n * length for n, length in zip(numbers, lengths, strict=True))) <= left + 1e-9:
            best = keep
    return best
