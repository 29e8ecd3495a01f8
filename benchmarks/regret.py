"""How far is the chosen rate from the best of a dense sweep? `rr.tune` with its defaults against plain `Model.fit`.

For each seed: the sweep trains every rate of a grid of quarter decades with a fresh model; `rr.tune` chooses without
being told any rate; its choice is then trained by plain `fit` exactly like the grid. Regret is the final validation
loss at the choice over the best of the sweep, minus 1. The table also says what other seeds make of it: the choice of
one seed judged by the mean final loss over all seeds, because a difference within one seed may be luck.

    python benchmarks/regret.py --task digits_cnn --seed 0 --seed 1 --seed 2
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import click
import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

#: Quarter decades over the range in which the first range of any task lies.
GRID = tuple(float(f"{rate:.3g}") for rate in np.geomspace(1e-5, 1e-1, 17))
RESULTS = Path(__file__).parent / "results" / "regret.jsonl"


def sweep(task: Any, seed: int, rates: tuple[float, ...]) -> dict[float, float]:
    """Final validation losses by plain fit; infinite where it was no number."""
    import keras
    from peers import plain_fit

    losses = {}
    for rate in rates:
        final = plain_fit.train(task, rate, seed)[-1]
        losses[rate] = final if math.isfinite(final) else math.inf
        keras.backend.clear_session()
    return losses


def choose(task: Any, seed: int, schedule: str) -> Any:
    """What `rr.tune` chooses with its defaults."""
    import keras

    import rightrate

    keras.utils.set_random_seed(seed)
    return rightrate.tune(
        task.build(), task.train, task.validation, epochs=task.epochs, batch_size=task.batch_size, seed=seed,
        schedule=schedule,
    )  # fmt: skip


def measure(name: str, seed: int, schedule: str) -> dict[str, Any]:
    """One line of the results."""
    import tasks

    task = tasks.load(name)
    result = choose(task, seed, schedule)
    chosen = result.learning_rate
    losses = sweep(task, seed, (*GRID, chosen))
    best = min(GRID, key=losses.__getitem__)
    return {
        "task": name,
        "seed": seed,
        "schedule": schedule,
        "chosen": chosen,
        "interval": result.interval,
        "best": best,
        "regret": losses[chosen] / losses[best] - 1,
        "full_trainings": result.cost.full_trainings,
        "seconds": result.cost.seconds,
        "own_final_loss": result.document.winner.last("val_loss"),
        "losses": {f"{rate:g}": loss if math.isfinite(loss) else None for rate, loss in losses.items()},
    }


def table(lines: list[dict[str, Any]]) -> str:
    """The results as Markdown: each choice judged by its own seed, and by the mean over all measured seeds."""
    rows = [
        "| task | seed | chosen | interval | best of the sweep | regret, same seed | regret, mean of seeds | "
        "best rate inside the interval | full trainings | seconds |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        same = [other for other in lines if other["task"] == line["task"]]
        low, high = line["interval"]
        inside = "yes" if low <= line["best"] * 1.01 and line["best"] <= high * 1.01 else "no"
        rows.append(
            f"| {line['task']} | {line['seed']} | {line['chosen']:.3g} | {low:.2g} to {high:.2g} | {line['best']:.3g} "
            f"| {line['regret']:+.1%} | {_over_seeds(line['chosen'], same):+.1%} | {inside} "
            f"| {line['full_trainings']:.1f} | {line['seconds']:.0f} |"
        )
    return "\n".join(rows)


def _over_seeds(chosen: float, lines: list[dict[str, Any]]) -> float:
    """Regret of `chosen` with losses averaged over seeds, read between the grid's rates on the log axis."""
    mean = [np.mean([line["losses"][f"{rate:g}"] or math.inf for line in lines]) for rate in GRID]
    at_choice = np.exp(np.interp(math.log(chosen), np.log(GRID), np.log(mean)))
    return float(at_choice / min(mean) - 1)


@click.command()
@click.option("--task", "names", multiple=True, default=("digits_cnn", "solar_blocks"))
@click.option("--seed", "seeds", multiple=True, type=int, default=(0, 1, 2))
@click.option("--schedule", default="auto")
def main(names: tuple[str, ...], seeds: tuple[int, ...], schedule: str) -> None:
    """Measure, append to results/regret.jsonl, and print the table of everything in it."""
    RESULTS.parent.mkdir(exist_ok=True)
    for name in names:
        for seed in seeds:
            line = measure(name, seed, schedule)
            with RESULTS.open("a") as out:
                out.write(json.dumps(line) + "\n")
            print({k: v for k, v in line.items() if k != "losses"}, flush=True)
    print(table([json.loads(line) for line in RESULTS.read_text().splitlines()]))


if __name__ == "__main__":
    main()
