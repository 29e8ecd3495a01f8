"""Columns that were gathered -> one `Training`, with names in Keras's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rightrate.curves.curve import Curve
from rightrate.curves.training import Training, Unit
from rightrate.errors import DataError, NothingYetError
from rightrate.importers.logs.axis import steps_per_epoch
from rightrate.importers.logs.collect import Collector
from rightrate.importers.logs.log import Columns
from rightrate.importers.logs.names import resolve


@dataclass(frozen=True)
class About:
    """What is known of a training beside its points.

    Args:
        name: of the training.
        source: path of the log.
        unit: what its steps count.
        steps_per_epoch: where the log says it.
        epoch_column: raw name of a column that tells it instead.
        note: words in front of each warning; empty where the log has one training.
    """

    name: str
    source: str
    unit: Unit
    steps_per_epoch: int | None = None
    epoch_column: str | None = None
    note: str = ""


def assemble(collector: Collector, about: About, columns: Columns) -> tuple[Training | None, list[str]]:
    """Make a training of what was gathered; None where there is no point at all.

    Epochs that are counted from 0 (as Keras's `CSVLogger`, TensorBoard and fastai do) become epochs done, so that the
    first is 1 whatever tool wrote it.

    Raises:
        DataError: two columns could both be the loss.
    """
    names = [name for name in collector.names if name != about.epoch_column]
    if not names:
        return None, []
    names_of, warnings = resolve(names, columns, about.source)
    ordered = {names_of[name]: collector.column(name) for name in names}
    from_zero = about.unit == "epoch" and min(int(points.steps[0]) for points in ordered.values()) == 0
    curves = {
        name: Curve(name, points.steps + 1 if from_zero else points.steps, points.values)
        for name, points in ordered.items()
    }
    per_epoch = about.steps_per_epoch
    if per_epoch is None and about.epoch_column in collector.names:
        per_epoch = steps_per_epoch(collector.column(str(about.epoch_column)))
    overwritten = {name: points.overwritten for name, points in ordered.items() if points.overwritten}
    repeated = {name: points.repeated for name, points in ordered.items() if points.repeated}
    late = {name: points.late for name, points in ordered.items() if points.late}
    if overwritten:
        warnings.append(
            f"The {about.unit}s go back, as in a resumed run: later values win, and "
            f"{max(overwritten.values())} earlier points of {_some(list(overwritten))} were left out."
        )
    if repeated:
        warnings.append(
            f"Several points of {_some(list(repeated))} were logged at one {about.unit} with different values: the "
            f"last counts, earlier ones were left out ({max(repeated.values())})."
        )
    if late:
        warnings.append(f"Points of {_some(list(late))} were not in order and were sorted by {about.unit}.")
    thinned = collector.thinned
    if thinned:
        warnings.append(
            f"The log is long: of {_some([names_of.get(name, name) for name in thinned])} one of each "
            f"{max(thinned.values())} points was kept (the last, or one that is NaN or infinite)."
        )
    if "loss" not in curves and "val_loss" not in curves:
        warnings.append(
            f"No column is known to be the loss. Read were {_some(list(curves))}; "
            f'say which it is with columns={{"loss": ...}} or columns={{"val_loss": ...}}.'
        )
    training = Training(about.name, curves, about.unit, per_epoch, about.source)
    return training, [about.note + warning for warning in warnings]


def one_training(collector: Collector, about: About, columns: Columns) -> tuple[tuple[Training], list[str]]:
    """The same for a log of exactly one training.

    Raises:
        DataError: there is no number in it.
    """
    training, warnings = assemble(collector, about, columns)
    if training is None:
        raise nothing_in(about.source)
    return (training,), warnings


def assemble_all(
    parts: Iterable[tuple[Collector, About]], columns: Columns
) -> tuple[list[Training], list[tuple[str, str]]]:
    """The same for a log of several trainings; those without a point are passed over.

    Args:
        parts: of each training.
        columns: of the user; those that a training does not have are for others.

    Returns:
        The trainings; and warnings with the note in front of each, for `said_once`.
    """
    trainings: list[Training] = []
    said: list[tuple[str, str]] = []
    for collector, about in parts:
        of_this = {name: raw for name, raw in columns.items() if raw in collector.names}
        training, warnings = assemble(collector, replace(about, note=""), of_this)
        trainings += [training] if training else []
        said += [(about.note, warning) for warning in warnings]
    return trainings, said


def nothing_in(source: str, reasons: Sequence[str] = ()) -> DataError:
    """The error for a log of a known format without a single number.

    Args:
        reasons: sentences that say why what is there does not count.
    """
    return DataError(f"{_nothing(source)} {' '.join(reasons) or _RUN}")


def nothing_yet(source: str) -> NothingYetError:
    """The error for a log that has a header and nothing below it."""
    return NothingYetError(f"{_nothing(source)} {_RUN}")


def _nothing(source: str) -> str:
    return f"The log '{source}' holds no number that was measured. Expected at least one epoch or step with a value."


_RUN = "Let the training run until it has logged something."


def constant(collector: Collector, name: str, value: float, like: str) -> None:
    """Add a setting, such as the learning rate of a trial, as a column with the steps of another column."""
    steps = collector.column(like).steps
    collector.extend(name, steps, np.full(steps.size, value))


def _some(names: list[str], most: int = 4) -> str:
    shown = ", ".join(repr(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
