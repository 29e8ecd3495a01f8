"""Good, fair and bad: the bands of precision and recall, in the lesson, the diagnosis and the default policy alike."""

from __future__ import annotations

#: A share of this or more is good, one below `BAD` is bad, in between it is fair. A convention, not a measurement: four
#: of five, and a coin.
GOOD, BAD = 0.80, 0.50
