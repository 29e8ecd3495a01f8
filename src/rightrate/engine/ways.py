"""How training and testing run, and the plan that says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from rightrate.engine import calls
from rightrate.engine.calls import Calls
from rightrate.engine.flops import count, countable
from rightrate.engine.prefix import Cut
from rightrate.engine.samples import TrainSamples, shown
from rightrate.engine.steps import Step
from rightrate.search import Plan

#: Largest difference, relative to a variable's largest value, between steps with kept outputs and plain ones.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Way:
    """How training or testing runs: a call for each batch length, and what is reused."""

    runs: dict[int, Calls]
    note: str
    step_share: float = 1.0
    bytes: int = 0
    multiply_adds: int | None = None
    is_by_step: bool = False


class Half:
    """Training or testing: its samples, and its step traced for the batch lengths that occur."""

    def __init__(self, what: str, samples: TrainSamples, tracer: Any) -> None:
        self.what, self.samples, self._tracer = what, shown(samples), tracer
        self.is_stream = self.samples is not samples
        self.lengths = {len(rows) for rows in self.samples.steps}
        self.cuts: dict[tuple[int, bool], Cut] = {}  # by length, and whether the first half may draw
        self._traced: dict[int, Step] = {}

    def rows(self, n: int) -> np.ndarray:
        return next(rows for rows in self.samples.steps if len(rows) == n)

    def batch(self, n: int) -> tuple[Any, ...]:
        return self.samples.batch(self.rows(n))

    def trace(self, n: int) -> Step:
        """The step for batches of exactly `n` samples, traced at the first call."""
        if n not in self._traced:
            self._traced[n] = self._tracer(self.batch(n), open_batch=False)
        return self._traced[n]

    def multiply_adds(self) -> int | None:
        """Of one full batch; None where they cannot be counted."""
        traced = self.trace(max(self.lengths)).traced
        if traced is None or not countable(traced.graph.get_operations()):
            return None
        return count(traced.graph.get_operations())

    def exact_runs(self) -> dict[int, Calls]:
        """Calls that compute exactly what Keras's own would, for every batch length."""
        whole = calls.of_batches if self.is_stream else partial(calls.whole, samples=self.samples)
        if not self.samples.open_batch:
            return {n: whole(self.trace(n)) for n in self.lengths}
        step = self._tracer(self.batch(max(self.lengths)), open_batch=True)
        return {n: whole(step) for n in self.lengths}


def agree(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two values of a variable are the same to `TOLERANCE`; whole numbers, as the state of seeds, exactly."""
    if a.size == 0:
        return True
    if np.issubdtype(a.dtype, np.integer) or a.dtype == bool:
        return np.array_equal(a, b)
    a, b = a.astype(np.float64), b.astype(np.float64)
    scale = max(float(np.max(np.abs(a))), 1e-6)
    return bool(np.max(np.abs(a - b)) <= TOLERANCE * scale)


def plan(model: Any, ways: list[Way]) -> Plan:
    """What is said of the ways of training and of testing, in this order."""
    share = ways[0].step_share
    if model.run_eagerly:
        exactness = "the model runs eagerly, as compiled: one call a step, as in Model.fit"
    elif share < 1.0:
        exactness = (
            "within 1e-5 of Model.fit after one step, as checked on this model before the search; the steps run in a "
            "compiled loop"
        )
    else:
        exactness = "one compiled call a step: bit-equal to Model.fit with the same order and seeds"
    return Plan(
        prefix=_in_words(*(way.note for way in ways)),
        prefix_cached=share < 1.0,
        step_share=share,
        exactness=exactness,
        cache_bytes=sum(way.bytes for way in ways),
        multiply_adds=ways[0].multiply_adds,
        by_step=ways[0].is_by_step,
    )


def _in_words(training: str, validation: str) -> str:
    if training == validation:
        return f"In training and validation {training}"
    return f"In training {training}; in validation {validation}"
