"""Whether a curve moves at all: a value that is only rounded anew each time has not moved."""

from __future__ import annotations

import numpy as np

from rightrate.curves.curve import FloatArray

#: The distance of two neighbouring float32 numbers, as a share of them (IEEE 754, 24 bits of mantissa).
FLOAT32_EPSILON = 2.0**-23
#: Frameworks report a loss as a float32 mean over batches; one that is summed in another order each epoch differs by a
#: few of these distances. In the development half of benchmarks/diagnosis.py the validation loss of the lowest rates
#: (1e-6 with Adam) moves by 2e-4 of itself and more: two hundred times as far.
ROUNDING = 8.0 * FLOAT32_EPSILON
#: Values that go one way at every step have moved, however little: five in strict order by chance is 2 in 120.
STEADY_POINTS = 5
#: Decimals that Keras's progress bar and most consoles print.
PRINTED_DECIMALS = 5


def moves_at_all(values: FloatArray) -> bool | None:
    """Whether a curve moves by more than float32 rounding, or steadily in one direction by less.

    A frozen or dead network does not move. A rate that is far too small does: little, and all the time.

    Args:
        values: shape `(points,)`; points that are not finite are left out.

    Returns:
        None with fewer than 2 finite points.

    Example:
        >>> moves_at_all(np.array([2.302585, 2.302585, 2.3025851]))
        False
        >>> moves_at_all(np.array([2.3026, 2.3025, 2.3024]))
        True
    """
    finite = values[np.isfinite(values)]
    if finite.size < 2:
        return None
    low, high = float(finite.min()), float(finite.max())
    if high / 2 - low / 2 > ROUNDING * max(abs(low), abs(high)) / 2:  # halves: 1e308 - -1e308 is no number
        return True
    moves = np.diff(finite)
    return bool(finite.size >= STEADY_POINTS and low < high and (np.all(moves < 0) or np.all(moves > 0)))


def is_rounded(values: FloatArray, decimals: int = PRINTED_DECIMALS) -> bool:
    """Whether every finite value has at most so many decimals: then a smaller move could not be seen.

    Args:
        values: shape `(points,)`.

    Returns:
        True also where nothing is finite.

    Example:
        >>> is_rounded(np.array([2.3026, 2.3026])), is_rounded(np.array([2.302585093, 2.302585093]))
        (True, False)
    """
    finite = values[np.isfinite(values) & (np.abs(values) < 1e9)]  # larger ones have no decimals that could be kept
    return bool(np.all(np.abs(finite - np.round(finite, decimals)) <= 1e-9 * np.maximum(np.abs(finite), 1.0)))
