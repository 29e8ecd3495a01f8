"""`Margins`: the sums of a confusion matrix that every figure of counts is made of, for one matrix or for many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from rightrate.scoring.bootstrap import Confidence, cell_counts, cell_totals
from rightrate.scoring.predictions import Predictions


@dataclass(frozen=True, eq=False)
class Margins:
    """Sums of confusion matrices, weighted where rows are.

    Args:
        right: shape `(..., classes)`, rows of each class that were answered as it.
        answered: shape `(..., classes)`, rows answered as each class.
        support: shape `(..., classes)`, rows of each class, also those whose answer is no number.
        silent: shape `(..., classes)`, rows of each class whose answer is no number.
    """

    right: np.ndarray
    answered: np.ndarray
    support: np.ndarray
    silent: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Shape `(..., 1)`."""
        return np.asarray(self.support.sum(axis=-1, keepdims=True))

    @property
    def negatives(self) -> np.ndarray:
        """Shape `(..., classes)`: rows of the other classes."""
        return np.asarray(self.total - self.support)

    @property
    def cleared(self) -> np.ndarray:
        """Shape `(..., classes)`: rows of the other classes that were answered as some other class."""
        others_silent = self.silent.sum(axis=-1, keepdims=True) - self.silent
        return np.asarray(self.negatives - others_silent - (self.answered - self.right))


def cells_of(predictions: Predictions) -> np.ndarray:
    """Shape `(n,)`: the row's cell in a matrix `(classes, classes + 1)` whose last column has no answer."""
    classes = len(predictions.names)
    cell = predictions.true * (classes + 1) + predictions.predicted
    cell[predictions.predicted < 0] += classes + 1  # the answer is -1 there
    return np.asarray(cell)


def table(cell: np.ndarray, classes: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Shape `(classes, classes + 1)`: rows by true class and answer, the last column without answer."""
    counts = cell_counts(cell, classes * (classes + 1), weights)
    return np.asarray(counts.reshape(classes, classes + 1))


def margins_of(counts: np.ndarray) -> Margins:
    """The sums of one such table.

    Example:
        >>> margins_of(np.array([[3, 1, 0], [2, 4, 1]])).cleared.tolist()
        [4, 3]
    """
    return Margins(counts.diagonal(), counts[:, :-1].sum(axis=0), counts.sum(axis=1), counts[:, -1])


def resampled_margins(
    cell: np.ndarray, classes: int, how: Confidence, *, weights: np.ndarray | None, groups: np.ndarray | None
) -> Margins:
    """Margins of resamples, each of shape `(resamples, classes)`; see `cell_totals`."""
    place = _places(table(cell, classes))
    true, said = np.divmod(np.arange(classes * (classes + 1)), classes + 1)
    moved = place[true] * (classes + 1) + np.r_[place, classes][said]
    hit, silent = np.flatnonzero(true == said), np.flatnonzero(said == classes)
    named = np.flatnonzero(said < classes)
    row = np.concatenate([hit, named, np.arange(len(true)), silent])
    column = np.concatenate([true[hit], classes + said[named], 2 * classes + true, 3 * classes + true[silent]])
    adds = sparse.csr_array(sparse.coo_array((np.ones(len(row)), (row, column)), shape=(len(true), 4 * classes)))
    totals = cell_totals(moved.astype(cell.dtype)[cell], adds, how, weights=weights, groups=groups)
    return Margins(*(part[:, place] for part in np.split(totals, 4, axis=1)))


def _places(rows: np.ndarray) -> np.ndarray:
    """For each class its place in an order that comes from its counts alone, shape `(classes,)`.

    Classes are told apart by how often they occur, are right, are answered and are left without an answer, then by what
    they are taken for and what is taken for them. So other names or another order of the classes change no draw.

    Args:
        rows: from `table`.
    """
    m, classes = margins_of(rows), len(rows)
    own = np.stack([m.support, m.right, m.answered, m.silent], axis=1)
    kind = np.unique(own, axis=0, return_inverse=True)[1].reshape(-1)
    square = rows[:, :-1]
    taken_for, taken = (np.sort(side * classes + kind, axis=1) for side in (square, square.T))
    found = np.empty(classes, dtype=np.int64)
    found[np.lexsort(np.hstack([own, taken_for, taken]).T[::-1])] = np.arange(classes)
    return found
