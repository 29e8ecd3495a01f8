"""Which trainings are to be sorted into bands, and in which order they are shown."""

from __future__ import annotations

from collections.abc import Sequence

from rightrate.diagnosis.cause import Cause
from rightrate.report.lesson.told import Sweep, Told
from rightrate.scoring.bands import BAD, GOOD

#: Trainings of each band, and bands that must be there: sorting into one box teaches nothing.
EACH, FEWEST_BANDS = 2, 2
_BANDS = ("good", "fair", "bad")
#: The order in which bands are shown, so that no pattern gives the answer away.
_ORDER = (("fair", 0), ("bad", 1), ("good", 0), ("bad", 0), ("good", 1), ("fair", 1))


def to_sort(sweep: Sweep) -> tuple[Told, ...]:
    """At most two trainings of each band with precision and recall known; none where there is but one band.

    Those of a band are taken from far apart in the sweep.
    """
    by_band = {band: _apart(_clearest([one for one in sweep.told if _fits(one, band)])) for band in _BANDS}
    if sum(bool(found) for found in by_band.values()) < FEWEST_BANDS:
        return ()
    return tuple(by_band[band][place] for band, place in _ORDER if place < len(by_band[band]))


def _fits(told: Told, band: str) -> bool:
    return told.band == band and told.recorded.final is not None and len(told.recorded.epochs) > 1


def _clearest(told: Sequence[Told]) -> list[Told]:
    """Those that are fair because of precision or recall alone, which a reader can see; all where there are not two.

    A loss that fluctuates, too, may be called fair.
    """
    fair = [one for one in told if one.band == "fair" and one.cause is not Cause.RATE_TOO_HIGH and _is_between(one)]
    return fair if len(fair) >= EACH else list(told)


def _is_between(told: Told) -> bool:
    counts = told.recorded.final
    if counts is None or counts.precision is None or counts.recall is None:
        return False
    return BAD <= min(counts.precision, counts.recall) < GOOD


def _apart(told: Sequence[Told]) -> list[Told]:
    """Two of them, a quarter from each end by rate."""
    ordered = sorted(told, key=lambda one: (one.recorded.rate, one.recorded.seed or 0))
    if len(ordered) <= EACH:
        return ordered
    return [ordered[len(ordered) // 4], ordered[-1 - len(ordered) // 4]]
