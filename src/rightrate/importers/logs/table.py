"""Rows of any table, chunk by chunk, -> a `Collector`: finds each row's step, leaves gaps out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rightrate.curves.curve import FloatArray, IntArray
from rightrate.curves.training import Unit
from rightrate.importers.logs.axis import Axis
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.numbers import LARGEST_STEP


@dataclass(frozen=True, eq=False)
class Cells:
    """One column of a chunk.

    Args:
        values: shape `(rows,)`; anything where nothing was measured.
        present: shape `(rows,)`, whether there is a value (which may be NaN).
    """

    values: FloatArray
    present: npt.NDArray[np.bool_]


@dataclass
class Rows:
    """Feeds chunks of rows to a collector.

    A row without a step takes the one of the row before: loggers that write validation in a row of its own may leave
    the step out. Rows before the first step, and rows whose step is no whole number, are left out and counted.

    Args:
        axis: which column counts.
        collector: where the points go.
    """

    axis: Axis
    collector: Collector = field(default_factory=Collector)
    count: int = 0
    without_step: int = 0
    fractions: bool = False
    validation_everywhere: bool = True
    _last_step: float = float("nan")
    _last_epoch: float = float("nan")
    _step_before: float = float("nan")
    _offset: float = 0.0

    def feed(self, columns: Mapping[str, Cells], rows: int) -> None:
        """Add a chunk of `rows` rows."""
        if not rows:
            return
        steps, good = self._steps(columns, rows)
        self.count += rows
        self.without_step += rows - int(np.count_nonzero(good))
        has_validation = False
        for name, cells in columns.items():
            if name == self.axis.column:
                continue
            chosen = cells.present & good
            self.collector.extend(name, steps[chosen], cells.values[chosen])
            has_validation |= "val" in name.lower() and bool(cells.present.all())
        self.validation_everywhere &= has_validation

    def _steps(self, columns: Mapping[str, Cells], rows: int) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        numbered = np.arange(self.count + 1, self.count + rows + 1, dtype=np.int64)
        everywhere = np.ones(rows, dtype=np.bool_)
        if self.axis.column is None or self.fractions:
            return numbered, everywhere
        steps = _filled(columns.get(self.axis.column), rows, self._last_step)
        self._last_step = float(steps[-1])
        if self.axis.epoch_column is not None:
            steps = self._counted_on(steps, columns, rows)
        usable = np.isfinite(steps) & (np.abs(steps) <= LARGEST_STEP)
        whole = usable & (np.floor(np.where(usable, steps, 0.0)) == steps)
        if self.count == 0 and self.axis.unit == "epoch" and np.count_nonzero(whole) < np.count_nonzero(usable):
            self.fractions = True
            return numbered, everywhere
        return np.where(whole, steps, 0.0).astype(np.int64), whole

    def _counted_on(self, steps: FloatArray, columns: Mapping[str, Cells], rows: int) -> FloatArray:
        """Count on where steps start again with each epoch, so that a new epoch does not look like a resumed run."""
        epochs = _filled(columns.get(str(self.axis.epoch_column)), rows, self._last_epoch)
        before, epochs_before = np.append(self._step_before, steps[:-1]), np.append(self._last_epoch, epochs[:-1])
        self._last_epoch, self._step_before = float(epochs[-1]), float(steps[-1])
        again = (epochs > epochs_before) & (steps < before) & np.isfinite(before)
        offsets = self._offset + np.cumsum(np.where(again, before, 0.0))
        self._offset = float(offsets[-1])
        return steps + offsets

    @property
    def unit(self) -> Unit:
        """What the steps count; without any axis, rows with validation in each of them are epochs."""
        if self.fractions:
            return "step"
        if self.axis.unit is None:
            return "epoch" if self.count and self.validation_everywhere else "step"
        return self.axis.unit

    @property
    def warnings(self) -> list[str]:
        """What was assumed or left out."""
        found = []
        if self.axis.column is None and self.count:
            found.append(
                f"No column counts epochs or steps: the {self.count} rows are taken as {self.unit}s 1 to {self.count}. "
                f'Say which column counts with columns={{"epoch": ...}} or columns={{"step": ...}}.'
            )
        if self._offset:
            found.append(f"The steps in {self.axis.column!r} start again with each epoch; they are counted on.")
        if self.fractions:
            found.append(
                f"The column {self.axis.column!r} holds fractions of epochs and no column counts steps: the "
                f"{self.count} rows are numbered instead."
            )
        if self.without_step:
            found.append(
                f"{self.without_step} of {self.count} rows have no whole number in {self.axis.column!r}, or one above "
                "2^53, and were left out."
            )
        return found


def _filled(cells: Cells | None, rows: int, before: float) -> FloatArray:
    """The values of a column, gaps filled with the value before."""
    if cells is None:
        return np.full(rows, before)
    source = np.maximum.accumulate(np.where(cells.present, np.arange(rows), -1))
    return np.where(source < 0, before, cells.values[source])
