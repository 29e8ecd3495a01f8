"""What each candidate is, in words, by its place around the chosen rate. Every output uses these words."""

from __future__ import annotations

from enum import Enum

from rightrate.report.document import Document
from rightrate.search import Ended

# Ends of an interval are computed and candidates are listed: equal rates may differ in the last bits.
_SAME = 1e-9


class Role(str, Enum):
    """A candidate's place, in the order in which a reader meets them along the axis."""

    TOO_LOW = "too low"
    BELOW = "below the chosen rate"  # no interval was measured, so nothing says that it is too low
    SAME = "cannot be told apart"
    CHOSEN = "chosen"
    ABOVE = "above the chosen rate"  # likewise
    TOO_HIGH = "too high"
    TOO_HIGH_DIVERGED = "too high: diverged"
    DIVERGED = "diverged"  # although a higher rate was chosen
    NOT_JUDGED = "not judged"  # no rate was chosen, so there is nothing to compare with


def roles(document: Document) -> tuple[Role, ...]:
    """Name the place of every trial, in the order of `document.trials`.

    Without a chosen rate only divergence can be named. Without an interval a candidate is above or below the
    chosen rate, not too high or too low: nothing measured says so.
    """
    return tuple(_role(document, index) for index in range(len(document.trials)))


def _role(document: Document, index: int) -> Role:
    trial, winner = document.trials[index], document.winner
    if index == document.chosen:
        return Role.CHOSEN
    if trial.ended is Ended.DIVERGED:
        below = winner is not None and trial.learning_rate < winner.learning_rate
        return Role.DIVERGED if below else Role.TOO_HIGH_DIVERGED
    if winner is None:
        return Role.NOT_JUDGED
    return _beside(trial.learning_rate, winner.learning_rate, document.interval)


def _beside(rate: float, chosen: float, interval: tuple[float, float] | None) -> Role:
    if interval is None:
        return Role.ABOVE if rate >= chosen else Role.BELOW
    low, high = interval
    if rate < low * (1 - _SAME):
        return Role.TOO_LOW
    if rate > high * (1 + _SAME):
        return Role.TOO_HIGH
    return Role.SAME
