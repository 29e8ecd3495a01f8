"""Turns what a user asked for into what a race needs, with the checks that fail early."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rightrate import schedules
from rightrate.engine.samples import is_dataset
from rightrate.engine.session import Session
from rightrate.engine.task import Task
from rightrate.errors import DataError, UsageError, nearest
from rightrate.runner.earlier import earlier_rate
from rightrate.runner.measuring import Marking
from rightrate.schedules import Schedule
from rightrate.search import Kind, Objective, Plan, Setup, ladder, prior
from rightrate.search.least import Least

# A race is run to save time. Where training every candidate to full length would take this many seconds by the two
# nominal speeds below (measured on two cores), nobody has to leave: a full picture is worth the wait. Nominal, not
# timed, so that the same call does the same on a busy machine.
WORTH_WAITING = 20.0
MULTIPLY_ADDS_PER_SECOND, SECONDS_PER_STEP = 2e10, 1e-3


#: Whole numbers stored as floats are split like classes up to this many.
MOST_FLOAT_CLASSES = 50


@dataclass(frozen=True)
class Ladder:
    """The first rates, and in words where they come from."""

    rates: tuple[float, ...]
    source: str


def check_numbers(**numbers: float | None) -> None:
    """Raise a `UsageError` unless each number is above 0 and, but for the budget, whole."""
    for name, value in numbers.items():
        if value is None:
            continue
        whole = name == "budget" or (isinstance(value, (int, np.integer)) and not isinstance(value, bool))
        if not whole or not value > 0 or value == float("inf"):
            kind = "a number" if name == "budget" else "a whole number"
            raise UsageError(f"`{name}` must be {kind} above 0. Received: {name}={value!r}.")


def first_rates(rates: Any, kind: Kind, like: str | Path | None = None) -> Ladder:
    """The ladder: a user's range or list, or rates around the published ones for this kind of fine-tuning.

    Args:
        like: an earlier run, around whose rate to begin instead.
    """
    if like is not None:
        if rates is not None:
            raise UsageError("`rates` says which rates to try, and `like` where to begin: give one of them.")
        centre = earlier_rate(like)
        ladder.check_rate(centre)
        return Ladder(ladder.around(centre, ladder.BESIDE_EARLIER), f"around {centre:g}, chosen in {like}")
    if rates is None:
        row = prior(kind)
        return Ladder(ladder.around(row.centre), f"around {row.centre:g}, as published for its kind ({row.source})")
    if isinstance(rates, tuple) and len(rates) == 2:
        return Ladder(ladder.between(float(rates[0]), float(rates[1])), "the range asked for")
    if isinstance(rates, (str, bytes)) or not isinstance(rates, (Sequence, np.ndarray)):
        raise UsageError(f"`rates` must be (low, high), a list of rates, or None. Received: {rates!r}.")
    return Ladder(ladder.given([float(rate) for rate in rates]), "the rates asked for")


def schedule_maker(name: str, own: np.ndarray | None, total_steps: int) -> Callable[[float], Schedule]:
    """peak -> the schedule of a full training.

    Args:
        own: rates of the schedule that the optimizer was compiled with, or None.
    """
    if name == "auto" and own is not None:
        table = schedules.from_rates(own)
        return table.with_peak
    if name == "auto":
        # Hold and cool down: rates found so hold for constant trainings too, because both share most of their steps.
        return schedules.warmup_stable_decay(1.0, total_steps).with_peak
    return schedules.make(name, 1.0, total_steps).with_peak


def with_validation(train: Any, validation: Any, share: float | None, seed: int) -> tuple[Any, Any]:
    """Return training and validation data; without the latter, split them off as `share` says.

    Raises:
        DataError: there is neither validation data nor a share, both, or a share of something that cannot be split.
    """
    if validation is not None:
        if share is not None:
            raise DataError("Give `validation_data` or `validation_split`, not both.")
        return train, validation
    if share is None:
        raise DataError(
            "Validation data are needed: the training loss cannot tell a good rate from one that overfits. Pass "
            "validation_data=(x_val, y_val), or validation_split=0.2 to split a part off the training arrays."
        )
    if is_dataset(train) or not isinstance(train, (tuple, list)) or len(train) < 2:
        raise DataError("`validation_split` needs training arrays (x, y). Split a dataset with dataset.take and .skip.")
    from rightrate.importers.split import stratified_split

    chosen, rest = stratified_split(_to_stratify(train[1]), share, seed)
    return _rows(train, chosen), _rows(train, rest)


def _to_stratify(y: Any) -> np.ndarray:
    """One class a sample; numbers that are no classes where `y` has several outputs, so that nothing is stratified."""
    if isinstance(y, dict):
        return _to_stratify(tuple(y.values()))
    if isinstance(y, tuple) or (isinstance(y, list) and y and hasattr(y[0], "shape")):
        return np.linspace(0.0, 0.5, len(y[0]))
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[-1] > 1:
        return np.asarray(labels.argmax(-1))
    column = labels.reshape(len(labels), -1)[:, 0]
    whole = column.dtype.kind == "f" and bool(np.all(column == np.round(column)))
    # Whole floats of few values are classes stored as floats, as a sigmoid's labels often are.
    return column.astype(int) if whole and len(np.unique(column)) <= MOST_FLOAT_CLASSES else column


def _rows(data: Any, index: np.ndarray) -> tuple[Any, ...]:
    def take(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: take(value) for name, value in part.items()}
        if isinstance(part, tuple) or (isinstance(part, list) and part and hasattr(part[0], "shape")):
            return tuple(take(value) for value in part)
        return None if part is None else np.asarray(part)[index]

    return tuple(take(part) for part in data)


def marking(task: Task, positive: str | int | None, names: Sequence[str] | None) -> Marking | None:
    """How predictions are scored; None where the model does not classify.

    Raises:
        UsageError: `positive` is no class, or there are not as many names as classes.
    """
    if task.classes is None:
        if positive is not None:
            raise UsageError(f"`positive` was given, but {task.why_not}: there is no positive class.")
        return None
    known = tuple(str(n) for n in names) if names is not None else tuple(str(i) for i in range(task.classes))
    if len(known) != task.classes:
        raise UsageError(
            f"The model has {task.classes} classes. Received {len(known)} class names: {list(known)[:10]}."
        )
    if positive is None:
        return Marking(known, 1 if task.classes == 2 else None, named=False)
    if str(positive) in known:
        index = known.index(str(positive))
    elif isinstance(positive, (int, np.integer)) and 0 <= positive < task.classes:
        index = int(positive)
    else:
        raise UsageError(f"Unknown positive class {positive!r}. {nearest(str(positive), known)}")
    if task.labels is not None and not np.any(task.labels == index):
        raise DataError(
            f"None of the {len(task.labels)} validation samples is of the positive class {known[index]!r}: its recall "
            "cannot be measured. Take a validation part that has some, e.g. by validation_split=0.2."
        )
    return Marking(known, index)


def check_can_score(task: Task, found: Marking | None, goal: Objective, least: Least) -> None:
    """Raise a `UsageError` where the objective, or what a model must reach, needs classes or a positive one.

    Args:
        found: how predictions are scored; None where they are not.
    """
    if found is None and (goal.traded is not None or least.asked):
        what = goal.name if goal.traded is not None else f"min_{next(iter(least.asked))}"
        raise UsageError(f"{what} needs a model that sorts samples into classes, and {task.why_not}.")
    if goal.traded is not None and found is not None and found.positive is None:
        raise UsageError(
            f"{goal.name} is about one class. Say which one is positive: positive=… (--positive), one of "
            f"{', '.join(found.names[:10])}."
        )


def setup(
    session: Session,
    first: Ladder,
    extends: bool,
    make_schedule: Callable[[float], Schedule],
    steps_per_epoch: int,
    epochs: int,
    budget: float | None,
    ends_at: float = 1.0,
) -> Setup:
    """The race's setup for an open session; `ends_at` is the share of the schedule that candidates train."""
    total = steps_per_epoch * epochs
    share = session.plan.step_share
    samples = session.train_samples
    # What is computed once: the forward pass of the frozen part, a third of what a plain step spends on it.
    passes = 1.0 if session.plan.by_step else (samples.size or 0) / max(samples.trained(samples.step_count), 1)
    fixed = (1 - share) * passes if session.plan.prefix_cached else 0.0
    if budget is None and ends_at >= 1 and _is_cheap(session.plan, total * (len(first.rates) + 2)):
        budget = fixed + share * (len(first.rates) + _SPARE)
    asked = Setup(
        rates=first.rates,
        total_steps=total,
        steps_per_epoch=steps_per_epoch,
        batch_size=samples.largest,
        validation_samples=sum(len(rows) for rows in session.validation.steps),
        budget=budget,
        step_share=share,
        fixed_cost=fixed,
        first_rung=_after_warmup(make_schedule(1.0)),
        extends=extends,
        ends_at=ends_at,
    )
    least = fixed + asked.cost(len(first.rates) * asked.rungs[0]) + asked.reserved
    if asked.allowed < least - 1e-9:
        more = f"{least + 1:.2g} or more to see one trained to the end" if ends_at >= 1 else f"{least:.2g} or more"
        raise UsageError(
            f"A budget of {budget:g} full trainings is too small: a first look at {len(first.rates)} rates, "
            f"{asked.rungs[0]} of {total} steps each, costs {least:.2g}. Give {more}, or fewer rates."
        )
    return asked


#: Candidates beyond and between the first ones that a cheap search may add.
_SPARE = 6


def _is_cheap(plan: Plan, steps: int) -> bool:
    if plan.multiply_adds is None:
        return False
    return steps * (SECONDS_PER_STEP + plan.multiply_adds / MULTIPLY_ADDS_PER_SECOND) <= WORTH_WAITING


def _after_warmup(schedule: Schedule) -> int:
    """The first step at which candidates may be compared: a quarter more than a warm-up of under half the steps.

    While rates still rise, the largest peak looks best.
    """
    peak = int(np.argmax(schedule.shape))
    return int(1.25 * peak) if peak < schedule.steps / 2 else 1
