"""How numbers and names are written, so that every output writes them alike.

Rates are short (`3e-4`), losses have four significant digits, shares are percentages. What was not measured
is said in words, and so are infinity and "not a number": none of them ever turns into a figure.
"""

from __future__ import annotations

import math
import unicodedata

from rightrate.schedules import Schedule
from rightrate.search import Trial

NOT_MEASURED = "not measured"

# Names as long as this fit into a table cell and into a chart's title.
NAME_LENGTH = 60
# Joins emoji into one picture, as in family and flag emoji; the other invisible characters can hide text.
_ZERO_WIDTH_JOINER = "\u200d"
_SHARES = ("accuracy", "precision", "recall", "f1")


def _special(value: float | None) -> str | None:
    """Return the words for a value that is no figure; None where it is one."""
    if value is None:
        return NOT_MEASURED
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    return None


def _scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def rate(value: float | None) -> str:
    """Write a learning rate, with three significant digits.

    Example:
        >>> rate(0.0003), rate(0.000316), rate(0.02), rate(None)
        ('3e-4', '3.16e-4', '0.02', 'not measured')
    """
    special = _special(value)
    if special is not None or value is None:
        return special or NOT_MEASURED
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.3g}"
    return _scientific(value, 3)


def number(value: float | None) -> str:
    """Write a loss or any other value, with four significant digits.

    Example:
        >>> number(0.31234), number(48213.2), number(5e-7), number(float("inf")), number(float("nan"))
        ('0.3123', '48,213', '5e-7', 'infinite', 'not a number')
    """
    special = _special(value)
    if special is not None or value is None:
        return special or NOT_MEASURED
    if value == 0 or 0.001 <= abs(value) < 1e4:
        return f"{value:.4g}"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e6 else _scientific(value, 4)


def percent(value: float | None) -> str:
    """Write a share from 0 to 1; one that is almost, but not quite, all or nothing does not read as such.

    Example:
        >>> percent(0.875), percent(1.0), percent(0.9999), percent(0.0001), percent(None)
        ('87.5 %', '100 %', 'above 99.9 %', 'below 0.1 %', 'not measured')
    """
    special = _special(value)
    if special is not None or value is None:
        return special or NOT_MEASURED
    if 0.9995 <= value < 1:
        return "above 99.9 %"
    if 0 < value < 0.0005:
        return "below 0.1 %"
    return f"{100 * value:.1f}".removesuffix(".0") + " %"


def count(value: int) -> str:
    """Write a count: `count(39488)` is `39,488`."""
    return f"{value:,}"


def counted(value: int, thing: str) -> str:
    """Write a count with its noun.

    Example:
        >>> counted(1, "step"), counted(1200, "step")
        ('1 step', '1,200 steps')
    """
    return f"{value:,} {thing}{'' if value == 1 else 's'}"


def seconds(value: float) -> str:
    """Write a duration.

    Example:
        >>> seconds(0.25), seconds(12.34), seconds(125), seconds(3720)
        ('0.25 s', '12.3 s', '2 min 5 s', '1 h 2 min')
    """
    special = _special(value)
    if special is not None:
        return special
    if value < 60:
        return f"{value:.3g} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(value: int) -> str:
    """Write a number of bytes: `size(12_300_000)` is `12.3 MB`.

    Example:
        >>> size(0), size(999), size(12_300_000)
        ('0 bytes', '999 bytes', '12.3 MB')
    """
    amount, unit = float(value), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.3g} {unit}"


def measure(name: str) -> str:
    """Write the name of a measured value in words.

    Example:
        >>> measure("val_recall@precision>=0.8")
        'validation recall at a precision of 80 % or more'
        >>> measure("val_loss"), measure("val_f1"), measure("loss"), measure("val_binary_accuracy")
        ('validation loss', 'validation F1', 'training loss', 'validation binary accuracy')
    """
    bare = name.removeprefix("val_")
    where = "validation" if bare != name else "training"
    if "@" in bare:
        wanted, _, kept = bare.partition("@")
        kept, _, least = kept.partition(">=")
        return f"{where} {wanted} at a {kept} of {percent(float(least))} or more"
    return f"{where} {'F1' if bare == 'f1' else shorten(bare.replace('_', ' '))}"


def measured(name: str, value: float | None) -> str:
    """Write the value of `name`: as a percentage where it is a share, else as a number.

    Example:
        >>> measured("val_accuracy", 0.5), measured("val_loss", 0.5)
        ('50 %', '0.5')
    """
    return percent(value) if is_share(name) else number(value)


def is_share(name: str) -> bool:
    """Tell whether values of `name` are shares from 0 to 1."""
    return name.endswith("accuracy") or "@" in name or name.removeprefix("val_") in _SHARES


def schedule(value: Schedule | None) -> str:
    """Write what the learning rate does, and why, with the peak as short as everywhere else.

    Example:
        >>> from rightrate.schedules import linear
        >>> schedule(linear(peak=3e-4, steps=100, warmup=10))
        'Warm up over 10 steps, then fall linearly from 3e-4 towards 0.'
    """
    if value is None:
        return "none"
    return f"{value.sentence.replace('{peak}', rate(value.peak))}. {value.why}".strip()


def epochs(value: float) -> str:
    """Write a number of epochs: `epochs(2.0)` is `2`."""
    return number(value) if value >= 100 else f"{value:.3g}"


def trained(trial: Trial) -> str:
    """Write how far a candidate trained, as `2 of 10`, in epochs."""
    return f"{epochs(trial.epochs)} of {epochs(trial.total_steps / trial.steps_per_epoch)}"


def clean(text: str) -> str:
    """Make characters visible that could move the cursor, turn the reading direction, or break a file.

    Line breaks and tabs become spaces.

    Example:
        >>> clean("a\\nb"), clean("\\x1b[31mred"), clean("caf\\u00e9")
        ('a b', '\\\\x1b[31mred', 'café')
    """
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in "\n\r\t\u2028\u2029":
        return " "
    # \ufffe and \uffff are no characters at all, and no XML file may hold them.
    odd = unicodedata.category(character) in ("Cc", "Cf", "Cs") or character in "\ufffe\uffff"
    if odd and character != _ZERO_WIDTH_JOINER:
        return character.encode("unicode_escape").decode("ascii")
    return character


def shorten(text: str, length: int = NAME_LENGTH) -> str:
    """Clean a name and cut it to `length` characters.

    Example:
        >>> shorten("abcdef", 4)
        'abc…'
    """
    whole = clean(text).strip()
    return whole if len(whole) <= length else whole[: length - 1].rstrip() + "…"
