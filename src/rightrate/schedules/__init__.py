"""Learning-rate schedules as plain tables: step -> learning rate, and one sentence that says what they do."""

from rightrate.schedules.schedule import Schedule
from rightrate.schedules.shapes import (
    SCHEDULES,
    constant,
    cosine,
    from_rates,
    linear,
    make,
    one_cycle,
    slanted_triangular,
    warmup_stable_decay,
)

__all__ = [
    "SCHEDULES",
    "Schedule",
    "constant",
    "cosine",
    "from_rates",
    "linear",
    "make",
    "one_cycle",
    "slanted_triangular",
    "warmup_stable_decay",
]
