"""Compares shapes of the schedule at the peak that a race has chosen; what begins alike is trained once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from rightrate.curves.divergence import Watcher
from rightrate.engine.session import State
from rightrate.report import words
from rightrate.runner.bench import Bench
from rightrate.runner.events import Listener, ShapeTrained
from rightrate.runner.measuring import Measurer
from rightrate.schedules import Schedule
from rightrate.schedules.family import LONG_COOLDOWN, family
from rightrate.schedules.shapes import COOLDOWN_SHARE
from rightrate.search import Evaluation, Look, Setup
from rightrate.search.shaping import Branch, Shaped, best_shape, branches
from rightrate.search.state import validation_samples

#: A best look before this share of the steps is worth a training that ends there; later ones save little.
EARLY = 0.7


@dataclass(frozen=True, eq=False)
class Shapes:
    """What came of it.

    Args:
        shaped: every schedule that was trained to its end, the one that the rates were compared with first.
        chosen: the schedule to train with, with the reason for it.
        place: of it; 0 for the one that the rates were compared with, k for the k-th of the others.
        bench: its training.
        trained: the stretches trained for this, (first step, last step), those of lost ones too.
    """

    shaped: tuple[Shaped, ...]
    chosen: Schedule
    place: int
    bench: Bench
    trained: tuple[tuple[int, int], ...]


def branch_points(steps: int) -> tuple[int, ...]:
    """Where other shapes leave a `warmup_stable_decay`: before its own cool-down, and before a longer one."""
    return tuple(sorted({steps - round(share * steps) for share in (LONG_COOLDOWN, COOLDOWN_SHARE)}))


def compare(
    measurer: Measurer,
    setup: Setup,
    schedule: Schedule,
    bench: Bench,
    *,
    base: Look,
    left: float,
    spikes: bool,
    ignorant: float | None,
    hear: Callable[[int], None],
    tell: Listener,
) -> Shapes:
    """Train other shapes at the peak of `schedule` as far as the budget goes, and choose.

    Args:
        schedule: that the chosen candidate followed.
        bench: its training, at the end.
        base: the last look at it.
        left: full trainings that may be spent.
        spikes: its first steps threw the loss up.
        ignorant: the loss of a model that knows nothing, or None.
        hear: told the steps trained so far.
        tell: told every shape that was trained, where there is more than one.
    """
    shapes = family(schedule, spikes=spikes, best_step=_early_best(measurer, bench), multiple=setup.steps_per_epoch)
    plan = branches(schedule, shapes, bench.kept, left, setup.cost)
    trained: list[Bench] = []
    looks: list[Look | None] = []
    if plan:
        tell(_told(schedule, 0, len(plan), bench))
    for number, branch in enumerate(plan, 1):
        begun = _begun(measurer.session.start, bench, trained, branch, ignorant)
        keep = {one.at for one in plan if one.parent == number}
        before = sum(other.step - one.at for one, other in zip(plan, trained, strict=False))
        looks.append(_train(measurer, setup, branch, begun, keep, partial(_heard, hear, before - branch.at)))
        trained.append(begun)
        tell(_told(branch.schedule, number, len(plan), begun if looks[-1] is not None else None))
    place = best_shape(base, looks)
    benches = [bench, *trained]
    sound = [
        (0, schedule, 0),
        *((k, one.schedule, one.at) for k, one in enumerate(plan, 1) if looks[k - 1] is not None),
    ]
    shaped = tuple(Shaped(one, benches[k].evaluations[-1].values, at) for k, one, at in sound)
    chosen = schedule if place == 0 else plan[place - 1].schedule
    why = _why(measurer, [bench, *trained], place, len(plan))
    stretches = tuple((one.at, other.step) for one, other in zip(plan, trained, strict=True))
    return Shapes(shaped, replace(chosen, why=why), place, benches[place], stretches)


def _told(schedule: Schedule, place: int, others: int, bench: Bench | None) -> ShapeTrained:
    values = {} if bench is None else bench.evaluations[-1].values
    return ShapeTrained(place, others + 1, words.schedule(replace(schedule, why="")), schedule.steps, values)


def _heard(hear: Callable[[int], None], before: int, step: int) -> None:
    hear(before + step)


def _begun(start: State, bench: Bench, trained: Sequence[Bench], branch: Branch, ignorant: float | None) -> Bench:
    """The training that a branch goes on with, as it was at its step."""
    if branch.at == 0:
        return Bench(start, Watcher(ignorant))
    parent = bench if branch.parent == 0 else trained[branch.parent - 1]
    watcher = Watcher(ignorant)
    losses = parent.train_loss[: branch.at]
    for loss in losses:
        watcher = watcher.see(float(loss))
    before = [one for one in parent.evaluations if one.step <= branch.at]
    return Bench(parent.kept[branch.at], watcher, branch.at, losses=[losses], evaluations=before)


def _train(
    measurer: Measurer,
    setup: Setup,
    branch: Branch,
    bench: Bench,
    keep: set[int],
    hear: Callable[[int], None],
) -> Look | None:
    """Train a branch to its end; returns its last look, None where it was lost."""
    rates, last, look = branch.schedule.rates, branch.schedule.steps, None
    for until in (*(stop for stop in setup.stops if branch.at < stop < last), last):
        bench.advance(measurer.session, rates, until, keep, hear)
        if bench.reason is not None:
            return None
        assert bench.state is not None
        if until == last:
            bench.state = measurer.session.finish(bench.state)
        samples = setup.validation_samples if until == last else validation_samples(setup, until)
        bench.measured, values, look = measurer.measure(bench.state, samples, is_last=until == last)
        bench.evaluations.append(Evaluation(until, len(bench.measured.rows), values))
    return look if look is not None and np.isfinite(look.score) else None


def _early_best(measurer: Measurer, bench: Bench) -> int | None:
    """The step of the best look, where a shorter training may have been enough; None where it was near the end."""
    # The looks before the end share their samples, which may be fewer than those of the last look.
    alike = [one for one in bench.evaluations if one.samples == bench.evaluations[0].samples]
    best = min(alike, key=lambda one: measurer.objective.score(one.values[measurer.objective.name]))
    return best.step if best.step <= EARLY * bench.step else None


def _why(measurer: Measurer, benches: Sequence[Bench], place: int, others: int) -> str:
    name = measurer.objective.name
    if others == 0:
        return "Its shape was not compared with others: the budget went into the rate."
    if place == 0:
        compared = "the other shape" if others == 1 else f"{others} other shapes"
        return f"Beyond chance it was not bettered by {compared} at this peak."
    mine, base = (words.measured(name, benches[k].evaluations[-1].values[name]) for k in (place, 0))
    return (
        f"Of {others + 1} shapes at this peak it ended best: {words.measure(name)} {mine}, and {base} with the one "
        "that the rates were compared with."
    )
