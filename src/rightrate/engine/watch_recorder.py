"""`Recorder`: a small table inside the graph, one row for each step, read now and then.

Keras hands callbacks the mean of the epoch so far. Taking differences of it cannot give the loss of a batch back: in
float32 one part in a thousand is lost after ten thousand steps, and everything after the first NaN. So the loss is
noted where it is made. Writing a row costs microseconds inside the graph, and nothing waits for the device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from rightrate.curves.curve import FloatArray, IntArray

#: A row: sum of losses times samples, samples, rate, sum of norms, times that a norm was noted.
_COLUMNS = ("loss", "weight", "rate", "norm", "norms")
#: What stands in a row where there is no rate: a rate is never negative.
_NOTHING = -1.0
_TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, eq=False)
class Rows:
    """What was noted since the last reading, one row a step, or one for several steps where the ends say so.

    Args:
        ends: shape `(rows,)`, steps done since the beginning of the `fit` at each row.
        losses: shape `(rows,)`, the loss of the step's batch, regularisation included; NaN may be a value.
        weights: shape `(rows,)`, samples of the batch; 0 where no loss was noted, whose `losses` mean nothing.
        rates: shape `(rows,)`, the learning rate that the step was done with; NaN where the optimizer has none.
        norms: shape `(rows,)`, norm of the gradient before clipping; NaN where it was not noted.
    """

    ends: IntArray
    losses: FloatArray
    weights: FloatArray
    rates: FloatArray
    norms: FloatArray

    def __len__(self) -> int:
        return int(self.ends.size)


class Recorder:
    """Notes the loss, the learning rate and the norm of the gradient of each step, inside the graph.

    Args:
        capacity: rows kept; older ones are overwritten, so that it must be read at least as often.

    Example:
        >>> recorder = Recorder(capacity=8)
        >>> recorder.begin_step()
        >>> recorder.note_loss(0.5, 32)
        >>> recorder.end_step(rate=1e-3)
        >>> rows = recorder.read()
        >>> rows.ends.tolist(), rows.losses.tolist(), rows.weights.tolist()
        ([1], [0.5], [32.0])
        >>> len(recorder.read())
        0
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._rows = tf.Variable(tf.zeros((capacity, len(_COLUMNS))), trainable=False, name="rightrate_rows")
        self._count = tf.Variable(0, dtype=tf.int64, trainable=False, name="rightrate_count")
        # What was noted within a branch or loop of the step, whose tensors cannot be used outside.
        self._inner = tf.Variable(tf.zeros(len(_COLUMNS)), trainable=False, name="rightrate_inner")
        self._read = self._begun = 0
        self.begin_step()

    def begin(self) -> None:
        """Count steps from here."""
        self._read = self._begun = int(self._count.numpy())

    def begin_step(self) -> None:
        """A step begins to run, or to be traced."""
        self._graph = _graph()
        self._noted: dict[str, Any] = {}
        self._has_inner = False

    def note_loss(self, loss: Any, samples: Any = None) -> None:
        """Note the loss of a batch; of several in one step the mean over samples counts."""
        mean = tf.reduce_mean(tf.cast(tf.convert_to_tensor(loss), tf.float32))
        weight = tf.constant(1.0) if samples is None else tf.reduce_sum(tf.cast(samples, tf.float32))
        self._note(loss=mean * weight, weight=weight)

    def note_gradients(self, gradients: Any, scale: Any = None) -> None:
        """Note the norm of gradients; `scale` is what the loss was multiplied by.

        Of several optimizer calls in one step the mean counts. Rows of a sparse gradient are not summed up first: a
        word that comes twice in a batch counts twice.
        """
        there = [gradient for gradient in gradients if gradient is not None]
        if there:
            norm = tf.cast(tf.linalg.global_norm([_as_float32(gradient) for gradient in there]), tf.float32)
            self._note(norm=norm if scale is None else norm / tf.cast(scale, tf.float32), norms=tf.constant(1.0))

    def _note(self, **values: Any) -> None:
        if _graph() is self._graph:
            for name, value in values.items():
                self._noted[name] = self._noted[name] + value if name in self._noted else value
        else:
            self._has_inner = True
            self._inner.assign_add(_row(values))

    def end_step(self, rate: Any, logs: Any = None) -> None:
        """Write the row of the step.

        Args:
            rate: None where the optimizer has none.
            logs: what the step returns; the row is written once that is there. Else a graph whose data have come to
                their end might write a row for a step that never was.
        """
        tensors = [one for one in tf.nest.flatten(logs) if tf.is_tensor(one)]
        with tf.control_dependencies([*tensors, *self._noted.values()]):
            self._write(rate)

    def _write(self, rate: Any) -> None:
        row = _row({**self._noted, "rate": _NOTHING if rate is None else tf.cast(rate, tf.float32)})
        self._noted = {}
        if self._has_inner:
            row = row + self._inner
            self._inner.assign(tf.zeros(len(_COLUMNS)))
        place = tf.math.floormod(self._count.read_value(), self.capacity)
        self._rows.scatter_nd_update([[place]], [row])
        self._count.assign_add(1)

    def read(self) -> Rows:
        """The rows since the last reading."""
        count = int(self._count.numpy())
        ends = np.arange(max(self._read, count - self.capacity), count, dtype=np.int64)
        self._read = count
        table = np.empty((0, len(_COLUMNS)))
        if ends.size:
            table = self._rows.numpy().astype(np.float64)[ends % self.capacity]
        loss, weight, rate, norm, norms = table.T
        with np.errstate(invalid="ignore"):
            losses, norms = loss / np.maximum(weight, _TINY), np.where(norms > 0, norm / np.maximum(norms, 1), np.nan)
        return Rows(ends + 1 - self._begun, losses, weight, np.where(rate == _NOTHING, np.nan, rate), norms)


def _graph() -> Any:
    return None if tf.executing_eagerly() else tf.compat.v1.get_default_graph()


def _row(values: dict[str, Any]) -> Any:
    return tf.stack([tf.convert_to_tensor(values.get(name, 0.0), tf.float32) for name in _COLUMNS])


def _as_float32(gradient: Any) -> Any:
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(tf.cast(gradient.values, tf.float32), gradient.indices, gradient.dense_shape)
    return tf.cast(gradient, tf.float32)
