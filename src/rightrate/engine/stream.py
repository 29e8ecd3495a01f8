"""`Stream`: training data that do not fit into memory, read again and again, a window of them at a time.

It stands beside `Samples`: the same batches in the same order, of which only those of the window are held. Candidates
that train together within a window share one reading. A dataset need not give the same batches when it is read again;
`differs_at` says where one did not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import keras
import tensorflow as tf

from rightrate.engine.batches import Batch, Source, as_tensor, check_finite, digests, nbytes
from rightrate.errors import DataError

#: Share of the memory for samples that a window takes: while one is let go of, the next begins.
WINDOW_SHARE = 0.5


def _length(batch: Batch) -> int:
    return len(keras.tree.flatten(batch)[0])


class Stream:
    """The batches of a whole training, by step.

    Args:
        source: the dataset.
        steps: of the whole training; epochs follow each other without a gap.
        limit: bytes of memory that samples may take; a window holds one batch at least, two at the very start.
        weigh: (batch of tensors) -> the same with class weights as sample weights.

    Attributes:
        data: a full batch, as tensors.
        largest: samples of a full batch.
        differs_at: first step whose batch was another one when it was read again; None where all were the same.
        readings: how often it was begun to read.
    """

    def __init__(self, source: Source, steps: int, limit: int, weigh: Callable[[Batch], Batch]) -> None:
        self.step_count, self.open_batch = steps, source.open_batch
        self.readings, self.differs_at = 0, None
        self._source, self._room, self._weigh = source, int(WINDOW_SHARE * limit), weigh
        self._marks: list[bytes] = []
        self._lengths: list[int] = []
        self._window: list[Batch] = []
        self._first, self._held = 0, 0  # step of the window's first batch; bytes
        self._template: Batch | None = None
        self._begin()
        for _ in range(min(2, steps)):  # one of two is full: the smaller last one of an epoch may come first
            self._hold(self._next())
        self.data: Batch = max(self._window, key=_length)
        self.largest = _length(self.data)

    differs_at: int | None

    @property
    def size(self) -> None:
        """Different samples: nobody counts them."""

    @property
    def held(self) -> str:
        """Where the samples are, in words."""
        times = "once" if self.readings == 1 else f"{self.readings} times"
        return f"a stream that is not kept in memory, read {times}"

    @property
    def window(self) -> tuple[int, int]:
        """The step of the first batch held, and the one after the last."""
        return self._first, self._end

    def trained(self, step: int) -> int:
        """Samples that the first `step` steps read."""
        return sum(self._lengths[:step])

    def batch(self, step: int) -> Batch:
        """What this step trains on."""
        self.reach(step, step + 1)
        return self._window[step - self._first]

    def in_order(self) -> Iterator[Batch]:
        """The batches of all steps."""
        return (self.batch(step) for step in range(self.step_count))

    def reach(self, step: int, until: int) -> int:
        """Hold the batch of `step`, and those after it before step `until` as far as memory goes.

        Returns:
            The step after the window's last batch.

        Raises:
            DataError: the dataset failed, or a batch is no good; it is named.
        """
        if step < self._first:
            self._begin()
        if step >= self._end and (step > self._end or self._is_full):
            self._drop(step)
        while self._end < min(until, self.step_count) and (self._end <= step or not self._is_full):
            self._hold(self._next())
        return self._end

    @property
    def _end(self) -> int:
        return self._first + len(self._window)

    @property
    def _is_full(self) -> bool:
        return bool(self._window) and self._held * (len(self._window) + 1) > self._room * len(self._window)

    def _begin(self) -> None:
        self.readings += 1
        self._read, self._batches = 0, self._endless()
        self._drop(0)

    def _drop(self, step: int) -> None:
        """Let go of the window; the next begins at `step`, and what comes before it is passed over."""
        self._window.clear()
        self._first, self._held = step, 0
        while self._read < step:
            self._next()

    def _endless(self) -> Iterator[Batch]:
        for epoch in count():
            yield from self._source.epoch(epoch)

    def _next(self) -> Batch:
        batch = next(self._batches)
        self._template = batch if self._template is None else self._template
        self._source.check_shapes(batch, self._template)
        leaves = keras.tree.flatten(batch)
        # Two samples of each batch: hashing all of them would cost as much as reading them.
        mark = b"".join(digests(leaves, {0, len(leaves[0]) - 1})) if len(leaves[0]) else b""
        if self._read == len(self._marks):
            self._marks.append(mark)
            self._lengths.append(len(leaves[0]))
        elif mark != self._marks[self._read] and (self.differs_at is None or self._read < self.differs_at):
            self.differs_at = self._read
        self._read += 1
        return batch

    def _hold(self, batch: Batch) -> None:
        if not len(keras.tree.flatten(batch)[0]):
            raise DataError(f"{self._source.name} gave a batch without samples, batch {self._read} of the training.")
        check_finite(batch, f"batch {self._read} of the training")
        self._window.append(self._weigh(tf.nest.map_structure(as_tensor, batch)))
        self._held += nbytes(batch)
