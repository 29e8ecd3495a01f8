"""How steps get their batches: rows of a table, many at once where the calls can, or a stream's one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

import numpy as np
import tensorflow as tf

from rightrate.engine.calls import Calls
from rightrate.engine.samples import Samples, TrainSamples
from rightrate.engine.stream import Stream
from rightrate.errors import DataError


def losses(
    train: TrainSamples, runs: Mapping[int, Calls], rates: np.ndarray, first: int, until: int
) -> Iterator[list[float]]:
    """Train steps `first` to `until`; yields their losses, of one or more steps at a time.

    Args:
        runs: the calls for each number of samples in a batch.
        rates: shape `(total steps,)`, the learning rate of every step.
    """
    rates = rates.astype(np.float32)
    if isinstance(train, Stream):
        yield from _of_stream(train, runs, rates, first, until)
        return
    for step, rows in _stretches(train, runs, first, until):
        call = runs[rows.shape[1]]
        if call.many is not None:
            yield [float(loss) for loss in call.many(step, rows, rates[step : step + len(rows)])]
        else:
            yield [float(call.one(rows[0], rates[step]))]


def _stretches(train: Samples, runs: Mapping[int, Calls], step: int, until: int) -> Iterator[tuple[int, np.ndarray]]:
    """The steps that one call takes: first step and rows, shape `(steps, batch)`."""
    for length, group in groupby(train.steps[step:until], len):
        rows = np.stack(list(group))
        at_once = 1 if runs[length].many is None else len(rows)
        for i in range(0, len(rows), at_once):
            yield step + i, rows[i : i + at_once]
        step += len(rows)


def _of_stream(
    train: Stream, runs: Mapping[int, Calls], rates: np.ndarray, first: int, until: int
) -> Iterator[list[float]]:
    (call,) = runs.values()  # where sizes differ, they are left open in the one trace that there is
    for step in range(first, until):
        batch = train.batch(step)
        try:
            yield [float(call.one(batch, rates[step]))]
        except tf.errors.OpError as error:
            text = " ".join(str(error).split())
            raise DataError(
                f"The model cannot train on batch {step + 1} of the training dataset: {text[:400]} Every batch must "
                "fit the model as the first one does: look at its shapes and labels."
            ) from error
