"""`Reading`: one training as the rules look at it, every curve on the same few points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from rightrate.curves.best import Best, best
from rightrate.curves.curve import Curve, FloatArray
from rightrate.curves.noise import noise_floor
from rightrate.curves.resample import grid, latest_at, means_before
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training

#: Points of a reading. Ordinary Keras logs have 3 to 20; longer ones are read at this many equal distances, which
#: keeps every rule fast and no rule needs more.
MOST_POINTS = 120
#: A log without validation that has the loss of each batch is read in so many stretches at most.
STRETCHES = 24
#: Batches in each at least, and as many as make its mean sure to `SURE`: single batches differ by more than a training
#: moves, and a rule would call that jumping.
BATCHES = 8
#: Standard error of the mean of a stretch, as a share of the loss. A third of the tenth by which rules see a rise.
SURE = 0.03
#: A rise from one stretch to another that no chance makes: 5 times what each is sure to, for many are compared.
STRETCH_RISE = 5 * SURE
#: The training loss is "fine" where it was logged at least so many times between two points.
FINE = 3
#: A validation for so many of the losses of steps: then each is the mean of an epoch that was counted as a step.
EACH_VALIDATED = 0.75
#: A difference in loss below this share of the loss is nothing a person would act on, however quiet the curve.
SMALLEST_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Reading:
    """A training on common points: its validations, or its epochs, or equal stretches of its steps.

    Args:
        training: what was logged.
        neighbours: other trainings of the same thing at other rates, for rules that compare; may be empty.
    """

    training: Training
    neighbours: tuple[Training, ...] = ()

    @property
    def setting(self) -> Setting:
        return self.training.setting

    @cached_property
    def steps(self) -> FloatArray:
        """Shape `(points,)`: epochs or steps, as the training counts."""
        curves = self.training.curves
        if "val_loss" in curves and len(curves["val_loss"]):
            return grid(curves["val_loss"], MOST_POINTS)
        if "loss" in curves:
            loss = curves["loss"]
            if self.is_by_stretch:
                stretches = min(STRETCHES, len(loss) // self.batches_for_a_point)
                return grid(loss, stretches) if stretches else np.empty(0)
            return grid(loss, MOST_POINTS)
        # By length, then by name: the order in which curves came must not matter.
        longest = max(curves.values(), key=lambda curve: (len(curve), curve.name), default=None)
        return grid(longest, MOST_POINTS) if longest is not None else np.empty(0)

    @cached_property
    def is_by_stretch(self) -> bool:
        """Whether the points are stretches of batches: no validation was logged, and a loss for each step."""
        curves = self.training.curves
        has_validation = "val_loss" in curves and len(curves["val_loss"]) > 0
        loss = curves.get("loss")
        return not has_validation and loss is not None and self.is_by_batch

    @cached_property
    def batches_for_a_point(self) -> int:
        """How many batches make a mean that is sure to `SURE`, by how much neighbours differ; `BATCHES` at least.

        Of the training loss, whatever its unit, and no more than it has; `BATCHES` where there is none.
        """
        loss = self.training.curves.get("loss")
        return _batches_for_a_mean(loss.values) if loss is not None else BATCHES

    @cached_property
    def is_by_batch(self) -> bool:
        """Whether the training loss is that of single batches, and no mean of several.

        With one step an epoch, or a validation at each step, it is the mean of an epoch, as logs that count epochs as
        steps have it.
        """
        loss, validations = (self.training.curves.get(name) for name in ("loss", "val_loss"))
        if self.training.unit != "step" or self.training.steps_per_epoch == 1 or loss is None:
            return False
        each = validations is not None and len(validations) >= EACH_VALIDATED * len(loss)
        return is_by_batch(loss) and not each

    @cached_property
    def first_batch(self) -> float | None:
        """The loss of the very first batch, which no step has touched; None where it was not logged.

        Weights of samples and of outputs, and penalties, are in it: it is what knowing nothing costs in this loss.
        """
        loss = self.training.curves.get("loss")
        if loss is None or not self.is_by_batch or loss.steps[0] > 1 or not np.isfinite(loss.values[0]):
            return None
        return float(loss.values[0])

    @cached_property
    def points(self) -> int:
        return int(self.steps.size)

    @cached_property
    def loss(self) -> FloatArray | None:
        """Mean training loss since the point before, shape `(points,)`; None where no training loss was logged."""
        curve = self.training.curves.get("loss")
        return means_before(curve, self.steps) if curve is not None and len(curve) else None

    @cached_property
    def val_loss(self) -> FloatArray | None:
        """Validation loss at each point, shape `(points,)`; None where no validation was logged."""
        return self.metric("val_loss")

    @cached_property
    def learning_rate(self) -> FloatArray | None:
        """The rate in force at each point; None where it was not logged."""
        return self.metric("learning_rate")

    @cached_property
    def peak(self) -> float | None:
        """The largest learning rate in force; None where no positive one was logged."""
        curve = self.training.curves.get("learning_rate")
        if curve is None:
            return None
        rates = curve.values[np.isfinite(curve.values) & (curve.values > 0)]
        return float(rates.max()) if rates.size else None

    @cached_property
    def fine(self) -> Curve | None:
        """The training loss as it was logged, where that is often: at least `FINE` values for each point."""
        curve = self.training.curves.get("loss")
        return curve if curve is not None and len(curve) >= FINE * max(self.points, 1) else None

    @cached_property
    def both(self) -> tuple[FloatArray, FloatArray, FloatArray] | None:
        """Steps, training loss and validation loss where both are finite; None where one of them was not logged."""
        if self.loss is None or self.val_loss is None:
            return None
        there = np.isfinite(self.loss) & np.isfinite(self.val_loss)
        return self.steps[there], self.loss[there], self.val_loss[there]

    def metric(self, name: str) -> FloatArray | None:
        """Any curve on the points, shape `(points,)`, NaN where it was not measured; None where it was not logged."""
        curve = self.training.curves.get(name)
        return latest_at(curve, self.steps) if curve is not None and len(curve) else None

    @cached_property
    def watched(self) -> FloatArray | None:
        """The loss that decides: of validation if there is one, else of training."""
        return self.val_loss if self.val_loss is not None else self.loss

    @cached_property
    def noise(self) -> float | None:
        """Below this, a difference between two values of `watched` means nothing; None with too few points.

        Twice the curve's own noise, at least `SMALLEST_SHARE` of the loss.
        """
        return tolerance(self.watched) if self.watched is not None else None

    @cached_property
    def best(self) -> Best | None:
        """The best point of `watched`; None where it has no finite value."""
        return best(self.watched, self.noise or 0.0) if self.watched is not None else None

    @cached_property
    def others(self) -> Mapping[str, FloatArray]:
        """The curves other than losses and the rate, on the points, by name."""
        skipped = {"loss", "val_loss", "learning_rate"}
        return MappingProxyType(
            {name: values for name in self.training.curves if name not in skipped
             if (values := self.metric(name)) is not None}
        )  # fmt: skip

    def when(self, index: int) -> str:
        """A point in words: `"epoch 3"`, `"step 405"`."""
        return self.at(float(self.steps[index]))

    def at(self, step: float) -> str:
        """An epoch or a step in words; a step that ends an epoch is that epoch, as people and callbacks count.

        Example:
            >>> reading = Reading(Training("run", {}, "step", 10, ""))
            >>> reading.at(400), reading.at(405)
            ('epoch 40', 'step 405')
        """
        per_epoch = self.training.steps_per_epoch
        if self.training.unit == "step" and per_epoch is not None and step > 0 and step % per_epoch == 0:
            return f"epoch {step / per_epoch:g}"
        return f"{self.training.unit} {step:g}"


def _batches_for_a_mean(losses: FloatArray) -> int:
    """How many batches make a mean that is sure to `SURE`, by how much neighbouring batches differ."""
    level = float(np.median(np.abs(losses[np.isfinite(losses)]))) if np.isfinite(losses).any() else 0.0
    spread = noise_floor(losses)
    if spread is None or not 0.0 < level < np.inf:
        return BATCHES
    return max(BATCHES, int(min((spread / level / SURE) ** 2, losses.size)))


def is_by_batch(loss: Curve) -> bool:
    """Whether a curve that counts steps has a value for each: then it is the loss of one batch, and no mean of several.

    Example:
        >>> [is_by_batch(Curve("loss", np.array(steps), np.ones(2))) for steps in ([1, 2], [50, 100])]
        [True, False]
    """
    return len(loss) > 1 and int(loss.steps[-1] - loss.steps[0]) + 1 == len(loss)


def tolerance(values: FloatArray) -> float | None:
    """What a difference between two values must exceed to mean anything: twice the noise, or `SMALLEST_SHARE`.

    Args:
        values: shape `(points,)`.

    Returns:
        In the unit of the values; None where nothing is finite. With fewer points than noise can be estimated from,
        the share alone.

    Example:
        >>> tolerance(np.array([2.0, 1.0]))
        0.01
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return None
    return max(2.0 * (noise_floor(finite) or 0.0), SMALLEST_SHARE * float(np.abs(finite).min()))
