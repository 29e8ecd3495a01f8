"""Two language models on the same tokens."""

from __future__ import annotations

import numpy as np
import pytest

import rightrate as rr
from rightrate.errors import DataError
from rightrate.scoring.paired_tokens import RELATIVE_PERPLEXITY, compare_tokens
from rightrate.scoring.predictions import Predictions, Task
from rightrate.verdict import Outcome

FAST = rr.Policy(resamples=200)


def losses(seed: int = 0, documents: int = 60, tokens: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Losses and documents: some documents are much harder than others."""
    rng = np.random.default_rng(seed)
    document = np.repeat(np.arange(documents), tokens)
    return 0.1 + rng.gamma(2, 1, documents * tokens) + 2 * rng.random(documents)[document], document


def test_the_pairs_prove_what_the_perplexities_alone_do_not() -> None:
    loss, document = losses()
    off = np.random.default_rng(1).uniform(0.04, 0.06, len(loss))
    better = loss - off
    verdict = rr.judge(None, better, task="tokens", baseline=loss, groups=document, policy=FAST)
    assert verdict.outcome is Outcome.FIT
    relative = verdict.comparison.differences[RELATIVE_PERPLEXITY]
    assert relative.value == pytest.approx(np.expm1(-off.mean()))
    assert (verdict.comparison.fixes, verdict.comparison.breaks) == (60, 0)
    assert "its loss is lower on 60, higher on 0 of 60 documents" in verdict.comparison.said
    assert "perplexity -4.9 %" in verdict.comparison.said
    worse = rr.judge(None, loss + off, task="tokens", baseline=loss, groups=document, policy=FAST)
    assert worse.outcome is Outcome.NOT_FIT and "Perplexity differs by +5.1 %" in worse.reason
    by_verdict = rr.judge(
        None, better, task="tokens", groups=document, policy=FAST,
        baseline=rr.judge(None, loss, task="tokens", groups=document, policy=FAST),
    )  # fmt: skip
    unpaired = by_verdict.comparison.differences[RELATIVE_PERPLEXITY]
    assert unpaired.value == pytest.approx(relative.value)
    assert unpaired.high - unpaired.low > 0.2 and by_verdict.comparison.fixes is None


def test_documents_are_what_is_drawn() -> None:
    loss, document = losses()
    rng = np.random.default_rng(1)
    other = loss + rng.normal(0, 0.3, 60)[document] + rng.normal(0, 0.05, len(loss))
    p, q = (Predictions(Task.TOKENS, np.empty(0), values, groups=document) for values in (loss, other))
    free = [Predictions(Task.TOKENS, np.empty(0), values) for values in (loss, other)]
    wide = compare_tokens(p, q, resamples=200).differences["mean_loss"]
    narrow = compare_tokens(*free, resamples=200).differences["mean_loss"]
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    assert wide.value == pytest.approx((loss - other).mean())


def test_other_tokens_and_too_few_documents() -> None:
    loss, document = losses()
    with pytest.raises(DataError, match=r"1,199 token losses and the model 1,200.*tokenizer"):
        rr.judge(None, loss, task="tokens", baseline=loss[:-1], policy=FAST)
    verdict = rr.judge(None, loss - 0.05, task="tokens", baseline=loss, groups=document % 4, policy=FAST)
    assert verdict.outcome is Outcome.NOT_ENOUGH_EVIDENCE
