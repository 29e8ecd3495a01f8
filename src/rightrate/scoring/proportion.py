"""Intervals of a share, and how many rows it takes to settle a bar."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np
from scipy.special import betaincinv, ndtri

from rightrate.errors import UsageError
from rightrate.scoring.figure import Figure

KINDS = ("wilson", "exact")

# Beyond a million further rows, "label more rows" is no advice any more.
_MOST = 1_000_000
_BLOCK = 1024


def proportion(k: float, n: float, *, level: float = 0.95, interval: str = "wilson") -> Figure:
    """A share `k / n` with its two-sided interval.

    Args:
        k, n: how many of how many, `0 <= k <= n`. They may be fractions: the effective size of weighted rows. SciPy's
            `binomtest` has the same two formulas for whole numbers only (and takes a third of a second to load).
        level: of the interval, between 0 and 1.
        interval: "wilson" (score interval, Wilson 1927: right on average), or "exact" (Clopper and Pearson 1934:
            never too narrow, often too wide).

    Returns:
        Missing where `n` is 0.

    Raises:
        UsageError: k or n is impossible, or the level or interval unknown.

    Example:
        >>> f = proportion(17, 20)
        >>> round(f.value, 2), round(f.low, 2), round(f.high, 2)
        (0.85, 0.64, 0.95)
        >>> proportion(0, 0).why
        '0 of 0'
    """
    _check(level, interval)
    if not 0 <= k <= n or not math.isfinite(n):
        raise UsageError(f"A share needs 0 <= k <= n. Received k={k}, n={n}. Pass how many of how many.")
    if n == 0:
        return Figure.missing("0 of 0", 0)
    low, high = (float(bound) for bound in _bounds(np.asarray(k), np.asarray(n), level, interval))
    return Figure(k / n, low, high, n)


def fewest(bar: float, level: float = 0.95, interval: str = "wilson") -> int:
    """The smallest n at which n of n has its lower bound at or above `bar`: with fewer rows it cannot be proven.

    Raises:
        UsageError: the bar is below 0, or 1 or more; a bar of 1 is proven by no number of rows.

    Example:
        >>> fewest(0.80), fewest(0.80, interval="exact")
        (16, 17)
    """
    _check(level, interval)
    if not 0 <= bar < 1:
        raise UsageError(f"A bar that rows can prove is at least 0 and below 1. Received {bar}. Use for example 0.99.")
    if bar == 0:
        return 1
    if interval == "exact":
        return max(1, math.ceil(math.log((1 - level) / 2) / math.log(bar)))
    return max(1, math.ceil(_z(level) ** 2 * bar / (1 - bar)))


def further_needed(k: float, n: float, bar: float, *, level: float = 0.95, interval: str = "wilson") -> int | None:
    """How many further rows would settle whether the share reaches `bar`, if the share stays what it is.

    The smallest whole N >= n at which the interval lies wholly at or above the bar, or wholly below it, less n. Of N
    rows, `k / n * N` is rounded towards the bar, so that no luck of rounding settles it.

    Returns:
        0 where it is settled already. None without any row, or where the share is so near the bar that more than a
        million further rows would be needed.

    Example:
        >>> further_needed(3, 25, 0.5)
        0
        >>> further_needed(10, 10, 0.8)
        6
        >>> further_needed(80, 100, 0.8) is None
        True
    """
    _check(level, interval)
    now = proportion(k, n, level=level, interval=interval)
    if now.value is None or now.low is None or now.high is None:
        return None
    if now.low >= bar or now.high < bar:
        return 0
    share = now.value

    def settled(k: np.ndarray, n: np.ndarray) -> np.ndarray:
        low, high = _bounds(k, n, level, interval)
        return np.asarray((low >= bar) | (high < bar))

    # Rounding towards the bar only makes it harder: the answer lies at or above that without rounding, which has no
    # steps and can be halved for.
    sizes = range(math.floor(n) + 1, math.floor(n) + _MOST + 1)
    at = bisect_left(sizes, True, key=lambda size: bool(settled(np.asarray(share * size), np.asarray(float(size)))))
    while at < len(sizes):
        block = np.array(sizes[at : at + _BLOCK], dtype=float)
        found = np.flatnonzero(settled(_towards(bar, share, block), block))
        if found.size:
            return math.ceil(float(block[found[0]]) - n)
        at += _BLOCK
    return None


def _towards(bar: float, share: float, sizes: np.ndarray) -> np.ndarray:
    """`share * sizes` rounded to whole rows towards the bar; a whole number off by its rounding stays what it is."""
    rows = share * sizes
    return np.asarray(np.floor(rows + 1e-9) if share >= bar else np.ceil(rows - 1e-9))


def _bounds(k: np.ndarray, n: np.ndarray, level: float, interval: str) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bounds, elementwise; n above 0."""
    if interval == "exact":
        tail = (1 - level) / 2
        # betaincinv wants arguments above 0; those of the two ends are replaced below.
        low = betaincinv(np.maximum(k, 1e-300), n - k + 1, tail)
        high = betaincinv(k + 1, np.maximum(n - k, 1e-300), 1 - tail)
    else:
        z2 = _z(level) ** 2
        share = k / n
        middle = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
        low, high = middle - half, middle + half
    return np.where(k == 0, 0.0, np.maximum(low, 0.0)), np.where(k == n, 1.0, np.minimum(high, 1.0))


def _z(level: float) -> float:
    return float(ndtri((1 + level) / 2))


def _check(level: float, interval: str) -> None:
    if not 0 < level < 1:
        raise UsageError(f"A level lies between 0 and 1. Received {level}. Use for example 0.95.")
    if interval not in KINDS:
        raise UsageError(f"Received interval={interval!r}. Use one of: {', '.join(KINDS)}.")
