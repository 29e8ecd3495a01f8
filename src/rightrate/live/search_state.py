"""The state of a search, from the lines of `search.jsonl` (runner/search_log.py says what they are)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from rightrate.live import thinning
from rightrate.live.origin import Origin, origin
from rightrate.live.records import finite, number, text, whole
from rightrate.live.thinning import Thinned

#: A log may hold anything: more of each than these are counted and left out.
MOST_CANDIDATES, MOST_VALUES, MOST_SHAPES = 200, 6, 40
LONGEST_NAME = 80


@dataclass(frozen=True, eq=False)
class Candidate:
    """One learning rate.

    Args:
        step: optimizer steps that it was seen to have trained.
        curves: what was measured at its looks, by Keras's names.
        why: it stopped training for; None while it races.
    """

    learning_rate: float
    step: int = 0
    curves: Mapping[str, Thinned] = field(default_factory=dict)
    why: str | None = None

    def last(self, name: str) -> float | None:
        """The newest value, NaN where that is what it came to; None where there is none."""
        curve = self.curves.get(name)
        if curve is None:
            return None
        if curve.lost_at is not None and (curve.last is None or curve.lost_at > curve.last[0]):
            return math.nan
        return None if curve.last is None else curve.last[1]


@dataclass(frozen=True)
class Shape:
    """A shape of the schedule that was trained at the chosen rate.

    Args:
        says: what it does during training.
        steps: of a training that follows it; None where that is not known.
        value: the objective at its end; None where it was lost.
    """

    says: str
    steps: int | None
    value: float | None


@dataclass(frozen=True, eq=False)
class SearchState:
    """What is known of a search.

    Args:
        total_steps: of a full training; None before the plan.
        estimated, spent: full trainings; None where that is not known yet.
        done: share of the work, from 0 to 1.
        best: the leader's rate and its objective, or None.
        shapes: of the schedule, by their place; 0 is the one that the rates were compared with.
        all_shapes: how many will be compared; `chosen_shape` is the place of the chosen one, 0 until the end.
        is_over: the last candidate has trained; `chosen` is the rate then, `unfinished` why it ended early.
        failed: the error that ended it, or None.
        left_out: lines that were not understood, and candidates that were too many.
    """

    title: str = ""
    objective: str = "val_loss"
    larger_is_better: bool = False
    origin: Origin = field(default_factory=Origin)
    plan: str = ""
    total_steps: int | None = None
    estimated: float | None = None
    spent: float | None = None
    done: float = 0.0
    seconds: float = 0.0
    training: float | None = None
    best: tuple[float, float | None] | None = None
    candidates: Mapping[float, Candidate] = field(default_factory=dict)
    shapes: Mapping[int, Shape] = field(default_factory=dict)
    all_shapes: int = 0
    chosen_shape: int = 0
    is_over: bool = False
    chosen: float | None = None
    unfinished: str | None = None
    failed: str | None = None
    left_out: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether no candidate is known, and no end."""
        return not self.candidates and not self.is_over and self.failed is None


def see(state: SearchState, records: Sequence[Mapping[str, Any]]) -> SearchState:
    """The state after more records of the log, in any portions.

    Example:
        >>> state = see(SearchState(), [{"looked": 0.1, "step": 4, "total_steps": 9, "values": {"val_loss": 0.5}}])
        >>> state.candidates[0.1].last("val_loss")
        0.5
    """
    for record in records:
        kind = next(iter(record), None)
        state = _READERS[kind](state, record) if kind in _READERS else replace(state, left_out=state.left_out + 1)
    return state


def _begun(state: SearchState, said: Mapping[str, Any]) -> SearchState:
    return SearchState(
        text(said.get("title"), LONGEST_NAME * 2),
        text(said.get("objective"), LONGEST_NAME) or "val_loss",
        said.get("larger_is_better") is True,
        origin(said),
        left_out=state.left_out,
    )


def _planned(state: SearchState, said: Mapping[str, Any]) -> SearchState:
    rates = said["planned"] if isinstance(said["planned"], list) else []
    for rate in rates[: MOST_CANDIDATES + 1]:
        state = _candidate(state, rate)
    return replace(
        state,
        total_steps=whole(said.get("total_steps")),
        estimated=finite(said.get("full_trainings")),
        plan=text(said.get("plan")),
    )


def _progressed(state: SearchState, said: Mapping[str, Any]) -> SearchState:
    rate, step = finite(said.get("learning_rate")), whole(said.get("step"))
    best = finite(said.get("best_rate"))
    state = _candidate(state, rate, step or 0)
    return replace(
        state,
        done=min(1.0, max(0.0, finite(said["progress"]) or 0.0)),
        spent=finite(said.get("spent")),
        seconds=finite(said.get("seconds")) or 0.0,
        training=rate,
        best=state.best if best is None else (best, number(said.get("best_value"))),
    )


def _looked(state: SearchState, said: Mapping[str, Any]) -> SearchState:
    rate, step = finite(said["looked"]), whole(said.get("step"))
    values = said.get("values")
    if step is None or not isinstance(values, dict):
        return replace(state, left_out=state.left_out + 1)
    state = _candidate(state, rate, step)
    one = None if rate is None else state.candidates.get(rate)
    if one is None:
        return state
    curves = dict(one.curves)
    for name, said_value in values.items():
        value, key = number(said_value), text(name, LONGEST_NAME)
        if value is not None and (key in curves or key in _first(state) or len(curves) < MOST_VALUES):
            curves[key] = thinning.add(curves.get(key, Thinned()), np.array([step]), np.array([value]))
    return _with(state, replace(one, curves=curves))


def _first(state: SearchState) -> tuple[str, str]:
    return "val_loss", state.objective


def _left(state: SearchState, said: Mapping[str, Any]) -> SearchState:
    rate = finite(said["left"])
    state = _candidate(state, rate)
    if rate is None or rate not in state.candidates:
        return state
    return _with(state, replace(state.candidates[rate], why=text(said.get("why")) or "left"))


def _shaped(state: SearchState, said: Mapping[str, Any]) -> SearchState:
    place, values = whole(said["shape"]), said.get("values")
    if place is None or place >= MOST_SHAPES or not isinstance(values, dict):
        return replace(state, left_out=state.left_out + 1)
    shape = Shape(text(said.get("says")), whole(said.get("steps")), number(values.get(state.objective)))
    return replace(state, shapes={**state.shapes, place: shape}, all_shapes=whole(said.get("of")) or 0)


def _finished(state: SearchState, said: Mapping[str, Any]) -> SearchState:
    spent = finite(said.get("full_trainings"))
    return replace(
        state,
        is_over=True,
        chosen=finite(said["finished"]),
        chosen_shape=whole(said.get("shape")) or 0,
        unfinished=text(said.get("unfinished")) or None,
        spent=state.spent if spent is None else spent,
        seconds=finite(said.get("seconds")) or state.seconds,
        training=None,
    )


def _failed(state: SearchState, said: Mapping[str, Any]) -> SearchState:
    return replace(state, failed=text(said["failed"]) or "an error", training=None)


def _candidate(state: SearchState, rate: Any, step: int = 0) -> SearchState:
    """The same with this candidate as far as it has come."""
    rate = finite(rate)
    if rate is None or rate <= 0:
        return replace(state, left_out=state.left_out + 1)
    one = state.candidates.get(rate)
    if one is None and len(state.candidates) >= MOST_CANDIDATES:
        return replace(state, left_out=state.left_out + 1)
    if one is not None and one.step >= step:
        return state
    return _with(state, replace(one or Candidate(rate), step=step))


def _with(state: SearchState, one: Candidate) -> SearchState:
    return replace(state, candidates={**state.candidates, one.learning_rate: one})


_READERS = {
    "rightrate": _begun, "planned": _planned, "progress": _progressed, "looked": _looked, "left": _left,
    "shape": _shaped,
    "finished": _finished, "failed": _failed,
}  # fmt: skip
