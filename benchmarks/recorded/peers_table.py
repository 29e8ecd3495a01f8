"""How right the peers are, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from recorded.peers import Line
from recorded.truth import PLACES, Recorded, macro_f1

TITLES = {"epochs": "Values by epoch", "steps": "Loss and learning rate by step, validation by epoch"}


def table(lines: Sequence[Line], recorded: Sequence[Recorded]) -> str:
    """A table for each form, the best of the held-out half first.

    Args:
        lines: as `recorded.peers.run` returns them. Those of a training that is no longer recorded are not counted.
        recorded: the trainings, with the truth.
    """
    truths = {(one.sweep, one.rate, one.seed): one for one in recorded}
    tables = []
    for form, title in TITLES.items():
        by_peer: dict[str, list[tuple[Recorded, Line]]] = {}
        for line in lines:
            one = truths.get((line["sweep"], line["rate"], line["seed"]))
            if line["form"] == form and one is not None:
                by_peer.setdefault(line["peer"], []).append((one, line))
        rows = sorted((_row(peer, answers) for peer, answers in by_peer.items()), key=lambda row: -row[0])
        tables.append("\n".join([f"### {title}", "", *_HEAD, *(row for _, row in rows)]))
    return "\n\n".join(tables)


_HEAD = (
    "| peer | trainings | macro-F1, all | macro-F1, held out | says too low / right / too high "
    "| right-rate trainings with a warning | failed |",
    "|---|---:|---:|---:|---:|---:|---:|",
)


def _row(peer: str, answers: list[tuple[Recorded, Line]]) -> tuple[float, str]:
    all_f1 = _f1(answers)
    held_f1 = _f1([pair for pair in answers if pair[0].held_out])
    says = " / ".join(str(sum(line["answer"] == place for _, line in answers)) for place in PLACES)
    right = [line for one, line in answers if one.place == "right"]
    loud = sum(line["loud"] for line in right)
    share = f"{loud} of {len(right)}, {loud / len(right):.0%}" if right else "-"
    failed = sum("failed" in line for _, line in answers)
    version = answers[-1][1]["version"]
    name = f"{peer} {version}" if version else f"*{peer}*"
    row = f"| {name} | {len(answers)} | {_number(all_f1)} | {_number(held_f1)} | {says} | {share} | {failed} |"
    return (all_f1 if math.isnan(held_f1) else held_f1), row


def _f1(answers: list[tuple[Recorded, Line]]) -> float:
    return macro_f1([one.place for one, _ in answers], [line["answer"] for _, line in answers])


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"
