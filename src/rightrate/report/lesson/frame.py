"""`Frame`: where numbers lie in a small SVG picture. The page's script only swaps the paths that are made here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rightrate.report import axes, words

#: Size of a picture in its own units. A phone's column is about this wide, so that its text is about as large there.
WIDTH, HEIGHT = 360, 220
#: Room for the numbers of the vertical axis, and for those and the name of the horizontal one.
LEFT, RIGHT, TOP, BOTTOM = 48, 10, 10, 36
#: The horizontal axis has about so many numbers.
TICKS = 5


@dataclass(frozen=True)
class Scale:
    """From values to places along one axis.

    Args:
        low, high: values at its ends; of a logarithmic scale above 0.
        kind: "linear" or "log".
        start, end: places of its ends.
    """

    low: float
    high: float
    kind: Literal["linear", "log"]
    start: float
    end: float

    def place(self, value: float) -> float | None:
        """Where a value lies, at an end where it is beyond; None where it cannot be drawn.

        Example:
            >>> Scale(1.0, 100.0, "log", 0.0, 10.0).place(10.0)
            5.0
            >>> Scale(0.0, 1.0, "linear", 0.0, 10.0).place(float("nan")) is None
            True
        """
        if not math.isfinite(value) or (self.kind == "log" and value <= 0):
            return None
        low, high, at = (
            (math.log(self.low), math.log(self.high), math.log(value))
            if self.kind == "log"
            else (self.low, self.high, value)
        )
        share = min(max((at - low) / (high - low), 0.0), 1.0)
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True)
class Frame:
    """The axes of a picture.

    Args:
        x, y: the scales.
        x_ticks, y_ticks: places with their labels.
        x_name: what the horizontal axis shows; the heading above a picture says what the vertical one does.
    """

    x: Scale
    y: Scale
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    x_name: str

    def path(self, xs: Iterable[float], ys: Iterable[float]) -> str:
        """The `d` of a line through the points, with gaps where a value cannot be drawn; "M0 0" where none can.

        Example:
            >>> epochs([2.0], shares()).path([0.0, 1.0, 2.0], [0.0, float("nan"), 1.0])
            'M48.0 184.0h.01M350.0 10.0h.01'
        """
        pieces: list[list[str]] = [[]]
        for x, y in zip(xs, ys, strict=True):
            at = self.x.place(x), self.y.place(y)
            if at[0] is None or at[1] is None:
                pieces.append([])
            else:
                pieces[-1].append(f"{at[0]} {at[1]}")
        # A lone point is drawn as the shortest line, which round line ends make a dot.
        drawn = ["M" + ("L".join(piece) if len(piece) > 1 else f"{piece[0]}h.01") for piece in pieces if piece]
        return "".join(drawn) or "M0 0"

    def dots(self, xs: Iterable[float], ys: Iterable[float]) -> str:
        """The `d` of a dot at each point."""
        places = [(self.x.place(x), self.y.place(y)) for x, y in zip(xs, ys, strict=True)]
        return "".join(f"M{x} {y}h.01" for x, y in places if x is not None and y is not None) or "M0 0"


def losses(values: Iterable[float], limit: float = math.inf) -> Scale:
    """A logarithmic scale that has all losses up to `limit` inside; those that are no number above 0 do not count.

    Example:
        >>> scale = losses([0.2, 0.05, float("nan")])
        >>> scale.low, scale.high
        (0.05, 0.2)
    """
    seen = [min(value, limit) for value in values if math.isfinite(value) and value > 0]
    low, high = (min(seen), max(seen)) if seen else (0.1, 1.0)
    if high < 1.5 * low:  # a flat line belongs into the middle
        low, high = low / 2, high * 2
    return Scale(low, high, "log", HEIGHT - BOTTOM, TOP)


def shares() -> Scale:
    """The scale of shares, from nothing to all."""
    return Scale(0.0, 1.0, "linear", HEIGHT - BOTTOM, TOP)


def epochs(ends: Sequence[float], y: Scale) -> Frame:
    """The frame of curves by epoch; `ends` are the last epochs of the trainings to be shown in it."""
    last = max([*ends, 1.0])
    x = Scale(0.0, last, "linear", LEFT, WIDTH - RIGHT)
    step = _round_step(last / TICKS)
    marks = [step * i for i in range(int(last / step + 1e-9) + 1)]
    return Frame(x, y, _placed(x, marks, "{:g}".format), _vertical(y), "epoch")


def rates(values: Sequence[float]) -> Frame:
    """The frame of shares against the learning rate."""
    domain = axes.rate_domain(values)
    x = Scale(domain[0], domain[1], "log", LEFT, WIDTH - RIGHT)
    ticks = [tick for tick in axes.rate_ticks(domain) if domain[0] <= tick <= domain[1]]
    ticks = ticks[:: max(1, math.ceil(len(ticks) / (TICKS + 2)))]
    y = shares()
    return Frame(x, y, _placed(x, ticks, words.rate), _vertical(y), "learning rate")


def _vertical(scale: Scale) -> tuple[tuple[float, str], ...]:
    if scale.kind == "linear":
        return _placed(scale, (0.0, 0.25, 0.5, 0.75, 1.0), lambda value: f"{100 * value:g} %")
    ticks = axes.rate_ticks((scale.low, scale.high))
    inside = [tick for tick in ticks if scale.low * 0.999 <= tick <= scale.high * 1.001]
    kept = inside[:: max(1, math.ceil(len(inside) / (TICKS + 1)))]
    return _placed(scale, kept if len(kept) > 1 else (scale.low, scale.high), _short)


def _short(value: float) -> str:
    """A loss in a few characters: there is room for five beside a picture."""
    value = float(f"{value:.2g}")
    return f"{value:g}" if 1e-4 <= value < 1e5 else words.rate(value)


def _placed(scale: Scale, values: Iterable[float], label: Callable[[float], str]) -> tuple[tuple[float, str], ...]:
    places = [(scale.place(value), label(value)) for value in values]
    return tuple((place, text) for place, text in places if place is not None)


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, … that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(max(least, 1.0)))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * 0.999)
