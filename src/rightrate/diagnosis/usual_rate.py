"""Whether a learning rate that is known is one that people use with this optimizer, or far below all of them."""

from __future__ import annotations

import math

from rightrate.diagnosis.reading import Reading
from rightrate.schedules.priors import TABLE, Kind, family

#: Up to so many times the highest centre of the table of rates, or down to this part of the lowest, a rate is in use:
#: rates that were measured as right lie within 3 of a centre (`schedules/priors.py`).
AROUND = 3.0
#: Below this part of the lowest centre a rate is far too small for anything: BERT's 2e-5 is a fifth of its centre, and
#: a tenth of that is beyond what the table's sources tried.
FAR_BELOW = 0.01


def usual_rates(reading: Reading) -> tuple[float, float]:
    """The lowest and the highest centre of the table of rates for the optimizer; Adam's where it is not known.

    The momentum of SGD is not known here: both its rows count.

    Example:
        >>> from rightrate.curves.setting import Setting
        >>> from rightrate.curves.training import Training
        >>> usual_rates(Reading(Training("a", {}, "epoch", None, "", Setting(optimizer="SGD"))))
        (0.01, 0.3)
    """
    name = reading.setting.optimizer or "Adam"
    families = {family(Kind(name, 1, 1, momentum)) for momentum in (0.0, 0.9)}
    centres = [row.centre for row in TABLE if row.family in families]
    return min(centres), max(centres)


def is_usual(reading: Reading) -> bool:
    """Whether the peak rate is known and not above what is in use; False where it is not known."""
    return reading.peak is not None and reading.peak <= AROUND * usual_rates(reading)[1]


def is_far_below(reading: Reading) -> bool:
    """Whether the peak rate is known and far below all that is in use; False where it is not known."""
    return reading.peak is not None and reading.peak <= FAR_BELOW * usual_rates(reading)[0]


def times_below(reading: Reading) -> float:
    """How many times the lowest usual rate is the peak rate; NaN where that is not known."""
    return usual_rates(reading)[0] / reading.peak if reading.peak is not None else math.nan
