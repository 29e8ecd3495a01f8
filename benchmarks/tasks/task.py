"""`Task`: one fine-tuning that every searcher is measured on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

#: The rate that the optimizers are compiled with (Adam's default); every searcher replaces it.
PLACEHOLDER_RATE = 1e-3


@dataclass(frozen=True, eq=False)
class Task:
    """A model to fine-tune and the data to do it on.

    Args:
        name: as on the command line.
        build: makes a fresh compiled Keras model; called once per trial by searchers that rebuild.
        train, validation: `(x, y)`; x is an array or a dictionary of arrays.
        epochs, batch_size: of one full training.
        optimizer: its name, for people.
        note: what is trained on what, in one sentence.
        split: makes `(prefix, build_suffix)`: the frozen part of the model, whose output does not change in
            training, and a function that makes the compiled rest; None where nothing is frozen.
    """

    name: str
    build: Callable[[], Any]
    train: tuple[Any, Any]
    validation: tuple[Any, Any]
    epochs: int
    batch_size: int
    optimizer: str
    note: str
    split: Callable[[], tuple[Any, Callable[[], Any]]] | None = None

    def shrunk(self, epochs: int | None = None, samples: int | None = None) -> Task:
        """The same task with fewer epochs or with the first samples only, to try the machinery."""
        return replace(
            self,
            epochs=epochs or self.epochs,
            train=_first(self.train, samples),
            validation=_first(self.validation, samples),
        )


def _first(data: tuple[Any, Any], samples: int | None) -> tuple[Any, Any]:
    x, y = data
    if isinstance(x, dict):
        return {name: values[:samples] for name, values in x.items()}, y[:samples]
    return x[:samples], y[:samples]
