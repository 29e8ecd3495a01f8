"""`Bank`: reads and writes the values of a set of variables, so that candidates take turns in one model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import tensorflow as tf

# One tensor a variable, in the bank's order. Tensors share memory with a variable until it changes. A scalar in the
# place of a larger variable stands for zeros.
Values = tuple[tf.Tensor, ...]


class Bank:
    """The variables that training changes: weights, statistics, optimizer slots, counters, seeds, metrics."""

    def __init__(self, variables: Iterable[tf.Variable]) -> None:
        unique = {id(variable): variable for variable in variables}
        self.variables: Sequence[tf.Variable] = tuple(unique.values())

    def read(self) -> Values:
        """Return the present values."""
        return tuple(tf.identity(variable) for variable in self.variables)

    def read_packed(self) -> Values:
        """The present values in less memory: fresh optimizer slots are zeros, two thirds of what Adam has."""
        return tuple(map(_packed, self.read()))

    def write(self, values: Values) -> None:
        """Put `values` back, bit for bit."""
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value if value.shape == variable.shape else tf.fill(variable.shape, value))

    @property
    def bytes(self) -> int:
        """Memory of one set of values."""
        return sum(v.shape.num_elements() * v.dtype.size for v in self.variables)


def _packed(value: tf.Tensor) -> tf.Tensor:
    if not value.dtype.is_floating or not value.shape.rank or not value.shape.is_fully_defined():
        return value
    # By bits, so that a negative zero stays one.
    return value if np.any(value.numpy().view(np.uint8)) else tf.zeros((), value.dtype)
