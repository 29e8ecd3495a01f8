"""`borrowed`: use a user's model for a while and give it back as it was, whatever happens in between."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import keras
import tensorflow as tf

from rightrate.engine import optimizers
from rightrate.engine.bank import Bank, Values
from rightrate.errors import ModelError

# What `keras.Model.compile` sets (keras/src/trainers/trainer.py and its TensorFlow subclass, 3.10 to 3.15).
_COMPILE_STATE = (
    "optimizer", "loss", "_compile_loss", "_compile_metrics", "_loss_tracker", "_jit_compile", "_run_eagerly",
    "stop_training", "_compiled_trainable_state", "compiled", "steps_per_execution", "train_function",
    "test_function", "predict_function", "_compile_config",
)  # fmt: skip
# TensorFlow's own list of what hangs on the model, by which checkpoints and SavedModels find its optimizer.
_TRACKED_STATE = ("_self_unconditional_checkpoint_dependencies", "_self_unconditional_dependency_names")


class Loan:
    """What a borrowed model must get back. `keep` adds variables that are found out later."""

    def __init__(self) -> None:
        self._kept: list[tuple[Bank, Values]] = []
        self._seen: set[int] = set()

    def keep(self, variables: Iterable[tf.Variable]) -> None:
        """Remember the present values of the variables that are not remembered yet."""
        new = [variable for variable in variables if id(variable) not in self._seen]
        bank = Bank(new)
        self._kept.append((bank, bank.read()))
        self._seen |= {id(variable) for variable in new}

    def give_back(self) -> None:
        """Write every remembered value back."""
        for bank, values in self._kept:
            bank.write(values)


def raw_variables(variables: Iterable[Any]) -> list[tf.Variable]:
    """TensorFlow's variables behind Keras's."""
    return [getattr(variable, "value", variable) for variable in variables]


@contextmanager
def borrowed(model: Any) -> Iterator[Loan]:
    """Give `model` a fresh optimizer and fresh metrics, and on leaving restore it bit for bit.

    Weights, BatchNorm statistics, seeds, the user's metric objects, his optimizer with its slots, his compiled
    functions: all are afterwards what they were, also after an exception or a Ctrl-C, even one during the
    restoring itself.
    """
    loan = Loan()
    loan.keep(raw_variables(model.variables))
    loan.keep(raw_variables(v for metric in model.metrics for v in metric.variables))
    state = {name: vars(model)[name] for name in _COMPILE_STATE if name in vars(model)}
    state |= {name: copy(vars(model)[name]) for name in _TRACKED_STATE if name in vars(model)}
    try:
        _compile_anew(model)
        yield loan
    finally:
        _insist(lambda: _restore(model, loan, state))


def _restore(model: Any, loan: Loan, state: dict[str, Any]) -> None:
    vars(model).update(state)
    loan.give_back()


def _insist(action: Any) -> None:
    """Do `action` to its end: a Ctrl-C in between makes it start again, and is raised afterwards."""
    interrupted: KeyboardInterrupt | None = None
    while True:
        try:
            action()
            break
        except KeyboardInterrupt as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted


def _compile_anew(model: Any) -> None:
    """Compile with a fresh optimizer and fresh metric objects, by Keras's own `compile`, not a subclass's."""
    config = compile_arguments(model)
    old = model.optimizer
    config["optimizer"] = optimizers.fresh(old)
    config["metrics"] = renewed_metrics(config.get("metrics"))
    config["weighted_metrics"] = renewed_metrics(config.get("weighted_metrics"))
    keras.Model.compile(model, **config, auto_scale_loss=False)  # where he wanted it, `fresh` keeps the scaling
    model.optimizer.build(model.trainable_variables)
    optimizers.copy_state(old, model.optimizer)


def compile_arguments(model: Any) -> dict[str, Any]:
    """The arguments that `model` was compiled with, as objects."""
    recorded = getattr(model, "_compile_config", None)
    if recorded is None:
        raise ModelError("The model is not compiled. Call model.compile(optimizer=…, loss=…) first.")
    return dict(recorded.config)


def renewed_metrics(metrics: Any) -> Any:
    """The same structure with each metric object replaced by a new one.

    A metric that cannot be made from its configuration stays: what it holds is given back with everything else.
    """
    if isinstance(metrics, dict):
        return {name: renewed_metrics(value) for name, value in metrics.items()}
    if isinstance(metrics, (list, tuple)):
        return [renewed_metrics(value) for value in metrics]
    return _renewed(metrics) if isinstance(metrics, keras.metrics.Metric) else metrics


def _renewed(metric: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns of saving a lambda: nothing is saved here
        try:
            return type(metric).from_config(metric.get_config())
        except (TypeError, ValueError, AttributeError, LookupError, NotImplementedError):
            return metric
