"""Training and validation part of samples that come without one: seeded, every class in both."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from rightrate.errors import DataError, UsageError
from rightrate.importers.parts import Array, Indices, listed

MAX_SEED = 2**32 - 1
"""The largest seed that NumPy's RandomState, which scikit-learn draws from, takes."""


@dataclass(frozen=True)
class Split:
    """Which samples went where: file names relative to the folder, or row numbers from 0.

    `dataclasses.asdict` of it is JSON-able. The same data, share and seed give the same split.
    """

    train: tuple[str | int, ...]
    validation: tuple[str | int, ...]
    seed: int
    share: float


def check_split_options(share: float, seed: int) -> None:
    """Raise UsageError unless 0 < share < 1 and the seed is a whole number from 0 to 2**32 - 1."""
    # Written so that NaN fails too.
    if isinstance(share, bool) or not 0.0 < share < 1.0:
        raise UsageError(
            f"The validation share is {share}; expected a number between 0 and 1, both excluded, such as 0.2."
        )
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or not 0 <= seed <= MAX_SEED:
        raise UsageError(f"The seed is {seed!r}; expected a whole number from 0 to {MAX_SEED}.")


def stratified_split(y: Array, share: float, seed: int, *, classes: tuple[str, ...] = ()) -> tuple[Indices, Indices]:
    """Return the sorted positions of the training and of the validation samples.

    Args:
        y: class indices of shape (n,); floats are numbers to predict and are split without strata.
        share: part of the samples that goes into validation, rounded up to whole samples.
        seed: the same seed gives the same split.
        classes: names for messages; without them the values of `y` are named.

    Every class is in both parts, and its number of validation samples is within one of `share` times
    its samples. Where that rounding gives a rare class its one sample, the validation part may be
    larger than `share` by at most one sample per class.

    Raises:
        UsageError: the share or the seed makes no sense.
        DataError: a class has fewer than 2 samples, or a part would have fewer samples than classes.

    Example:
        >>> train, validation = stratified_split(np.array([0, 0, 0, 0, 1, 1, 1, 1]), 0.25, seed=0)
        >>> len(train), len(validation)
        (6, 2)
    """
    check_split_options(share, seed)
    count = len(y)
    if count < 2:
        raise DataError(f"There are {count} samples; expected at least 2, one to train on and one to validate.")
    random = np.random.RandomState(seed)
    if y.dtype.kind == "f":
        wanted = min(math.ceil(share * count), count - 1)
        train, validation = train_test_split(np.arange(count), test_size=wanted, random_state=random)
        return np.sort(train), np.sort(validation)
    values, sizes = np.unique(y, return_counts=True)
    _check_sizes(_names(values, classes), sizes, share)
    parts = [
        train_test_split(np.flatnonzero(y == value), test_size=int(wanted), random_state=random)
        for value, wanted in zip(values, _quotas(sizes, share), strict=True)
    ]
    train = np.sort(np.concatenate([part[0] for part in parts]))
    validation = np.sort(np.concatenate([part[1] for part in parts]))
    return train, validation


def _names(values: Array, classes: tuple[str, ...]) -> list[str]:
    return [classes[value] if classes else str(value) for value in values.tolist()]


def _check_sizes(names: list[str], sizes: NDArray[np.int64], share: float) -> None:
    """Raise unless each class can be in both parts at about the share that was asked for."""
    few = [f"{name} ({size})" for name, size in zip(names, sizes.tolist(), strict=True) if size < 2]
    if few:
        raise DataError(
            f"These classes have fewer than 2 samples: {listed(few)}; expected at least 2 in each, one to "
            "train on and one to validate. Add samples, remove the class, or bring a validation part of your "
            "own; if the labels are amounts rather than classes, store them as floats."
        )
    count, kinds = int(sizes.sum()), len(sizes)
    wanted = math.ceil(share * count)
    if wanted < kinds or count - wanted < kinds:
        low, high = math.ceil(1000 * kinds / count) / 1000, math.floor(1000 * (1 - kinds / count)) / 1000
        part, size = ("validation", wanted) if wanted < kinds else ("training", count - wanted)
        raise DataError(
            f"A validation share of {share} of {count} samples leaves {size} for {part}, too few for one of "
            f"each of the {kinds} classes; expected a share from {low} to {high}. "
            "Change the validation share or add samples."
        )


def _quotas(sizes: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """Return how many samples of each class are for validation: at least one, never all.

    scikit-learn's own stratification rounds a rare class down to none; this rounds it up to one and
    gives what is left to the largest remainders.

    Example:
        >>> _quotas(np.array([98, 2]), 0.1).tolist(), _quotas(np.array([7, 7, 7]), 0.2).tolist()
        ([9, 1], [2, 2, 1])
    """
    exact = share * sizes
    quotas: NDArray[np.int64] = np.clip(np.floor(exact), 1, sizes - 1).astype(np.int64)
    left = max(math.ceil(share * int(sizes.sum())) - int(quotas.sum()), 0)
    remainder = np.where(quotas < sizes - 1, exact - quotas, 0.0)
    for place in np.argsort(-remainder, kind="stable")[:left]:
        quotas[place] += remainder[place] > 0
    return quotas
