"""Perplexity of a language model from the losses of its tokens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rightrate.scoring.bootstrap import Confidence, resampled, row_key, row_multiplicities
from rightrate.scoring.figure import Figure
from rightrate.scoring.predictions import Predictions

NAMES = ("mean_loss", "perplexity")


def tokens(predictions: Predictions, how: Confidence) -> Mapping[str, Figure]:
    """Mean loss in nats a token, and perplexity, `exp(mean loss)`.

    Perplexities compare only between models with the same tokenizer. Intervals are of a bootstrap over documents
    (groups); without groups over tokens, which is too narrow, as tokens of one text are alike. Tokens without a loss
    (NaN) are left out, and n says how many are left. A perplexity too large for a number is missing.

    Example:
        >>> from rightrate.scoring.predictions import Task
        >>> f = tokens(Predictions(Task.TOKENS, np.array([]), np.array([0.0, 2.0])), Confidence())
        >>> f["mean_loss"].value, round(f["perplexity"].value, 3)
        (1.0, 2.718)
    """
    kept = np.isfinite(predictions.predicted)
    loss = np.asarray(predictions.predicted[kept], dtype=float)
    weight = np.ones(len(loss)) if predictions.weights is None else np.asarray(predictions.weights, float)[kept]
    groups = None if predictions.groups is None else predictions.groups[kept]
    if not weight.any():
        why = "no token has a loss" if not len(loss) else "all weights are 0"
        return dict.fromkeys(NAMES, Figure.missing(why, len(loss)))
    sums = np.vstack([weight, weight * loss])
    drawn = [sums @ some for some in row_multiplicities(row_key(loss, weight), how, groups=groups)]
    total, losses = np.concatenate(drawn, axis=1)
    with np.errstate(invalid="ignore", over="ignore"):
        replicates = losses / total
        value = float(np.average(loss, weights=weight))
        perplexity = float(np.exp(value))
        return {
            "mean_loss": resampled(value, replicates, how.expanded, len(loss)),
            "perplexity": resampled(perplexity, np.exp(replicates), how.expanded, len(loss))
            if np.isfinite(perplexity)
            else Figure.missing(f"the mean loss of {value:.0f} nats is too large", len(loss)),
        }
