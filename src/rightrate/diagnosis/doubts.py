"""What a user said about a training that no rule can use: misspelt, most likely."""

from __future__ import annotations

from collections.abc import Iterable

from rightrate.curves.setting import Setting
from rightrate.errors import nearest

# Source: `keras.optimizers` of Keras 3.15, its wrappers left out.
OPTIMIZERS = (
    "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion", "Muon", "Nadam", "RMSprop",
    "SGD", "ScheduleFreeAdamW",
)  # fmt: skip


def doubts(said: Setting, logged: Iterable[str]) -> tuple[str, ...]:
    """Return a warning for each word that the rules do not know.

    Args:
        said: by the user.
        logged: names of the curves.

    Example:
        >>> for warning in doubts(Setting(optimizer="Adamm", monitored=("vall_loss",)), ["loss", "val_loss"]):
        ...     print(warning)
        The optimizer 'Adamm' is none of Keras's, and rules about optimizers do not know it. Did you mean Adam or ...?
        'vall_loss' is monitored, as was said, but no curve has that name. Did you mean val_loss or loss?
    """
    found = []
    if said.optimizer is not None and said.optimizer not in OPTIMIZERS:
        found.append(
            f"The optimizer {said.optimizer!r} is none of Keras's, and rules about optimizers do not know it. "
            f"{nearest(said.optimizer, OPTIMIZERS)}"
        )
    names = set(logged)
    for name in said.monitored or ():
        if name not in names:
            found.append(f"{name!r} is monitored, as was said, but no curve has that name. {nearest(name, names)}")
    return tuple(found)
