"""`Least`: what a candidate's model must reach at the end to be chosen, whatever the objective says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rightrate.errors import UsageError


@dataclass(frozen=True)
class Least:
    """The least recall and precision of the positive class (their means over the classes where none is positive).

    Raises:
        UsageError: a value that is no share from 0 to 1.

    Example:
        >>> Least(recall=0.9).shortfall({"recall": 0.75, "precision": 0.2})
        0.15000000000000002
        >>> Least().shortfall({}), Least(recall=0.9).shortfall({"recall": None})
        (0.0, 0.9)
    """

    recall: float | None = None
    precision: float | None = None

    def __post_init__(self) -> None:
        for name, value in self.asked.items():
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not 0 <= value <= 1:
                raise UsageError(f"`min_{name}` must be a share from 0 to 1, such as 0.9. Received: {value!r}.")

    @property
    def asked(self) -> Mapping[str, float]:
        """What was asked for, by name."""
        both = {"recall": self.recall, "precision": self.precision}
        return {name: value for name, value in both.items() if value is not None}

    def shortfall(self, scores: Mapping[str, float | None]) -> float:
        """By how much scores miss it, added up; 0 where they do not. One that cannot be measured misses all of it."""
        return float(sum(max(0.0, least - (scores.get(name) or 0.0)) for name, least in self.asked.items()))
