"""What a user says to a watch, checked: each mistake is one error that says how to mend it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from rich.console import Console

from rightrate.curves.setting import Setting
from rightrate.diagnosis.ignoring import checked_reasons
from rightrate.errors import DataError, UsageError, nearest
from rightrate.runner.watch_course import DIVERGED, Course

#: Names that the rules read, of which others may be a misspelling. Metrics are many, and not among them.
READ = ("loss", "val_loss", "learning_rate", "gradient_norm")
#: What is never below 0.
_NOT_NEGATIVE = ("learning_rate", "gradient_norm")


def check_words(**given: tuple[Any, Sequence[str]]) -> None:
    """Raise where one of the words is none of those that it may be."""
    for name, (word, words) in given.items():
        if word not in words:
            raise UsageError(f"`{name}` must be one of {', '.join(map(repr, words))}. Received: {word!r}.")


def check_switches(*, or_none: bool = False, **given: Any) -> None:
    """Raise where something is neither True nor False: a word would count as True, "no" too."""
    for name, value in given.items():
        if not isinstance(value, bool) and not (or_none and value is None):
            expected = "True, False or None (not known)" if or_none else "True or False"
            raise UsageError(f"`{name}` must be {expected}. Received: {value!r}.")


def check_limits(most_rescues: Any, factor: Any) -> None:
    """Raise where a rescue could not be done so often, or not by that factor."""
    if isinstance(most_rescues, bool) or not isinstance(most_rescues, int) or most_rescues < 1:
        raise UsageError(f"`most_rescues` must be a whole number of 1 or more. Received: {most_rescues!r}.")
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 < factor < 1:
        raise UsageError(
            f"`factor` must lie between 0 and 1: a rescue multiplies the rate by it. Received: {factor!r}."
        )


def check_places(log: Any, console: Any) -> None:
    """Raise where nothing could be written or printed to."""
    if log is not None and not isinstance(log, (str, os.PathLike)):
        raise UsageError(f"`log` must be the path of a file to write, such as 'watch.jsonl'. Received: {log!r}.")
    if console is not None and not isinstance(console, Console):
        raise UsageError(
            f"`console` must be a rich.console.Console, such as Console(stderr=True), or None. Received: {console!r}."
        )


def check_count(name: str, value: Any) -> None:
    """Raise where a count is none; None is not known."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise UsageError(f"`{name}` must be a whole number of 1 or more, or None. Received: {value!r}.")


def checked_ignore(ignore: Any, on: str) -> dict[str, str]:
    """The reasons by code."""
    reasons = checked_reasons(ignore)
    if DIVERGED in reasons and on == "rescue":
        raise UsageError(f"on='rescue' answers {DIVERGED}, which cannot be ignored then. Say on='warn'.")
    return reasons


def checked_setting(given: Mapping[str, Any]) -> Setting:
    """What was said about a custom loop."""
    unknown = next((name for name in given if name not in Setting.__dataclass_fields__), None)
    if unknown is not None:
        raise UsageError(f"`begin` has no setting {unknown!r}. {nearest(unknown, Setting.__dataclass_fields__)}")
    check_switches(or_none=True, **{name: given[name] for name in ("pretrained", "fresh_head") if name in given})
    return Setting(**given)


def checked_values(given: Mapping[str, Any]) -> dict[str, float]:
    """What a custom loop measured, without what it did not."""
    values = {name: _number(name, value) for name, value in given.items() if value is not None}
    for name, value in values.items():
        if name in _NOT_NEGATIVE and value < 0:
            raise UsageError(f"`{name}` cannot be below 0. Received: {value!r}. Leave it out where it is not known.")
        meant = next((one for one in READ if one not in values and _is_slip(name, one)), None)
        if meant is not None:
            raise UsageError(f"`{name}` is read by no rule. Did you mean {meant}? A metric needs a name less like it.")
    return values


def _is_slip(name: str, known: str) -> bool:
    """Whether one letter is missing, too many, or has changed places with its neighbour; or only case or marks differ.

    A letter in another's place is no slip (`vae_loss` is a loss of its own), nor is a number (`loss2`).

    Example:
        >>> names = ("los", "Loss", "lsos", "losss", "loss2", "vae_loss", "kl_loss")
        >>> [name for name in names if _is_slip(name, "loss")]
        ['los', 'Loss', 'lsos', 'losss']
    """
    if name == known:
        return False
    if name.lower().replace("_", "") == known.replace("_", ""):
        return True
    swapped = (known[:i] + known[i + 1] + known[i] + known[i + 2 :] for i in range(len(known) - 1))
    return name in _one_less(known) or name in swapped or known in _one_less(name, letters_only=True)


def _one_less(word: str, *, letters_only: bool = False) -> set[str]:
    return {word[:i] + word[i + 1 :] for i, letter in enumerate(word) if letter.isalpha() or not letters_only}


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise DataError(f"`{name}` must be a number. Received: {value!r}. Take its mean, or leave it out.") from None


def check_step(course: Course, step: Any, values: Mapping[str, float]) -> None:
    """Raise where a step is none, or does not come after those that were observed."""
    is_number = isinstance(step, Real) and not isinstance(step, bool) and math.isfinite(step)
    if not is_number or int(step) != step or step < 0:
        raise DataError(f"`step` must be a whole number of optimizer steps done. Received: {step!r}.")
    for name in values:
        last = course.record.last(name)
        if last is not None and step <= last:
            raise DataError(
                f"{name} was observed at step {step} after step {last}. Steps must rise: count them over the "
                "whole training, not from 0 in every epoch."
            )
