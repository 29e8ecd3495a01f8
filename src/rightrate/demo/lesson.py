"""What the demo teaches, in sentences whose every number comes from the run just made."""

from __future__ import annotations

from rightrate.report import words
from rightrate.report.document import Document
from rightrate.scoring.bands import GOOD
from rightrate.search import Ended, Trial

#: A validation loss that rises to this multiple of its lowest so far has rebounded, for the eye too.
REBOUND = 3.0


def lesson(document: Document) -> list[str]:
    """The lesson in at most five sentences; what the run does not show is left out.

    Example: "Too low: from 1e-6 to 1e-4 the validation loss moves slowly, …"
    """
    winner = document.winner
    if winner is None or document.unfinished is not None:
        return []
    low = [t for t in document.trials if t.learning_rate < winner.learning_rate and _recall(t) == 0]
    best, worst = document.interval or (winner.learning_rate, winner.learning_rate)
    level = [t for t in document.trials if best <= t.learning_rate <= worst]
    high = [t for t in document.trials if t.learning_rate > worst]
    return [*_too_low(low), *_trap(low), *_sweet_spot(level), *_jumping(high), *_too_high(high)]


def _recall(trial: Trial) -> float | None:
    return None if trial.scores is None else trial.scores.recall


def _range(trials: list[Trial]) -> str:
    first, last = words.rate(trials[0].learning_rate), words.rate(trials[-1].learning_rate)
    return f"at {first}" if first == last else f"from {first} to {last}"


def _too_low(low: list[Trial]) -> list[str]:
    if not low:
        return []
    curve = low[0].curve
    return [
        f"Too low: {_range(low)} learning is slow or stuck. At {words.rate(low[0].learning_rate)} the validation loss "
        f"only moves from {words.number(float(curve.values[0]))} to {words.number(curve.last)}."
    ]


def _trap(low: list[Trial]) -> list[str]:
    scores = low[-1].scores if low else None
    if scores is None or scores.positives is None:
        return []
    return [
        f"The accuracy trap: the same rates reach {words.percent(scores.accuracy)} accuracy and find "
        f"{scores.found} of {scores.positives} rare digits. Always answering the other class scores as much."
    ]


def _sweet_spot(trials: list[Trial]) -> list[str]:
    good = [t for t in trials if t.scores is not None and min(t.scores.precision or 0, t.scores.recall or 0) >= GOOD]
    if not good:
        return []
    return [
        f"The sweet spot: precision and recall are both at least {GOOD:.0%} at "
        f"{', '.join(words.rate(t.learning_rate) for t in good)}."
    ]


def _jumping(high: list[Trial]) -> list[str]:
    jumps = [(t, _largest_rise(t)) for t in high if t.ended is not Ended.DIVERGED]
    jumps = [(t, rise) for t, rise in jumps if rise is not None]
    if not jumps:
        return []
    trial, (before, after) = jumps[0]  # type: ignore[misc]
    return [
        f"Too high: at {words.rate(trial.learning_rate)} the validation loss falls to "
        f"{words.number(before)} and rebounds to {words.number(after)} to end at {words.number(trial.curve.last)}."
    ]


def _largest_rise(trial: Trial) -> tuple[float, float] | None:
    """(lowest so far, later value) of the largest rebound; None below `REBOUND`."""
    values = [float(v) for v in trial.curve.values]
    pairs = [(min(values[: i + 1]), value) for i, value in enumerate(values)]
    if not pairs:
        return None
    best = max(pairs, key=lambda pair: pair[1] / max(pair[0], 1e-12))
    return best if best[1] >= REBOUND * best[0] else None


def _too_high(high: list[Trial]) -> list[str]:
    lost = [t for t in high if t.ended is Ended.DIVERGED]
    if not lost:
        return []
    return [f"Far too high: {words.rate(lost[0].learning_rate)} {lost[0].why}."]
