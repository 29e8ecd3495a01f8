"""How good is the diagnosis? Real trainings, over rates from far too low to far too high, and what is said of them.

python benchmarks/diagnosis.py record                      # hours; goes on where it was stopped
python benchmarks/diagnosis.py record --task cancer_mlp
python benchmarks/diagnosis.py score
python benchmarks/diagnosis.py early
python benchmarks/diagnosis.py peers
"""

from __future__ import annotations

import os
import time

import click

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@click.group()
def commands() -> None:
    """Record trainings, and measure the diagnosis on them."""


@commands.command()
@click.option("--task", "tasks", multiple=True, help="Only these tasks.")
def record(tasks: tuple[str, ...]) -> None:
    """Train every sweep that is not recorded yet, by plain Model.fit."""
    from recorded.recording import FOLDER
    from recorded.recording import record as record_one
    from recorded.sweeps import SWEEPS

    for sweep in SWEEPS:
        if (tasks and sweep.task not in tasks) or (FOLDER / f"{sweep.name}.npz").exists():
            continue
        started = time.monotonic()
        path = record_one(sweep)
        trainings = len(sweep.rates) * len(sweep.seeds)
        click.echo(f"{path.name}: {trainings} trainings in {time.monotonic() - started:.0f} s")


@commands.command()
@click.option("--half", type=click.Choice(["development", "held out"]), default="development", show_default=True)
def score(half: str) -> None:
    """What our diagnosis says of the recorded trainings. Constants are set on the development half only."""
    from recorded import scoring, truth

    recorded = [one for one in truth.load() if one.settings["half"] == half]
    click.echo(f"{len(recorded)} trainings of {len({one.settings['task'] for one in recorded})} tasks, {half}\n")
    for title, scored in (
        ("One curve, values by epoch", scoring.alone(recorded)),
        ("One curve, values by step", scoring.alone(recorded, scoring.by_steps)),
        ("Values by epoch, with the next rate below and above", scoring.with_neighbours(recorded)),
    ):
        click.echo(f"## {title}\n\n{scoring.confusion(scored)}\n\n{scoring.rules_table(scored)}\n")
        click.echo(f"{scoring.false_alarms(scored)}\n")


@commands.command()
@click.option("--half", type=click.Choice(["development", "held out"]), default="development", show_default=True)
def early(half: str) -> None:
    """How early a rate is told, and a divergence."""
    from recorded import early as earliness
    from recorded import truth

    recorded = [one for one in truth.load() if one.settings["half"] == half]
    click.echo(earliness.table(recorded))
    delays = sorted(earliness.divergence_delays(recorded))
    if delays:
        middle, last = delays[len(delays) // 2], delays[-1]
        click.echo(
            f"\n{len(delays)} trainings diverged to no number; said after {middle:.1%} (median), {last:.1%} (last)"
        )


@commands.command()
@click.option(
    "--python",
    type=click.Path(exists=True, dir_okay=False),
    default=".venv-peers/bin/python",
    show_default=True,
    help="The interpreter of the environment with requirements-peers.txt.",
)
def peers(python: str) -> None:
    """What other packages say of the recorded trainings; goes on where it was stopped."""
    from pathlib import Path

    from recorded import peers, peers_table, truth

    recorded = truth.load()
    lines = peers.run(recorded, Path(python).absolute(), lambda done: click.echo(done, err=True))
    click.echo(peers_table.table(lines, recorded))


if __name__ == "__main__":
    commands()
