"""The frozen part of a model, computed once: cuts a traced step in two and keeps what the first half gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from rightrate.engine.flops import count
from rightrate.engine.graph import Split, extract, split
from rightrate.engine.samples import Samples, take

# Largest difference, relative to the tensor's largest value, between a sample's output in two different batches.
# Batches change the order of floating-point sums (about 1e-6); statistics over a batch change far more.
SAME_SAMPLE_TOLERANCE = 1e-4


class NotShared(Exception):
    """Why nothing is kept; the text goes into the plan."""


class TooLarge(NotShared):
    """There is not the memory to keep it."""


@dataclass(frozen=True)
class Cut:
    """A traced step in two halves.

    Args:
        places: for each tensor that the second half reads, the leaf of the batch's features it *is*, or None where
            the first half computes it.
        first: features -> the computed tensors.
        second: (kept tensors, labels and weights, rate…) -> what the whole step returns.
        step_share: floating-point operations of the second half over those of the whole.
        multiply_adds: of the second half.
        shapes: of the computed tensors, without the sample axis, with their types.
    """

    places: tuple[int | None, ...]
    first: Callable[..., Any]
    second: Callable[..., Any]
    step_share: float
    multiply_adds: int
    shapes: tuple[tuple[tuple[int, ...], Any], ...]

    @property
    def bytes_per_sample(self) -> int:
        """Memory of what is kept of one sample."""
        return sum(int(np.prod(shape, dtype=np.int64)) * dtype.size for shape, dtype in self.shapes)


def cut(
    traced: Any, batch: tuple[Any, ...], changed: Sequence[tf.Variable], *, jit: bool, seeds: Sequence[tf.Variable] = ()
) -> Cut:
    """Cut a traced step after everything that no candidate changes.

    Args:
        traced: a concrete function of the step.
        batch: that it was traced for.
        changed: variables that a step changes.
        jit: whether the second half is to be compiled by XLA.
        seeds: see `graph.split`.

    Raises:
        NotShared: nothing is worth keeping, or it cannot be kept; the reason is its text.
    """
    graph = traced.graph
    flat = tf.nest.flatten(batch)
    features = len(tf.nest.flatten(batch[0]))
    inputs = list(graph.inputs[: len(graph.inputs) - len(graph.captures)])
    targets = [tensor.op for tensor in graph.outputs] + list(graph.control_outputs)
    found = split(graph, inputs[:features], targets, changed, seeds)
    computed = [t for t in found.tensors if all(t is not x for x in inputs)]
    if not computed or not found.reads_frozen:
        raise NotShared(
            "nothing frozen can be kept sample by sample before the first trainable layer, random draw or batch "
            "statistic, so that every candidate runs the whole network"
        )
    places = tuple(next((i for i, x in enumerate(inputs[:features]) if t is x), None) for t in found.tensors)
    whole = count(graph.get_operations())
    share = count(found.rest) / whole if whole else 1.0
    return Cut(
        places=places,
        first=_first(graph, inputs[:features], computed, found),
        second=_second(traced, inputs, len(flat), features, found, jit=jit),
        step_share=share,
        multiply_adds=count(found.rest),
        shapes=tuple((tuple(t.shape[1:]), t.dtype) for t in computed),
    )


def _captures(graph: Any) -> dict[str, Any]:
    return {inner.name: outer for outer, inner in graph.captures}


def _first(graph: Any, inputs: Sequence[Any], computed: Sequence[Any], found: Split) -> Callable[..., Any]:
    definition = extract(graph, [op for op in found.prefix if op.type != "Placeholder"], ordered=False)
    captures = _captures(graph)

    @tf.function(autograph=False)
    def first(*features: Any) -> Any:
        names = {x.name: feature for x, feature in zip(inputs, features, strict=True)}
        return tf.graph_util.import_graph_def(
            definition, input_map=_used(definition, {**captures, **names}), return_elements=[t.name for t in computed],
            name="",
        )  # fmt: skip

    return first


def _second(
    traced: Any, inputs: Sequence[Any], leaves: int, features: int, found: Split, *, jit: bool
) -> Callable[..., Any]:
    graph = traced.graph
    definition = extract(graph, [op for op in found.rest if op.type != "Placeholder"], ordered=True)
    captures = _captures(graph)
    constants = {tensor.name: value for tensor, value in found.constants}
    outputs = [tensor.name for tensor in graph.outputs]
    effects = [op.name for op in graph.control_outputs]
    structure = traced.structured_outputs

    @tf.function(autograph=False, jit_compile=jit or None)
    def second(kept: Sequence[Any], others: Sequence[Any]) -> Any:
        feeds = {t.name: value for t, value in zip(found.tensors, kept, strict=True)}
        feeds |= {x.name: value for x, value in zip(inputs[features:], others, strict=True)}
        feeds |= {name: tf.constant(value) for name, value in constants.items()}
        got = tf.graph_util.import_graph_def(
            definition,
            input_map=_used(definition, {**captures, **feeds}),
            return_elements=outputs + effects,
            name="",
        )
        with tf.control_dependencies([op for op in got[len(outputs) :]]):
            values = [tf.identity(tensor) for tensor in got[: len(outputs)]]
        return tf.nest.pack_sequence_as(structure, values, expand_composites=True)

    return second


def _used(definition: Any, feeds: dict[str, Any]) -> dict[str, Any]:
    """The feeds that some node of `definition` reads; TensorFlow refuses others."""
    read = {edge if ":" in edge else f"{edge}:0" for node in definition.node for edge in node.input}
    graph = tf.compat.v1.get_default_graph()
    return {name: graph.capture(tf.convert_to_tensor(value)) for name, value in feeds.items() if name in read}


def keep_outputs(one: Cut, samples: Samples, batch_size: int) -> tuple[tf.Tensor, ...]:
    """Compute the first half for all samples; returns a tensor for each place, the samples as its first axis.

    Raises:
        NotShared: a sample's output depends on the other samples of its batch.
    """
    leaves = tf.nest.flatten(samples.data[0])
    pieces: list[list[tf.Tensor]] = [[] for _ in one.shapes]
    for start in range(0, samples.size, batch_size):
        rows = np.arange(start, start + batch_size) % samples.size  # the last batch is filled up, and cut again
        for column, value in zip(pieces, _run_first(one, leaves, rows), strict=True):
            with tf.device("CPU:0"):
                column.append(tf.identity(value[: samples.size - start]))
    with tf.device("CPU:0"):
        computed = [tf.concat(column, 0) for column in pieces]
    _check_by_sample(one, leaves, computed, samples.size, batch_size)
    rest = iter(computed)
    return tuple(next(rest) if place is None else leaves[place] for place in one.places)


def _run_first(one: Cut, leaves: Sequence[Any], rows: np.ndarray) -> Sequence[Any]:
    return list(one.first(*take(list(leaves), rows)))


def _check_by_sample(
    one: Cut, leaves: Sequence[Any], computed: Sequence[tf.Tensor], size: int, batch_size: int
) -> None:
    """Compute some samples again, in other company and in another place of the batch."""
    if size < 2 or batch_size < 2:
        return
    rows = (np.arange(batch_size)[::-1] + batch_size // 2) % size
    for before, again in zip(computed, _run_first(one, leaves, rows), strict=True):
        a, b = (np.asarray(tf.cast(v, tf.float64)) for v in (take([before], rows)[0], again))
        scale = float(np.max(np.abs(a))) or 1.0
        if float(np.max(np.abs(a - b))) > SAME_SAMPLE_TOLERANCE * scale:
            raise NotShared(
                "the frozen part mixes the samples of a batch (a BatchNorm in training mode?): its output is not "
                "the same in every batch"
            )
