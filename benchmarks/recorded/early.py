"""How early the diagnosis tells: trainings cut off at fractions of their length, and the first word of a divergence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recorded.scoring import Scored, by_steps
from recorded.truth import Recorded
from rightrate.curves.curve import Curve
from rightrate.curves.training import Training
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.examine import examine

FRACTIONS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
#: The share of the answers that must be true for a place to count as told.
PRECISION = 0.90


def table(recorded: Sequence[Recorded]) -> str:
    """For each fraction of the steps: how often "too low" and "too high" are said, and how often that is true."""
    lines = [
        "| of the steps | too low: precision | recall | too high: precision | recall |",
        "|---|---:|---:|---:|---:|",
    ]
    for fraction in FRACTIONS:
        cells = []
        scored = [Scored(one, examine(_first(by_steps(one), fraction))) for one in recorded]
        for place in ("too low", "too high"):
            said = [s for s in scored if s.says == place]
            true = sum(s.recorded.place == place for s in said)
            there = sum(s.recorded.place == place for s in scored)
            mark = "" if not said or true / len(said) < PRECISION else " *"
            cells += [f"{true / len(said):.0%}{mark}" if said else "-", f"{true / there:.0%}" if there else "-"]
        lines.append(f"| {fraction:.0%} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"\\* at least {PRECISION:.0%} of the answers are true"])


def divergence_delays(recorded: Sequence[Recorded]) -> list[float]:
    """For each training whose loss became no number for good: the share of its steps from there until that is said.

    A finding before the loss broke counts as 0.
    """
    delays = []
    for one in recorded:
        training = by_steps(one)
        finite = np.flatnonzero(np.isfinite(training.curves["loss"].values))
        steps = len(training.curves["loss"])
        broken = int(finite[-1]) + 2 if finite.size else 1
        if broken <= steps:
            delays.append((_first_told(training, broken, steps) - broken) / steps)
    return delays


def _first_told(training: Training, broken: int, steps: int) -> int:
    for end in range(broken, steps + 1):
        if examine(_until(training, end)).leading.cause is Cause.RATE_TOO_HIGH:
            return end
    return steps + 1


def _first(training: Training, fraction: float) -> Training:
    return _until(training, max(1, round(fraction * len(training.curves["loss"]))))


def _until(training: Training, step: int) -> Training:
    """The training as it was after so many steps, with more to come."""
    curves = {}
    for name, curve in training.curves.items():
        there = curve.steps <= step
        curves[name] = Curve(name, curve.steps[there], curve.values[there])
    setting = replace(training.setting, planned=len(training.curves["loss"]))
    return replace(training, curves={name: curve for name, curve in curves.items() if len(curve)}, setting=setting)
