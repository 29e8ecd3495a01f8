"""`digits`: scikit-learn's handwritten digits as an imbalanced task, one rare digit against all others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from rightrate.demo.settings import POSITIVE, SHARE
from rightrate.errors import DataError

VALIDATION_SHARE = 0.4  # of each digit; 0.4 of 85 rare digits leaves 34 to judge with and 51 to learn from
MIN_VALIDATION_POSITIVES = 25  # with fewer, one image more or less moves recall by over 4 percentage points


@dataclass(frozen=True, eq=False)
class Digits:
    """Images and answers of the demo, split once.

    Args:
        x: training images, shape (n, 8, 8, 1), float32, raw grey values from 0 to 16.
        y: answers to `x`, shape (n,), int64; 1 is the rare digit, 0 is any other.
        x_val: validation images, as `x`.
        y_val: answers to `x_val`.
        classes: the names of answers 0 and 1.
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    x_val: NDArray[np.float32]
    y_val: NDArray[np.int64]
    classes: tuple[str, str]


def digits(positive: int = POSITIVE, share: float = SHARE, seed: int = 0) -> Digits:
    """Make the rare digit `positive` a `share` of the whole, and split each digit about 60 to 40.

    All images of the other digits are kept; those of the rare digit are drawn without replacement. Both parts
    are shuffled. The same arguments give the same arrays.

    Args:
        positive: the rare digit, from 0 to 9.
        share: the part of all images that shows it. About 0.038 to 0.096 is possible: with less, the
            validation part holds fewer than 25 of them; for more, scikit-learn has too few.
        seed: decides which images are drawn, and the split.

    Raises:
        DataError: `positive` is no digit, or `share` cannot be had.
    """
    if positive not in range(10):
        raise DataError(f"positive={positive!r} is not a digit. Expected a whole number from 0 to 9.")
    bunch = load_digits()
    images = np.asarray(bunch.images, dtype=np.float32)[..., np.newaxis]
    labels = np.asarray(bunch.target, dtype=np.int64)
    rng = np.random.default_rng(seed)

    available = int(np.sum(labels == positive))
    wanted = _positives(share, others=len(labels) - available, available=available)

    train_parts, validation_parts = [], []
    # Every digit is split by itself, so that both parts hold the same mixture of "other" digits too.
    for digit in range(10):
        order = rng.permutation(np.flatnonzero(labels == digit))
        if digit == positive:
            order = order[:wanted]
        cut = round(VALIDATION_SHARE * len(order))
        validation_parts.append(order[:cut])
        train_parts.append(order[cut:])
    train = rng.permutation(np.concatenate(train_parts))
    validation = rng.permutation(np.concatenate(validation_parts))

    answers = (labels == positive).astype(np.int64)
    return Digits(
        x=images[train],
        y=answers[train],
        x_val=images[validation],
        y_val=answers[validation],
        classes=("other", str(int(positive))),
    )


def _positives(share: float, *, others: int, available: int) -> int:
    """Return how many rare images make up `share` of the whole, or raise where they cannot be had."""
    fewest = math.ceil(MIN_VALIDATION_POSITIVES / VALIDATION_SHARE)
    wanted = round(others * share / (1 - share)) if 0 < share < 1 else 0
    if not fewest <= wanted <= available:
        low, high = fewest / (others + fewest), available / (others + available)
        raise DataError(
            f"share={share!r} cannot be had. Expected a number from {low:.3f} (the validation part needs "
            f"{MIN_VALIDATION_POSITIVES} positives) to {high:.3f} (all {available} images of the digit)."
        )
    return wanted
