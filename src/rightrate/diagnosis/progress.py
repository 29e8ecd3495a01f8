"""How far a training that still runs has come: of some things nothing can be said before its end."""

from __future__ import annotations

from rightrate.diagnosis.check import Check, not_enough_data
from rightrate.diagnosis.reading import Reading

#: From here on "too low" is true in 9 of 10 cases: `benchmarks/diagnosis.py early`, development half.
HALF = 0.5
END = 1.0


def done(reading: Reading) -> float:
    """Share of the planned training that has run; 1 where it is over, or nobody says how long it is to be.

    Example:
        >>> import numpy as np
        >>> from rightrate.curves.curve import Curve
        >>> from rightrate.curves.setting import Setting
        >>> from rightrate.curves.training import Training
        >>> loss = Curve("loss", np.array([1, 2]), np.array([0.9, 0.8]))
        >>> done(Reading(Training("run", {"loss": loss}, "epoch", None, "", Setting(planned=8))))
        0.25
    """
    planned = reading.setting.planned
    last = max((float(curve.steps[-1]) for curve in reading.training.curves.values() if len(curve)), default=0.0)
    return min(1.0, last / planned) if planned is not None else 1.0


def still_running(reading: Reading, until: float) -> Check | None:
    """What a rule answers that needs `until` of the training (1: its end); None where that much has run."""
    share = done(reading)
    if share >= until:
        return None
    unit, planned = reading.training.unit, reading.setting.planned
    needed = "its end" if until >= 1 else f"{unit} {until * (planned or 0):.0f}"
    return not_enough_data(f"The training still runs, {share:.0%} of {planned} {unit}s; it takes {needed}.")
