"""The rates that a race starts with, and the next ones beyond or between them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rightrate.errors import UsageError

#: Rates below and above which no search goes: float32 training neither moves below nor survives above.
LOWEST, HIGHEST = 1e-8, 10.0
#: Candidates around a prior's centre: two decades to either side at half a decade's distance.
FEWEST, CANDIDATES = 7, 9
#: Candidates around what an earlier run has chosen: one decade to either side.
BESIDE_EARLIER = 5
#: Smallest ratio of a range's ends: neighbours of a factor below 1.1 train alike.
NARROWEST = 2.0
#: Distance of neighbours, in decades. Good regions are about this wide (half-decade sweeps of six fine-tunings).
SPACING = 0.5


def rounded(rate: float) -> float:
    """Three digits are enough for a rate, and can be typed.

    Example:
        >>> rounded(0.00031622776)
        0.000316
    """
    return float(f"{rate:.3g}")


def around(centre: float, candidates: int = CANDIDATES) -> tuple[float, ...]:
    """Rates half a decade apart, as many to either side, inside the hard limits.

    Example:
        >>> around(1e-4)
        (1e-06, 3.16e-06, 1e-05, 3.16e-05, 0.0001, 0.000316, 0.001, 0.00316, 0.01)
    """
    half = candidates // 2
    rates = (rounded(centre * 10 ** (SPACING * k)) for k in range(-half, half + 1))
    return tuple(rate for rate in rates if LOWEST <= rate <= HIGHEST)


def between(low: float, high: float) -> tuple[float, ...]:
    """At least seven rates from `low` to `high`, evenly spaced on a log axis, half a decade apart or closer.

    Raises:
        UsageError: not `LOWEST <= low < high <= HIGHEST`.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UsageError(
            f"A range of rates must have its smaller end first. Received: {low:g} to {high:g}. "
            f"Say {min(low, high):g}:{max(low, high):g}, or give two different rates."
        )
    for rate in (low, high):
        check_rate(rate)
    if high < NARROWEST * low:
        raise UsageError(
            f"The range {low:g} to {high:g} is too narrow: no search can tell such rates apart. Let its ends differ by "
            f"a factor of {NARROWEST:g} at least, or give a list of rates in Python."
        )
    count = max(FEWEST, math.ceil(math.log10(high / low) / SPACING - 1e-9) + 1)
    ratio = (high / low) ** (1 / (count - 1))
    return tuple(rounded(low * ratio**k) for k in range(count))


def check_rate(rate: float) -> None:
    """Raise a `UsageError` unless `rate` lies inside the hard limits."""
    if not (isinstance(rate, (int, float)) and math.isfinite(rate) and LOWEST <= rate <= HIGHEST):
        raise UsageError(f"A learning rate must lie between {LOWEST:g} and {HIGHEST:g}. Received: {rate!r}.")


def given(rates: Sequence[float]) -> tuple[float, ...]:
    """A user's own list, sorted.

    Raises:
        UsageError: empty, doubled, or outside the hard limits.
    """
    if not rates:
        raise UsageError("`rates` is empty. Give at least one learning rate, or None to let rightrate choose.")
    for rate in rates:
        check_rate(rate)
    if len(set(rates)) != len(rates):
        raise UsageError(f"`rates` names a rate twice: {sorted(rates)}.")
    return tuple(sorted(float(rate) for rate in rates))


def beyond(rates: Sequence[float], *, upwards: bool) -> float | None:
    """The next rate half a decade beyond the ladder's end; None where the hard limit is reached.

    Example:
        >>> beyond([1e-4, 1e-3], upwards=True), beyond([1e-8, 1e-7], upwards=False)
        (0.00316, None)
    """
    end = max(rates) if upwards else min(rates)
    if end >= HIGHEST if upwards else end <= LOWEST:
        return None
    return rounded(min(HIGHEST, max(LOWEST, end * 10 ** (SPACING if upwards else -SPACING))))
