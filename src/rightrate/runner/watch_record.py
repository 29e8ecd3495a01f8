"""`Record`: the curves of a training that is being watched, within bounded memory."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping

import numpy as np

from rightrate.curves.curve import Curve
from rightrate.curves.training import Training

#: Steps that are recorded one by one; then one of two for as many points, one of four, and so on. A fine-tuning seldom
#: has more, and a million steps become 120 000 points, which are examined in a fraction of a second.
WHOLE = 20_000
#: Significant digits of a number: float32, in which Keras computes, holds no more. The log has the same ones, so that
#: whoever reads it finds the very same values.
DIGITS = 7


class Record:
    """Points by name, each with its step. What `add` and `add_step` return is what was recorded, for a log.

    Args:
        whole: see `WHOLE`.

    Example:
        >>> record = Record(whole=2)
        >>> [list(record.add_step(step, {"loss": 1 / step})) for step in range(1, 5)]
        [[(1, {'loss': 1.0})], [(2, {'loss': 0.5})], [], [(4, {'loss': 0.25})]]
        >>> record.go_back(2)
        >>> record.curves["loss"].values.tolist()
        [1.0, 0.5]
    """

    def __init__(self, whole: int = WHOLE) -> None:
        self._whole = whole
        self._columns: dict[str, tuple[array[int], array[float]]] = {}
        self._stride, self._since = 1, 0
        self._held: tuple[int, dict[str, float]] | None = None
        self.size = 0

    @classmethod
    def of(cls, training: Training, upto: int) -> Record:
        """The record of a training that goes on from step `upto`."""
        record = cls()
        for curve in training.curves.values():
            for step, value in zip(curve.steps.tolist(), curve.values.tolist(), strict=True):
                if step <= upto:
                    record._put(step, {curve.name: value})
        return record

    def add_step(self, step: int, values: Mapping[str, float]) -> Iterator[tuple[int, dict[str, float]]]:
        """Record one step, or hold it back until the stretch that it stands in has ended.

        Of a stretch the last step is recorded, or the last whose loss is NaN or infinite.
        """
        rounded = {name: short(value) for name, value in values.items()}
        held = self._held
        if held is None or not _is_lost(held) or _is_lost((step, rounded)):
            self._held = (step, rounded)
        self._since += 1
        if self._since % self._stride == 0:
            yield from self.settle()
        if self._since >= self._whole * self._stride:
            self._stride, self._since = self._stride * 2, 0

    def settle(self) -> Iterator[tuple[int, dict[str, float]]]:
        """Record what is held back."""
        held, self._held = self._held, None
        if held is not None:
            yield self._put(*held)

    def add(self, step: int, values: Mapping[str, float]) -> tuple[int, dict[str, float]]:
        """Record values that are seldom measured, as at the end of an epoch."""
        return self._put(step, {name: short(value) for name, value in values.items()})

    def _put(self, step: int, values: dict[str, float]) -> tuple[int, dict[str, float]]:
        for name, value in values.items():
            steps, column = self._columns.setdefault(name, (array("q"), array("d")))
            if steps and steps[-1] >= step:
                continue
            steps.append(step)
            column.append(value)
            self.size += 1
        return step, values

    def go_back(self, step: int) -> None:
        """Forget what came after a step: the training was taken back to it."""
        self._held = None
        for steps, column in self._columns.values():
            kept = bisect_right(steps, step)
            del steps[kept:], column[kept:]
        self._columns = {name: pair for name, pair in self._columns.items() if pair[0]}
        self.size = sum(len(steps) for steps, _ in self._columns.values())

    @property
    def curves(self) -> dict[str, Curve]:
        """The curves so far."""
        return {
            name: Curve(name, np.array(steps, dtype=np.int64), np.array(values, dtype=np.float64))
            for name, (steps, values) in self._columns.items()
        }

    def after(self, name: str, step: int, most: int) -> list[float]:
        """The first values of a curve after a step, at most so many."""
        steps, column = self._columns.get(name, (array("q"), array("d")))
        place = bisect_right(steps, step)
        return column[place : place + most].tolist()

    def last(self, name: str) -> int | None:
        """The last step of a curve; None where it has none."""
        steps = self._columns.get(name, (array("q"), None))[0]
        return steps[-1] if steps else None

    def end(self, name: str) -> float | None:
        """The last value of a curve; None where it has none."""
        column = self._columns.get(name, (None, array("d")))[1]
        return column[-1] if column else None


def short(value: float) -> float:
    """A number with `DIGITS` digits.

    Example:
        >>> short(0.00010000000474974513)
        0.0001
    """
    return float(f"{value:.{DIGITS}g}")


def _is_lost(held: tuple[int, dict[str, float]]) -> bool:
    return not math.isfinite(held[1].get("loss", 0.0))
