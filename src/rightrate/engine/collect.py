"""`Collected`: the samples of a dataset while they are read into a table, each different one once."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from rightrate.engine.batches import Batch, Source, as_tensor, check_finite, digests, nbytes
from rightrate.errors import DataError


class TooLarge(DataError):
    """The samples need more memory than they may take."""


class Collected:
    """A table that grows.

    Args:
        source: whose batches come.
        limit: bytes that the samples may take.

    Attributes:
        steps: the int32 row numbers of each batch so far.
        seen: row number of each different sample, by its digest.
    """

    def __init__(self, source: Source, limit: int) -> None:
        self.steps: list[np.ndarray] = []
        self.seen: dict[bytes, int] = {}
        self._source, self._limit, self._held = source, limit, 0
        self._pieces: list[list[np.ndarray]] = []
        self._first: Batch | None = None

    def add(self, batch: Batch) -> None:
        """Take the samples that are not there yet.

        Raises:
            TooLarge: there is no room for them.
            DataError: they do not fit together with the others.
        """
        self._first = batch if self._first is None else self._first
        self._source.check_shapes(batch, self._first)
        leaves = keras.tree.flatten(batch)
        rows, new = np.empty(len(leaves[0]), np.int32), []
        for place, key in enumerate(digests(leaves, range(len(rows)))):
            if key not in self.seen:
                self.seen[key] = len(self.seen)
                new.append(place)
            rows[place] = self.seen[key]
        self.steps.append(rows)
        if not new:
            return
        piece = batch if len(new) == len(rows) else keras.tree.map_structure(lambda leaf: leaf[new], batch)
        self._held += nbytes(piece)
        if self._held > self._limit:
            raise TooLarge(
                f"{self._source.name} needs more memory than there is for it: {self._held / 1e9:.1f} GB read, "
                f"{self._limit / 1e9:.1f} GB allowed. Search on a part of it: dataset.take(…), or steps_per_epoch= "
                "with fewer steps."
            )
        self._pieces.append(keras.tree.flatten(piece))

    def columns(self) -> Any:
        """The table's tensors, in the structure of a batch; what was read is let go of."""
        columns = []
        for k in range(len(self._pieces[0])):
            columns.append(np.concatenate([piece[k] for piece in self._pieces]))
            for piece in self._pieces:
                piece[k] = columns[-1][:0]
        arrays = keras.tree.pack_sequence_as(self._first, columns)
        check_finite(arrays, self._source.name)
        return keras.tree.map_structure(as_tensor, arrays)
