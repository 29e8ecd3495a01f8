"""`Cause`: the six things that can be wrong with a training, one of which leads."""

from __future__ import annotations

from enum import Enum


class Cause(str, Enum):
    """What a finding points to, and what the leading diagnosis is."""

    RATE_TOO_HIGH = "rate_too_high"
    RATE_TOO_LOW = "rate_too_low"
    OVERFITTING = "overfitting"
    SCHEDULE = "schedule"
    DATA = "data"
    NONE = "none"
    NOT_ENOUGH_DATA = "not_enough_data"

    @property
    def words(self) -> str:
        """As a person says it."""
        return _WORDS[self]


_WORDS = {
    Cause.RATE_TOO_HIGH: "the learning rate is too high",
    Cause.RATE_TOO_LOW: "the learning rate is too low",
    Cause.OVERFITTING: "the network overfits",
    Cause.SCHEDULE: "the schedule does not fit",
    Cause.DATA: "something about the data or the network, not the rate",
    Cause.NONE: "nothing wrong was found",
    Cause.NOT_ENOUGH_DATA: "there is not enough data to say",
}
