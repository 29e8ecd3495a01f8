"""The state machine of a training that is being watched: `(state, observation) -> state`.

A log that is read at once is one observation; a running training is many. What is said depends on the points that were
observed alone, so both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training, Unit
from rightrate.diagnosis.examine import Examined, examine
from rightrate.diagnosis.finding import Finding
from rightrate.errors import DataError


@dataclass(frozen=True, eq=False)
class Observation:
    """What was measured since the last observation.

    Args:
        curves: by name; their steps lie after all steps of the same name that were observed before.
    """

    curves: Mapping[str, Curve]

    @classmethod
    def at(cls, step: int, **values: float) -> Observation:
        """One value each at one step.

        Example:
            >>> Observation.at(3, loss=0.5).curves["loss"].last
            0.5
        """
        return cls({name: Curve(name, np.array([step]), np.array([value])) for name, value in values.items()})


@dataclass(frozen=True, eq=False)
class Watched:
    """The state: what was observed so far, and what is said of it.

    Args:
        name, unit, steps_per_epoch, source, setting: as in `Training`.
        pieces: of each curve, in order.
        told: findings that are standing, by code, as they were first told.
    """

    name: str = "training"
    unit: Unit = "step"
    steps_per_epoch: int | None = None
    source: str = "running"
    setting: Setting = field(default_factory=Setting)
    pieces: Mapping[str, tuple[Curve, ...]] = field(default_factory=dict)
    told: Mapping[str, Finding] = field(default_factory=dict)

    @property
    def training(self) -> Training:
        """All that was observed, as one training."""
        curves = {name: _joined(name, pieces) for name, pieces in self.pieces.items()}
        return Training(self.name, curves, self.unit, self.steps_per_epoch, self.source, self.setting)


@dataclass(frozen=True)
class News:
    """What has changed since the last time that something was told.

    Args:
        new: findings that have become true.
        withdrawn: findings, as they were told, that later points disproved.
    """

    new: tuple[Finding, ...]
    withdrawn: tuple[Finding, ...]


def observe(state: Watched, observation: Observation) -> Watched:
    """The state after an observation.

    Raises:
        DataError: a step is not after the last one of its curve.

    Example:
        >>> state = observe(observe(Watched(), Observation.at(1, loss=0.9)), Observation.at(2, loss=0.5))
        >>> state.training.curves["loss"].values.tolist()
        [0.9, 0.5]
    """
    pieces = dict(state.pieces)
    for name, curve in observation.curves.items():
        before = pieces.get(name, ())
        if before and len(curve) and curve.steps[0] <= before[-1].steps[-1]:
            raise DataError(
                f"{name} was observed at step {curve.steps[0]} after step {before[-1].steps[-1]}. Steps must rise: "
                "count them over the whole training, not from 0 in every epoch."
            )
        if len(curve):
            pieces[name] = (*before, curve)
    return replace(state, pieces=pieces)


def tell(state: Watched) -> tuple[Watched, Examined, News]:
    """Examine what was observed, and what is new in it. A finding is told once, and withdrawn once.

    Example:
        >>> state = observe(Watched(), Observation.at(1, loss=float("nan")))
        >>> state, _, news = tell(state)
        >>> news.new[0].code
        'RR101'
        >>> tell(state)[2].new
        ()
    """
    examined = examine(state.training)
    now = {finding.code: finding for finding in examined.findings}
    news = News(
        tuple(finding for code, finding in now.items() if code not in state.told),
        tuple(finding for code, finding in state.told.items() if code not in now),
    )
    standing = {code: state.told.get(code, finding) for code, finding in now.items()}
    return replace(state, told=standing), examined, news


def _joined(name: str, pieces: tuple[Curve, ...]) -> Curve:
    if len(pieces) == 1:
        return pieces[0]
    steps = np.concatenate([piece.steps for piece in pieces])
    return Curve(name, steps, np.concatenate([piece.values for piece in pieces]))
