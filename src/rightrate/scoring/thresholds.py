"""Thresholds of a binary classifier: what each does, and the one that a wish asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from rightrate.scoring.predictions import blocks

# Thresholds that are tried at most; between two of so many quantiles lie too few rows to tell them apart.
MOST_THRESHOLDS = 20_000

#: True class, probability and weight (None: 1) of rows.
Rows = tuple[np.ndarray, np.ndarray, "np.ndarray | None"]


class Goal(str, Enum):
    """What a threshold is chosen for."""

    F_BETA = "f_beta"
    COST = "cost"
    PRECISION_AT_RECALL = "precision_at_recall"
    RECALL_AT_PRECISION = "recall_at_precision"
    BOTH = "both"
    ALARMS = "alarms"


@dataclass(frozen=True)
class Wish:
    """A goal with its numbers; those of other goals are ignored.

    Args:
        goal: what to reach.
        beta: for F_BETA.
        cost_fn, cost_fp: for COST: of a missed positive and of a false alarm.
        recall: the least for PRECISION_AT_RECALL and BOTH.
        precision: the least for RECALL_AT_PRECISION and BOTH.
        alarms: for ALARMS: largest share of rows that may be answered as positive, 0 to 1.
    """

    goal: Goal
    beta: float = 1.0
    cost_fn: float = 1.0
    cost_fp: float = 1.0
    recall: float = 0.0
    precision: float = 0.0
    alarms: float = 1.0


@dataclass(frozen=True, eq=False)
class Sweep:
    """What every distinct threshold does, from the highest (nothing is answered as positive) to the lowest.

    Args:
        thresholds: shape `(k,)`, falling; the first is infinite.
        tp, fp: shape `(k,)`, positives found and false alarms, weighted where rows are.
        positives, negatives: how many there are.
    """

    thresholds: np.ndarray
    tp: np.ndarray
    fp: np.ndarray
    positives: float
    negatives: float

    @property
    def recall(self) -> np.ndarray:
        """Shape `(k,)`; NaN without positives."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.tp / self.positives)

    @property
    def precision(self) -> np.ndarray:
        """Shape `(k,)`; NaN where nothing is answered as positive."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.tp / (self.tp + self.fp))

    @property
    def alarms(self) -> np.ndarray:
        """Shape `(k,)`, share of rows answered as positive."""
        return np.asarray((self.tp + self.fp) / (self.positives + self.negatives))


@dataclass(frozen=True)
class Choice:
    """A threshold for a wish.

    Args:
        threshold: answer "positive" from this probability on; infinite where nothing should be.
        feasible: whether the wish is met; otherwise the threshold is the nearest that can be had.
    """

    threshold: float
    feasible: bool


def sweep(
    true: np.ndarray, prob: np.ndarray, weights: np.ndarray | None = None, prevalence: float | None = None
) -> Sweep:
    """What every distinct threshold does.

    Args:
        true: shape `(n,)`, 1 for the positive class.
        prob: shape `(n,)`, of the positive class, no NaN.
        weights: shape `(n,)`, or None.
        prevalence: share of positives to weigh the rows to; None leaves them as they are.

    Raises:
        ValueError: one class only; there is nothing to choose between.

    Example:
        >>> s = sweep(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
        >>> s.recall.tolist(), s.fp.tolist()
        ([0.0, 0.5, 0.5, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0, 2.0])
    """
    weight = np.ones(len(true)) if weights is None else np.asarray(weights, float)
    scores, at = np.unique(prob[weight > 0], return_inverse=True)
    sides = (true == 1, true != 1)
    # From the highest threshold, above all scores, to the lowest; as scikit-learn's `roc_curve`, but counts.
    tp, fp = (np.r_[0.0, np.cumsum(np.bincount(at, (weight * side)[weight > 0])[::-1])] for side in sides)
    positives, negatives = float(tp[-1]), float(fp[-1])
    if not positives or not negatives:
        raise ValueError("A threshold needs rows of both classes.")
    if prevalence is not None:
        total = positives + negatives
        tp, fp = tp * (prevalence * total / positives), fp * ((1 - prevalence) * total / negatives)
        positives, negatives = prevalence * total, (1 - prevalence) * total
    return Sweep(np.r_[np.inf, scores[::-1]], tp, fp, positives, negatives)


def choose(swept: Sweep, wish: Wish) -> Choice:
    """The threshold that serves `wish` best; among equals the highest, which raises the fewest alarms.

    Where a wish cannot be met: RECALL_AT_PRECISION gives the threshold of the highest precision, BOTH the one of the
    highest precision at the recall asked for, ALARMS an infinite one.

    Example:
        >>> s = sweep(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
        >>> choose(s, Wish(Goal.PRECISION_AT_RECALL, recall=0.9))
        Choice(threshold=0.35, feasible=True)
        >>> choose(s, Wish(Goal.BOTH, recall=0.9, precision=0.9))
        Choice(threshold=0.35, feasible=False)
    """
    precision = np.nan_to_num(swept.precision, nan=-1.0)  # answering nothing has no precision: never the best
    if wish.goal is Goal.F_BETA:
        return _best(swept, _f_beta(swept, wish.beta))
    if wish.goal is Goal.COST:
        return _best(swept, -wish.cost_fn * (swept.positives - swept.tp) - wish.cost_fp * swept.fp)
    if wish.goal is Goal.ALARMS:
        return _best(swept, np.where(_at_least(wish.alarms, swept.alarms), swept.tp, -1.0))
    reaches = _at_least(swept.recall, wish.recall)
    precise = _at_least(precision, wish.precision)
    if wish.goal is Goal.PRECISION_AT_RECALL:
        return _best(swept, np.where(reaches, precision, -2.0))
    if wish.goal is Goal.RECALL_AT_PRECISION:
        if precise.any():
            return _best(swept, np.where(precise, swept.tp, -1.0))
        return _best(swept, precision, feasible=False)
    return _best(swept, np.where(reaches, precision, -2.0), feasible=bool((reaches & precise).any()))


def midway(swept: Sweep, threshold: float) -> float:
    """A threshold of the sweep, moved half of the way down to the next lower score.

    It answers the rows of the sweep alike, and a score that is rounded otherwise elsewhere still falls on its side.
    The lowest threshold and the infinite one stay what they are.

    Example:
        >>> s = sweep(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
        >>> round(midway(s, 0.35), 3), midway(s, 0.1)
        (0.225, 0.1)
    """
    lower = swept.thresholds[swept.thresholds < threshold]
    if not len(lower) or not math.isfinite(threshold):
        return threshold
    middle = float(lower[0]) + (threshold - float(lower[0])) / 2
    return middle if middle > lower[0] else threshold  # no number lies between two neighbours


def _best(swept: Sweep, score: np.ndarray, *, feasible: bool = True) -> Choice:
    # Equal counts went through other divisions: what differs by rounding only is equal.
    equal = score >= score.max() - 1e-12 * max(1.0, float(np.abs(score).max()))
    return Choice(float(swept.thresholds[int(np.argmax(equal))]), feasible)


def _at_least(a: np.ndarray | float, b: np.ndarray | float) -> np.ndarray:
    """`a >= b`, forgiving the rounding of counts that went through a division."""
    return np.asarray(np.greater_equal(a, np.asarray(b) - 1e-12))


def _f_beta(swept: Sweep, beta: float) -> np.ndarray:
    squared = beta**2
    missed = swept.positives - swept.tp
    return np.asarray((1 + squared) * swept.tp / ((1 + squared) * swept.tp + squared * missed + swept.fp))


@dataclass(frozen=True)
class Judged:
    """Counts of a threshold (or of two, each on the rows the other was chosen on), weighted where rows are."""

    tp: float
    fp: float
    fn: float
    tn: float


def judge_at(true: np.ndarray, prob: np.ndarray, threshold: float, weights: np.ndarray | None = None) -> Judged:
    """Counts at one threshold.

    Example:
        >>> judge_at(np.array([0, 1, 1]), np.array([0.6, 0.7, 0.2]), 0.5)
        Judged(tp=1.0, fp=1.0, fn=1.0, tn=0.0)
    """
    weight = np.ones(len(true)) if weights is None else weights
    said, positive = prob >= threshold, true == 1
    pairs = [(said & positive), (said & ~positive), (~said & positive), (~said & ~positive)]
    return Judged(*(float(weight[chosen].sum()) for chosen in pairs))


@dataclass(frozen=True, eq=False)
class Half:
    """One half of the rows to choose a threshold on, and the other to count on.

    Args:
        swept: of the first half.
        true, prob, weights: of the second.
    """

    swept: Sweep
    true: np.ndarray
    prob: np.ndarray
    weights: np.ndarray | None


def halves(
    true: np.ndarray,
    prob: np.ndarray,
    *,
    seed: int,
    weights: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    prevalence: float | None = None,
) -> tuple[Half, Half] | None:
    """The two halves, each in turn to choose on; stratified by class, or made of whole groups.

    Which rows are in which half does not depend on their order. None where a half lacks a class.
    """
    if weights is None and groups is None:
        parts = _cells_in_two(true, prob, seed)
    else:
        parts = _rows_in_two(true, prob, weights, groups, seed)
    found = []
    for chosen_on, rest in (parts, parts[::-1]):
        try:
            found.append(Half(sweep(*chosen_on, prevalence), *rest))
        except ValueError:
            return None
    return found[0], found[1]


def judge_halves(both: tuple[Half, Half], wish: Wish) -> Judged:
    """Counts of all rows, each at the threshold for `wish` that the half it is not in chose."""
    counts = np.zeros(4)
    for half in both:
        at = midway(half.swept, choose(half.swept, wish).threshold)
        found = judge_at(half.true, half.prob, at, half.weights)
        counts += [found.tp, found.fp, found.fn, found.tn]
    return Judged(*map(float, counts))


def cross_fit(
    true: np.ndarray,
    prob: np.ndarray,
    wish: Wish,
    *,
    seed: int,
    weights: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    prevalence: float | None = None,
) -> Judged | None:
    """Choose on one half and count on the other, and the reverse; the sum of both. None where a half lacks a class."""
    both = halves(true, prob, seed=seed, weights=weights, groups=groups, prevalence=prevalence)
    return None if both is None else judge_halves(both, wish)


def in_cells(true: np.ndarray, prob: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same rows with equal ones counted once: `(true, prob, count)`, each of shape `(cells,)`.

    Beyond `MOST_THRESHOLDS` distinct probabilities, each goes down to the next of so many quantiles: at these
    thresholds all counts stay what they are, and a million rows take no more time or memory than a few thousand.

    Example:
        >>> in_cells(np.array([1, 0, 1]), np.array([0.9, 0.1, 0.9]))[2].tolist()
        [1.0, 2.0]
    """
    if not len(prob):
        return true, prob, np.ones(0)
    edges = np.sort(prob)
    edges = np.unique(edges[:: max(1, len(edges) // MOST_THRESHOLDS)])
    count = np.zeros(2 * len(edges), dtype=np.int64)
    for part in blocks(len(prob)):
        code = 2 * np.searchsorted(edges, prob[part], side="right") - 2 + (true[part] == 1)
        count += np.bincount(code, minlength=len(count))
    held = np.flatnonzero(count)
    return held % 2, edges[held // 2], count[held].astype(float)


def _cells_in_two(true: np.ndarray, prob: np.ndarray, seed: int) -> tuple[Rows, Rows]:
    """Half of the rows of each class, drawn as counts of cells: rows of a cell are alike."""
    rng = np.random.default_rng(seed)
    is_true, at, count = in_cells(true, prob)
    first = np.zeros(len(count))
    for value in (0, 1):
        mine = is_true == value
        size = count[mine].astype(np.int64)
        first[mine] = rng.multivariate_hypergeometric(size, int(size.sum()) // 2, method="marginals")
    one, other = ((is_true[n > 0], at[n > 0], n[n > 0]) for n in (first, count - first))
    return one, other


def _rows_in_two(
    true: np.ndarray, prob: np.ndarray, weights: np.ndarray | None, groups: np.ndarray | None, seed: int
) -> tuple[Rows, Rows]:
    first = _half(true, prob, weights, groups, seed)
    one, other = ((true[m], prob[m], None if weights is None else weights[m]) for m in (first, ~first))
    return one, other


def _half(
    true: np.ndarray, prob: np.ndarray, weights: np.ndarray | None, groups: np.ndarray | None, seed: int
) -> np.ndarray:
    """A mask of about half of the rows; which ones does not depend on the order of the rows."""
    rng = np.random.default_rng(seed)
    if groups is not None:
        return np.asarray((rng.permutation(int(groups.max()) + 1) % 2 == 0)[groups])
    first = np.zeros(len(true), bool)
    for value in (0, 1):
        rows = np.flatnonzero(true == value)
        rows = rows[np.lexsort((np.zeros(len(rows)) if weights is None else weights[rows], prob[rows]))]
        first[rng.permutation(rows)[: len(rows) // 2]] = True
    return first
