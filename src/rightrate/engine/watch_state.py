"""States of a model under training that can be gone back to."""

from __future__ import annotations

from typing import Any

from rightrate.engine.bank import Bank, Values
from rightrate.engine.borrow import raw_variables


class Keeper:
    """Keeps copies of a model's state by name, and puts them back bit for bit.

    Copies stay on the device. One shares its memory with the model until training changes it, so that each name costs
    one copy of what is kept: the weights, or with `has_optimizer` about three times as much under Adam.

    Args:
        model: built; with `has_optimizer`, its optimizer is built as its first step would do it.
        has_optimizer: keep slots, iteration and loss scale too, and the seeds of dropout.
        leave: a variable that is never put back.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
        >>> keeper = Keeper(model)
        >>> keeper.keep("best")
        >>> model.set_weights([weight * 0 for weight in model.get_weights()])
        >>> keeper.put_back("best")
        >>> model.get_weights()[0].ravel().tolist()
        [1.0, 1.0]
    """

    def __init__(self, model: Any, *, has_optimizer: bool = False, leave: Any = None) -> None:
        if has_optimizer and not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)  # else there are no slots yet to be kept
        kept = [*model.variables, *model.optimizer.variables] if has_optimizer else model.weights
        self._bank = Bank(raw_variables(variable for variable in kept if variable is not leave))
        self._states: dict[str, Values] = {}

    def keep(self, name: str) -> None:
        """Keep the present state; a state that had the name is dropped."""
        self._states[name] = self._bank.read()

    def rename(self, old: str, new: str) -> None:
        """Give a kept state another name."""
        self._states[new] = self._states.pop(old)

    def drop(self, name: str) -> None:
        """Keep a state no longer."""
        del self._states[name]

    def put_back(self, name: str) -> None:
        """Put a kept state back; it stays kept."""
        self._bank.write(self._states[name])

    def __contains__(self, name: str) -> bool:
        return name in self._states
