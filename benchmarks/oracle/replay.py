"""Run the search's state machine on recorded trainings: milliseconds instead of minutes."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from oracle.recording import FOLDER
from rightrate.search import Look, Race, Setup, ask, conclude, start, tell

#: A rate is replayed by the nearest recorded one, at most half a step of the grid away.
SAME = 10**0.13


@dataclass(frozen=True, eq=False)
class Recording:
    """One task and seed, every rate of the grid trained to full length.

    Args:
        settings: of the task, with the race's `setup` as `rr.tune` would have made it.
        rates: shape `(rates,)`, ascending.
        stops, rungs: steps at which validation was measured; at the rungs by sample.
        val_loss: shape `(rates, stops)`; NaN after a training was lost.
        val_accuracy: the same; NaN where it is no classification.
        losses: shape `(rates, rungs, samples)`.
    """

    settings: dict[str, Any]
    rates: np.ndarray
    stops: np.ndarray
    rungs: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray
    losses: np.ndarray

    @property
    def task(self) -> str:
        return str(self.settings["name"])

    @property
    def samples(self) -> int:
        return int(self.losses.shape[-1])

    @cached_property
    def finals(self) -> np.ndarray:
        """Shape `(rates,)`; infinite where the training was lost."""
        last = self.val_loss[:, -1].astype(np.float64)
        return np.where(np.isfinite(last), last, np.inf)

    def index(self, rate: float) -> int | None:
        """Where on the grid a rate is, or None."""
        nearest = int(np.abs(np.log(self.rates / rate)).argmin())
        ratio = float(self.rates[nearest] / rate)
        return nearest if 1 / SAME < ratio < SAME else None

    def setup(self, shift: int = 0) -> Setup:
        """As recorded, the first rates on the grid and moved by so many quarter decades."""
        known = Setup(**{**self.settings["setup"], "rates": tuple(self.settings["setup"]["rates"])})
        centre = math.sqrt(known.rates[0] * known.rates[-1])
        middle = int(np.abs(np.log(self.rates / centre)).argmin()) + shift
        places = [place for k in range(-4, 5) if 0 <= (place := middle + 2 * k) < len(self.rates)]
        return replace(known, rates=tuple(float(self.rates[place]) for place in places))


def load(folder: Path = FOLDER) -> list[Recording]:
    """Every recording there is."""
    return [_load(path) for path in sorted(folder.glob("*.npz")) if "unfinished" not in path.name]


def _load(path: Path) -> Recording:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    settings = json.loads(str(arrays.pop("settings")))
    names = ("rates", "stops", "rungs", "val_loss", "val_accuracy", "losses")
    return Recording(settings, *(arrays[name] for name in names))


@dataclass(frozen=True)
class Answer:
    """What a search chose on a recording.

    Args:
        rate: None where it found none.
        cost: in full trainings.
        interval: the rates that it could not tell apart; None where it gives none.
    """

    rate: float | None
    cost: float
    interval: tuple[float, float] | None = None


def replay(recording: Recording, rows: np.ndarray | None = None, shift: int = 0, **changes: Any) -> Answer:
    """The race on a recording.

    Args:
        rows: which validation samples there are, in order; by default those that were.
        shift: of the first rates, in quarter decades.
        changes: of the setup, e.g. `budget=1.5`.
    """
    rows = np.arange(recording.samples) if rows is None else rows
    race = start(replace(recording.setup(shift), **changes))
    while (leg := ask(race)) is not None:
        look, lost = _look(recording, race, leg.index, leg.until, rows[: leg.validation_samples])
        race = tell(race, leg.index, look, lost)
    found = conclude(race)
    rate = None if found.chosen is None else race.entries[found.chosen].learning_rate
    return Answer(rate, race.spent, found.interval)


def _look(recording: Recording, race: Race, index: int, until: int, rows: np.ndarray) -> tuple[Look, str | None]:
    place = recording.index(race.entries[index].learning_rate)
    if place is None:
        return Look(until, math.nan), "not recorded"
    lost = recording.settings["lost"][place]
    if lost is not None and lost[0] <= until:
        return Look(lost[0], math.nan), lost[1]
    rung = np.flatnonzero(recording.rungs == until)
    if rung.size:
        losses = recording.losses[place, rung[0], rows].astype(np.float64)
        return Look(until, float(losses.mean()), losses), None
    stop = int(np.flatnonzero(recording.stops == until)[0])
    return Look(until, float(recording.val_loss[place, stop])), None
