"""`Figure`: a measured value with its interval, or the reason why it was not measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One figure of a report.

    Args:
        value: the point value; None where it was not measured, never 0 and never NaN.
        low, high: the interval at the level asked for; None where the figure has none.
        n: what it rests on: rows, or for a share the rows in its denominator; None where that means nothing.
        why: why there is no value, as half a sentence ("no row is 'fraud'"); None where there is one.

    Example:
        >>> Figure(0.12, 0.042, 0.30, 25).measured
        True
        >>> Figure.missing("no row is 'fraud'").why
        "no row is 'fraud'"
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: float | None = None
    why: str | None = None

    @classmethod
    def missing(cls, why: str, n: float | None = None) -> Figure:
        """A figure that was not measured."""
        return cls(None, n=n, why=why)

    @property
    def measured(self) -> bool:
        """Whether there is a value."""
        return self.value is not None
