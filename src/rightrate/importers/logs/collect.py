"""`Collector`: gathers points by column while a log is read, within a fixed amount of memory."""

from __future__ import annotations

import heapq
from array import array

import numpy as np

from rightrate.curves.curve import FloatArray, IntArray
from rightrate.errors import DataError
from rightrate.importers.logs.order import Ordered, in_order

MOST_POINTS = 4_000_000
"""Points kept of one log, over all its columns: 64 MB at 16 bytes a point. Four columns of a million steps are kept
whole; a log of a gigabyte has to be thinned to be read within 300 MB."""


MOST_COLUMNS = 100_000
"""Columns of one log: they take 20 MB before they hold a point. A name that counts, such as `loss_17`, makes one a
row."""

SLACK = 4
"""One part in this many may be gathered above the limit before it is thinned again: thinning copies a column."""


class Collector:
    """Points by column.

    Beyond `most_points` the longest column is thinned: of each two neighbours the later stays, unless only the earlier
    is NaN or infinite, so that a divergence is never thinned away.

    Raises:
        DataError: when points are added: to more than `MOST_COLUMNS` columns.

    Example:
        >>> collector = Collector(most_points=4)
        >>> for step in range(8):
        ...     collector.add("loss", step, 1.0 if step != 2 else float("nan"))
        >>> collector.column("loss").values.tolist(), collector.thinned
        ([1.0, nan, 1.0, 1.0], {'loss': 2})
    """

    def __init__(self, most_points: int = MOST_POINTS) -> None:
        self._most = most_points
        self._columns: dict[str, _Column] = {}
        self._points = 0

    @property
    def names(self) -> list[str]:
        """The columns with points, in the order of their first point."""
        return list(self._columns)

    @property
    def thinned(self) -> dict[str, int]:
        """Of how many points one was kept, for each column that was thinned."""
        return {name: column.stride for name, column in self._columns.items() if column.stride > 1}

    def add(self, name: str, step: int, value: float) -> None:
        """Append one point."""
        column = self._columns.get(name) or self._new(name)
        column.steps.append(step)
        column.values.append(value)
        self._points += 1
        if self._points > self._most + self._most // SLACK:
            self._thin()

    def extend(self, name: str, steps: IntArray, values: FloatArray) -> None:
        """Append points; both of shape `(points,)`."""
        if not steps.size:
            return
        column = self._columns.get(name) or self._new(name)
        column.steps.frombytes(np.ascontiguousarray(steps, dtype=np.int64).tobytes())
        column.values.frombytes(np.ascontiguousarray(values, dtype=np.float64).tobytes())
        self._points += steps.size
        if self._points > self._most + self._most // SLACK:
            self._thin()

    def _new(self, name: str) -> _Column:
        if len(self._columns) == MOST_COLUMNS:
            raise DataError(
                f"The log has more than {MOST_COLUMNS} curves, one of them {name[:80]!r}. Expected names that stay the "
                "same from step to step: log what changes as a value."
            )
        self._columns[name] = _Column()
        return self._columns[name]

    def column(self, name: str) -> Ordered:
        """The points of one column, in order."""
        if self._points > self._most:
            self._thin()
        column = self._columns[name]
        return in_order(np.array(column.steps, dtype=np.int64), np.array(column.values, dtype=np.float64))

    def logged(self, name: str) -> FloatArray:
        """The values of one column in the order of the log, whatever their steps."""
        return np.array(self._columns[name].values, dtype=np.float64)

    def leave_out(self, name: str) -> None:
        """Forget one column."""
        self._points -= len(self._columns.pop(name).steps)

    def _thin(self) -> None:
        columns = list(self._columns.values())
        for column in columns:
            column.settle()
        points = sum(len(column.steps) for column in columns)
        longest = [(-len(column.steps), place) for place, column in enumerate(columns)]
        heapq.heapify(longest)
        while points > self._most and longest[0][0] < -1:
            column = columns[longest[0][1]]
            points -= len(column.steps)
            column.halve()
            points += len(column.steps)
            heapq.heapreplace(longest, (-len(column.steps), longest[0][1]))
        self._points = points


class _Column:
    def __init__(self) -> None:
        self.steps = array("q")
        self.values = array("d")
        self.stride = 1
        self.settled = 0

    def settle(self) -> None:
        """Thin the points that came since the last time as much as the older ones."""
        self._keep_one_of(self.stride, self.settled)
        self.settled = len(self.steps)

    def halve(self) -> None:
        self._keep_one_of(2, 0)
        self.settled = len(self.steps)
        self.stride *= 2

    def _keep_one_of(self, count: int, start: int) -> None:
        if count == 1:
            return
        steps = np.array(self.steps[start:], dtype=np.int64)
        values = np.array(self.values[start:], dtype=np.float64)
        chosen = _one_of(values, count)
        del self.steps[start:], self.values[start:]
        self.steps.frombytes(steps[chosen].tobytes())
        self.values.frombytes(values[chosen].tobytes())


def _one_of(values: FloatArray, count: int) -> IntArray:
    """Positions of one value of each `count` neighbours: the last that is not finite, else the last; the rest whole."""
    blocks = values.size // count
    strange = ~np.isfinite(values[: blocks * count]).reshape(blocks, count)
    last_strange = count - 1 - strange[:, ::-1].argmax(axis=1)
    within = np.where(strange.any(axis=1), last_strange, count - 1)
    whole = np.arange(blocks, dtype=np.int64) * count + within
    rest = np.arange(blocks * count, values.size, dtype=np.int64)[-1:]
    return np.concatenate([whole, rest])
