"""Compiled calls of a step: its samples are gathered inside, and where that is exact enough many steps are one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from rightrate.engine.prefix import Cut
from rightrate.engine.samples import Samples, take
from rightrate.engine.steps import Step


@dataclass(frozen=True)
class Calls:
    """Ways to run a training or test step on rows of its samples.

    Args:
        one: `(rows, rate…)` -> what the step returns; `rows` has shape `(batch,)`.
        many: `(first, rows, rates)` -> the losses of consecutive training steps, from compiled loops that end early at
            a loss that is not finite; `first` is the number of the first of them in the training, from 0, and `rows`
            has shape `(steps, batch)`. None where each step is a call of its own: TensorFlow may order the sums of a
            step in a loop differently, which is then not what `fit` computes.
    """

    one: Callable[..., Any]
    many: Callable[[int, np.ndarray, np.ndarray], np.ndarray] | None = None


def whole(step: Step, samples: Samples) -> Calls:
    """The step as it was traced."""
    if step.traced is None:
        return Calls(lambda rows, *rate: step.call(samples.batch(rows), *rate))
    return Calls(_one(_gathering(step.call, samples.data), open_batch=samples.open_batch))


def of_batches(step: Step) -> Calls:
    """The step as it was traced, called with batches instead of rows."""
    return Calls(step.call)


def second_half(cut: Cut, kept: Sequence[Any], samples: Samples, *, training: bool) -> Calls:
    """The step after its frozen part, whose outputs are `kept`."""
    others = [leaf for part in samples.data[1:] for leaf in tf.nest.flatten(part)]
    body = _gathering(lambda data, *rate: cut.second(data[0], [*data[1], *rate]), (list(kept), others))
    one = _one(body, open_batch=False)
    if not training:
        return Calls(one)
    steps = loop(lambda rows, rate, _: body(rows, rate))
    return Calls(one, lambda _, rows, rates: steps(rows, rates))


def _gathering(call: Callable[..., Any], tables: Any) -> Callable[..., Any]:
    """`call` on the rows of `tables`, which stay in host memory."""

    def body(rows: Any, *rate: Any) -> Any:
        return call(take(tables, rows), *rate)

    return body


def _one(body: Callable[..., Any], *, open_batch: bool) -> Callable[..., Any]:
    compiled: dict[tuple[int | None, int], Any] = {}

    def run(rows: np.ndarray, *rate: Any) -> Any:
        key = (None if open_batch else len(rows), len(rate))
        if key not in compiled:
            signature = [tf.TensorSpec(key[:1], tf.int32), *(tf.TensorSpec((), tf.float32) for _ in rate)]
            compiled[key] = tf.function(body, input_signature=signature, autograph=False)
        return compiled[key](rows, *rate)

    return run


def loop(body: Callable[..., Any], kept: Sequence[tuple[tuple[int, ...], Any]] = ()) -> Callable[..., np.ndarray]:
    """Consecutive steps as one compiled loop, which ends early at a loss that is not finite.

    Args:
        body: `(rows, rate, outputs)` -> loss; `outputs` are what was kept for this step, in the order of `kept`.
        kept: shapes of one sample, and types, of what is kept for each step.

    Returns:
        `(rows, rates, together)` -> losses; each of `together` has shape `(steps, batch, ...)`.
    """
    compiled: dict[int, Any] = {}

    def run(rows: np.ndarray, rates: np.ndarray, together: Sequence[Any] = ()) -> np.ndarray:
        size = rows.shape[1]
        if size not in compiled:
            outputs = [tf.TensorSpec((None, size, *shape), dtype) for shape, dtype in kept]
            signature = [tf.TensorSpec((None, size), tf.int32), tf.TensorSpec((None,), tf.float32), outputs]
            compiled[size] = tf.function(steps, input_signature=signature, autograph=False)
        losses: np.ndarray = compiled[size](rows, rates, list(together)).numpy()
        return losses

    def steps(rows: Any, rates: Any, together: Any) -> Any:
        def goes_on(i: Any, finite: Any, losses: Any) -> Any:
            return (i < tf.shape(rates)[0]) & finite

        def step(i: Any, finite: Any, losses: Any) -> Any:
            loss = body(rows[i], rates[i], [one[i] for one in together])
            return i + 1, tf.math.is_finite(loss), losses.write(i, loss)

        losses = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=())
        # One at a time: the next step reads the weights that this one writes.
        return tf.while_loop(goes_on, step, (0, True, losses), parallel_iterations=1)[2].stack()

    return run
