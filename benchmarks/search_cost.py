"""Measure all searchers on all tasks, one after the other, and write the table of RESULTS.md.

    python benchmarks/search_cost.py

What is finished is not measured again: stop it when you like and start it again. Run it on a machine that
does nothing else; each line keeps the load that it began with.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click
import tasks
from measure import DEFAULT_RATES, SEARCHERS, measure

HERE = Path(__file__).resolve().parent
_PACKAGES = ("rightrate", "keras", "tensorflow", "keras-tuner", "optuna", "keras-hub", "numpy")
_BEGIN, _END = "<!-- search_cost: begin -->", "<!-- search_cost: end -->"
_MISSING = "-"
# What makes two lines measurements of the same thing; `machine` too: a ratio never mixes two machines.
_KEY = ("task", "searcher", "seed", "rates", "threads", "epochs", "samples", "machine")

Line = dict[str, Any]


def read_lines(path: Path) -> list[Line]:
    """All measurements in the file; the last one of a kind counts."""
    if not path.exists():
        return []
    latest = {_key(line): line for line in map(json.loads, path.read_text().splitlines())}
    return list(latest.values())


def append_line(path: Path, line: Line) -> None:
    """Add one measurement at the end of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def machine() -> str:
    """Cores, memory and processor of this machine, in one sentence."""
    cpus = [value for name, value in _proc("cpuinfo") if name == "model name"]
    memory = next(int(value.split()[0]) for name, value in _proc("meminfo") if name == "MemTotal")
    return f"{len(cpus)} cores, {memory / 2**20:.0f} GiB memory, {cpus[0] if cpus else 'unknown processor'}"


def versions() -> str:
    """The versions that decide about speed, in one sentence."""
    return ", ".join([f"Python {sys.version.split()[0]}", *(f"{name} {_version(name)}" for name in _PACKAGES)])


def render(lines: Sequence[Line]) -> str:
    """The page's part between the markers: two tables for each machine and setting that was measured."""
    parts = []
    for setting in dict.fromkeys(map(_setting, lines)):
        same = [line for line in lines if _setting(line) == setting]
        parts += [_about(same), _ratio_table(same), _detail_table(same)]
    return "\n\n".join(parts)


def write_between_markers(path: Path, text: str) -> None:
    """Replace what is between the markers; everything around them stays. Without the file, make it."""
    page = path.read_text() if path.exists() else f"# Results\n\n{_BEGIN}\n{_END}\n"
    if _BEGIN not in page or _END not in page:
        raise click.ClickException(f"{path.name} must have the lines {_BEGIN} and {_END}; put them back.")
    before, rest = page.split(_BEGIN, 1)
    after = rest.split(_END, 1)[1]
    path.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}")


def _ratio_table(lines: Sequence[Line]) -> str:
    header = (
        "Task",
        "one plain fit",
        "rightrate",
        "KerasTuner / rightrate",
        "Optuna / rightrate",
        "hand / rightrate",
        "rightrate / one plain fit",
        "peak memory: KerasTuner / rightrate",
        "rightrate / plain fit",
    )
    rows = []
    for task in _present(lines, "task", tasks.FAMILIES):
        seconds = {searcher: _median(lines, task, searcher, "seconds") for searcher in SEARCHERS}
        memory = {searcher: _median(lines, task, searcher, "peak_memory_bytes") for searcher in SEARCHERS}
        rows.append(
            (
                task,
                _number(seconds["plain"], "{:.1f} s"),
                _number(seconds["rightrate"], "{:.1f} s"),
                _ratio(seconds["keras_tuner"], seconds["rightrate"]),
                _ratio(seconds["optuna"], seconds["rightrate"]),
                _ratio(seconds["hand"], seconds["rightrate"]),
                _ratio(seconds["rightrate"], seconds["plain"]),
                _ratio(memory["keras_tuner"], memory["rightrate"]),
                _ratio(memory["rightrate"], memory["plain"]),
            )
        )
    return "Ratios of wall time and of peak memory:\n\n" + _table(header, rows)


def _detail_table(lines: Sequence[Line]) -> str:
    header = ("Task", "searcher", "seconds", "full trainings", "peak MiB", "chosen rate", "regret")
    rows = []
    for task in _present(lines, "task", tasks.FAMILIES):
        for searcher in _present(lines, "searcher", (*SEARCHERS, "sweep")):
            found = [line for line in lines if (line["task"], line["searcher"]) == (task, searcher)]
            if not found:
                continue
            rows.append(
                (
                    task,
                    searcher,
                    _number(_median(lines, task, searcher, "seconds"), "{:.1f}"),
                    _number(_median(lines, task, searcher, "trainings"), "{:.2f}"),
                    _number(_median(lines, task, searcher, "peak_memory_bytes"), "{:.0f}", 2**20),
                    ", ".join(f"{line['best_rate']:.2g}" for line in found),
                    ", ".join(_regret(line, lines) for line in found),
                )
            )
    return (
        "Each searcher. Seconds, trainings and memory are medians over the seeds; chosen rate and regret are "
        "given for each seed. Regret: by how much the plain training at the chosen rate ends above the one "
        "at the best rate, where a sweep was measured.\n\n" + _table(header, rows)
    )


def _regret(line: Line, lines: Sequence[Line]) -> str:
    """How much worse the plain training at the chosen rate is than the best one, by the sweep of its seed."""
    if line["searcher"] == "plain":
        return _MISSING  # it chooses nothing
    for sweep in lines:
        if (sweep["task"], sweep["searcher"], sweep["seed"]) == (line["task"], "sweep", line["seed"]):
            losses = sweep["final_val_losses"]
            chosen = losses.get(f"{line['best_rate']:g}")
            if chosen is None:
                return "diverged" if f"{line['best_rate']:g}" in losses else _MISSING
            return f"{chosen / min(loss for loss in losses.values() if loss is not None) - 1:.1%}"
    return _MISSING


def _about(lines: Sequence[Line]) -> str:
    first = lines[0]
    threads = "TensorFlow's own choice" if first["threads"] is None else first["threads"]
    seeds = ", ".join(str(seed) for seed in dict.fromkeys(line["seed"] for line in lines))
    shrunk = [f"{name} cut to {first[name]}" for name in ("epochs", "samples") if first[name] is not None]
    load = max(line["load_before"] for line in lines)
    sentences = [
        f"Machine: {first['machine']}.",
        f"Threads: {threads}. Rates: `{first['rates']}`. Seeds: {seeds}.",
        f"Versions: {'; '.join(dict.fromkeys(line['versions'] for line in lines))}.",
        f"Load average at the start of a measurement: {load:.1f} at most.",
        *(f"**A trial of the machinery only: {cut}.**" for cut in shrunk),
    ]
    return "\n".join(sentences)


def _setting(line: Line) -> tuple:
    return tuple(line[name] for name in ("machine", "rates", "threads", "epochs", "samples"))


def _key(line: Line) -> tuple:
    return tuple(line[name] for name in _KEY)


def _present(lines: Iterable[Line], field: str, order: Iterable[str]) -> list[str]:
    measured = {line[field] for line in lines}
    return [name for name in order if name in measured]


def _median(lines: Iterable[Line], task: str, searcher: str, field: str) -> float | None:
    values = [line[field] for line in lines if (line["task"], line["searcher"]) == (task, searcher)]
    return statistics.median(values) if values else None


def _ratio(above: float | None, below: float | None) -> str:
    return _MISSING if above is None or below is None else f"{above / below:.2f}"


def _number(value: float | None, form: str, unit: float = 1) -> str:
    return _MISSING if value is None else form.format(value / unit)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))


def _proc(name: str) -> list[tuple[str, str]]:
    lines = Path("/proc", name).read_text().splitlines()
    return [(key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in lines)]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@click.command(help=__doc__.split("\n", 1)[0])
@click.option("--task", "chosen_tasks", multiple=True, type=click.Choice(list(tasks.FAMILIES)))
@click.option("--searcher", "searchers", multiple=True, type=click.Choice([*SEARCHERS, "sweep"]))
@click.option("--sweep", is_flag=True, help="Measure the dense sweep too, for the column of regrets.")
@click.option("--seed", "seeds", multiple=True, type=int, default=(0,), show_default=True)
@click.option("--rates", default=DEFAULT_RATES, show_default=True)
@click.option("--threads", type=int)
@click.option("--epochs", type=int, help="Shorter than the tasks say, to try the machinery.")
@click.option("--samples", type=int, help="Fewer than the tasks say, to try the machinery.")
@click.option("--again", is_flag=True, help="Measure what is already measured.")
@click.option("--folder", type=click.Path(path_type=Path), default=HERE, help="Where results/ and RESULTS.md are.")
def main(
    chosen_tasks: tuple[str, ...],
    searchers: tuple[str, ...],
    sweep: bool,
    seeds: tuple[int, ...],
    rates: str,
    threads: int | None,
    epochs: int | None,
    samples: int | None,
    again: bool,
    folder: Path,
) -> None:
    path = folder / "results" / "search_cost.jsonl"
    here = {"machine": machine(), "versions": versions()}
    options = {"rates": rates, "threads": threads, "epochs": epochs, "samples": samples}
    wanted = (searchers or SEARCHERS) + (("sweep",) if sweep else ())
    plan = [
        {"task": task, "searcher": searcher, "seed": seed, **options}
        for task in chosen_tasks or tasks.FAMILIES
        for seed in seeds
        for searcher in wanted
    ]
    done = set() if again else {_key(line) for line in read_lines(path)}
    failed = []
    for settings in plan:
        if _key(settings | here) in done:
            continue
        title = f"{settings['task']} {settings['searcher']} seed {settings['seed']}"
        click.echo(f"{title} …", err=True)
        try:
            line = measure(**settings)
        except subprocess.CalledProcessError:
            failed.append(title)
            continue
        append_line(path, line | here)
        click.echo(f"{title}: {line['seconds']:.1f} s", err=True)
    lines = read_lines(path)
    if lines:
        write_between_markers(folder / "RESULTS.md", render(lines))
    if failed:
        raise click.ClickException(f"Could not measure: {'; '.join(failed)}. The reasons are above.")


if __name__ == "__main__":
    main()
