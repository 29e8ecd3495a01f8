"""`Bench`: what is remembered of one training while a search runs, and how it is trained on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np

from rightrate.curves.divergence import Watcher
from rightrate.engine.session import Measured, Session, State
from rightrate.search import Evaluation

#: Steps between two looks at progress: short enough for a live display and for stopping a lost candidate.
STRIDE = 20


@dataclass
class Bench:
    """One training.

    Args:
        state: where it stands; None where that was forgotten.
        step: optimizer steps done.
        kept: earlier states, by their steps, from which another schedule can go on.
        losses: of the batches, in pieces.
        measured: the latest look.
        reason: why it is lost.
        said: whether its leaving was told.
    """

    state: State | None
    watcher: Watcher
    step: int = 0
    said: bool = False
    kept: dict[int, State] = field(default_factory=dict)
    losses: list[np.ndarray] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    measured: Measured | None = None
    reason: str | None = None

    @property
    def at(self) -> int:
        """The step at which its next training begins: the first one where its state was forgotten."""
        return 0 if self.state is None else self.state.step

    def catch_up(self, session: Session, rates: np.ndarray, until: int) -> int:
        """Train a forgotten state again, at most as far as it was; returns the steps that it took."""
        if self.state is None:
            self.state = session.start
        before = self.state.step
        if before < self.step:
            self.state, _ = session.run(self.state, rates, min(self.step, until))
        return self.state.step - before

    def advance(
        self,
        session: Session,
        rates: np.ndarray,
        until: int,
        keep: Collection[int] = (),
        hear: Callable[[int], None] = lambda step: None,
    ) -> None:
        """Train until a step, or until the training is lost.

        Args:
            rates: of every step of the whole training.
            keep: steps whose states are kept.
            hear: told the step now and then.
        """
        assert self.state is not None
        while self.state.step < until and self.reason is None:
            stops = [step for step in keep if step > self.state.step]
            self.state, losses = session.run(self.state, rates, min(until, self.state.step + STRIDE, *stops))
            self.step = self.state.step
            self.losses.append(losses)
            for loss in losses:
                self.watcher = self.watcher.see(float(loss))
            self.reason = self.watcher.reason
            if self.reason is None and self.step in keep:
                self.kept[self.step] = self.state
            hear(self.step)

    @property
    def train_loss(self) -> np.ndarray:
        """Shape `(steps,)`: the loss of every batch."""
        return np.concatenate(self.losses) if self.losses else np.zeros(0)
