"""Which candidate trains next where all read one stream: everyone goes through a window before the next is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rightrate.search import Leg, Race
from rightrate.search.state import validation_samples


@dataclass(frozen=True)
class Stretch:
    """Train a candidate from a step on, towards the end of a leg."""

    leg: Leg
    at: int


def waiting(race: Race) -> list[int]:
    """The candidates that are not yet at the present rung."""
    target = race.setup.rungs[race.rung]
    return [index for index in race.live if race.entries[index].step < target]


def stretch(race: Race, at: Mapping[int, int], window: tuple[int, int]) -> Stretch:
    """The next stretch: of the first candidate whose next step is in the window, else of the one that is furthest back.

    Args:
        at: the step at which each candidate that trains goes on.
        window: first step held, and the step after the last.

    Example:
        >>> from rightrate.search import Setup, start
        >>> setup = Setup((1e-3, 1e-2), total_steps=160, steps_per_epoch=20, batch_size=8, validation_samples=99)
        >>> stretch(start(setup), {0: 3, 1: 0}, window=(0, 3)).leg.index
        1
        >>> stretch(start(setup), {0: 3, 1: 3}, window=(0, 3)).leg.index
        0
    """
    inside = [index for index, step in at.items() if window[0] <= step < window[1]]
    index = inside[0] if inside else min(at, key=lambda one: at[one])
    until = next(stop for stop in race.setup.stops if stop > race.entries[index].step)
    return Stretch(Leg(index, until, validation_samples(race.setup, until)), at[index])
