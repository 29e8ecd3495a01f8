"""`Setting`: what is known about how a training was set up, beside its curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from rightrate.errors import DataError

# Source: `keras.optimizers` of Keras 3.15, its wrappers left out.
OPTIMIZERS = (
    "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion", "Muon", "Nadam", "RMSprop",
    "SGD", "ScheduleFreeAdamW",
)  # fmt: skip
"""The classes of optimizers that rules may know."""

_WHETHER = ("pretrained", "fresh_head", "mixed_precision")


@dataclass(frozen=True)
class Setting:
    """What a log does not hold and the user, or the running Keras model, may know. None is "not known".

    Args:
        optimizer: its class name in Keras, `"Adam"`; one of `OPTIMIZERS` may be given in any case.
        pretrained: whether the network had learned before.
        fresh_head: whether its last layers begin at random weights.
        trainable: trainable weights.
        weights: all weights.
        batch_size: samples of one optimizer step.
        train_rows, validation_rows: samples.
        classes: number of classes; None also where it is no classification.
        monitored: the quantities that callbacks decide by (early stopping, checkpoints), `("val_loss",)`; an empty
            tuple says that no callback decides anything.
        mixed_precision: whether a loss scale is in force.
        planned: epochs or steps, as the training counts, that are to be run in all; None also where it is over.

    Raises:
        DataError: a count below 1, an optimizer that is no name, or something else than True and False for what is
            either so or not.

    Example:
        >>> Setting(optimizer="adam", validation_rows=500).known
        {'optimizer': 'Adam', 'validation_rows': 500}
    """

    optimizer: str | None = None
    pretrained: bool | None = None
    fresh_head: bool | None = None
    trainable: int | None = None
    weights: int | None = None
    batch_size: int | None = None
    train_rows: int | None = None
    validation_rows: int | None = None
    classes: int | None = None
    monitored: tuple[str, ...] | None = None
    mixed_precision: bool | None = None
    planned: int | None = None

    def __post_init__(self) -> None:
        for name in ("trainable", "weights", "batch_size", "train_rows", "validation_rows", "classes", "planned"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise DataError(f"`{name}` must be a whole number of 1 or more, or None. Received: {value!r}.")
        for name in _WHETHER:
            value = getattr(self, name)
            if value is not None and not isinstance(value, bool):
                raise DataError(f"`{name}` must be True, False or None. Received: {value!r}.")
        if self.optimizer is not None:
            object.__setattr__(self, "optimizer", _as_keras_spells(self.optimizer))

    @property
    def known(self) -> Mapping[str, Any]:
        """The fields that are known, by name."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name)) is not None}

    def updated(self, other: Setting) -> Setting:
        """This setting with whatever `other` knows."""
        return replace(self, **other.known)


def _as_keras_spells(optimizer: Any) -> str:
    if not isinstance(optimizer, str) or not optimizer.strip():
        raise DataError(f'`optimizer` must be the name of its class in Keras: "Adam". Received: {optimizer!r}.')
    spelled = {name.lower(): name for name in OPTIMIZERS}
    return spelled.get(optimizer.strip().lower(), optimizer)
