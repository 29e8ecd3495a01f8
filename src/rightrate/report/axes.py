"""Where things go in a chart: domains that no outlier can squash, ticks, and labels that do not collide."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["linear", "log", "symlog"]

# A ratio of largest to smallest value above which a linear axis presses the small ones together: 20 puts the
# smallest at 5 % of the height.
_WIDE = 20.0
# Room above the values, as a share of the axis, for the chosen rate's label and the crosses of diverged ones.
_HEADROOM, _FOOTROOM = 0.16, 0.06
# A diverging loss is shown up to this share of the calm values' span above them; beyond, it leaves the
# picture, or it would press everything else to the ground.
_BEYOND = 0.3
# Exponents of ten (log) and of e (symlog) at which a domain would overflow a float.
_MOST_LOG10, _MOST_LOG = 307.0, 700.0
_LARGEST = 1e300


@dataclass(frozen=True)
class Axis:
    """The vertical axis: its kind, its ends, and whether values lie beyond them."""

    kind: Kind
    low: float
    high: float
    cut: bool = False

    def place(self, value: float) -> float:
        """Return where `value` lies, from 0 (low end) to 1 (high end)."""
        low, high, at = (_forward(self.kind, v) for v in (self.low, self.high, value))
        return (at - low) / (high - low) if high > low else 0.5


def value_axis(
    calm: Iterable[float | None], wild: Iterable[float | None] = (), *, headroom: float = _HEADROOM
) -> Axis | None:
    """Return an axis for the finite ones of the values; None where there are none.

    Args:
        calm: values that must all be seen.
        wild: values of diverged candidates, which may leave the picture at the top.

    Example:
        >>> value_axis([0.1, 10.0]).kind, value_axis([0.3, 0.9]).kind, value_axis([float("nan")])
        ('log', 'linear', None)
        >>> value_axis([0.5, 1.0], wild=[1e30]).cut
        True
    """
    seen, diverged = _finite(calm), _finite(wild)
    if not seen and not diverged:
        return None
    # Without a calm value the wild ones are all there is to see.
    ceiling = max(seen) + _BEYOND * _span(min(seen), max(seen)) if seen else max(diverged)
    values = seen + [min(value, ceiling) for value in diverged]
    kind = _kind(values)
    low, high = (_forward(kind, end) for end in (min(values), max(values)))
    span = _span(low, high)
    ends = [_backward(kind, low - _FOOTROOM * span), _backward(kind, high + headroom * span)]
    return Axis(kind, ends[0], ends[1], cut=any(value > ceiling for value in diverged))


def _finite(values: Iterable[float | None]) -> list[float]:
    return [max(-_LARGEST, min(value, _LARGEST)) for value in values if value is not None and math.isfinite(value)]


def _span(low: float, high: float) -> float:
    return high - low or abs(high) * 0.2 or 1.0


def _kind(values: Sequence[float]) -> Kind:
    low, high = min(values), max(values)
    if low > 0:
        return "log" if high / low > _WIDE else "linear"
    middle = sorted(abs(value) for value in values)[len(values) // 2]
    return "symlog" if max(abs(low), abs(high)) > _WIDE * max(middle, 1.0) else "linear"


def _forward(kind: Kind, value: float) -> float:
    if kind == "log":
        return math.log10(value)
    return math.copysign(math.log1p(abs(value)), value) if kind == "symlog" else value


def _backward(kind: Kind, value: float) -> float:
    if kind == "log":
        return float(10 ** max(-_MOST_LOG10, min(value, _MOST_LOG10)))
    return math.copysign(math.expm1(min(abs(value), _MOST_LOG)), value) if kind == "symlog" else value


def rate_domain(rates: Sequence[float]) -> tuple[float, float]:
    """Return the ends of a logarithmic axis with room on both sides; one rate alone sits in the middle.

    Example:
        >>> low, high = rate_domain([1e-3])
        >>> low < 1e-3 < high
        True
    """
    low, high = math.log10(min(rates)), math.log10(max(rates))
    room = max(0.09 * (high - low), 0.15)
    return 10 ** (low - room), 10 ** (high + room)


def rate_ticks(domain: tuple[float, float]) -> list[float]:
    """Return round rates inside the domain: powers of ten, with 2 and 5 times them where there are few.

    Example:
        >>> rate_ticks((5e-5, 0.2))
        [0.0001, 0.001, 0.01, 0.1]
    """
    low, high = domain
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 4, 5, 6, 7, 8, 9)):
        ticks = [float(f"{step}e{exponent}") for exponent in exponents for step in steps]
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) >= 4:
            return inside
    return inside


def share_ticks(low: float, high: float) -> list[float]:
    """Return round shares between the ends, none above 1.

    Example:
        >>> share_ticks(0.0, 1.08)
        [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    magnitude = 10.0 ** math.floor(math.log10(high - low))
    step = next(s * magnitude for s in (0.1, 0.2, 0.5, 1.0, 2.0) if (high - low) / (s * magnitude) <= 6)
    first, last = math.ceil(low / step), math.floor(min(high, 1.0) / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def share_along(value: float, domain: tuple[float, float]) -> float:
    """Return where a rate lies on a logarithmic axis, from 0 to 1."""
    low, high = (math.log10(end) for end in domain)
    return (math.log10(value) - low) / (high - low)


def without_collisions(places: Sequence[tuple[float, float]], *, apart: tuple[float, float]) -> tuple[bool, ...]:
    """Tell which labels can be drawn without touching one that comes before it in the sequence.

    Example:
        >>> without_collisions([(0.0, 0.0), (0.0, 0.01), (0.0, 0.5)], apart=(0.1, 0.1))
        (True, False, True)
    """
    drawn: list[tuple[float, float]] = []
    shown = []
    for x, y in places:
        free = all(abs(x - a) >= apart[0] or abs(y - b) >= apart[1] for a, b in drawn)
        shown.append(free)
        if free:
            drawn.append((x, y))
    return tuple(shown)
