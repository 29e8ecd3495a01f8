"""What the shape of a schedule is worth: every shape trained to its end at rates around each task's best."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from oracle import recording
from oracle.replay import Recording
from oracle.scorecard import Oracle, by_task
from oracle.tasks import TASKS
from rightrate import schedules
from rightrate.schedules import Schedule

FOLDER = recording.FOLDER / "shapes"
#: Decades from the best rate of a task.
PEAKS = (-0.5, -0.25, 0.0, 0.25, 0.5)


def shapes(steps: int) -> dict[str, Schedule]:
    """By a short name, at a peak of 1."""
    warmup, hold = round(0.1 * steps), schedules.warmup_stable_decay
    return {
        "cool 20 %": hold(1, steps),
        "cool 0 %": schedules.constant(1, steps),
        "cool 10 %": hold(1, steps, cooldown=round(0.1 * steps)),
        "cool 40 %": hold(1, steps, cooldown=round(0.4 * steps)),
        "linear": schedules.linear(1, steps),
        "cosine, warm-up": schedules.cosine(1, steps, warmup=warmup),
        "warm-up, cool 20 %": hold(1, steps, warmup=warmup),
        "one-cycle": schedules.one_cycle(1, steps),
        "slanted": schedules.slanted_triangular(1, steps),
    }


def record(recordings: Sequence[Recording], folder: Path = FOLDER) -> list[Path]:
    """Train what is not recorded yet: for each task and seed a file of final validation losses, null where lost."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, seeds in by_task(recordings).items():
        task, oracle = next(one for one in TASKS if one.name == name), Oracle.of(seeds)
        best = oracle.rates[oracle.losses.argmin()]
        for seed in task.seeds:
            path = folder / f"{name}-{seed}.json"
            if path.exists():
                continue
            with recording.opened(task, seed) as (session, setup):
                found = {
                    f"{peak:+.2f} {kind}": _final(session, shape.with_peak(best * 10**peak))
                    for peak in PEAKS
                    for kind, shape in shapes(setup.total_steps).items()
                }
            path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            made.append(path)
    return made


def _final(session, schedule: Schedule) -> float | None:
    state, losses = session.run(session.start, schedule.rates, schedule.steps)
    return float(session.evaluate(session.finish(state)).losses.mean()) if np.isfinite(losses).all() else None


def table(names: Sequence[str], folder: Path = FOLDER) -> str:
    """Each task's loss with every shape at the best rate, over that with a cool-down of 20 %, means over seeds."""
    kinds = list(shapes(100))[1:]
    rows = ["| task | " + " | ".join(kinds) + " | best of all, by one seed |", "|---|" + "---:|" * (len(kinds) + 1)]
    gains = []
    for name in names:
        seeds = [json.loads(path.read_text()) for path in sorted(folder.glob(f"{name}-[0-9].json"))]
        mean = {kind: _mean([one[f"+0.00 {kind}"] for one in seeds]) for kind in shapes(100)}
        base = mean["cool 20 %"]
        picked = [min(mean, key=lambda kind: _number(one[f"+0.00 {kind}"])) for one in seeds]
        gains.append(float(np.mean([mean[kind] / base - 1 for kind in picked])))
        cells = [f"{100 * (mean[kind] / base - 1):+.0f} %" for kind in kinds]
        rows.append(f"| {name} | {' | '.join(cells)} | {100 * gains[-1]:+.0f} % |")
    return "\n".join([*rows, f"\nBest of all, by one seed: {100 * float(np.mean(gains)):+.1f} % in the mean."])


def _number(value: float | None) -> float:
    return math.inf if value is None else value


def _mean(values: Sequence[float | None]) -> float:
    return float(np.mean([_number(one) for one in values]))
