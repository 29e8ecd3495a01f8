"""The state of a watched training, from the lines of `rr.Watch`'s log (runner/watch_log.py says what they are)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import numpy as np

from rightrate.importers.logs.numbers import LARGEST_STEP
from rightrate.live import thinning
from rightrate.live.origin import Origin, origin
from rightrate.live.records import number, text, whole
from rightrate.live.thinning import Thinned

#: A log may hold anything: more of each than these are counted and left out.
MOST_CURVES, MOST_FINDINGS, MOST_ACTS = 12, 100, 100
LONGEST_NAME = 80

Points = dict[str, list[tuple[np.ndarray, np.ndarray]]]


@dataclass(frozen=True)
class Found:
    """A finding as the log tells it; `withdrawn_at` is the step at which it was true no longer, or None."""

    code: str
    at_step: int
    severity: str
    title: str
    advice: str
    withdrawn_at: int | None = None


@dataclass(frozen=True)
class Act:
    """A rescue or a stop."""

    kind: str
    step: int
    epoch: int | None
    why: str
    back_to: int | None
    learning_rate: float | None


@dataclass(frozen=True, eq=False)
class WatchState:
    """What is known of the newest training in a log.

    Args:
        name: of the training.
        trainings: begun in this log so far.
        step, epoch: the highest that were written; epochs count from 1.
        planned: optimizer steps in all, or None; `is_planned` whether anybody knew.
        curves: by name.
        has_ended: the training said so.
        left_out: lines, curves and findings that were not understood or too many.
    """

    name: str = "training"
    trainings: int = 0
    origin: Origin = field(default_factory=Origin)
    steps_per_epoch: int | None = None
    planned: int | None = None
    optimizer: str = ""
    step: int = 0
    epoch: int | None = None
    curves: Mapping[str, Thinned] = field(default_factory=dict)
    findings: tuple[Found, ...] = ()
    acts: tuple[Act, ...] = ()
    has_ended: bool = False
    left_out: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was measured, and no end was said."""
        return not self.curves and not self.has_ended


def see(state: WatchState, records: Sequence[Mapping[str, Any]]) -> WatchState:
    """The state after more records of the log, in any portions.

    Example:
        >>> state = see(WatchState(), [{"rightrate": "watch", "training": "a"}, {"step": 1, "loss": 0.5}])
        >>> state.name, state.step, state.curves["loss"].last
        ('a', 1, (1, 0.5))
    """
    points: Points = {}
    for keys, alike in groupby(records, tuple):
        if "step" in keys and "intervention" not in keys and "finding" not in keys:
            state = _measured(state, keys, list(alike), points)
        else:
            state, points = _drawn(state, points), {}
            for record in alike:
                state = _told(state, record)
    return _drawn(state, points)


def _measured(
    state: WatchState, keys: tuple[str, ...], alike: Sequence[Mapping[str, Any]], points: Points
) -> WatchState:
    """Lines that measured the same things, column by column, for a log may have a million: puts them into `points`."""
    steps = [record["step"] for record in alike]
    left_out = state.left_out
    if set(map(type, steps)) != {int} or not 0 <= min(steps) <= max(steps) <= LARGEST_STEP:
        understood = [record for record in alike if whole(record["step"]) is not None]
        left_out += len(alike) - len(understood)
        alike, steps = understood, [whole(record["step"]) or 0 for record in understood]
    if not alike:
        return replace(state, left_out=left_out)
    at = np.array(steps, dtype=np.int64)
    epoch = state.epoch
    for name in keys:
        column = [record[name] for record in alike]
        if name == "epoch":
            epoch = next(filter(None, map(whole, reversed(column))), epoch)
        elif name != "step":
            here, values = _numbers(at, column)
            key = text(name, LONGEST_NAME)
            if not len(values):
                continue
            if key in points or key in state.curves or len(points.keys() | state.curves.keys()) < MOST_CURVES:
                points.setdefault(key, []).append((here, values))
            else:
                left_out += len(values)
    highest = max(state.step, int(at.max()))
    has_ended = state.has_ended and highest == state.step
    return replace(state, step=highest, epoch=epoch, has_ended=has_ended, left_out=left_out)


def _drawn(state: WatchState, points: Points) -> WatchState:
    """The state with these points in its curves."""
    if not points:
        return state
    curves = dict(state.curves)
    for name, parts in points.items():
        steps, values = (np.concatenate(column) for column in zip(*parts, strict=True))
        curves[name] = thinning.add(curves.get(name, Thinned()), steps, values)
    return replace(state, curves=curves)


def _numbers(at: np.ndarray, column: Sequence[Any]) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of a column, with their steps; also those that are written as words."""
    if set(map(type, column)) == {float}:
        return at, np.array(column)
    found = [number(value) for value in column]
    has = np.array([value is not None for value in found], dtype=bool)
    return at[has], np.array([value for value in found if value is not None], dtype=np.float64)


def _told(state: WatchState, record: Mapping[str, Any]) -> WatchState:
    if "rightrate" in record:
        return _begun(state, record)
    if "finding" in record:
        return _found(state, record)
    if "intervention" in record:
        return _acted(state, record)
    if "setting" in record:
        return _known(state, record["setting"])
    return replace(state, left_out=state.left_out + 1)


def _begun(state: WatchState, header: Mapping[str, Any]) -> WatchState:
    who, setting = origin(header), header.get("setting")
    step = whole(header.get("back_to"))
    per_epoch = whole(header.get("steps_per_epoch"))
    if step is None or not state.trainings:
        name = text(header.get("training"), LONGEST_NAME) or "training"
        fresh = WatchState(name, state.trainings + 1, who, per_epoch, left_out=state.left_out)
        return _known(fresh, setting)
    gone_on = replace(_back(state, step), origin=who, has_ended=False)
    return _known(replace(gone_on, steps_per_epoch=per_epoch or state.steps_per_epoch), setting)


def _known(state: WatchState, said: Any) -> WatchState:
    if not isinstance(said, dict):
        return state
    return replace(
        state,
        steps_per_epoch=state.steps_per_epoch or whole(said.get("steps_per_epoch")),
        planned=whole(said.get("planned")) or state.planned,
        optimizer=text(said.get("optimizer"), LONGEST_NAME) or state.optimizer,
        has_ended=state.has_ended or said.get("ended") is True or said.get("planned", 0) is None,
    )


def _found(state: WatchState, said: Mapping[str, Any]) -> WatchState:
    code, step = text(said.get("finding"), 20), whole(said.get("at_step")) or 0
    standing = next(
        (i for i, one in reversed(list(enumerate(state.findings))) if one.code == code and one.withdrawn_at is None),
        None,
    )
    is_withdrawn = said.get("withdrawn") is True
    if is_withdrawn and standing is not None:
        changed = replace(state.findings[standing], withdrawn_at=step)
        findings = (*state.findings[:standing], changed, *state.findings[standing + 1 :])
        return replace(state, findings=findings)
    if len(state.findings) >= MOST_FINDINGS:
        return replace(state, left_out=state.left_out + 1)
    title, advice = text(said.get("title")), text(said.get("advice"))
    new = Found(code, step, text(said.get("severity"), 20), title, advice, step if is_withdrawn else None)
    return replace(state, findings=(*state.findings, new))


def _acted(state: WatchState, said: Mapping[str, Any]) -> WatchState:
    step, back = whole(said.get("step")) or state.step, whole(said.get("back_to"))
    act = Act(
        text(said.get("intervention"), 20), step, whole(said.get("epoch")), text(said.get("why")), back,
        number(said.get("learning_rate")),
    )  # fmt: skip
    if len(state.acts) < MOST_ACTS:
        state = replace(state, acts=(*state.acts, act))
    return state if back is None else _back(state, back)


def _back(state: WatchState, step: int) -> WatchState:
    curves = {name: thinning.back_to(curve, step) for name, curve in state.curves.items()}
    return replace(state, curves=curves, step=min(step, state.step))
