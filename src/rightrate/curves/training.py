"""`Training`: every curve that one training left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.errors import DataError

Unit = Literal["epoch", "step"]


@dataclass(frozen=True, eq=False)
class Training:
    """The curves of one training, by name.

    Args:
        name: which training this is, in the log's words; unique within one log.
        curves: by name, in Keras's words: `"loss"`, `"val_loss"`, `"accuracy"`, `"val_accuracy"`, `"learning_rate"`,
            `"gradient_norm"`; other metrics keep their own name. Each key equals its curve's `name`.
        unit: what the curves' steps count. With `"epoch"`, a value at 1 was measured when one epoch was done; with
            `"step"`, steps are as the tool wrote them.
        steps_per_epoch: optimizer steps in one epoch; None where the log does not say.
        source: the path of the log, as it was given.
        setting: what else is known about the training.

    Edge cases: the curves may have different steps (validation is rarer), one point, or none; NaN and infinity are
    ordinary values.

    Raises:
        DataError: a key differs from its curve's name, an unknown unit, or `steps_per_epoch` below 1.

    Example:
        >>> import numpy as np
        >>> loss = Curve("loss", np.array([1, 2]), np.array([0.9, np.nan]))
        >>> training = Training("run", {"loss": loss}, "epoch", 32, "log.csv")
        >>> training.curves["loss"].last
        nan
    """

    name: str
    curves: Mapping[str, Curve]
    unit: Unit
    steps_per_epoch: int | None
    source: str
    setting: Setting = field(default_factory=Setting)

    def __post_init__(self) -> None:
        for key, curve in self.curves.items():
            if key != curve.name:
                raise DataError(f"The curve of key {key!r} is named {curve.name!r}. Give both the same name.")
        if self.unit not in ("epoch", "step"):
            raise DataError(f"`unit` must be 'epoch' or 'step'. Received: {self.unit!r}.")
        if self.steps_per_epoch is not None and self.steps_per_epoch < 1:
            raise DataError(f"`steps_per_epoch` must be 1 or more, or None. Received: {self.steps_per_epoch}.")
        object.__setattr__(self, "curves", MappingProxyType(dict(self.curves)))
