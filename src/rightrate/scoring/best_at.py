"""The best recall at a precision, or the reverse, over all thresholds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def best_at(is_positive: npt.ArrayLike, scores: npt.ArrayLike, *, wanted: str, least: float) -> float:
    """The highest recall at a precision of at least `least` (`wanted="recall"`), or the reverse.

    Args:
        is_positive: shape `(n,)`, whether each sample is of the positive class.
        scores: shape `(n,)`, larger for samples that look more like it; probabilities or logits.
        wanted: "recall" or "precision"; the other one is kept.

    Edge cases: without a positive sample there is nothing to find, and it is 0. Where no threshold keeps the other
    figure the recall is 0, that of answering nothing; a precision can be had at any recall, by answering everything. A
    NaN among the scores is a model that is lost: NaN.

    Example:
        >>> best_at([1, 1, 0, 0], [0.9, 0.4, 0.5, 0.1], wanted="recall", least=0.9)
        0.5
        >>> round(best_at([1, 1, 0, 0], [0.9, 0.4, 0.5, 0.1], wanted="precision", least=0.9), 3)
        0.667
    """
    # Its import takes longer than judging a small table does, which needs none of it.
    from sklearn.metrics import precision_recall_curve

    scores = np.asarray(scores, np.float64)
    if np.isnan(scores).any():
        return float("nan")
    if not np.any(is_positive):
        return 0.0
    precision, recall, _ = precision_recall_curve(np.asarray(is_positive, bool), scores)
    of, kept = (recall, precision) if wanted == "recall" else (precision, recall)
    return float(of[kept >= least].max())
