"""Numbers in sentences."""

from __future__ import annotations

from collections.abc import Callable

from rightrate.scoring.figure import Figure


def percent(value: float) -> str:
    """A share in percent with one digit where that says more.

    Example:
        >>> percent(0.98), percent(0.12), percent(0.8947)
        ('98 %', '12 %', '89.5 %')
    """
    text = f"{100 * value:.1f}"
    return f"{text.removesuffix('.0')} %"


def number(value: float | None) -> str:
    """A plain number, four digits.

    Example:
        >>> number(0.12345), number(25.0), number(None)
        ('0.1235', '25', 'not measured')
    """
    if value is None:
        return "not measured"
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e6 else f"{value:.4g}"


def interval_words(figure: Figure, form: Callable[[float], str] = percent) -> str:
    """The interval of a figure in words, empty without one.

    Example:
        >>> interval_words(Figure(0.12, 0.0417, 0.2996, 25))
        'interval 4 to 30 %'
    """
    if figure.low is None or figure.high is None:
        return ""
    if form is percent:
        return f"interval {100 * figure.low:.0f} to {100 * figure.high:.0f} %"
    return f"interval {form(figure.low)} to {form(figure.high)}"
