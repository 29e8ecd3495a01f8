"""Three rules that need no package: what a peer has to beat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

#: The rule's words, "worse than the best by a tenth" and "fell by a tenth in the last epoch".
TENTH = 0.10


def always_fine(val_loss: np.ndarray) -> str:
    """Says "right" whatever it sees."""
    return "right"


def three_lines(val_loss: np.ndarray) -> str:
    """The end against the smallest value, then whether the last epoch still brought much.

    Args:
        val_loss: shape `(epochs,)`. An end that is no number is "too high".

    Example:
        >>> three_lines(np.array([2.0, 1.0, 1.2])), three_lines(np.array([2.0, 1.0, 0.8]))
        ('too high', 'too low')
        >>> three_lines(np.array([2.0, 1.0, 0.95])), three_lines(np.array([2.0, np.nan]))
        ('right', 'too high')
    """
    last = val_loss[-1]
    if not last <= np.nanmin(val_loss) * (1 + TENTH):
        return "too high"
    return "too low" if len(val_loss) > 1 and last < val_loss[-2] * (1 - TENTH) else "right"


def best_epoch(val_loss: np.ndarray) -> str:
    """What a Keras user reads off the history: the last epoch is the best, "too low"; the first is, "too high".

    Args:
        val_loss: shape `(epochs,)`. With no number in it there is no best epoch: "too high".

    Example:
        >>> best_epoch(np.array([2.0, 1.0])), best_epoch(np.array([1.0, 2.0])), best_epoch(np.array([2.0, 1.0, 2.0]))
        ('too low', 'too high', 'right')
    """
    if np.isnan(val_loss).all():
        return "too high"
    best = int(np.nanargmin(val_loss))
    if best == len(val_loss) - 1:
        return "too low"
    return "too high" if best == 0 else "right"


BASELINES: dict[str, Callable[[np.ndarray], str]] = {
    "always fine": always_fine,
    "three lines": three_lines,
    "best epoch": best_epoch,
}
