"""What MLflow keeps of its runs, from whichever store -> trainings."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rightrate.curves.training import Unit
from rightrate.importers.logs.assemble import About, assemble_all, constant, nothing_in
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.log import Columns, Log
from rightrate.importers.logs.names import canonical, check_columns
from rightrate.importers.logs.numbers import NoNumberError, number
from rightrate.importers.logs.said_once import said_once

FORMAT = "MLflow"

EPOCH_PARAMS = ("epochs", "num_train_epochs", "max_epochs", "epoch")
"""Parameters that say how many epochs were asked for. Source: MLflow's autologging (Keras, Transformers, Lightning)."""

SYSTEM = "system/"
"""Metrics that begin so measure the machine, by the minute. Source: `mlflow/system_metrics`."""

EVALUATED = "validation_"
"""How the autologging of Keras names what `evaluate` measured, also inside `fit`, always at step 0; `fit` itself writes
`val_...` by epoch. Source: `mlflow/keras/callback.py`, `on_test_end`."""

_OF_AN_OPTIMIZER = re.compile(r"opt(?:im|imizer)?[\s/_.:-]+(.+)", re.IGNORECASE | re.DOTALL)
"""The autologging of Keras writes the optimizer's settings as `opt_...`."""


@dataclass(frozen=True, eq=False)
class Run:
    """One run.

    Args:
        name: what its author called it; need not be unique.
        identifier: unique.
        metrics: as they were logged; changed by `read_runs`.
        params: those that `is_known` tells, as text.
    """

    name: str
    identifier: str
    metrics: Collector
    params: Mapping[str, str]


def is_known(param: str) -> bool:
    """Whether a parameter of this name says something about the curves: how many epochs, or the learning rate."""
    return param in EPOCH_PARAMS or _is_rate(param)


def _is_rate(param: str) -> bool:
    match = _OF_AN_OPTIMIZER.fullmatch(param)
    return canonical(match[1] if match else param) == "learning_rate"


def read_runs(runs: Sequence[Run], columns: Columns, path: str, said: list[tuple[str, str]]) -> Log:
    """Make a log of the runs that have a metric.

    Args:
        runs: in the order of the log.
        columns: of the user.
        path: of the store.
        said: warnings about the reading, as `said_once` takes them.

    Raises:
        DataError: no number in any of them, a column that is not there, or two that could be the loss.
    """
    if columns:
        check_columns(columns, {"step", *(name for run in runs for name in run.metrics.names)}, path)
    named = dict(columns)
    parts = []
    taken: set[str] = set()
    for run in runs:
        name = run.name if run.name not in taken else f"{run.name} ({run.identifier})"
        taken.add(name)
        note = f"{name}: " if len(runs) > 1 else ""
        exact, warnings = _spelled_once(run.metrics, columns)
        for one in exact:
            named.setdefault(one, one)
        unit, more = _placed(run, columns)
        said = [*said, *((note, warning) for warning in (*warnings, *more))]
        _with_rate(run)
        epoch_column = "epoch" if "epoch" in run.metrics.names else None
        parts.append((run.metrics, About(name, path, unit, epoch_column=epoch_column, note=note)))
    trainings, more_said = assemble_all(parts, named)
    if not trainings:
        raise nothing_in(path)
    return Log(tuple(trainings), tuple(said_once([*said, *more_said])), FORMAT)


def _spelled_once(metrics: Collector, columns: Columns) -> tuple[list[str], list[str]]:
    """Leave out `validation_X` where it repeats `val_X`. Returns the `val_X` that count, and warnings."""
    exact, warnings = [], []
    for name in metrics.names:
        own = "val_" + name.removeprefix(EVALUATED)
        if not name.startswith(EVALUATED) or own not in metrics.names:
            continue
        if name in columns.values() or columns.get(own, own) != own:
            continue  # the user has said which
        exact.append(own)
        if np.array_equal(metrics.logged(name), metrics.logged(own), equal_nan=True):
            metrics.leave_out(name)
        else:
            warnings.append(
                f"{own!r} is what `fit` measured; {name!r}, which `evaluate` measured, differs and keeps its name."
            )
    return exact, warnings


def _placed(run: Run, columns: Columns) -> tuple[Unit, list[str]]:
    """What the steps count; metrics that were logged without a step get one where that can be told."""
    metrics = run.metrics
    without = [name for name in metrics.names if _has_no_step(metrics, name)]
    counted = any(metrics.column(name).steps.size > 1 for name in metrics.names)
    if not counted:
        _number(metrics, without)
    unit = _unit(run, columns)
    if counted and unit == "epoch":
        _number(metrics, without)
    if not without:
        return unit, []
    listed = ", ".join(map(repr, without))
    if not counted or unit == "epoch":
        return unit, [f"Logged several times without a step: {listed}. The points are numbered in their order."]
    for name in without:
        metrics.leave_out(name)
    return unit, [
        f"Logged several times without a step, beside others with steps: {listed}. When that was is not known, so it "
        "was left out; log it with mlflow.log_metric(name, value, step=...)."
    ]


def _has_no_step(metrics: Collector, name: str) -> bool:
    """Whether a metric has several points, all at step 0, which MLflow writes where none is given."""
    return metrics.column(name).steps.tolist() == [0] and metrics.logged(name).size > 1


def _number(metrics: Collector, names: list[str]) -> None:
    for name in names:
        values = metrics.logged(name)
        metrics.leave_out(name)
        metrics.extend(name, np.arange(values.size, dtype=np.int64), values)


def _losses(metrics: Collector) -> list[str]:
    return [name for name in metrics.names if canonical(name) in ("loss", "val_loss", "accuracy", "val_accuracy")]


def _unit(run: Run, columns: Columns) -> Unit:
    """Epochs where the user says that steps are epochs, or where no curve is longer than the epochs asked for."""
    if columns.get("epoch") == "step":
        return "epoch"
    epochs = next((value for name in EPOCH_PARAMS if (value := _value(run.params.get(name))) is not None), None)
    losses = _losses(run.metrics)
    if epochs is None or not losses or "epoch" in run.metrics.names:
        return "step"
    last = max(int(run.metrics.column(name).steps[-1]) for name in losses)
    return "epoch" if last <= epochs else "step"


def _with_rate(run: Run) -> None:
    """Add the learning rate of the parameters, where they agree on one and no metric says it."""
    metrics = run.metrics
    rates = {_value(text) for name, text in run.params.items() if _is_rate(name)}
    known = {rate for rate in rates if rate is not None and math.isfinite(rate)}
    if len(known) != 1 or not metrics.names or any(canonical(name) == "learning_rate" for name in metrics.names):
        return
    constant(metrics, "learning_rate", known.pop(), (_losses(metrics) or metrics.names)[0])


def _value(text: str | None) -> float | None:
    try:
        return number(text) if text is not None else None
    except NoNumberError:
        return None  # a schedule is written as a dictionary
