"""`Bank`: reads and writes the values of a set of variables, so that candidates take turns in one model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import tensorflow as tf

#: One tensor a variable, in the bank's order. Tensors share memory with a variable until it changes.
Values = tuple[tf.Tensor, ...]


class Bank:
    """The variables that training changes: weights, statistics, optimizer slots, counters, seeds, metrics."""

    def __init__(self, variables: Iterable[tf.Variable]) -> None:
        unique = {id(variable): variable for variable in variables}
        self.variables: Sequence[tf.Variable] = tuple(unique.values())

    def read(self) -> Values:
        """Return the present values."""
        return tuple(tf.identity(variable) for variable in self.variables)

    def write(self, values: Values) -> None:
        """Put `values` back, bit for bit."""
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value)

    @property
    def bytes(self) -> int:
        """Memory of one set of values."""
        return sum(v.shape.num_elements() * v.dtype.size for v in self.variables)
