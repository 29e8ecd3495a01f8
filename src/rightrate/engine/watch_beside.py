"""The callbacks that stand beside one in the same `Model.fit`, and what they decide by."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

import keras


def siblings() -> tuple[Any, ...] | None:
    """All callbacks of the `CallbackList` that is calling, the asking one included; None where none is.

    Keras tells a callback nothing of the others, so the container is found among the callers.
    """
    container = _container()
    return tuple(container.callbacks) if container is not None else None


def at_the_very_end(do: Callable[[], None]) -> None:
    """Called while Keras goes through `on_train_end`: do something once all other callbacks have done theirs.

    Edge cases: where no `CallbackList` is calling, nothing is done.
    """
    container = _container()
    if container is not None:
        container.callbacks.append(_Last(container.callbacks, do))


class _Last(keras.callbacks.Callback):
    """Keras's own loop over the callbacks reaches what is appended while it runs."""

    def __init__(self, among: list[Any], do: Callable[[], None]) -> None:
        super().__init__()
        self._among, self._do = among, do

    def on_train_end(self, logs: Any = None) -> None:
        self._among.remove(self)
        self._do()


def _container() -> Any:
    frame = sys._getframe(1)
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, keras.callbacks.CallbackList):
            return owner
        frame = frame.f_back  # type: ignore[assignment]
    return None


def monitored(callbacks: Iterable[Any]) -> tuple[str, ...]:
    """The quantities that callbacks decide by, sorted; a checkpoint counts where it keeps the best only.

    Example:
        >>> monitored([keras.callbacks.EarlyStopping(), keras.callbacks.ModelCheckpoint("m.keras", monitor="loss")])
        ('val_loss',)
    """
    names = set()
    for callback in callbacks:
        name = getattr(callback, "monitor", None)
        decides = getattr(callback, "save_best_only", True)
        if isinstance(name, str) and decides:
            names.add(name)
    return tuple(sorted(names))


def is_there(callbacks: Iterable[Any] | None, kind: str) -> bool:
    """Whether a callback of Keras's class `kind`, or of a subclass, is among them.

    Example:
        >>> is_there([keras.callbacks.TerminateOnNaN()], "TerminateOnNaN")
        True
    """
    return any(kind in {cls.__name__ for cls in type(callback).__mro__} for callback in callbacks or ())
