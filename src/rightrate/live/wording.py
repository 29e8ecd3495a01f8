"""What the live view says in sentences, and the states of a run in words."""

from __future__ import annotations

import math

from rightrate.report import words

#: The states of a run: its name for the page's style, and what people read.
STATES = {
    "reading": "being read",
    "preparing": "being prepared",
    "running": "running",
    "silent": "silent",
    "writing": "writing its results",
    "finished": "finished",
    "stopped": "stopped unexpectedly",
    "failed": "ended with an error",
    "gone": "not there any more",
}
#: Seconds without a line after which a log that nobody can be asked about counts as silent.
SILENCE = 120.0


def name(text: str, length: int = 60) -> str:
    """A name of somebody else's as it can be shown: one line, nothing invisible, cut."""
    return words.shorten(words.clean(text), length)


def sentence(parts: list[str]) -> str:
    """Parts as one sentence; empty ones are left out.

    Example:
        >>> sentence(["2 of 3 race", "", "best so far 0.1"])
        '2 of 3 race; best so far 0.1.'
    """
    whole = "; ".join(part for part in parts if part)
    return whole[:1].upper() + whole[1:] + "." if whole else ""


def value(of: str, measured: float | None) -> str:
    """A measured value, as reports write it."""
    return words.rate(measured) if of == "learning_rate" else words.measured(of, measured)


def trainings(spent: float) -> str:
    """A cost in full trainings.

    Example:
        >>> trainings(0.0), trainings(0.04), trainings(0.42), trainings(12.34)
        ('0', '0.04', '0.4', '12.3')
    """
    return f"{spent:.2g}" if spent < 0.1 else f"{spent:.1f}"


def about(seconds: float) -> str:
    """A duration that is a guess.

    Example:
        >>> about(0.2), about(38.0), about(250.0), about(9000.0)
        ('about 1 s', 'about 40 s', 'about 4 min', 'about 2.5 h')
    """
    if not math.isfinite(seconds):
        return "an unknown time"
    if seconds < 90:
        rounded = max(1, round(seconds)) if seconds < 10 else round(seconds, -1 if seconds >= 20 else 0)
        return f"about {rounded:.0f} s"
    minutes = seconds / 60
    return f"about {minutes:.0f} min" if minutes < 90 else f"about {minutes / 60:.2g} h"


def gone(what: str, *, says_its_end: bool = True) -> str:
    """What is said of a process that is not there any more."""
    if says_its_end:
        return f"The {what} ended without saying so: its process is gone. What follows is what was written until then."
    return (
        "The process of this training is gone. A training loop of one's own does not say when it has ended, so this "
        "may be its end. What follows is what was written until then."
    )


def silent(what: str, host: str | None) -> str:
    """What is said where nothing comes, and this machine cannot see the process."""
    where = f" on {name(host)}" if host else ""
    return (
        f"Nothing was written for more than {SILENCE / 60:.0f} minutes, and whether the {what} still runs{where} "
        "cannot be seen from here."
    )


def removed(folder: str) -> str:
    """What is said where a folder that was shown is not there any more."""
    return f"{folder} was removed or moved, or cannot be read any more."
