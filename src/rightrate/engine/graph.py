"""What a traced graph contains: which variables it changes, and which of its tensors no candidate can change.

The analysis reads the graph that TensorFlow will run, not a list of layer names: a dropout inside a frozen
encoder, a BatchNorm that still updates its statistics, or a weight shared with the head are all seen as the
random op, the assignment and the read that they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import op_def_registry

#: Stateful ops that only look: they read a variable or a lookup table.
READS = frozenset(
    {
        "ReadVariableOp",
        "ResourceGather",
        "ResourceGatherNd",
        "LookupTableFind",
        "LookupTableFindV2",
        "VariableShape",
    }
)
_CALLS = frozenset({"StatefulPartitionedCall", "PartitionedCall", "While", "StatelessWhile", "If", "StatelessIf",
                    "Case", "StatelessCase"})  # fmt: skip


def variables_by_capture(graph: Any) -> dict[int, tf.Variable]:
    """Map the id of each placeholder that stands for a variable in `graph` to the variable."""
    by_handle = {id(variable.handle): variable for variable in graph.variables}
    return {id(inner): by_handle[id(outer)] for outer, inner in graph.captures if id(outer) in by_handle}


def _library(graph: Any) -> dict[str, Any]:
    return {function.signature.name: function for function in graph.as_graph_def().library.function}


def _called(attributes: Any) -> list[str]:
    names = [value.func.name for value in attributes.values() if value.HasField("func")]
    for value in attributes.values():
        names += [func.name for func in value.list.func]
    return names


def _call_arguments(op_type: str, inputs: Sequence[Any]) -> Sequence[Any]:
    """The inputs that become the arguments of the called functions: all, but for the switch of If and Case."""
    return inputs[1:] if op_type in ("If", "StatelessIf", "Case", "StatelessCase") else inputs


def _written_arguments(function: Any, library: dict[str, Any]) -> set[int]:
    """Positions of the resource arguments that `function` may change."""
    positions = {argument.name: index for index, argument in enumerate(function.signature.input_arg)}
    resources = {a.name for a in function.signature.input_arg if a.type == tf.resource.as_datatype_enum}
    written: set[int] = set()
    for node in function.node_def:
        inputs = [name.split(":")[0] for name in node.input if not name.startswith("^")]
        if node.op in _CALLS:
            arguments = _call_arguments(node.op, inputs)
            for name in _called(node.attr):
                inner = _written_arguments(library[name], library)
                written |= {positions[arguments[i]] for i in inner if i < len(arguments) and arguments[i] in resources}
        elif node.op not in READS:
            written |= {positions[name] for name in inputs if name in resources}
    return written


def _draws_or_acts(function: Any, library: dict[str, Any]) -> bool:
    """Whether `function` contains a stateful op that is more than a read: a random draw, an assignment, a print."""
    for node in function.node_def:
        if node.op in _CALLS:
            if any(_draws_or_acts(library[name], library) for name in _called(node.attr)):
                return True
        elif node.op not in READS and op_def_registry.get(node.op).is_stateful:
            return True
    return False


def changed_variables(graph: Any) -> list[tf.Variable]:
    """The variables that running `graph` may change, in the order of their first use."""
    library, variables = _library(graph), variables_by_capture(graph)
    changed: dict[int, tf.Variable] = {}
    for op in graph.get_operations():
        inputs = list(op.inputs)
        if op.type in _CALLS:
            arguments = _call_arguments(op.type, inputs)
            written = set().union(*(_written_arguments(library[n], library) for n in _called(op.node_def.attr)))
            touched = [arguments[i] for i in written if i < len(arguments)]
        elif op.type in READS:
            touched = []
        else:
            touched = inputs
        for tensor in touched:
            if id(tensor) in variables:
                variable = variables[id(tensor)]
                changed[id(variable)] = variable
    return list(changed.values())


def draws_outside_keras(graph: Any) -> list[str]:
    """Types of the random ops whose state TensorFlow hides, so that it can neither be saved nor repeated."""
    library = _library(graph)
    types = {op.type for op in graph.get_operations()}
    types |= {node.op for function in library.values() for node in function.node_def}
    return sorted(t for t in types if "Random" in t and not t.startswith("Stateless") and _is_stateful(t))


def _is_stateful(op_type: str) -> bool:
    definition = op_def_registry.get(op_type)
    return definition is not None and bool(definition.is_stateful)


def seed_states(graph: Any, changed: Sequence[tf.Variable]) -> list[tf.Variable]:
    """Those of `changed` that count draws: at a given step their value is the same for all candidates.

    Such is the state of a Keras `SeedGenerator`: two whole numbers, written once in a step, by nothing but themselves
    and constants. One that is written twice is not among them: which of its values a read sees is a matter of order.
    """
    found = [v for v in changed if v.dtype.is_integer and v.shape == (2,)]
    while True:
        ids = {id(variable) for variable in found}
        shared, _ = _shared(graph, (), [v for v in changed if id(v) not in ids], set())
        fit = [variable for variable in found if _advances_alone(graph, variable, shared)]
        if len(fit) == len(found):
            return found
        found = fit


def _advances_alone(graph: Any, variable: tf.Variable, shared: set[int]) -> bool:
    variables = variables_by_capture(graph)
    writers = [
        op for op in graph.get_operations()
        if op.type not in READS and any(variables.get(id(tensor)) is variable for tensor in op.inputs)
    ]  # fmt: skip
    if [op.type for op in writers] != ["AssignVariableOp"]:
        return False
    return id(writers[0].inputs[1].op) in shared


@dataclass(frozen=True)
class Split:
    """Where a traced step can be cut.

    Args:
        tensors: the graph's tensors that depend on the inputs, on frozen variables and on nothing else, and that
            the rest of the step needs; each has the samples as its first axis.
        constants: tensors with a value that is known without running anything, with that value.
        rest: the ops that must run in every step.
        prefix: the ops that need not.
        reads_frozen: whether the prefix reads any variable that stays; otherwise nothing is worth keeping.
    """

    tensors: tuple[Any, ...]
    constants: tuple[tuple[Any, Any], ...]
    rest: tuple[Any, ...]
    prefix: tuple[Any, ...]
    reads_frozen: bool


def _needed(targets: Iterable[Any], stop: set[int]) -> list[Any]:
    """Ops that must run for `targets` (ops), not going beyond tensors whose id is in `stop`."""
    found: dict[int, Any] = {}
    waiting = list(targets)
    while waiting:
        op = waiting.pop()
        if id(op) in found:
            continue
        found[id(op)] = op
        waiting += [tensor.op for tensor in op.inputs if id(tensor) not in stop]
        waiting += list(op.control_inputs)
    return list(found.values())


def split(
    graph: Any,
    inputs: Sequence[Any],
    targets: Sequence[Any],
    changed: Sequence[tf.Variable],
    seeds: Sequence[tf.Variable] = (),
) -> Split:
    """Cut `graph` after everything that only `inputs` and unchanged variables decide.

    Args:
        graph: a traced step with fully known shapes.
        inputs: its placeholders that hold samples (features, not labels), samples first.
        targets: the ops that the step exists for: its outputs' and its side effects'.
        changed: variables that any step changes; whatever reads one of them belongs to the rest.
        seeds: those of them that may be read, since what is kept is for one step alone.
    """
    refused: set[int] = set()
    allowed = {id(variable) for variable in seeds}
    moving = [variable for variable in changed if id(variable) not in allowed]
    while True:
        shared, depends = _shared(graph, inputs, moving, refused)
        found = _frontier(graph, inputs, targets, shared, depends, allowed)
        if isinstance(found, Split):
            return found
        refused |= found


def _shared(
    graph: Any, inputs: Sequence[Any], changed: Sequence[tf.Variable], refused: set[int]
) -> tuple[set[int], set[int]]:
    """Ids of the ops that give the same for all candidates, and of those that depend on `inputs`."""
    library, variables = _library(graph), variables_by_capture(graph)
    moving = {id(variable) for variable in changed}
    starts = {id(tensor.op) for tensor in inputs}
    captured = {id(inner.op) for _, inner in graph.captures}
    shared: set[int] = set()
    depends: set[int] = set()
    for op in graph.get_operations():
        if id(op) in starts:
            shared.add(id(op))
            depends.add(id(op))
            continue
        if id(op) in refused or (op.type == "Placeholder" and id(op) not in captured):
            continue
        sources = list(op.inputs)
        if any(id(tensor.op) not in shared for tensor in sources):
            continue
        if any(id(variables.get(id(tensor))) in moving for tensor in sources):
            continue
        if op.type in _CALLS:
            if any(_draws_or_acts(library[name], library) for name in _called(op.node_def.attr)):
                continue
        elif op.type not in READS and op.type != "Placeholder" and op.op_def.is_stateful:
            continue
        shared.add(id(op))
        if any(id(tensor.op) in depends for tensor in sources):
            depends.add(id(op))
    return shared, depends


def _frontier(
    graph: Any, inputs: Sequence[Any], targets: Sequence[Any], shared: set[int], depends: set[int], seeds: set[int]
) -> Split | set[int]:
    """The cut, or the ids of ops whose output cannot be kept sample by sample."""
    batch, given = int(inputs[0].shape[0]), {id(tensor.op) for tensor in inputs}
    kept: dict[int, Any] = {}
    constants: dict[int, tuple[Any, Any]] = {}
    unfit: set[int] = set()
    everything = _needed(targets, set())
    for op in everything:
        if id(op) in shared:
            continue
        for tensor in op.inputs:
            if id(tensor.op) not in depends or id(tensor.op) not in shared:
                continue
            value = tf.get_static_value(tensor) if tensor.dtype.is_integer else None
            if value is not None:
                constants[id(tensor)] = (tensor, value)
            elif id(tensor.op) in given or _per_sample(tensor, batch):
                kept[id(tensor)] = tensor
            else:
                unfit.add(id(tensor.op))
    if unfit:
        return unfit
    rest = _needed(targets, set(kept) | set(constants))
    prefix = _needed([tensor.op for tensor in kept.values()], set())
    # Ordering edges are dropped in the prefix: nothing in it acts.
    prefix = [op for op in prefix if id(op) in shared]
    variables = variables_by_capture(graph)
    reads = any(op.type in READS or op.type in _CALLS for op in prefix if _reads_what_stays(op, variables, seeds))
    return Split(
        tensors=tuple(sorted(kept.values(), key=lambda tensor: tensor.name)),
        constants=tuple(constants.values()),
        rest=_in_order(graph, rest),
        prefix=_in_order(graph, prefix),
        reads_frozen=reads,
    )


def _in_order(graph: Any, ops: Iterable[Any]) -> tuple[Any, ...]:
    wanted = {id(op) for op in ops}
    return tuple(op for op in graph.get_operations() if id(op) in wanted)


def _reads_what_stays(op: Any, variables: dict[int, tf.Variable], seeds: set[int]) -> bool:
    return any(tensor.dtype == tf.resource and id(variables.get(id(tensor))) not in seeds for tensor in op.inputs)


def _per_sample(tensor: Any, batch: int) -> bool:
    shape = tensor.shape
    plain = tensor.dtype not in (tf.resource, tf.variant, tf.string)
    return plain and shape.rank is not None and shape.rank > 0 and shape.is_fully_defined() and shape[0] == batch


def extract(graph: Any, ops: Iterable[Any], *, ordered: bool) -> tf.compat.v1.GraphDef:
    """A GraphDef of `ops` alone; `ordered` keeps their ordering edges."""
    whole = graph.as_graph_def()
    names = {op.name for op in ops}
    part = tf.compat.v1.GraphDef()
    part.versions.CopyFrom(whole.versions)
    part.library.CopyFrom(whole.library)
    for node in whole.node:
        if node.name not in names:
            continue
        copy = part.node.add()
        copy.CopyFrom(node)
        copy.attr.pop("_class", None)  # a wish to be placed beside a node that may not be here
        edges = [e for e in node.input if not e.startswith("^") or (ordered and e[1:] in names)]
        del copy.input[:]
        copy.input.extend(edges)
    return part
