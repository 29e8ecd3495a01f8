"""Which column of a table counts the steps, and what it counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rightrate.curves.training import Unit
from rightrate.errors import DataError
from rightrate.importers.logs.log import Columns
from rightrate.importers.logs.order import Ordered

EPOCH_NAMES = frozenset({"epoch", "epochs", "train/epoch"})
STEP_NAMES = (
    frozenset({"trainer/global_step", "train/global_step"}),
    frozenset({"step", "steps", "global_step", "global step"}),
    frozenset({"iteration", "iterations", "iter"}),
    frozenset({"_step"}),
)
"""Names of step columns, in lower case, in ranks: the first rank that a table has counts. Weights & Biases's `_step`
counts calls of `log`; the integrations that write `.../global_step` beside it count optimizer steps there."""

AGREEMENT = 0.02
"""Relative spread of step / epoch up to which the steps of an epoch are taken as known: Hugging Face rounds epochs to
two decimals, and the last batch of an epoch may be missing."""

SMALLEST_EPOCH = 1e-9
"""Fraction of an epoch below which nothing is told from it: no epoch has a thousand million steps."""


@dataclass(frozen=True)
class Axis:
    """What counts the steps.

    Args:
        column: the raw name; None where the rows are numbered from 1.
        unit: what it counts; None where nobody said, and the columns will decide.
        epoch_column: a second column with epochs, where `column` counts steps.
    """

    column: str | None
    unit: Unit | None
    epoch_column: str | None = None


def choose(names: Iterable[str], columns: Columns, path: str) -> Axis:
    """Choose the axis among raw names.

    | the table has | axis | unit |
    |---|---|---|
    | `columns={"step": ...}` or `{"epoch": ...}` | as said | as said |
    | a step column | that | step; an epoch column tells the steps of an epoch |
    | only an epoch column | that | epoch |
    | neither | row numbers | left open |

    Raises:
        DataError: two columns of the same rank.

    Example:
        >>> choose(["epoch", "loss"], {}, "log.csv")
        Axis(column='epoch', unit='epoch', epoch_column=None)
        >>> choose(["step", "epoch", "loss"], {}, "log.csv")
        Axis(column='step', unit='step', epoch_column='epoch')
    """
    names = list(names)
    epoch = columns.get("epoch") or _only(names, EPOCH_NAMES, "epoch", path)
    if "step" in columns:
        return Axis(columns["step"], "step", epoch)
    if "epoch" in columns:
        return Axis(epoch, "epoch")
    for rank in STEP_NAMES:
        step = _only(names, rank, "step", path)
        if step is not None:
            return Axis(step, "step", epoch)
    return Axis(epoch, "epoch" if epoch is not None else None)


def _only(names: list[str], known: frozenset[str], what: str, path: str) -> str | None:
    found = [name for name in names if name.strip().lower() in known]
    if len(found) > 1:
        raise DataError(
            f"The log '{path}' has {len(found)} columns that could count the {what}s: {found[0]!r} and {found[1]!r}. "
            f"Say which with columns={{{what!r}: {found[0]!r}}} or columns={{{what!r}: {found[1]!r}}}."
        )
    return found[0] if found else None


def steps_per_epoch(epochs: Ordered) -> int | None:
    """Optimizer steps in an epoch, from the epochs that were logged at each step.

    Args:
        epochs: `steps` are steps, `values` the epoch at each: whole numbers of the epoch under way, or fractions done.

    Returns:
        None where there are too few points to tell, or they disagree by more than `AGREEMENT`.

    Example:
        >>> steps_per_epoch(Ordered(np.array([9, 19, 29]), np.array([0.0, 1.0, 2.0])))
        10
        >>> steps_per_epoch(Ordered(np.array([5, 10]), np.array([0.25, 0.5])))
        20
    """
    good = np.isfinite(epochs.values) & (np.abs(epochs.values) < 1e9)
    steps, values = epochs.steps[good].astype(np.float64), epochs.values[good]
    if not values.size:
        return None
    if bool(np.any(values != np.floor(values))):
        later = values > SMALLEST_EPOCH
        ratios = steps[later] / values[later]
    else:
        last = np.append(values[1:] != values[:-1], True)
        ends, at = values[last], steps[last]
        if ends.size > 2:  # the last epoch may be under way
            ends, at = ends[:-1], at[:-1]
        ratios = np.diff(at) / np.diff(ends) if ends.size > 1 else np.empty(0)
    if not ratios.size:
        return None
    middle = float(np.median(ratios))
    if middle < 0.5 or float(np.median(np.abs(ratios - middle))) > AGREEMENT * middle:
        return None
    return round(middle)
