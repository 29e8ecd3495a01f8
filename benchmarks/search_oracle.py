"""How often does the search pick a wrong rate, and at what cost? Every rate trained once; searches replayed on that.

python benchmarks/search_oracle.py record                  # hours; goes on where it was stopped
python benchmarks/search_oracle.py record --task digits_cnn
python benchmarks/search_oracle.py score --peers --save
python benchmarks/search_oracle.py shapes                  # what the shape of a schedule is worth
python benchmarks/search_oracle.py cooled                  # what a cool-down before a look is worth
python benchmarks/search_oracle.py picture
"""

from __future__ import annotations

import os
import time

import click

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@click.group()
def commands() -> None:
    """Record dense sweeps, and replay searches on them."""


@commands.command()
@click.option("--task", "tasks", multiple=True, help="Only these tasks.")
def record(tasks: tuple[str, ...]) -> None:
    """Train every task and seed that is not recorded yet."""
    from oracle.recording import FOLDER
    from oracle.recording import record as record_one
    from oracle.tasks import TASKS

    for task in TASKS:
        for seed in task.seeds:
            if (tasks and task.name not in tasks) or (FOLDER / f"{task.name}-{seed}.npz").exists():
                continue
            began = time.monotonic()
            path = record_one(task, seed)
            click.echo(f"{path.name}: {len(task.rates)} trainings in {time.monotonic() - began:.0f} s")


@commands.command()
def repeat() -> None:
    """Train a random tenth of the recorded trainings again by plain Model.fit, and compare."""
    from oracle import repeat as again
    from oracle import replay

    repeated = []
    for recording, place in again.chosen(replay.load()):
        repeated.append(again.repeat(recording, place))
        one = repeated[-1]
        click.echo(f"{one.task}-{one.seed} {one.rate:g}: {one.recorded:.6g} {one.repeated:.6g} {one.difference:.1e}")
    differences = sorted(one.difference for one in repeated)
    within = sum(one <= again.TOLERANCE for one in differences)
    click.echo(
        f"{within} of {len(repeated)} within {again.TOLERANCE:g}; median {differences[len(differences) // 2]:.1e}"
    )


@commands.command()
def ramps() -> None:
    """Train one ramp of the rate for every task and seed, for the range tests among the peers."""
    from oracle.ranges import FOLDER
    from oracle.ranges import record as record_ramp
    from oracle.tasks import TASKS

    for task in TASKS:
        for seed in task.seeds:
            if not (FOLDER / f"{task.name}-{seed}.npz").exists():
                click.echo(record_ramp(task, seed).name)


@commands.command()
@click.option("--half", type=click.Choice(["development", "held out"]), default="development", show_default=True)
@click.option("--resamplings", type=click.IntRange(1), default=20, show_default=True, help="Of each task and seed.")
@click.option("--peers", "has_peers", is_flag=True, help="Replay what others do, too.")
@click.option("--save", is_flag=True, help="Keep the figures in results/oracle, for the picture.")
def score(half: str, resamplings: int, has_peers: bool, save: bool) -> None:
    """Replay the search on the recorded trainings. Constants are set on the development half only."""
    from oracle import peers, replay, scorecard

    from rightrate.search.state import FOUND_AT

    recordings = [one for one in replay.load() if one.settings["half"] == half]

    def ours(**changes):
        def search(recording, rng, shift):
            rows = rng.integers(0, recording.samples, recording.samples)
            return replay.replay(recording, rows, shift, **changes)

        return search

    # Small trainings are worth training all candidates to the end; the second line is what larger ones cost.
    searches = {
        "rightrate.tune": ours(),
        "rightrate.tune, as for large trainings": ours(budget=None),
        "rightrate.find": ours(budget=None, ends_at=FOUND_AT),
    }
    if has_peers:
        searches |= {name: (lambda r, rng, shift, peer=peer: peer(r, rng)) for name, peer in peers.PEERS.items()}
    scored = {name: scorecard.run(recordings, search, resamplings) for name, search in searches.items()}
    for name in list(searches)[1:3]:
        click.echo(f"## {name}\n\n{scorecard.per_task(recordings, scored[name])}\n")
    click.echo("\n".join([scorecard.HEADER, *(scorecard.row(name, lines) for name, lines in scored.items())]))
    if save:
        scorecard.save(half, recordings, scored)


@commands.command()
@click.option("--half", type=click.Choice(["development", "held out"]), default="development", show_default=True)
def shapes(half: str) -> None:
    """Train every shape of a schedule around each task's best rate, and compare."""
    from oracle import replay
    from oracle import shapes as of

    recordings = [one for one in replay.load() if one.settings["half"] == half]
    for path in of.record(recordings):
        click.echo(path.name)
    click.echo(of.table(sorted({one.task for one in recordings})))


@commands.command()
def cooled() -> None:
    """Look at trainings early in four ways, on the development half, and compare what each says of the end."""
    from oracle import cooled as of
    from oracle import replay

    recordings = [one for one in replay.load() if one.settings["half"] == "development"]
    for path in of.record(recordings):
        click.echo(path.name)
    click.echo(of.table(recordings))


@commands.command()
def picture() -> None:
    """Draw the saved figures of the held-out half into docs/pictures/scorecard.png."""
    from oracle.picture import draw

    click.echo(draw().name)


if __name__ == "__main__":
    commands()
