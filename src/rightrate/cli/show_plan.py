"""Shows what a search would do and cost, without doing it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from rightrate.cli.exit_codes import DONE
from rightrate.engine.backend import load_quietly
from rightrate.report import words

if TYPE_CHECKING:
    from rightrate.runner.events import Planned

Workflow = Callable[[Callable[[str], None]], "tuple[Planned, float]"]


def show_plan(workflow: Workflow, *, as_json: bool) -> int:
    """Print the plan; returns the exit code."""
    err = Console(stderr=True)
    with err.status("Loading TensorFlow, reading and planning"):
        load_quietly()
        planned, seconds = workflow(
            lambda text: err.print(f"Note: {text}", markup=False, highlight=False, soft_wrap=True)
        )
    if as_json:
        print(json.dumps({**asdict(planned), "seconds_of_a_step": seconds}, indent=1))
        return DONE
    table = Table(title="The plan; nothing was trained", box=None, show_header=False, title_justify="left")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in _rows(planned, seconds):
        table.add_row(label, text)
    Console().print(table, markup=False, highlight=False)
    return DONE


def _rows(planned: Planned, seconds: float) -> list[tuple[str, str]]:
    plan, rates = planned.plan, planned.rates
    share = f", {words.percent(plan.step_share)} of the compute of a plain one" if plan.prefix_cached else ""
    return [
        ("Rates", f"{len(rates)}, from {words.rate(rates[0])} to {words.rate(rates[-1])}, before any refinement"),
        ("A full training", f"{planned.total_steps} steps"),
        ("The search", f"about {planned.estimated_full_trainings:.2g} full trainings"),
        ("Reused", words.clean(plan.prefix) + "."),
        ("A step", f"{seconds * 1e3:.2g} ms here{share}; timed once, validation apart"),
        ("Memory", f"{words.size(plan.cache_bytes)} of reused outputs" if plan.prefix_cached else "no reused outputs"),
        ("How exact", f"{plan.exactness[:1].upper()}{plan.exactness[1:]}."),
    ]
