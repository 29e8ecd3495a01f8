"""How the parts of a diagnosis are written, so that every output writes them alike."""

from __future__ import annotations

import math
from collections.abc import Iterable

from rightrate.diagnosis.check import Outcome
from rightrate.diagnosis.examine import Answer
from rightrate.report import words

#: A sentence that quotes a long name still fits; a name of a million characters does not.
SENTENCE = 600
OUTCOMES = {
    Outcome.FIRED: "fired",
    Outcome.CLEAR: "clear",
    Outcome.NOT_ENOUGH_DATA: "not enough data",
    Outcome.NOT_APPLICABLE: "not applicable",
}
BANDS = {"good": "GOOD", "fair": "FAIR", "bad": "BAD", None: "NO BAND"}


def sentence(text: str) -> str:
    """A sentence that may quote a name of the log: one line, nothing hidden in it, with a full stop.

    Example:
        >>> sentence("val_loss rose\\x1b[31m")
        'val_loss rose\\\\x1b[31m.'
    """
    said = words.shorten(text, SENTENCE)
    return said + ("" if not said or said[-1] in ".!?…:" else ".")


def name(text: str) -> str:
    """A name of a training or a curve, cut to a cell's width."""
    return words.shorten(text) or "(no name)"


def loss(value: float | None) -> str:
    """A loss as the rules write it.

    Example:
        >>> loss(0.123456), loss(float("nan")), loss(None)
        ('0.1235', 'NaN', 'not measured')
    """
    if value is None:
        return words.NOT_MEASURED
    if math.isfinite(value):
        return f"{value:.4g}"
    return "NaN" if math.isnan(value) else "infinite" if value > 0 else "minus infinite"


def rate(value: float | None) -> str:
    """A learning rate as the rules write it.

    Example:
        >>> rate(3e-05), rate(None)
        ('3e-05', 'not known')
    """
    return "not known" if value is None else f"{value:.3g}"


def outcome(answer: Answer) -> str:
    """What came of a rule, in one word or two."""
    if answer.check.is_fired and answer.ignored is not None:
        return "ignored"
    if answer.check.is_fired and answer.check.severity is not None:
        return f"fired: {answer.check.severity.value}"
    return OUTCOMES[answer.check.outcome]


def said(answer: Answer) -> str:
    """The rule's sentence, and the user's reason where it is ignored."""
    why = sentence(answer.check.why)
    return f"{why} Ignored: {sentence(answer.ignored)}" if answer.ignored is not None else why


def listed(names: Iterable[str], most: int) -> str:
    """Names in a row, the first `most` of them.

    Example:
        >>> listed(["a", "b", "c"], 2)
        'a, b and 1 more'
    """
    every = list(names)
    rest = len(every) - most
    return ", ".join(every[:most]) + (f" and {rest} more" if rest > 0 else "")
