"""The workflow behind `rightrate.diagnose`: logs, curves or a history in, a diagnosis out."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.comparison import compare
from rightrate.diagnosis.doubts import doubts
from rightrate.diagnosis.examine import examine
from rightrate.diagnosis.ignoring import checked_reasons
from rightrate.diagnosis.reading import Reading
from rightrate.errors import NothingYetError, UsageError
from rightrate.importers.logs.keras_history import is_history, read_history
from rightrate.importers.logs.log import Log
from rightrate.importers.logs.read import read_log
from rightrate.report.diagnosed.document import Diagnosed
from rightrate.runner.diagnosis import Diagnosis

__all__ = ["diagnose", "diagnose_trainings", "read_sources"]

RATE = "learning_rate"

#: Trainings that one is compared with by the rules: those nearest in rate. More would make a folder of ten thousand
#: runs cost a hundred million comparisons, and a rule asks only what the next rates on both sides did.
MOST_NEIGHBOURS = 16

#: What the TensorBoard reader adds to the name of a run's losses by batch, where the run has losses by epoch too.
_BATCHES = " (batches)"

_EXPECTED = (
    "Expected the path of a log or of a folder of logs, a Curve, a Training, a Log, what Model.fit returns, its "
    "history dict, or a list of these."
)


def diagnose(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    ignore: Mapping[str, str] | None = None,
    learning_rate: float | Sequence[float] | None = None,
    optimizer: str | None = None,
    pretrained: bool | None = None,
    fresh_head: bool | None = None,
    trainable: int | None = None,
    weights: int | None = None,
    batch_size: int | None = None,
    train_rows: int | None = None,
    validation_rows: int | None = None,
    classes: int | None = None,
    monitored: Sequence[str] | None = None,
    mixed_precision: bool | None = None,
) -> Diagnosis:
    """Say what is wrong with a training, on what evidence, and what to change.

    Args:
        source: the path of a log of any tool or of a folder of logs, a `Curve`, a `Training`, a `Log`, what
            `Model.fit` returns, its `history` dict, or a list of these. Several trainings are compared.
        columns: which column of the log is which quantity, where its name does not say it: `{"loss": "train/ce"}`.
        ignore: rules not to hear of, with the reason: `{"RR125": "dropout"}`. They stay in `answers`, marked.
        learning_rate: the peak rate, where the log does not say it; one for each training where there are several.
        optimizer: its class name in Keras, `"Adam"`, in any case.
        pretrained: whether the network had learned before.
        fresh_head: whether its last layers began at random weights.
        trainable, weights: how many weights were trained, and how many there are, as `model.summary()` says.
        batch_size, train_rows, validation_rows: samples.
        classes: number of classes, of a classifier.
        monitored: what callbacks decide by (early stopping, checkpoints); an empty list says that none does.
        mixed_precision: whether a loss scale is in force.

    Returns:
        A `Diagnosis`: the sequence of findings, with `leading`, `band`, `answers`.

    Edge cases: a training without a loss, or with one point, is not an error: `leading.cause` is `not_enough_data`.
    A list of curves with different names is one training; with equal names each is a training of its own.

    Raises:
        UsageError: a source of another kind, an unknown code, a missing reason, a rate that the log contradicts.
        DataError: a log that cannot be read.

    Example:
        >>> diagnosis = diagnose({"loss": [0.9, 0.6, 0.4, 0.2], "val_loss": [0.8, 0.7, 0.9, 1.2]})
        >>> diagnosis.leading.cause.value, diagnosis.band
        ('overfitting', 'bad')
        >>> print(diagnosis[0].advice)
        Stop at epoch 2: ...
    """
    said = Setting(
        optimizer=optimizer,
        pretrained=pretrained,
        fresh_head=fresh_head,
        trainable=trainable,
        weights=weights,
        batch_size=batch_size,
        train_rows=train_rows,
        validation_rows=validation_rows,
        classes=classes,
        monitored=_names("monitored", monitored),
        mixed_precision=mixed_precision,
    )
    reasons = checked_reasons(ignore)
    trainings, warnings = read_sources(source, columns)
    rates = checked_rates(learning_rate)
    warnings += doubts(said, {name for training in trainings for name in training.curves}, rates or ())
    trainings = [replace(training, setting=training.setting.updated(said)) for training in trainings]
    diagnosis = diagnose_trainings(_with_rates(trainings, rates), reasons, warnings)
    return _asking_for_the_rate(diagnosis)


def diagnose_trainings(
    trainings: Sequence[Training], ignore: Mapping[str, str] | None = None, warnings: Sequence[str] = ()
) -> Diagnosis:
    """Diagnose trainings that were read already.

    Args:
        trainings: at least one.
        ignore: as in `diagnose`.
        warnings: to be shown with it.
    """
    named = _each_name_once(trainings)
    comparable = _comparable(named)
    neighbours = _neighbours(named, comparable)
    examined = tuple(examine(one, neighbours.get(i, ()), ignore or {}) for i, one in enumerate(named))
    compared = [named[i] for i in comparable]
    comparison = compare(compared) if len(compared) > 1 else None
    quantity = "val_loss" if all(len(one.curves.get("val_loss", ())) for one in compared) else "loss"
    best = min(comparable, key=lambda i: _final(named[i], quantity))
    if comparison is not None and comparison.chosen is not None:
        best = next(i for i in comparable if named[i].name == comparison.chosen)
    return Diagnosis(Diagnosed(examined, best, comparison, tuple(warnings)))


def read_sources(source: Any, columns: Mapping[str, str] | None = None) -> tuple[list[Training], list[str]]:
    """Read whatever was given; the trainings in their order, and the warnings.

    Raises:
        UsageError: it is nothing that has curves.
        DataError: a log that cannot be read, or that is named twice.
    """
    columns = _checked_columns(columns)
    if isinstance(source, (list, tuple)):
        return _read_all(source, columns)
    log = _read_one(source, columns)
    return list(log), list(log.warnings)


def _read_all(sources: Sequence[Any], columns: Mapping[str, str]) -> tuple[list[Training], list[str]]:
    if not sources:
        raise UsageError(f"There is nothing to diagnose: an empty list. {_EXPECTED}")
    paths = [os.path.realpath(os.fspath(one)) for one in sources if isinstance(one, (str, os.PathLike))]
    for place, path in enumerate(paths):
        if path in paths[:place]:
            raise UsageError(f"{path} was given twice. Name each log once: a log would be compared with itself.")
    if all(isinstance(one, Curve) for one in sources) and len({one.name for one in sources}) == len(sources) > 1:
        return [_of_curves(sources)], []
    trainings: list[Training] = []
    warnings: list[str] = []
    for one in sources:
        log = _read_one(one, columns)
        trainings += log
        where = f"{log[0].source}: " if len(sources) > 1 else ""
        warnings += [where + warning for warning in log.warnings]
    return trainings, warnings


def _read_one(source: Any, columns: Mapping[str, str]) -> Log:
    if isinstance(source, (str, os.PathLike)):
        if not os.fspath(source):
            raise UsageError(f"There is nothing to diagnose: an empty path. {_EXPECTED}")
        try:
            return read_log(source, columns=columns)
        except NothingYetError as nothing:
            empty = Training(os.path.basename(os.fspath(source)), {}, "epoch", None, os.fspath(source))
            return Log((empty,), (str(nothing),), "empty")
    if is_history(source) or isinstance(source, Mapping):
        return read_history(source, columns)
    if columns:
        raise UsageError(f"`columns` belongs to a log or a history. Received with it: {type(source).__name__}.")
    if isinstance(source, Log):
        return source
    if isinstance(source, Training):
        return Log((source,), (), "Training")
    if isinstance(source, Curve):
        return Log((_of_curves([source]),), (), "Curve")
    raise UsageError(f"This cannot be diagnosed. Received: {type(source).__name__}. {_EXPECTED}")


def _of_curves(curves: Sequence[Curve]) -> Training:
    return Training("training", {curve.name: curve for curve in curves}, "step", None, "curves")


def _checked_columns(columns: Any) -> dict[str, str]:
    if columns is None:
        return {}
    if not isinstance(columns, Mapping) or not all(isinstance(part, str) for pair in columns.items() for part in pair):
        raise UsageError(f'`columns` must map names to columns: {{"loss": "train/ce"}}. Received: {columns!r}.')
    return dict(columns)


def _names(name: str, values: Any) -> tuple[str, ...] | None:
    if values is None:
        return None
    if isinstance(values, str) or not all(isinstance(one, str) for one in values):
        raise UsageError(f'`{name}` must be a list of names: ["val_loss"]. Received: {values!r}.')
    return tuple(values)


def checked_rates(rates: Any) -> list[float] | None:
    """The rates that the user said.

    Raises:
        UsageError: one that is no number above 0.
    """
    if rates is None:
        return None
    said = list(rates) if isinstance(rates, (Sequence, np.ndarray)) and not isinstance(rates, str) else [rates]
    for rate in said:
        is_number = isinstance(rate, (int, float, np.floating, np.integer)) and not isinstance(rate, bool)
        if not is_number or not math.isfinite(rate) or rate <= 0:
            raise UsageError(f"A learning rate must be a number above 0. Received: {rate!r}.")
    return [float(rate) for rate in said]


def _with_rates(trainings: list[Training], said: list[float] | None) -> list[Training]:
    """The trainings with these rates.

    Raises:
        UsageError: not one rate a training, or one that the log has already.
    """
    if said is None:
        return trainings
    if len(said) != len(trainings):
        raise UsageError(
            f"One learning rate is needed for each training, in their order. Received {len(said)} for "
            f"{len(trainings)}: {', '.join(training.name for training in trainings[:8])}."
        )
    return [_with_rate(training, rate) for training, rate in zip(trainings, said, strict=True)]


def _with_rate(training: Training, rate: float) -> Training:
    logged = training.curves.get(RATE)
    if logged is not None and len(logged):
        raise UsageError(
            f"{training.name} has logged its learning rate (it ended at {logged.values[-1]:.3g}). Received another: "
            f"{rate:.3g}. Leave it out."
        )
    steps = [curve.steps for curve in training.curves.values()]
    every = np.unique(np.concatenate(steps)) if steps else np.empty(0, np.int64)
    curve = Curve(RATE, every, np.full(every.size, rate))
    return replace(training, curves={**training.curves, RATE: curve})


def _asking_for_the_rate(diagnosis: Diagnosis) -> Diagnosis:
    """With a note where the advice is to change a rate that nobody has said: then it cannot name the next one."""
    shown = diagnosis.document
    is_known = Reading(shown.training).peak is not None
    if (
        shown.comparison is not None
        or is_known
        or shown.main.leading.cause not in (Cause.RATE_TOO_HIGH, Cause.RATE_TOO_LOW)
    ):
        return diagnosis
    note = "The log does not say the learning rate. With learning_rate=... the advice names the next one to try."
    return Diagnosis(replace(shown, warnings=(*shown.warnings, note)))


def _each_name_once(trainings: Sequence[Training]) -> list[Training]:
    """Trainings of different logs may have one name: then the log's path tells them apart, or else a number."""
    twice = {name for name, times in Counter(training.name for training in trainings).items() if times > 1}
    taken: set[str] = set()
    result = []
    for training in trainings:
        name = training.name
        if name in twice and os.path.basename(training.source) == name:
            name = training.source
        number = 2
        while name in taken:
            name, number = f"{training.name} {number}", number + 1
        taken.add(name)
        result.append(training if name == training.name else replace(training, name=name))
    return result


def _comparable(trainings: Sequence[Training]) -> list[int]:
    """Those that are trainings of their own: not the losses by batch of one that is there by epoch."""
    names = {training.name for training in trainings}
    return [
        i
        for i, one in enumerate(trainings)
        if not (one.name.endswith(_BATCHES) and one.name.removesuffix(_BATCHES) in names)
    ]


def _neighbours(trainings: Sequence[Training], comparable: Sequence[int]) -> dict[int, list[Training]]:
    """For each training its neighbours in rate, at most `MOST_NEIGHBOURS`; unknown rates come last."""
    peaks = {i: Reading(trainings[i]).peak for i in comparable}
    order = sorted(comparable, key=lambda i: (peaks[i] is None, peaks[i] or 0.0))
    last_start = max(0, len(order) - MOST_NEIGHBOURS - 1)
    found = {}
    for place, i in enumerate(order):
        start = min(max(0, place - MOST_NEIGHBOURS // 2), last_start)
        found[i] = [trainings[j] for j in order[start : start + MOST_NEIGHBOURS + 1] if j != i]
    return found


def _final(training: Training, quantity: str) -> float:
    """The last value; infinite where it is no number or not there."""
    curve = training.curves.get(quantity)
    last = curve.last if curve is not None else None
    return last if last is not None and math.isfinite(last) else math.inf
