"""Every error that rightrate raises on purpose.

    RightrateError
    ├── UsageError            what was asked for makes no sense (exit code 2); also a ValueError
    │   ├── DataError         the data cannot be used as they are; also a ValueError
    │   │   └── NothingYetError   a log has begun and holds no value yet
    │   └── ModelError        the model cannot be used as it is; also a ValueError
    ├── MissingExtraError     an optional dependency is not installed (exit code 4); also an ImportError
    └── CannotRunError        the work was understood and could not be done (exit code 4)

Each message says what was received, what was expected, and how to mend it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


class RightrateError(Exception):
    """Root of all errors raised on purpose; `exit_code` is what the command line ends with."""

    exit_code = 4


class UsageError(RightrateError, ValueError):
    """The call or the command line is wrong."""

    exit_code = 2


class DataError(UsageError):
    """The data are missing, empty, or do not fit the task."""


class NothingYetError(DataError):
    """A log has begun and holds no value yet."""


class ModelError(UsageError):
    """The model is missing, not compiled, or does not fit the data."""


class MissingExtraError(RightrateError, ImportError):
    """An optional dependency is needed and not installed."""


class CannotRunError(RightrateError):
    """The work could not be done: no space, a corrupt file, a backend that does not fit."""


def is_near(word: str, known: Iterable[str]) -> bool:
    """Return whether `word` is, but for a slip or two, one of the known names, and not one of them with more to it.

    Example:
        >>> [is_near(word, ["loss"]) for word in ("los", "Loss", "loss", "loss_2", "my_loss", "f1")]
        [True, True, False, False, False, False]
    """
    names = set(known)
    if word in names:
        return False
    lower = word.strip().lower()
    if any(re.fullmatch(rf"{re.escape(name.lower())}[\W_\d]+\w*", lower) for name in names):
        return False
    return bool(difflib.get_close_matches(lower, [name.lower() for name in names], n=1, cutoff=0.8))


def nearest(word: str, known: Iterable[str], *, limit: int = 3) -> str:
    """Return a sentence that offers the known names closest to `word`, or lists them all.

    Example:
        >>> nearest("val_los", ["val_loss", "val_accuracy"])
        'Did you mean val_loss?'
        >>> nearest("zzz", ["val_loss", "val_accuracy"])
        'Known: val_accuracy, val_loss.'
    """
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=limit, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Known: {', '.join(names)}."
