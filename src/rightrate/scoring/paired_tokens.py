"""Two language models on the same tokens: which one loses less, and how much lower its perplexity is."""

from __future__ import annotations

import numpy as np

from rightrate.errors import DataError
from rightrate.scoring.bootstrap import Confidence, resampled, row_key, row_multiplicities
from rightrate.scoring.counts import ratio
from rightrate.scoring.figure import Figure
from rightrate.scoring.paired import Paired
from rightrate.scoring.predictions import Predictions

#: Perplexity of the model over that of the baseline, less 1: -0.1 is a perplexity lower by a tenth.
RELATIVE_PERPLEXITY = "relative_perplexity"


def compare_tokens(
    model: Predictions, baseline: Predictions, *, level: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Paired:
    """Compare the losses of two models on the same tokens, document by document where groups are given.

    Returns:
        `fixes` and `breaks` are documents (without groups, tokens) on which the model's mean loss is lower, and higher;
        `p_value` is of the exact sign test. `differences`: mean_loss in nats, above 0 where the model is worse, and
        relative_perplexity. Intervals are of a paired bootstrap over documents (without groups over tokens, which is
        too narrow).

    Raises:
        DataError: another number of tokens: with another tokenizer perplexities do not compare.

    Example:
        >>> from rightrate.scoring.predictions import Task
        >>> losses = np.arange(1.0, 5.0)
        >>> model, baseline = (Predictions(Task.TOKENS, np.empty(0), losses + off) for off in (0.0, 0.5))
        >>> paired = compare_tokens(model, baseline)
        >>> paired.fixes, paired.differences["mean_loss"].value, round(paired.differences[RELATIVE_PERPLEXITY].value, 3)
        (4, -0.5, -0.393)
    """
    # scipy.stats takes a third of a second to load: only where there is a baseline.
    from scipy.stats import binomtest

    if model.size != baseline.size:
        raise DataError(
            f"The baseline has {baseline.size:,} token losses and the model {model.size:,}. Expected the same tokens "
            "in the same order: with another tokenizer perplexities do not compare."
        )
    weight = np.ones(model.size) if model.weights is None else np.asarray(model.weights, float)
    difference = model.predicted - baseline.predicted
    unit = np.arange(model.size) if model.groups is None else model.groups
    each = np.bincount(unit, weight * difference)
    lower, higher = int((each < 0).sum()), int((each > 0).sum())
    p_value = float(binomtest(min(lower, higher), lower + higher, 0.5).pvalue) if lower + higher else 1.0
    units = len(np.unique(unit))
    how = Confidence(level, resamples=resamples, seed=seed, units=units)
    sums = np.vstack([weight, weight * difference])
    key = row_key(model.predicted, baseline.predicted, weight)
    total, off = np.concatenate([sums @ some for some in row_multiplicities(key, how, groups=model.groups)], axis=1)
    value = float(np.average(difference, weights=weight))
    found = resampled(value, ratio(off, total), how.expanded, model.size)
    return Paired(lower, higher, p_value, {"mean_loss": found, RELATIVE_PERPLEXITY: relative_perplexity(found)})


def relative_perplexity(difference: Figure) -> Figure:
    """From a difference of mean losses, in nats.

    Example:
        >>> round(relative_perplexity(Figure(-0.1)).value, 3)
        -0.095
    """
    value, low, high = (
        None if end is None else float(np.expm1(min(end, 700.0)))
        for end in (difference.value, difference.low, difference.high)
    )
    return Figure(value, low, high, difference.n, difference.why)
