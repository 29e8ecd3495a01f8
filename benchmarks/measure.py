"""Measure one searcher on one task, alone in a process of its own, and print one JSON line.

    python benchmarks/measure.py digits_cnn hand --seed 0 --rates 1e-5:1:10

Imports and the decoding of data are done before the clock starts; building and tracing of models is on it.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click
import numpy as np
import tasks
from peers.outcome import peak_memory_bytes

SEARCHERS = ("plain", "keras_tuner", "optuna", "hand", "rightrate")
_SEARCHERS = {
    "plain": ("peers.plain_fit", "search"),
    "sweep": ("peers.plain_fit", "sweep"),
    "keras_tuner": ("peers.keras_tuner", "search"),
    "optuna": ("peers.optuna_pruner", "search"),
    "hand": ("peers.hand_loop", "search"),
    "rightrate": ("ours", "search"),
}
_PREPARE = "prepare"
DEFAULT_RATES = "1e-5:1:10"


def parse_rates(text: str) -> list[float]:
    """Read `"1e-5:1:10"` (ten rates from 1e-5 to 1, equal steps on a log scale) or `"1e-4,1e-3"`."""
    if ":" in text:
        low, high, count = text.split(":")
        values = np.geomspace(float(low), float(high), int(count))
    else:
        values = np.array([float(part) for part in text.split(",")])
    # Rounded so that the same rate has the same digits in every table.
    return [float(f"{value:.6g}") for value in values]


def measure(
    task: str,
    searcher: str,
    rates: str = DEFAULT_RATES,
    seed: int = 0,
    threads: int | None = None,
    epochs: int | None = None,
    samples: int | None = None,
) -> dict[str, Any]:
    """Run one measurement in a process of its own; what it printed, as a dictionary."""
    options = {"rates": rates, "seed": seed, "threads": threads, "epochs": epochs, "samples": samples}
    if not tasks.cached(task).exists():
        # Decoding in the measured process would count in its peak memory.
        _run_apart(task, _PREPARE, options)
    return json.loads(_run_apart(task, searcher, options).splitlines()[-1])


def _run_apart(task: str, searcher: str, options: dict[str, Any]) -> str:
    command = [sys.executable, __file__, task, searcher, "--here"]
    for name, value in options.items():
        if value is not None:
            command += [f"--{name}", str(value)]
    done = subprocess.run(command, env=_environment(options["threads"]), stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def _environment(threads: int | None) -> dict[str, str]:
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", **os.environ}
    if threads is not None:
        environment |= {"TF_NUM_INTRAOP_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    return environment


def _search_here(task: tasks.Task, searcher: str, rates: Sequence[float], seed: int) -> dict[str, Any]:
    search = _searcher(searcher)
    load = os.getloadavg()[0]
    before = peak_memory_bytes()
    outcome = dataclasses.asdict(search(task, rates, seed))
    outcome["final_val_losses"] = {f"{rate:g}": loss for rate, loss in outcome["final_val_losses"].items()}
    return outcome | {"memory_before_bytes": before, "load_before": load}


def _searcher(name: str) -> Callable[..., Any]:
    # Imported when asked for: a tool must not weigh on the memory of another.
    module, function = _SEARCHERS[name]
    return getattr(importlib.import_module(module), function)


@click.command(help=__doc__.split("\n", 1)[0])
@click.argument("task", type=click.Choice(list(tasks.FAMILIES)))
@click.argument("searcher", type=click.Choice([*SEARCHERS, "sweep", _PREPARE]))
@click.option("--rates", default=DEFAULT_RATES, show_default=True, help="LOW:HIGH:COUNT, or rates with commas.")
@click.option("--seed", default=0, show_default=True)
@click.option("--threads", type=int, help="Threads of TensorFlow; without it, TensorFlow decides.")
@click.option("--epochs", type=int, help="Shorter than the task says, to try the machinery.")
@click.option("--samples", type=int, help="Fewer than the task says, to try the machinery.")
@click.option("--here", is_flag=True, hidden=True, help="Measure in this process.")
def main(
    task: str,
    searcher: str,
    rates: str,
    seed: int,
    threads: int | None,
    epochs: int | None,
    samples: int | None,
    here: bool,
) -> None:
    if not here:
        try:
            print(json.dumps(measure(task, searcher, rates, seed, threads, epochs, samples)))
        except subprocess.CalledProcessError as error:
            raise click.ClickException(f"{searcher} on {task} could not be measured; see above.") from error
        return
    loaded = tasks.load(task).shrunk(epochs, samples)
    if searcher == _PREPARE:
        return
    settings = {"task": task, "searcher": searcher, "seed": seed, "rates": rates, "threads": threads}
    shrunk = {"epochs": epochs, "samples": samples}
    print(json.dumps(settings | shrunk | _search_here(loaded, searcher, parse_rates(rates), seed)))


if __name__ == "__main__":
    main()
