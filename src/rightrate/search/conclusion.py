"""What a race has found: the chosen candidate and the rates that cannot be told apart from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rightrate.search.interval import Difference, interval, paired
from rightrate.search.race import Entry, Race, leader
from rightrate.search.trial import Ended


@dataclass(frozen=True)
class Conclusion:
    """Args:
    chosen: index into the race's entries; None where all diverged or nothing was measured.
    interval: rates that cannot be told apart from it; None where nothing was compared in pairs.
    pairs: validation samples that the comparison with the closest rival rests on; 0 without one.
    """

    chosen: int | None
    interval: tuple[float, float] | None
    pairs: int = 0


def conclude(race: Race) -> Conclusion:
    """Read the outcome of a race, finished or not.

    The chosen one has the best score among those that came furthest. Every other candidate is compared with it at
    the last step at which both were measured; one that diverged counts as told apart.
    """
    best = leader(race)
    if best is None:
        return Conclusion(None, None)
    order = sorted(range(len(race.entries)), key=lambda i: race.entries[i].learning_rate)
    winner = race.entries[best]
    found = [_against(winner, race.entries[i]) for i in order]
    rates = [race.entries[i].learning_rate for i in order]
    losses = winner.looks[-1].losses
    return Conclusion(best, interval(rates, found, order.index(best)), 0 if losses is None else len(losses))


def _against(winner: Entry, other: Entry) -> Difference | None:
    if other is winner:
        return None
    if other.ended is Ended.DIVERGED:
        return Difference(math.inf, 0.0)
    ours = {look.step: look.losses for look in winner.looks}
    for look in reversed(other.looks):
        mine = ours.get(look.step)
        if mine is not None and look.losses is not None:
            return paired(mine, look.losses)
    return None
