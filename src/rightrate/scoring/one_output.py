"""Models with one output for two classes, as Keras builds them: it speaks of the second class."""

from __future__ import annotations

import numpy as np


def both_columns(outputs: np.ndarray, *, logits: bool) -> np.ndarray:
    """A column for each of the two classes, so that either may be the positive one; wider outputs as they are.

    Args:
        outputs: shape `(n, k)`; for k = 1 the probability, or the logit, of class 1.
        logits: whether these are logits; a softmax over the result is the sigmoid of what was given.

    Returns:
        Shape `(n, 2)` for k = 1, else `(n, k)`.

    Example:
        >>> both_columns(np.array([[0.75]]), logits=False).tolist()
        [[0.25, 0.75]]
        >>> both_columns(np.array([[3.0]]), logits=True).tolist()
        [[0.0, 3.0]]
    """
    if outputs.shape[1] != 1:
        return outputs
    return np.hstack([np.zeros_like(outputs) if logits else 1 - outputs, outputs])
