"""The one-sentence finding that each chart carries as its title, computed from the values it draws."""

from __future__ import annotations

import math

import numpy as np

from rightrate.report import words
from rightrate.report.diagnosed.words import sentence
from rightrate.report.document import Document
from rightrate.report.sections import whose
from rightrate.scoring.bands import BAD, GOOD
from rightrate.scoring.scores import Scores
from rightrate.search import Ended, Trial


def rate_title(document: Document) -> str:
    """Say what the objective is at the chosen rate, what equals it, and from where on training diverges."""
    name, winner = document.objective.name, document.winner
    parts = []
    if winner is not None:
        value = words.measured(name, winner.last(name))
        parts.append(f"At the chosen {words.rate(winner.learning_rate)} the {words.measure(name)} is {value}")
        if document.interval is not None and len(document.trials) > 1:
            parts.append(_beside(document))
    else:
        parts.append(_best_so_far(document))
    return _joined([*parts, *_divergence(document)])


def _beside(document: Document) -> str:
    assert document.interval is not None
    low, high = (words.rate(end) for end in document.interval)
    if document.looked_at < 1:
        return f"the best rate probably lies from {low} to {high}"
    return f"{low} to {high} cannot be told apart" if low != high else "every other rate did worse"


def _joined(parts: list[str]) -> str:
    return "; ".join(parts) + "."


def _best_so_far(document: Document) -> str:
    name = document.objective.name
    values = [(trial.last(name), trial) for trial in document.trials if trial.ended is not Ended.DIVERGED]
    finite = [(value, trial) for value, trial in values if value is not None and math.isfinite(value)]
    if not finite:
        return f"No rate was chosen, and no {words.measure(name)} was measured"
    value, trial = min(finite, key=lambda pair: document.objective.score(pair[0]))
    return (
        f"No rate was chosen; the best {words.measure(name)} so far is {words.measured(name, value)}, "
        f"at {words.rate(trial.learning_rate)}"
    )


def _divergence(document: Document) -> list[str]:
    diverged = [trial.learning_rate for trial in document.trials if trial.ended is Ended.DIVERGED]
    if not diverged:
        return []
    lowest = min(diverged)
    above = [trial for trial in document.trials if trial.learning_rate >= lowest]
    if len(diverged) == 1:
        return [f"at a rate of {words.rate(lowest)} training diverges"]
    if len(above) == len(diverged):
        return [f"from a rate of {words.rate(lowest)} up training diverges"]
    return [f"{len(diverged)} of {len(document.trials)} candidates diverged, the lowest at {words.rate(lowest)}"]


def sweet_spot_title(document: Document) -> str:
    """Say what precision and recall are at the chosen rate, and in which band."""
    winner = document.winner
    if winner is None or winner.scores is None:
        return "No rate was chosen: precision and recall of the candidates as far as they trained."
    scores = winner.scores
    return (
        f"At {words.rate(winner.learning_rate)} precision is {words.percent(scores.precision)} and recall "
        f"{words.percent(scores.recall)} ({whose(scores)}): {band(scores)}."
    )


def band(scores: Scores) -> str:
    """Return in words where precision and recall lie.

    Example:
        >>> band(Scores(0.9, 0.5, precision=0.9, recall=0.4, f1=0.55, positive="a", samples=9))
        'recall is below 50 %, which is bad'
    """
    pairs = [("precision", scores.precision), ("recall", scores.recall)]
    measured = [(name, value) for name, value in pairs if value is not None]
    bad = [name for name, value in measured if value < BAD]
    if len(bad) == 2:
        return "both are below 50 %, which is bad"
    if bad:
        return f"{bad[0]} is below 50 %, which is bad"
    if len(measured) < 2:
        missing = [name for name, value in pairs if value is None]
        return f"{' and '.join(missing)} cannot be judged"
    return "both are good" if all(value > GOOD for _, value in measured) else "fair, since not both are above 80 %"


def curves_title(document: Document) -> str:
    """Say how the validation loss went at the chosen rate, and where it diverges."""
    winner = document.winner
    first = _course(winner) if winner is not None else "No rate was chosen: validation loss of all candidates"
    return _joined([first, *_divergence(document)])


def _course(winner: Trial) -> str:
    curve, rate = winner.curve, words.rate(winner.learning_rate)
    finite = np.flatnonzero(np.isfinite(curve.values))
    if not len(finite):
        return f"At {rate} no validation loss was measured"
    first, last = (float(curve.values[i]) for i in (finite[0], finite[-1]))
    lowest = int(finite[curve.values[finite].argmin()])
    at = [words.epochs(step / winner.steps_per_epoch) for step in curve.steps]
    if len(finite) == 1:
        return f"At {rate} the validation loss is {words.number(last)} at epoch {at[finite[0]]}"
    best = float(curve.values[lowest])
    if words.number(best) != words.number(last):
        start = "starts at its lowest" if lowest == finite[0] else f"falls from {words.number(first)} to"
        return (
            f"At {rate} the validation loss {start} {words.number(best)} at epoch {at[lowest]} and ends at "
            f"{words.number(last)} at epoch {at[finite[-1]]}"
        )
    if words.number(first) == words.number(last):
        return f"At {rate} the validation loss stays at {words.number(last)} to epoch {at[finite[-1]]}"
    falls = "falls steadily" if bool(np.all(np.diff(curve.values[finite]) <= 0)) else "falls"
    return (
        f"At {rate} the validation loss {falls} from {words.number(first)} to {words.number(last)} "
        f"at epoch {at[finite[-1]]}"
    )


def winner_title(document: Document, smoothed: float | None) -> str:
    """Say where both losses ended at the chosen rate; `smoothed` is the last training loss."""
    winner = document.winner
    if winner is None:
        return ""
    ended = (
        f"At {words.rate(winner.learning_rate)} the training loss ends at {words.number(smoothed)} and the "
        f"validation loss at {words.number(winner.last('val_loss'))}."
    )
    found = document.diagnosed is not None and document.diagnosed.main.findings
    return f"{ended} {sentence(document.diagnosed.main.leading.sentence)}" if document.diagnosed and found else ended


def schedule_title(document: Document) -> str:
    """Say what the learning rate does."""
    return words.schedule(document.schedule)
