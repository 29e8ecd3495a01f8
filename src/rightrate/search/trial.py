"""`Trial`: a candidate with everything that was measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from rightrate.curves import Curve
from rightrate.curves.curve import FloatArray
from rightrate.scoring.scores import Scores


class Ended(str, Enum):
    """Why a candidate stopped training."""

    FINISHED = "finished"  # trained to full length
    DIVERGED = "diverged"  # not a number, infinite, or far above where it began
    OVERTAKEN = "overtaken"  # left the race
    INTERRUPTED = "interrupted"  # the run ended before it did


@dataclass(frozen=True)
class Evaluation:
    """What the validation samples said after `step` optimizer steps.

    Args:
        step: optimizer steps done.
        samples: number of validation samples used; early evaluations use fewer than all of them.
        values: by Keras's names: `"val_loss"`, `"val_accuracy"`, …; NaN and infinity are kept.
    """

    step: int
    samples: int
    values: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Trial:
    """One candidate's training.

    Args:
        learning_rate: the peak of its schedule.
        steps, total_steps: optimizer steps done, and those of a training at full length.
        steps_per_epoch: to turn steps into epochs.
        train_loss: shape `(steps,)`, the true loss of every training batch.
        evaluations: in the order of their steps.
        ended, why: the reason it stopped, and the sentence that says it with numbers.
        scores: precision, recall and accuracy on the validation samples of the last evaluation; None where
            they were not measured (a regression, or a candidate that diverged before it could be evaluated).
    """

    learning_rate: float
    steps: int
    total_steps: int
    steps_per_epoch: int
    train_loss: FloatArray
    evaluations: tuple[Evaluation, ...]
    ended: Ended
    why: str
    scores: Scores | None = None

    @property
    def epochs(self) -> float:
        """Epochs trained."""
        return self.steps / self.steps_per_epoch

    @property
    def curve(self) -> Curve:
        """The validation loss."""
        return self.measured("val_loss")

    @property
    def train_curve(self) -> Curve:
        """The loss of every training batch."""
        return Curve("loss", np.arange(1, len(self.train_loss) + 1), self.train_loss)

    def measured(self, name: str) -> Curve:
        """The curve of any validation value, by its Keras name; empty where it was not measured."""
        points = [(e.step, e.values[name]) for e in self.evaluations if name in e.values]
        return Curve(name, np.array([s for s, _ in points]), np.array([v for _, v in points], dtype=np.float64))

    def last(self, name: str) -> float | None:
        """The last measured value of `name`, or None."""
        return self.measured(name).last
