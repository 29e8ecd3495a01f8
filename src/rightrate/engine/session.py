"""`Session`: a borrowed model in which candidates train in turns, each exactly as `Model.fit` would train it alone."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from keras.src.backend.common import global_state

from rightrate.engine import by_step, calls, feed, prefix
from rightrate.engine.bank import Bank, Values
from rightrate.engine.borrow import Loan, borrowed, raw_variables
from rightrate.engine.calls import Calls
from rightrate.engine.graph import seed_states
from rightrate.engine.samples import Samples, TrainSamples, shown
from rightrate.engine.steps import test_step, train_step
from rightrate.engine.task import Task, check_not_text, read_task
from rightrate.engine.ways import Half, Way, agree, plan
from rightrate.errors import ModelError, RightrateError
from rightrate.search.objective import FROM_PREDICTIONS

#: The rate of the step that compares the two; small enough that no optimizer leaves the linear range.
_CHECK_RATE = 1e-4
#: Candidates of a usual search, for which the cheaper way to keep outputs is chosen.
USUAL = 10
#: Bytes of a state from which collecting garbage, about 0.3 s, is worth its time.
_WORTH_COLLECTING = 50_000_000


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
        outputs: shape `(samples, outputs)`, what the classes were read from; None without classes.
    """

    values: dict[str, float]
    losses: np.ndarray
    rows: np.ndarray
    classes: np.ndarray | None
    outputs: np.ndarray | None = None


class Session:
    """Trains candidates step by step in one borrowed model. Made by `open_session`."""

    def __init__(
        self, model: Any, loan: Loan, train: TrainSamples, validation: Samples, memory_limit: int, reuse: bool
    ) -> None:
        self.model, self.train_samples, self.validation = model, train, validation
        self.task: Task = read_task(model, train, validation)
        full = [Half("training", train, partial(train_step, model)),
                Half("validation", validation, partial(test_step, model, classify=self.task.classify))]  # fmt: skip
        # Traced for the exact size of a full batch first: only then can the graph be cut.
        traced = [half.trace(max(half.lengths)) for half in full]
        changes = [variable for step in traced for variable in step.changes]
        if model.run_eagerly:
            changes = raw_variables([*model.variables, *model.optimizer.variables])
            changes += raw_variables(v for metric in model.metrics for v in metric.variables)
            changes += raw_variables(_keras_generator())
        own = {id(variable) for variable in raw_variables(model.optimizer.variables)}
        loan.keep(variable for variable in changes if id(variable) not in own)  # the loan's optimizer ends with it
        _check_optimizer_is_used(model, changes)
        self.bank = Bank(changes)
        graph = None if model.run_eagerly else traced[0].traced.graph
        self._seeds = () if graph is None else tuple(seed_states(graph, self.bank.variables))
        self.hidden_draws = tuple(sorted({draw for step in traced for draw in step.hidden_draws}))
        self._metrics = Bank(raw_variables(v for metric in model.metrics for v in metric.variables))
        model.reset_metrics()  # those that the model holds itself may have values from an earlier training
        self._zero_metrics = self._metrics.read()
        self.start = State(self.bank.read_packed(), 0)
        self._holds: State | None = self.start
        ways = [self._way(half, memory_limit, reuse) for half in full]
        self._train, self._test = (way.runs for way in ways)
        self.plan = plan(model, ways)

    def run(self, state: State, rates: np.ndarray, until: int) -> tuple[State, np.ndarray]:
        """Train from `state` to step `until`; stops early where a loss is not finite.

        Args:
            rates: shape `(total steps,)`, the learning rate of every step.

        Returns:
            The new state and the loss of every batch trained, the non-finite one included.
        """
        self._hold(state)
        self._holds = None
        losses: list[float] = []
        for found in feed.losses(self.train_samples, self._train, rates, state.step, until):
            losses += found
            if not math.isfinite(losses[-1]):
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
        found = [self._test[len(r)].one(r) for r in rows]
        self._metrics.write(self._zero_metrics)
        self._holds = None  # a test step may move more than metrics, e.g. the seeds of a recurrent dropout
        by_sample = all("losses" in f for f in found)
        losses = (
            np.concatenate([np.asarray(f["losses"], np.float64) for f in found])
            if by_sample
            else np.array([float(f.get("loss", math.nan)) for f in found])
        )
        classes, outputs = (
            np.concatenate([np.asarray(f[name]) for f in found]) if name in found[0] else None
            for name in ("classes", "outputs")
        )
        logs = {f"val_{name}": float(value) for name, value in found[-1]["logs"].items()}
        return Measured(logs, losses, np.concatenate(rows), classes, outputs)

    def seconds_of_a_step(self) -> float:
        """Of the second step of a training that is thrown away; the first has the tracing."""
        rates = np.full(2, _CHECK_RATE)
        first, _ = self.run(self.start, rates, 1)
        began = time.perf_counter()
        self.run(first, rates, min(2, self.train_samples.step_count))
        return time.perf_counter() - began

    def close(self) -> None:
        """Let go of all that a finished search does not need: the next thing made is a copy of the whole model."""
        large = self.bank.bytes > _WORTH_COLLECTING
        self.start, self._holds = State((), 0), None
        self.bank, self._metrics, self._zero_metrics, self._train, self._test = Bank(()), Bank(()), (), {}, {}
        if large:
            gc.collect()  # compiled functions, and through them the optimizer's slots, hang in cycles

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

    def _way(self, half: Half, limit: int, reuse: bool) -> Way:
        """How this half runs: with the frozen part's output kept where that is exact and fits, else as it is."""
        try:
            if not reuse:
                raise prefix.NotShared("switched off")
            if self.model.run_eagerly:
                raise prefix.NotShared("the model is compiled to run eagerly")
            if half.is_stream:
                raise prefix.NotShared("the samples are a stream, and nothing is kept for each of them")
            if self._is_cheaper_by_step(half):
                with suppress(prefix.NotShared):
                    return self._by_step(half, limit, "draws (dropout, noise, augmentation)")
            return self._by_sample(half, limit)
        except prefix.NotShared as reason:
            if isinstance(reason, prefix.TooLarge) and half.what == "training":
                with suppress(prefix.NotShared):
                    return self._by_step(half, limit, "gives too much to keep for every sample")
            return Way(half.exact_runs(), f"nothing is reused: {reason}", multiply_adds=half.multiply_adds())

    def _cut(self, half: Half, n: int, *, by_step: bool = False) -> prefix.Cut:
        """The step for batches of `n`, cut in two; `by_step` lets the first half draw."""
        if (n, by_step) not in half.cuts:
            jit, seeds = bool(self.model.jit_compile), self._seeds if by_step else ()
            traced, batch = half.trace(n).traced, half.batch(n)
            half.cuts[n, by_step] = prefix.cut(traced, batch, self.bank.variables, jit=jit, seeds=seeds)
        return half.cuts[n, by_step]

    def _cuts(self, half: Half, *, by_step: bool = False) -> dict[int, prefix.Cut]:
        """The same for every length of a batch; the largest first."""
        cuts = {n: self._cut(half, n, by_step=by_step) for n in sorted(half.lengths, reverse=True)}
        if len({(one.places, one.shapes) for one in cuts.values()}) > 1:
            raise prefix.NotShared("the last, smaller batch is computed in another way")
        return cuts

    def _is_cheaper_by_step(self, half: Half) -> bool:
        """Whether outputs of single steps save more than outputs of samples, which each epoch reads again."""
        most = max(half.lengths)
        if half.what != "training" or not self._seeds:
            return False
        try:
            rest_of_step = self._cut(half, most, by_step=True).step_share
        except prefix.NotShared:
            return False
        try:
            rest = self._cut(half, most).step_share
        except prefix.NotShared:
            rest = 1.0
        passes = half.samples.size / sum(len(rows) for rows in half.samples.steps)
        return (1 - rest_of_step) + USUAL * rest_of_step < (1 - rest) * passes + USUAL * rest

    def _by_step(self, half: Half, limit: int, why: str) -> Way:
        """Keep what the first half gives at each step."""
        cuts, most = self._cuts(half, by_step=True), max(half.lengths)
        a_step, steps = cuts[most].bytes_per_sample * most, len(half.samples.steps)
        fit = min(limit // max(a_step, 1), steps)
        if fit < min(by_step.AT_ONCE, steps):
            raise prefix.TooLarge(f"the frozen part's output needs {a_step / 1e6:.0f} MB at each step")
        memo = by_step.Memo(limit)
        runs = {n: by_step.second_half(one, half.samples, memo) for n, one in cuts.items()}
        for n in half.lengths:
            self._compare(half, n, runs[n])
            memo.clear()
        note = f"the frozen part {why}: its output is computed once at each step and reused by all candidates"
        if fit < steps:
            note += f", as far as memory goes ({fit} steps at a time)"
        return Way(runs, note, cuts[most].step_share, fit * a_step, cuts[most].multiply_adds, is_by_step=True)

    def _by_sample(self, half: Half, limit: int) -> Way:
        """Keep what the first half gives for each sample."""
        samples, most = half.samples, max(half.lengths)
        needed = self._cut(half, most).bytes_per_sample * samples.size
        if needed > limit:
            raise prefix.TooLarge(
                f"the frozen part's output needs {needed / 1e6:.0f} MB and {limit / 1e6:.0f} MB are allowed: it is "
                "computed anew in every step"
            )
        cuts = self._cuts(half)
        kept = prefix.keep_outputs(cuts[most], samples, most)
        training = half.what == "training"
        runs = {n: calls.second_half(one, kept, samples, training=training) for n, one in cuts.items()}
        for n in half.lengths:
            self._compare(half, n, runs[n])
        note = "the frozen part's output is computed once and reused by all candidates"
        return Way(runs, note, cuts[most].step_share, needed, cuts[most].multiply_adds)

    def _compare(self, half: Half, n: int, kept: Calls) -> None:
        """Compare two steps with kept outputs to whole ones, from the same start; of testing, one."""
        rows, rate = half.rows(n), np.float32(_CHECK_RATE)
        step = half.trace(n).call

        def plain() -> Any:
            return [step(half.batch(n), rate) for _ in range(2)] if half.what == "training" else step(half.batch(n))

        def shared() -> Any:
            return kept.one(rows) if kept.many is None else list(kept.many(0, np.stack([rows] * 2), np.full(2, rate)))

        results = []
        for way in (plain, shared):
            self._holds = None
            self.bank.write(self.start.values)
            results.append([np.asarray(v) for v in tf.nest.flatten((way(), self.bank.read()))])
        self.bank.write(self.start.values)
        self._holds = self.start
        if not all(agree(a, b) for a, b in zip(*results, strict=True)):
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


@contextmanager
def open_session(
    model: Any,
    train: TrainSamples,
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
    seen = shown(train)
    check_not_text(seen)
    with _as_model_error(seen):
        _build(model, seen)
    with borrowed(model) as loan:
        with _as_model_error(seen):
            model._symbolic_build(data_batch=_fit_batch(seen))  # Keras's own: builds the fresh metrics' variables
            loan.keep(raw_variables(v for metric in model.metrics for v in metric.variables))
            session = Session(model, loan, train, validation, memory_limit, reuse_prefix)
        try:
            yield session
        finally:
            session.close()


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
