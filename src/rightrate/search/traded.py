"""`recall@precision>=0.8`: one of two figures while the other one holds, whatever threshold that takes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rightrate.errors import UsageError

_FORM = re.compile(r"(recall|precision)@(recall|precision)>=([0-9.eE+-]+)")


@dataclass(frozen=True)
class Traded:
    """The best value of `wanted` over all thresholds at which `kept` is at least `least`.

    Args:
        wanted, kept: "recall" and "precision", or the reverse.
        least: from 0 to 1.
    """

    wanted: str
    kept: str
    least: float


def read_traded(name: str) -> Traded | None:
    """Read an objective such as `recall@precision>=0.8`; None where it is no such one.

    Raises:
        UsageError: it has an `@` and another form.

    Example:
        >>> read_traded("recall@precision>=0.8")
        Traded(wanted='recall', kept='precision', least=0.8)
        >>> read_traded("val_loss") is None
        True
    """
    bare = name.removeprefix("val_").replace(" ", "")
    if "@" not in bare:
        return None
    found = _FORM.fullmatch(bare)
    least = _number(found[3]) if found else None
    if found is None or found[1] == found[2] or least is None or not 0 <= least <= 1:
        raise UsageError(
            f"An objective with @ is recall@precision>=0.8 or precision@recall>=0.9, with a share from 0 to 1. "
            f"Received: {name!r}."
        )
    return Traded(found[1], found[2], least)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
