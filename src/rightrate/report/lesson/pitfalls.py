"""The four pitfalls, each shown by a real training that was picked for what the tool says of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rightrate.diagnosis.cause import Cause
from rightrate.report import words
from rightrate.report.lesson.told import Pitfall, Sweep, Told

#: The rule about a rate of training from scratch; it is a pitfall of its own.
FROM_SCRATCH = "RR154"


def pitfalls(sweep: Sweep, unseen: Told, seen: Told, decayed: Sequence[Told]) -> tuple[Pitfall, ...]:
    """The four, from the demo's trainings.

    Args:
        sweep: at least one training of it is too high, and one too low.
        unseen, seen: a training that overfits as it looks without validation, and with it.
        decayed: trainings of rates with a decay.
    """
    high, low = too_high(sweep), too_low(sweep)
    scratch = next(one for one in sweep.told if one.code == FROM_SCRATCH)
    best = min(decayed, key=lambda one: float(one.recorded.val_loss[-1]))
    assert high is not None and low is not None
    return (
        high,
        low,
        Pitfall(
            "ignored",
            "Validation is ignored",
            "The training loss falls and falls, and nothing tells that the network learns its rows by heart. Only rows "
            "that it does not train on can show it. Mended here means: the same training, with validation recorded.",
            ("Only the training loss was recorded", unseen),
            ("The same training with validation", seen),
        ),
        Pitfall(
            "schedule",
            "The schedule is not adapted",
            "Fine-tuning wants smaller rates than training from scratch, and a decay at the end. A rate from scratch "
            "overwrites what the network had learned before.",
            (f"A rate of training from scratch, constant: {words.rate(scratch.recorded.rate)}", scratch),
            (f"A smaller rate that falls to 0: {words.rate(best.recorded.rate)}, cosine", best),
        ),
    )


def too_high(sweep: Sweep) -> Pitfall | None:
    """The training at too high a rate whose validation loss ended furthest above its best; None where there is none."""
    found = [one for one in sweep.told if one.cause is Cause.RATE_TOO_HIGH and one.code != FROM_SCRATCH]
    found = [one for one in found if len(one.recorded.epochs) > 1]
    if not found:
        return None
    return _pitfall(
        sweep,
        max(found, key=_rebound),
        "high",
        "The rate is too high",
        "Each step goes too far. The loss jumps, rebounds, or diverges, and where it ends is luck.",
    )


def too_low(sweep: Sweep) -> Pitfall | None:
    """The training in the middle of those at too low a rate; None where there is none."""
    found = [one for one in sweep.told if one.cause is Cause.RATE_TOO_LOW and one.band == "bad"]
    if not found:
        found = [one for one in sweep.told if one.cause is Cause.RATE_TOO_LOW]
    if not found:
        return None
    found.sort(key=lambda one: one.recorded.rate)
    return _pitfall(
        sweep,
        found[len(found) // 2],
        "low",
        "The rate is too low",
        "Each step is tiny. The loss falls slowly or is stuck, and the training ends before anything is learned. It "
        "looks calm, so it is easy to take for a good training.",
    )


def _pitfall(sweep: Sweep, wrong: Told, name: str, heading: str, why: str) -> Pitfall | None:
    mended = _chosen(sweep, wrong)
    if mended is None or mended is wrong:
        return None
    labels = (f"A rate of {words.rate(one.recorded.rate)}" for one in (wrong, mended))
    return Pitfall(
        name, heading, why, (next(labels), wrong), (f"{next(labels)}, chosen by rightrate", mended), sweep.name == "own"
    )


def _chosen(sweep: Sweep, like: Told) -> Told | None:
    """The training at the chosen rate with the same random start."""
    place = sweep.seeds.index(like.recorded.seed)
    chosen = sweep.chosen[place]
    return None if chosen is None else sweep.of_seed(place)[chosen]


def _rebound(told: Told) -> float:
    """The last validation loss over the best; infinite where it is no number any more."""
    values = [float(value) for value in told.recorded.val_loss]
    finite = [value for value in values if math.isfinite(value) and value > 0]
    if not math.isfinite(values[-1]):
        return math.inf
    return values[-1] / min(finite) if finite else 0.0


def mended_by_own(shown: Iterable[Pitfall], own: Sweep) -> tuple[Pitfall, ...]:
    """The same pitfalls, shown by the user's own trainings where these have them."""
    found = {one.name: one for one in (too_high(own), too_low(own)) if one is not None}
    return tuple(found.get(one.name, one) for one in shown)
