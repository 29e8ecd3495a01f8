"""Which optimizers divide each step by a running size of the gradient, as Adam does."""

from __future__ import annotations

NAMES = ("Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Adafactor", "Lamb")
"""Keras's classes of this kind: their first steps rest on an estimate from a few batches."""


def is_adam_like(optimizer: str | None) -> bool:
    """Whether the optimizer is one of `NAMES`; False where it is not known.

    Example:
        >>> is_adam_like("AdamW"), is_adam_like("SGD"), is_adam_like(None)
        (True, False, False)
    """
    return optimizer in NAMES
