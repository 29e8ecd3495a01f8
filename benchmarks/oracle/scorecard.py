"""How far from the best rate a search ends, and at what cost, over recordings and resamplings."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from oracle.recording import FOLDER
from oracle.replay import Answer, Recording

#: Shifts of the first rates, in quarter decades: where the best rate lies between two of them is luck.
SHIFTS = (-1, 0, 1, 2)


@dataclass(frozen=True)
class Line:
    """One answer beside the oracle of its task.

    Args:
        regret: loss at the chosen rate over the lowest of the grid, both means over seeds, minus 1; infinite where
            nothing was chosen, or where a seed was lost at the chosen rate.
        points: accuracy points lost beside the rate of lowest loss; NaN where it is no classification.
        decades: log10 of the chosen rate over the best.
        covered: whether the interval holds the best rate; None without an interval.
    """

    task: str
    cost: float
    regret: float
    points: float
    decades: float
    covered: bool | None


@dataclass(frozen=True, eq=False)
class Oracle:
    """The truth of one task: final losses of every rate, averaged over its seeds.

    Args:
        noise: standard deviation of the final loss between seeds at the best rate, as a share of it; NaN with one seed.
    """

    rates: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray
    noise: float

    @classmethod
    def of(cls, recordings: Sequence[Recording]) -> Oracle:
        finals = np.array([one.finals for one in recordings])
        losses = finals.mean(0)
        best = int(losses.argmin())
        noise = float(finals[:, best].std(ddof=1) / losses[best]) if len(finals) > 1 else math.nan
        accuracies = np.array([one.val_accuracy[:, -1] for one in recordings]).mean(0)
        return cls(recordings[0].rates, losses, accuracies, noise)

    def line(self, task: str, answer: Answer) -> Line:
        best = int(self.losses.argmin())
        if answer.rate is None:
            return Line(task, answer.cost, math.inf, math.nan, math.nan, None)
        place = int(np.abs(np.log(self.rates / answer.rate)).argmin())
        covered = None
        if answer.interval is not None:
            low, high = answer.interval
            covered = bool(low <= 1.01 * self.rates[best] and self.rates[best] <= 1.01 * high)
        return Line(
            task,
            answer.cost,
            float(self.losses[place] / self.losses[best] - 1),
            float(100 * (self.accuracies[best] - self.accuracies[place])),
            float(np.log10(self.rates[place] / self.rates[best])),
            covered,
        )


def by_task(recordings: Sequence[Recording]) -> dict[str, list[Recording]]:
    """The recordings of each task, its seeds."""
    tasks: dict[str, list[Recording]] = defaultdict(list)
    for one in recordings:
        tasks[one.task].append(one)
    return dict(tasks)


def run(
    recordings: Sequence[Recording],
    search: Callable[[Recording, np.random.Generator, int], Answer],
    resamplings: int,
) -> list[Line]:
    """A search on every recording, `resamplings` times each.

    Args:
        search: gets the recording, a generator of its own, and the shift of the first rates.
    """
    lines = []
    for task, seeds in by_task(recordings).items():
        oracle = Oracle.of(seeds)
        for recording in seeds:
            for number in range(resamplings):
                rng = np.random.default_rng((number, recording.settings["seed"]))
                lines.append(oracle.line(task, search(recording, rng, SHIFTS[number % len(SHIFTS)])))
    return lines


def summary(lines: Sequence[Line]) -> dict[str, float]:
    """The figures of a scorecard over lines, each task with equal weight."""
    tasks = {line.task for line in lines}
    weights = np.array([1 / sum(other.task == line.task for other in lines) for line in lines]) / len(tasks)
    regrets = np.array([line.regret for line in lines])
    order = np.argsort(regrets)
    cumulated = np.cumsum(weights[order])
    ratios = np.array([abs(line.decades) if math.isfinite(line.decades) else math.inf for line in lines])
    known = np.array([line.covered is not None for line in lines])
    covered = np.array([bool(line.covered) for line in lines])
    return {
        "median": float(regrets[order][np.searchsorted(cumulated, 0.5)]),
        "p90": float(regrets[order][min(np.searchsorted(cumulated, 0.9), len(lines) - 1)]),
        "factor 2": float(weights[ratios <= math.log10(2)].sum()),
        "factor 3": float(weights[ratios <= math.log10(3.17)].sum()),
        "covers": float((weights * covered)[known].sum() / weights[known].sum()) if known.any() else math.nan,
        "cost": float((weights * np.array([line.cost for line in lines])).sum()),
        "most": float(max(line.cost for line in lines)),
    }


HEADER = (
    "| search | median regret | 90th percentile | within 2x | within 3x | interval covers | mean cost | highest |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|"
)


def row(name: str, lines: Sequence[Line]) -> str:
    """One search over all tasks, as a row under `HEADER`."""
    found = summary(lines)
    cells = [_percent(found[key]) for key in ("median", "p90", "factor 2", "factor 3", "covers")]
    return f"| {name} | {' | '.join(cells)} | {found['cost']:.2f} | {found['most']:.2f} |"


def per_task(recordings: Sequence[Recording], lines: Sequence[Line]) -> str:
    """Each task: its best rate, its seed noise, and what the search did there."""
    rows = ["| task | best rate | seed noise | median regret | 90th | points lost | decades off | covers | cost |"]
    rows.append("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for task, seeds in by_task(recordings).items():
        oracle = Oracle.of(seeds)
        mine = [line for line in lines if line.task == task]
        found = summary(mine)
        points = np.array([line.points for line in mine])
        off = float(np.median([line.decades for line in mine if math.isfinite(line.decades)] or [math.nan]))
        rows.append(
            f"| {task} | {oracle.rates[oracle.losses.argmin()]:.3g} | {_percent(oracle.noise)} | "
            f"{_percent(found['median'])} | {_percent(found['p90'])} | "
            f"{'-' if np.isnan(points).all() else format(float(np.nanmean(points)), '.1f')} | {off:+.2f} | "
            f"{_percent(found['covers'])} | {found['cost']:.2f} |"
        )
    return "\n".join(rows)


def place(half: str) -> Path:
    """Where the figures of a half are kept."""
    return FOLDER / f"scorecard-{half.replace(' ', '-')}.json"


def save(half: str, recordings: Sequence[Recording], scored: Mapping[str, Sequence[Line]]) -> None:
    """Keep the figures of every search; what is infinite is null."""
    figures = {
        name: {key: value if math.isfinite(value) else None for key, value in summary(lines).items()}
        for name, lines in scored.items()
    }
    told = {"half": half, "tasks": sorted(by_task(recordings)), "searches": figures}
    place(half).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else "lost" if math.isinf(value) else f"{100 * value:.1f} %"
