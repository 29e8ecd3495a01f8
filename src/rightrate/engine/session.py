"""`Session`: a borrowed model in which candidates train in turns, each exactly as `Model.fit` would train it alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from keras.src.backend.common import global_state

from rightrate.engine import prefix
from rightrate.engine.bank import Bank, Values
from rightrate.engine.borrow import Loan, borrowed, raw_variables
from rightrate.engine.flops import count, countable
from rightrate.engine.samples import Samples, take
from rightrate.engine.steps import Step, test_step, train_step
from rightrate.engine.task import Task, check_not_text, read_task
from rightrate.errors import ModelError, RightrateError
from rightrate.search import Plan
from rightrate.search.objective import FROM_PREDICTIONS

# Largest difference, relative to a variable's largest value, between one step with a kept prefix and a plain one.
PREFIX_TOLERANCE = 1e-5
#: The rate of the step that compares the two; small enough that no optimizer leaves the linear range.
_CHECK_RATE = 1e-4


@dataclass(frozen=True, eq=False)
class State:
    """Where one candidate stands: the values of all that training changes, and the steps done."""

    values: Values
    step: int


@dataclass(frozen=True, eq=False)
class Measured:
    """One look at validation samples.

    Args:
        values: by Keras's names, `"val_loss"` and the compiled metrics.
        losses: the loss of each sample (or of each batch, where the compiled loss tells no more).
        rows: the validation samples used, in the order of `losses` where that is by sample.
        classes: predicted class of each sample; None where the model does not classify.
    """

    values: dict[str, float]
    losses: np.ndarray
    rows: np.ndarray
    classes: np.ndarray | None


class Session:
    """Trains candidates step by step in one borrowed model. Made by `open_session`."""

    def __init__(
        self, model: Any, loan: Loan, train: Samples, validation: Samples, memory_limit: int, reuse: bool
    ) -> None:
        self.model, self.train_samples, self.validation = model, train, validation
        self.task: Task = read_task(model, train, validation)
        full = [_Half("training", train, partial(train_step, model)),
                _Half("validation", validation, partial(test_step, model, classify=self.task.classify))]  # fmt: skip
        # Traced for the exact size of a full batch first: only then can the graph be cut.
        traced = [half.trace(max(half.lengths)) for half in full]
        changes = [variable for step in traced for variable in step.changes]
        if model.run_eagerly:
            changes = raw_variables([*model.variables, *model.optimizer.variables])
            changes += raw_variables(v for metric in model.metrics for v in metric.variables)
            changes += raw_variables(_keras_generator())
        loan.keep(changes)
        _check_optimizer_is_used(model, changes)
        self.bank = Bank(changes)
        self.hidden_draws = tuple(sorted({draw for step in traced for draw in step.hidden_draws}))
        self._metrics = Bank(raw_variables(v for metric in model.metrics for v in metric.variables))
        model.reset_metrics()  # those that the model holds itself may have values from an earlier training
        self._zero_metrics = self._metrics.read()
        self.start = State(self.bank.read(), 0)
        self._holds: State | None = self.start
        ways = [self._way(half, memory_limit, reuse) for half in full]
        self._train, self._test = (way.runs for way in ways)
        self.plan = _plan(model, ways)

    def run(self, state: State, rates: np.ndarray, until: int) -> tuple[State, np.ndarray]:
        """Train from `state` to step `until`; stops early where a loss is not finite.

        Args:
            rates: shape `(total steps,)`, the learning rate of every step.

        Returns:
            The new state and the loss of every batch trained, the non-finite one included.
        """
        self._hold(state)
        self._holds = None
        losses = []
        for step in range(state.step, until):
            rows = self.train_samples.steps[step]
            loss = float(self._train[len(rows)](rows, np.float32(rates[step])))
            losses.append(loss)
            if not math.isfinite(loss):
                break
        new = State(self.bank.read(), state.step + len(losses))
        self._holds = new
        return new, np.array(losses)

    def finish(self, state: State) -> State:
        """What `Model.fit` does at its very end: an optimizer that averages weights puts the average in place."""
        self._hold(state)
        self._holds = None
        self.model.optimizer.finalize_variable_values(self.model.trainable_variables)
        self._holds = replace(state, values=self.bank.read())
        return self._holds

    def evaluate(self, state: State, samples: int | None = None) -> Measured:
        """Measure `state` on the first validation batches that hold `samples` samples (by default on all)."""
        self._hold(state)
        self._metrics.write(self._zero_metrics)
        ends = np.cumsum([len(rows) for rows in self.validation.steps])
        rows = self.validation.steps[: 1 + int(np.searchsorted(ends, samples or ends[-1]))]
        found = [self._test[len(r)](r) for r in rows]
        self._metrics.write(self._zero_metrics)
        self._holds = None  # a test step may move more than metrics, e.g. the seeds of a recurrent dropout
        by_sample = all("losses" in f for f in found)
        losses = (
            np.concatenate([np.asarray(f["losses"], np.float64) for f in found])
            if by_sample
            else np.array([float(f.get("loss", math.nan)) for f in found])
        )
        classes = np.concatenate([np.asarray(f["classes"]) for f in found]) if "classes" in found[0] else None
        logs = {f"val_{name}": float(value) for name, value in found[-1]["logs"].items()}
        return Measured(logs, losses, np.concatenate(rows), classes)

    @property
    def measured_names(self) -> list[str]:
        """The validation values that `evaluate` gives, and those that scores of its classes add."""
        names = list(self.evaluate(self.start, 1).values)
        return [*names, "val_accuracy", *FROM_PREDICTIONS] if self.task.classes else names

    def weights(self, state: State) -> list[np.ndarray]:
        """The model's variables in `state`, in the order of `model.variables`."""
        self._hold(state)
        return [variable.value.numpy() for variable in self.model.variables]

    def _hold(self, state: State) -> None:
        """Put `state` into the model, unless it is there already."""
        if self._holds is not state:
            self._holds = None
            self.bank.write(state.values)
            self._holds = state

    def _way(self, half: _Half, limit: int, reuse: bool) -> _Way:
        """How this half runs: with the frozen part's output kept where that is exact and fits, else as it is."""
        try:
            if not reuse:
                raise prefix.NotShared("switched off")
            return self._keep_prefix(half, limit)
        except prefix.NotShared as reason:
            return _Way(half.exact_runs(), f"nothing is reused: {reason}", multiply_adds=half.multiply_adds())

    def _keep_prefix(self, half: _Half, limit: int) -> _Way:
        if self.model.run_eagerly:
            raise prefix.NotShared("the model is compiled to run eagerly")
        jit, samples, most = bool(self.model.jit_compile), half.samples, max(half.lengths)
        cuts = {most: prefix.cut(half.trace(most).traced, half.batch(most), self.bank.variables, jit=jit)}
        needed = cuts[most].bytes_per_sample * samples.size
        if needed > limit:
            raise prefix.NotShared(
                f"the frozen part's output needs {needed / 1e6:.0f} MB and {limit / 1e6:.0f} MB are allowed: it is "
                "computed anew in every step"
            )
        for n in half.lengths - {most}:
            cuts[n] = prefix.cut(half.trace(n).traced, half.batch(n), self.bank.variables, jit=jit)
            if cuts[n].places != cuts[most].places or cuts[n].shapes != cuts[most].shapes:
                raise prefix.NotShared("the last, smaller batch is computed in another way")
        kept = prefix.keep_outputs(cuts[most], samples, most)
        runs = {n: _second_half(one, kept, samples) for n, one in cuts.items()}
        for n in half.lengths:
            self._compare(half, n, runs[n])
        note = "the frozen part's output is computed once and reused by all candidates"
        return _Way(runs, note, cuts[most].step_share, needed, cuts[most].multiply_adds)

    def _compare(self, half: _Half, n: int, run: Any) -> None:
        """Compare one step with the kept prefix to a whole one, from the same start."""
        rows = half.rows(n)
        arguments = (rows, np.float32(_CHECK_RATE)) if half.what == "training" else (rows,)
        results = []
        for way in (_whole(half.trace(n), half.samples), run):
            self._holds = None
            self.bank.write(self.start.values)
            after = tf.nest.flatten((way(*arguments), self.bank.read()))
            results.append([np.asarray(tf.cast(v, tf.float64)) for v in after if v.dtype.is_floating])
        self.bank.write(self.start.values)
        self._holds = self.start
        if not all(_agree(a, b) for a, b in zip(*results, strict=True)):
            raise prefix.NotShared("a step with the kept output did not agree with a plain step to 1e-5")


def _keras_generator() -> list[Any]:
    """The state of the generator that Keras draws from where no seed is given, if anything has drawn from it yet."""
    generator = global_state.get_global_attribute("global_seed_generator")
    return [] if generator is None else [generator.state]


def _check_optimizer_is_used(model: Any, changes: list[tf.Variable]) -> None:
    """A `train_step` may use optimizers of its own; then the compiled one's rate changes nothing."""
    changed = {id(variable) for variable in changes}
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    # Not `iterations`, which is a plain number where gradients accumulate.
    if not any(id(variable) in changed for variable in raw_variables([optimizer._iterations])):
        raise ModelError(
            f"{type(model).__name__}.train_step does not use the optimizer that the model was compiled with, so that "
            "its learning rate changes nothing. Let train_step use self.optimizer; a search can choose one rate."
        )


@dataclass(frozen=True)
class _Way:
    """How training or testing runs: a call for each batch length, and what is reused."""

    runs: dict[int, Any]
    note: str
    step_share: float = 1.0
    bytes: int = 0
    multiply_adds: int | None = None


class _Half:
    """Training or testing: its samples, and its step traced for the batch lengths that occur."""

    def __init__(self, what: str, samples: Samples, tracer: Any) -> None:
        self.what, self.samples, self._tracer = what, samples, tracer
        self.lengths = {len(rows) for rows in samples.steps}
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

    def exact_runs(self) -> dict[int, Any]:
        """Calls that compute exactly what Keras's own would, for every batch length."""
        if not self.samples.open_batch:
            return {n: _whole(self.trace(n), self.samples) for n in self.lengths}
        step = self._tracer(self.batch(max(self.lengths)), open_batch=True)
        return {n: _whole(step, self.samples) for n in self.lengths}


def _agree(a: np.ndarray, b: np.ndarray) -> bool:
    if a.size == 0:
        return True
    scale = max(float(np.max(np.abs(a))), 1e-6)
    return bool(np.max(np.abs(a - b)) <= PREFIX_TOLERANCE * scale)


def _plan(model: Any, ways: list[_Way]) -> Plan:
    share = ways[0].step_share
    if model.run_eagerly:
        exactness = "the model runs eagerly, as compiled: one call a step, as in Model.fit"
    elif share < 1.0:
        exactness = "within 1e-5 of Model.fit after one step, as checked on this model before the search"
    else:
        exactness = "one compiled call a step: bit-equal to Model.fit with the same order and seeds"
    return Plan(
        prefix=_in_words(*(way.note for way in ways)),
        prefix_cached=share < 1.0,
        step_share=share,
        exactness=exactness,
        cache_bytes=sum(way.bytes for way in ways),
        multiply_adds=ways[0].multiply_adds,
    )


def _in_words(training: str, validation: str) -> str:
    if training == validation:
        return f"In training and validation {training}"
    return f"In training {training}; in validation {validation}"


def _whole(step: Step, samples: Samples) -> Any:
    if step.traced is None:
        return lambda rows, *rate: step.call(samples.batch(rows), *rate)
    return _gathering(lambda data, *rate: step.call(data, *rate), samples.data, samples.open_batch)


def _second_half(one: prefix.Cut, kept: tuple[Any, ...], samples: Samples) -> Any:
    others = [leaf for part in samples.data[1:] for leaf in tf.nest.flatten(part)]
    return _gathering(lambda data, *rate: one.second(data[0], [*data[1], *rate]), (list(kept), others), False)


def _gathering(call: Any, tables: Any, open_batch: bool) -> Any:
    """`call` on the rows of `tables` and, for training, a rate: gathered inside one compiled call, from host memory."""
    compiled: dict[tuple[int, int], Any] = {}

    def run(rows: np.ndarray, *rate: Any) -> Any:
        size = None if open_batch else len(rows)
        key = (0 if open_batch else len(rows), len(rate))
        if key not in compiled:
            signature = [tf.TensorSpec((size,), tf.int32), *(tf.TensorSpec((), tf.float32) for _ in rate)]
            compiled[key] = tf.function(body, input_signature=signature, autograph=False)
        return compiled[key](rows, *rate)

    def body(rows: Any, *rate: Any) -> Any:
        return call(take(tables, rows), *rate)

    return run


@contextmanager
def open_session(
    model: Any,
    train: Samples,
    validation: Samples,
    *,
    memory_limit: int,
    reuse_prefix: bool = True,
) -> Iterator[Session]:
    """Borrow `model` for a search. On leaving it is bit for bit what it was.

    Args:
        model: a compiled Keras model.
        train, validation: as `samples.read_training` and `samples.read_validation` give them.
        memory_limit: bytes that the kept outputs of a frozen part may take.
        reuse_prefix: False never keeps them.
    """
    check_not_text(train)
    with _as_model_error(train):
        _build(model, train)
    with borrowed(model) as loan:
        with _as_model_error(train):
            model._symbolic_build(data_batch=_fit_batch(train))  # Keras's own: builds the fresh metrics' variables
            loan.keep(raw_variables(v for metric in model.metrics for v in metric.variables))
            session = Session(model, loan, train, validation, memory_limit, reuse_prefix)
        yield session


@contextmanager
def _as_model_error(samples: Samples) -> Iterator[None]:
    """A first step that Keras or TensorFlow refuses is a misfit of model and data: say so, with their shapes."""
    try:
        yield
    except RightrateError:
        raise
    except (ValueError, TypeError, RuntimeError, KeyError, tf.errors.OpError) as error:
        shapes = tf.nest.map_structure(lambda leaf: f"{leaf.dtype.name}{list(leaf.shape)}", samples.data)
        text = " ".join(str(error).split())
        raise ModelError(
            f"The model cannot train on these data: {text[:400]}{'…' if len(text) > 400 else ''} The data are "
            f"(features, labels…): {shapes}. One step of Model.fit must work on them."
        ) from error


def _fit_batch(samples: Samples) -> tuple[Any, ...]:
    return samples.batch(samples.steps[0])


def _build(model: Any, samples: Samples) -> None:
    """A model that has never seen data gets its weights now, before they are remembered."""
    if not model.built or not all(layer.built for layer in model._flatten_layers()):
        model(tf.nest.map_structure(lambda leaf: leaf[:1], samples.data[0]), training=False)
