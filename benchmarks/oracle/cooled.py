"""Is a look in the middle of a training better after a short cool-down, or of averaged weights?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from oracle import recording
from oracle.replay import Recording
from oracle.scorecard import Oracle, by_task
from oracle.tasks import TASKS, OracleTask
from rightrate.curves.divergence import Watcher
from rightrate.engine import tuning
from rightrate.engine.session import State
from rightrate.runner import prepare

FOLDER = recording.FOLDER / "cooled"
#: Lengths of a cool-down, as shares of the steps before it.
COOLDOWNS = {"cooled over 20 %": 0.2, "cooled over 50 %": 0.5}
WAYS = ("as it is", "weights averaged", *COOLDOWNS)
#: Steps before a look whose weights are averaged, as shares of the steps so far.
AVERAGED = (0.3, 0.26, 0.22, 0.18, 0.14, 0.1, 0.07, 0.04, 0.02, 0.0)
#: Half a decade to either side of the lowest of a ladder of half decades: how far its parabola may point.
REACH = 0.25


def record(recordings: Sequence[Recording], folder: Path = FOLDER) -> list[Path]:
    """Train what is not recorded yet: mean validation losses by way, rate and rung."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in by_task(recordings):
        task = next(one for one in TASKS if one.name == name)
        for seed in task.seeds:
            path = folder / f"{name}-{seed}.npz"
            if not path.exists():
                np.savez_compressed(path, **_record(task, seed))
                made.append(path)
    return made


def _record(task: OracleTask, seed: int) -> dict[str, np.ndarray]:
    with recording.opened(task, seed) as (session, setup):
        make, ignorant = prepare.schedule_maker(task.schedule, None, setup.total_steps), None
        ignorant = tuning.ignorant_loss(session.model, session.task)
        found = np.full((len(WAYS), len(task.rates), len(setup.rungs)), np.nan)
        for row, rate in enumerate(task.rates):
            rates, state, watcher = make(rate).rates, session.start, Watcher(ignorant)
            for column, rung in enumerate(setup.rungs):
                states = []
                for until in sorted({rung - round(share * rung) for share in AVERAGED}):
                    if until > state.step and watcher.reason is None:
                        state, losses = session.run(state, rates, until)
                        for loss in losses:
                            watcher = watcher.see(float(loss))
                        states.append(state)
                if watcher.reason is not None:
                    break
                found[:, row, column] = _ways(session, setup, rates, state, states)
    return {"rates": np.array(task.rates), "rungs": np.array(setup.rungs), "losses": found}


def _ways(session: Any, setup: Any, rates: np.ndarray, state: State, states: list[State]) -> list[float]:
    def loss(one: State) -> float:
        return float(session.evaluate(one).losses.mean())

    if state.step == setup.total_steps:
        return [loss(session.finish(state))] * len(WAYS)
    cooled = []
    for share in COOLDOWNS.values():
        steps = min(max(2, round(share * state.step)), setup.total_steps - state.step)
        falling = rates.copy()
        falling[state.step : state.step + steps] = rates[state.step] * (steps - np.arange(steps)) / steps
        after, losses = session.run(state, falling, state.step + steps)
        cooled.append(loss(after) if np.isfinite(losses).all() else np.nan)
    return [loss(state), loss(_average(states)), *cooled]


def _average(states: list[State]) -> State:
    values = []
    for several in zip(*(one.values for one in states), strict=True):
        arrays = [np.asarray(value) for value in several]
        is_float = arrays[0].dtype.kind == "f"
        values.append(np.mean(arrays, 0, dtype=np.float64).astype(arrays[0].dtype) if is_float else arrays[-1])
    return State(tuple(values), states[-1].step)


def table(recordings: Sequence[Recording], folder: Path = FOLDER) -> str:
    """Mean regret (at most 100 %) of the rate that each way points to, a shift taken from the other tasks added."""
    shares = (1 / 8, 1 / 4, 1 / 2)
    rows = ["| a look | " + " | ".join(f"at 1/{round(1 / s)}" for s in shares) + " |", "|---|" + "---:|" * len(shares)]
    for way, name in enumerate(WAYS):
        cells = [f"{100 * _regret(recordings, way, share, folder):.0f} %" for share in shares]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _regret(recordings: Sequence[Recording], way: int, share: float, folder: Path) -> float:
    shifts = np.arange(-0.6, 0.61, 0.1)
    by_shift = []
    for name, seeds in by_task(recordings).items():
        oracle, found = Oracle.of(seeds), []
        for path in sorted(folder.glob(f"{name}-[0-9].npz")):
            with np.load(path) as file:
                rates, rungs, losses = np.log10(file["rates"]), file["rungs"], file["losses"][way]
            near = [k for k, rung in enumerate(rungs) if abs(np.log2(rung / rungs[-1] / share)) < 0.5]
            found += [_pointed(rates[half::2], losses[half::2, near[-1]]) for half in (0, 1) if near]
        if found:
            by_shift.append([np.mean([_lost(oracle, rate + shift) for rate in found]) for shift in shifts])
    table = np.array(by_shift)
    chosen = [np.delete(table, task, 0).mean(0).argmin() for task in range(len(table))]
    return float(np.mean([table[task, shift] for task, shift in enumerate(chosen)]))


def _pointed(rates: np.ndarray, losses: np.ndarray) -> float:
    """The vertex of the parabola through the lowest loss and its neighbours, on logarithmic axes."""
    losses = np.where(np.isfinite(losses), losses, np.inf)
    best = int(losses.argmin())
    if not 0 < best < len(rates) - 1 or not np.isfinite(losses[best]):
        return float(rates[best])
    near = slice(best - 1, best + 2)
    curve = np.polyfit(rates[near], np.log(np.minimum(losses[near], 2 * losses[best])), 2)
    vertex = -curve[1] / (2 * curve[0]) if curve[0] > 0 else rates[best]
    return float(np.clip(vertex, rates[best] - REACH, rates[best] + REACH))


def _lost(oracle: Oracle, rate: float) -> float:
    lowest = oracle.losses.min()
    logs = np.log(np.minimum(oracle.losses, 10 * lowest))
    return min(1.0, float(np.exp(np.interp(rate, np.log10(oracle.rates), logs)) / lowest - 1))
