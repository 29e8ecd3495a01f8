"""What a user said about a training that no rule can use: misspelt, most likely."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rightrate.curves.setting import OPTIMIZERS, Setting
from rightrate.errors import UsageError, is_near, nearest

#: Rates outside of these are hardly meant: the table of `schedules/priors.py` goes from 3e-5 to 1, and a thousand times
#: beyond it nothing was ever trained.
LOWEST, HIGHEST = 1e-10, 1e3


def doubts(said: Setting, logged: Collection[str], rates: Sequence[float] = ()) -> tuple[str, ...]:
    """Return a warning for each word and rate that the rules can hardly use.

    Args:
        said: by the user.
        logged: names of the curves.
        rates: learning rates that the user said.

    Raises:
        UsageError: a monitored name that is nearly that of a curve, or what contradicts itself.

    Example:
        >>> for warning in doubts(Setting(optimizer="Adamm", monitored=("f1",)), ["loss", "val_loss"]):
        ...     print(warning)
        The optimizer 'Adamm' is none of Keras's, and rules about optimizers do not know it. Did you mean Adam or ...?
        'f1' is monitored, as was said, but no curve has that name. Known: loss, val_loss.
    """
    found = []
    if said.classes == 1:
        raise UsageError("`classes` must be 2 or more: with one class there is nothing to tell apart. Received: 1.")
    if said.trainable is not None and said.weights is not None and said.trainable > said.weights:
        raise UsageError(
            f"`trainable` counts the weights that are trained, out of all `weights`. Received {said.trainable} of "
            f"{said.weights}."
        )
    if said.optimizer is not None and said.optimizer not in OPTIMIZERS:
        found.append(
            f"The optimizer {said.optimizer!r} is none of Keras's, and rules about optimizers do not know it. "
            f"{nearest(said.optimizer, OPTIMIZERS)}"
        )
    for name in said.monitored or ():
        if name not in logged and is_near(name, logged):
            raise UsageError(f"No curve is named {name!r}, which was said to be monitored. {nearest(name, logged)}")
        if name not in logged:
            found.append(f"{name!r} is monitored, as was said, but no curve has that name. {nearest(name, logged)}")
    found += [
        f"A learning rate of {rate:.3g} was said. Is that meant? Those in use lie between 1e-5 and 1."
        for rate in rates
        if not LOWEST <= rate <= HIGHEST
    ]
    return tuple(found)
