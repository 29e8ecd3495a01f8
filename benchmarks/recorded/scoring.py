"""What our diagnosis says of the recorded trainings, beside what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recorded.truth import PLACES, Recorded, macro_f1
from rightrate.curves.curve import Curve
from rightrate.curves.setting import Setting
from rightrate.curves.training import Training
from rightrate.diagnosis.cause import Cause
from rightrate.diagnosis.examine import Examined, examine
from rightrate.diagnosis.finding import Severity
from rightrate.diagnosis.rules import RULES

#: What a leading cause says about the rate. Overfitting says "stop earlier or lower the rate": counted as too high,
#: like any advice to lower it. Every other cause says that the rate is not what is wrong.
SAYS = {Cause.RATE_TOO_LOW: "too low", Cause.RATE_TOO_HIGH: "too high", Cause.OVERFITTING: "too high"}

CRITICAL_SHARE = 0.02


@dataclass(frozen=True, eq=False)
class Scored:
    """A recorded training and what was said of it."""

    recorded: Recorded
    examined: Examined

    @property
    def says(self) -> str:
        return SAYS.get(self.examined.leading.cause, "right")


def by_epochs(one: Recorded, with_rate: bool = False) -> Training:
    """What `history.history` holds: one value of each quantity an epoch. The rate only where it is wanted."""
    curves = {name: _curve(name, values) for name, values in one.curves.items() if name != "batch_loss"}
    if with_rate:
        epochs = len(one.curves["loss"])
        curves["learning_rate"] = _curve("learning_rate", np.full(epochs, one.rate))
    return Training(f"{one.sweep} {one.rate:g} {one.seed}", curves, "epoch", None, one.sweep, Setting())


def by_steps(one: Recorded) -> Training:
    """What a log by steps holds: the loss and rate of each step, validation at the end of each epoch."""
    losses = one.curves["batch_loss"]
    epochs = len(one.curves["loss"])
    per_epoch = len(losses) // epochs
    ends = per_epoch * np.arange(1, epochs + 1)
    curves = {
        name: Curve(name, ends, values) for name, values in one.curves.items() if name not in ("batch_loss", "loss")
    }
    curves["loss"] = _curve("loss", losses)
    curves["learning_rate"] = _curve("learning_rate", _rates(one, len(losses)))
    setting = Setting(
        optimizer=one.settings["optimizer"], batch_size=one.settings["batch_size"], train_rows=one.settings["rows"],
        validation_rows=one.settings["validation_rows"], classes=one.settings["classes"],
    )  # fmt: skip
    return Training(f"{one.sweep} {one.rate:g} {one.seed}", curves, "step", per_epoch, one.sweep, setting)


def _curve(name: str, values: np.ndarray) -> Curve:
    return Curve(name, np.arange(1, len(values) + 1), values)


def _rates(one: Recorded, steps: int) -> np.ndarray:
    if one.settings["schedule"] == "constant":
        return np.full(steps, one.rate)
    warm_up = int(0.1 * steps)  # as recorded.recording trains it
    at = np.arange(steps)
    decayed = 0.5 * one.rate * (1 + np.cos(np.pi * np.clip((at - warm_up) / max(1, steps - warm_up), 0, 1)))
    return np.where(at < warm_up, one.rate * at / max(1, warm_up), decayed)


def alone(recorded: Sequence[Recorded], form: Callable[[Recorded], Training] = by_epochs) -> list[Scored]:
    """Each training by itself."""
    return [Scored(one, examine(form(one))) for one in recorded]


def with_neighbours(recorded: Sequence[Recorded]) -> list[Scored]:
    """Each training beside those of its sweep and seed at the next rate below and above, rates known."""
    scored = []
    for one in recorded:
        sweep = sorted((r for r in recorded if (r.sweep, r.seed) == (one.sweep, one.seed)), key=lambda r: r.rate)
        at = sweep.index(one)
        beside = [by_epochs(r, with_rate=True) for r in (*sweep[max(0, at - 1) : at], *sweep[at + 1 : at + 2])]
        scored.append(Scored(one, examine(by_epochs(one, with_rate=True), beside)))
    return scored


def confusion(scored: Sequence[Scored]) -> str:
    """Truth against answer, as Markdown, with the macro-F1."""
    lines = [f"| truth | {' | '.join(PLACES)} |", "|---|---:|---:|---:|"]
    for truth in PLACES:
        counts = [sum(s.recorded.place == truth and s.says == says for s in scored) for says in PLACES]
        lines.append(f"| {truth} | {' | '.join(map(str, counts))} |")
    f1 = macro_f1([s.recorded.place for s in scored], [s.says for s in scored])
    return "\n".join([*lines, "", f"macro-F1 {f1:.3f} over {len(scored)} trainings"])


def rules_table(scored: Sequence[Scored]) -> str:
    """For each rule: on which share of the trainings of each place it fires, and how often its cause is true."""
    totals = {place: max(1, sum(s.recorded.place == place for s in scored)) for place in PLACES}
    lines = ["| rule | too low | right | too high | precision | recall |", "|---|---:|---:|---:|---:|---:|"]
    for i, rule in enumerate(RULES):
        fired = [s for s in scored if s.examined.answers[i].check.is_fired]
        shares = [sum(s.recorded.place == place for s in fired) / totals[place] for place in PLACES]
        truth = _truth_of(rule.cause)
        right = sum(truth(s.recorded) for s in fired)
        there = sum(truth(s.recorded) for s in scored)
        numbers = " | ".join(f"{share:.0%}" for share in shares)
        lines.append(f"| {rule.code} {rule.name} | {numbers} | {_share(right, len(fired))} | {_share(right, there)} |")
    return "\n".join(lines)


def _truth_of(cause: Cause) -> Callable[[Recorded], bool]:
    if cause is Cause.RATE_TOO_LOW:
        return lambda one: one.place == "too low"
    if cause is Cause.RATE_TOO_HIGH:
        return lambda one: one.place == "too high"
    if cause is Cause.OVERFITTING:
        return lambda one: one.overfits
    return lambda one: False


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if part and whole else "-"


def false_alarms(scored: Sequence[Scored]) -> str:
    """Critical findings, and any finding above a hint, on trainings whose rate is right."""
    right = [s for s in scored if s.recorded.place == "right"]
    critical = sum(any(f.severity is Severity.CRITICAL for f in s.examined.findings) for s in right)
    warned = sum(any(f.severity is not Severity.HINT for f in s.examined.findings) for s in right)
    return (
        f"critical findings on {critical} of {len(right)} right-rate trainings ({critical / max(1, len(right)):.1%}); "
        f"warnings or worse on {warned}"
    )
