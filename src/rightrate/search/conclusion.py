"""What a race has found: the chosen candidate and the rates that cannot be told apart from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rightrate.search import ladder
from rightrate.search.interval import Difference, interval, paired
from rightrate.search.race import heading
from rightrate.search.state import Entry, Look, Race, leader
from rightrate.search.trial import Ended

# How far the lead may still pass, in decades for each decade of steps that is left. In replays of the development half
# of benchmarks/search_oracle.py the best rate lay in between in 84 %.
EARLY_INTERVAL = (-0.75, 0.3)
# A rise of this share is a rebound, less is noise: recorded sweeps call rates within 10 % of the best loss as good.
STEADY = 0.1


@dataclass(frozen=True)
class Conclusion:
    """Args:
    chosen: index into the race's entries; None where all diverged or nothing was measured.
    interval: rates that cannot be told apart from it; None where nothing was compared in pairs. Of a race that ended
        early: where the best rate probably lies.
    pairs: validation samples that the comparison with the closest rival rests on; 0 without one.
    """

    chosen: int | None
    interval: tuple[float, float] | None
    pairs: int = 0


def conclude(race: Race) -> Conclusion:
    """Read the outcome of a race, finished or not.

    The chosen one is `steadiest`; of a race that ended early `_headed`. Every other candidate is compared with it at
    the last step at which both were measured; one that diverged counts as told apart.
    """
    if race.setup.ends_at < 1:
        return _headed(race)
    best = steadiest(race)
    if best is None:
        return Conclusion(None, None)
    order = sorted(range(len(race.entries)), key=lambda i: race.entries[i].learning_rate)
    winner = race.entries[best]
    found = [_of_any_seed(winner, race.entries[i], race.setup.total_steps) for i in order]
    rates = [race.entries[i].learning_rate for i in order]
    losses = winner.looks[-1].losses
    return Conclusion(best, interval(rates, found, order.index(best)), 0 if losses is None else len(losses))


def _headed(race: Race) -> Conclusion:
    """Of a race that ended early: the candidate nearest to where the lead is heading, and how far off that may be."""
    best, rate = leader(race), heading(race)
    if best is None or rate is None:
        return Conclusion(None, None)
    front = race.entries[best]
    reached = [i for i, e in enumerate(race.entries) if e.step >= front.step and e.ended is not Ended.DIVERGED]
    chosen = min(reached, key=lambda i: abs(math.log(race.entries[i].learning_rate / rate)))
    left = math.log10(race.setup.total_steps / front.step)
    low, high = (front.learning_rate * 10 ** (left * moves) for moves in EARLY_INTERVAL)
    losses = race.entries[chosen].looks[-1].losses
    return Conclusion(chosen, (ladder.rounded(low), ladder.rounded(high)), 0 if losses is None else len(losses))


def steadiest(race: Race) -> int | None:
    """The steadiest of those that came furthest and are as good as the best; None where all are lost.

    As good as the best means within one standard error of it, on the same samples: the one-standard-error rule of
    Breiman et al. (Classification and Regression Trees, 1984, section 3.4.3). Steadiest means the smallest rebound in
    the second half of the training; where nobody rebounds, the better score decides. A rate near the cliff can end as
    low as a safe one by luck of its last steps, after jumping all the way; another seed would show it.
    """
    best = leader(race)
    if best is None:
        return None
    front = race.entries[best]
    equals = [best]
    for index, entry in enumerate(race.entries):
        if index == best or entry.step != front.step or entry.ended is Ended.DIVERGED:
            continue
        if entry.shortfall > front.shortfall:
            continue
        difference = _against(front, entry)
        if difference is not None and difference.mean <= difference.error:
            equals.append(index)
    return min(equals, key=lambda i: (_rebound(race.entries[i]), race.entries[i].score))


def _rebound(entry: Entry) -> float:
    """The largest rise above the lowest score so far, as a share of it, in the second half; 0 below `STEADY`."""
    late = [look.score for look in entry.looks if look.step >= entry.step / 2]
    rises = [score - min(late[: place + 1]) for place, score in enumerate(late)]
    share = max(rise / max(abs(min(late[: place + 1])), 1e-12) for place, rise in enumerate(rises))
    return share if share > STEADY else 0.0


def _of_any_seed(winner: Entry, other: Entry, total: int) -> Difference | None:
    found, look = _against(winner, other), _compared_at(winner, other)
    if found is None or look is None or look.losses is None:
        return found
    return found.of_any_seed(float(np.mean(look.losses)), look.step / total)


def _against(winner: Entry, other: Entry) -> Difference | None:
    if other is winner or winner.looks[-1].losses is None:
        return None
    if other.ended is Ended.DIVERGED:
        return Difference(math.inf, 0.0)
    look = _compared_at(winner, other)
    mine = None if look is None else look.losses
    theirs = None if look is None else next(one.losses for one in other.looks if one.step == look.step)
    return None if mine is None or theirs is None else paired(mine, theirs)


def _compared_at(winner: Entry, other: Entry) -> Look | None:
    """The winner's look at the last step at which both were measured sample by sample."""
    steps = {look.step for look in other.looks if look.losses is not None}
    return next((look for look in reversed(winner.looks) if look.step in steps and look.losses is not None), None)
